"""A stand-in for the demo's engine: the module that the child process imports, without a model."""

import os
from pathlib import Path

import pytest

SERVES = """
import os, sys
class _Any:
    def __getattr__(self, name):
        value = _Any()
        object.__setattr__(self, name, value)
        return value
CommonParams = _Any
class Server:
    def __init__(self, parameters):
        policy = os.environ["OMP_WAIT_POLICY"]
        print("loading", parameters.model.path, "with", policy, file=sys.stderr)
        self.listening_address = "http://127.0.0.1:1"
"""
FAILS = (
    SERVES
    + """
        raise RuntimeError("this is no model")
"""
)
DIES = (
    SERVES
    + """
        print("out of luck", file=sys.stderr, flush=True)
        os.abort()
"""
)
HANGS_AT_THE_END = (
    SERVES
    + """
    def __del__(self):
        import threading
        threading.Event().wait()
"""
)


def install(folder: Path, source: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let `import xllamacpp` find `source`, here and in every child."""
    folder.mkdir(exist_ok=True)
    (folder / "xllamacpp.py").write_text(source, encoding="utf-8")
    monkeypatch.syspath_prepend(folder)
    paths = filter(None, [str(folder), os.environ.get("PYTHONPATH")])
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(paths))
