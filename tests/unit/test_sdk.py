"""The openai package without the models that chat completions do not need."""

import json
import subprocess
import sys
from typing import cast

import pytest

_LOADED = """
import json, sys
import massgen_tui.backends.response_stream
print(json.dumps([name for name in sys.modules if name.startswith("openai.types")]))
"""
_NAMES = """
import importlib, json, pkgutil
import {first}
import openai.types
packages = [
    found.name
    for found in pkgutil.walk_packages(openai.types.__path__, "openai.types.")
    if found.ispkg
]
names = {{}}
for package in ["openai.types", *packages]:
    module = importlib.import_module(package)
    for name in {asked}[package]:
        getattr(module, name)
    names[package] = sorted(
        f"{{name}} {{getattr(value, '__module__', '')}}"
        for name, value in vars(module).items()
        if name[0].isupper()
    )
print(json.dumps(names))
"""
_BROKEN = """
import json, sys
import massgen_tui.backends.sdk as sdk
for name in [name for name in sys.modules if name.split(".")[0] == "openai"]:
    del sys.modules[name]
class Broken:
    @staticmethod
    def find_spec(*arguments):
        raise {error}("not so")
sdk.PathFinder = Broken
openai = sdk.import_sdk()
print(json.dumps([openai.types.ChatModel is not None, sdk.openai is openai, len(sys.meta_path)]))
"""


def _run(program: str) -> object:
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, check=True, timeout=60
    )
    return json.loads(done.stdout)


def test_few_of_its_models_are_imported() -> None:
    loaded = cast("list[str]", _run(_LOADED))
    assert "openai.types.chat.chat_completion_chunk" in loaded
    assert len(loaded) < 130, loaded


def test_every_name_is_there_when_it_is_asked_for() -> None:
    nothing = "__import__('collections').defaultdict(list)"
    plain = cast("dict[str, list[str]]", _run(_NAMES.format(first="openai", asked=nothing)))
    asked = {package: [name.split()[0] for name in names] for package, names in plain.items()}
    lean = _run(_NAMES.format(first="massgen_tui.backends.sdk", asked=repr(asked)))
    assert plain["openai.types.chat"]
    assert lean == plain


@pytest.mark.parametrize("error", ["ImportError", "AttributeError", "TypeError"])
def test_what_cannot_be_imported_so_is_imported_plainly(error: str) -> None:
    finders = len(sys.meta_path)
    there, same, left = cast("tuple[bool, bool, int]", _run(_BROKEN.format(error=error)))
    assert there
    assert not same
    assert left <= finders
