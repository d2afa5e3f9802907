"""Textual's private parts are used in one file; everything else takes its public names."""

import ast
import importlib
import inspect
import pkgutil
import textwrap
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

import pytest

import massgen_tui.console
from massgen_tui.console import textual_private

ROOT = Path(massgen_tui.console.__file__).parent
THE_FILE = Path(textual_private.__file__)
# Not Textual's: named tuples, the standard library, and the fields of objects of our own.
_OTHERS = {
    "os._exit",
    "mention._replace",
    "outline._replace",
    "self.edits._replace",
    "table._replace",
} | {f"segment.{name}" for name in ("_text", "_start", "_stop")}


def is_private(name: str) -> bool:
    return name.startswith("_") and not name.startswith("__")


def trees() -> Iterator[tuple[Path, ast.Module]]:
    for path in sorted(ROOT.rglob("*.py")):
        if path != THE_FILE:
            yield path, ast.parse(path.read_text(encoding="utf-8"))


def private_imports(tree: ast.AST) -> list[str]:
    """What is imported of Textual or Rich that begins with an underscore, or from what does."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and not node.level:
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        for name in names:
            room, *parts = name.split(".")
            if room in {"textual", "rich"} and any(map(is_private, parts)):
                found.append(name)
    return found


def others_privates(tree: ast.AST) -> list[str]:
    """Private names that are asked of something else than `self` or `cls`."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and is_private(node.attr):
            own = isinstance(node.value, ast.Name) and node.value.id in {"self", "cls"}
            if not own:
                found.append(ast.unparse(node))
    return found


def private_words(tree: ast.AST) -> list[str]:
    """Texts that are a private name of Textual's: of `getattr`, `setattr` and the like."""
    theirs = {name for cls in textual_classes() for name in names_of(cls)}
    return [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value in theirs
    ]


@cache
def our_classes() -> Sequence[type]:
    modules = pkgutil.walk_packages([str(ROOT)], f"{massgen_tui.console.__name__}.")
    found = []
    for info in modules:
        module = importlib.import_module(info.name)
        found += [
            one
            for one in vars(module).values()
            if inspect.isclass(one) and one.__module__ == info.name
        ]
    return found


def is_theirs(cls: type) -> bool:
    return cls.__module__.partition(".")[0] in {"textual", "rich"}


@cache
def textual_classes() -> frozenset[type]:
    return frozenset(one for cls in our_classes() for one in cls.__mro__ if is_theirs(one))


@cache
def names_of(cls: type) -> frozenset[str]:
    """The private names that a class defines, those too that its methods set."""
    names = set(vars(cls))
    for node in ast.walk(ast.parse(textwrap.dedent(inspect.getsource(cls)))):
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            names.add(node.attr)
    return frozenset(filter(is_private, names))


def used_of_bases(cls: type) -> list[str]:
    """The names of Textual's that the source of a class uses, sets or defines as its own."""
    theirs = {name for base in cls.__mro__ if is_theirs(base) for name in names_of(base)}
    if not theirs:
        return []
    found = []
    for node in ast.walk(ast.parse(textwrap.dedent(inspect.getsource(cls)))):
        if isinstance(node, ast.Attribute) and node.attr in theirs:
            found.append(f"{cls.__name__}: {node.attr}")
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name in theirs:
            found.append(f"{cls.__name__}: def {node.name}")
    return found


def test_private_modules_and_names_are_imported_in_one_file() -> None:
    found = {path.name: names for path, tree in trees() if (names := private_imports(tree))}
    assert found == {}


def test_private_names_of_other_things_are_used_in_one_file() -> None:
    found = [
        f"{path.relative_to(ROOT)}: {name}"
        for path, tree in trees()
        for name in others_privates(tree)
        if name not in _OTHERS
    ]
    assert found == []


def test_no_private_name_is_hidden_in_a_text() -> None:
    found = {path.name: words for path, tree in trees() if (words := private_words(tree))}
    assert found == {}


def test_no_class_uses_or_overrides_a_private_name_of_its_base() -> None:
    assert [use for cls in our_classes() for use in used_of_bases(cls)] == []


def test_what_uses_privates_would_be_found() -> None:
    for source in (
        "from textual._compositor import Compositor",
        "import textual._wrap",
        "from textual import _wrap",
        "from textual.keys import Keys, _character_to_key",
        "from rich._unicode_data import load",
    ):
        assert private_imports(ast.parse(source)), source
    for source in ("screen._compositor", "super()._refresh()", "self.app._driver", "App._exit"):
        assert others_privates(ast.parse(source)), source
    assert private_words(ast.parse("setattr(app, '_exit', True)"))
    assert private_words(ast.parse("getattr(screen, '_compositor')"))


def test_the_pinned_version_is_one_that_was_read(monkeypatch: pytest.MonkeyPatch) -> None:
    assert textual_private.is_read()
    assert textual_private.known
    for other in ((), ("8.2.7",), ("8.2.80", "8.3.0")):
        monkeypatch.setattr(textual_private, "READ", other)
        assert not textual_private.is_read()
