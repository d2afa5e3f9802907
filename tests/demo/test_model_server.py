"""The demo's server process: it comes up, says why when not, and never outlives its parent."""

import os
import select
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from massgen_tui.demo import server as server_module
from massgen_tui.demo.errors import ModelUnavailable
from massgen_tui.demo.server import ModelServer
from tests.support import engine

ROOT = Path(__file__).resolve().parents[2]
PARENT = """
import sys
from pathlib import Path
from massgen_tui.demo.server import ModelServer
with ModelServer(Path("x.gguf"), "x") as server:
    print(server.pid, flush=True)
    sys.stdin.read()
"""

needs_pidfd = pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="needs Linux's pidfd")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "engine"


def gone(pid: int, seconds: float) -> bool:
    """Wait until the process has ended."""
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([handle], [], [], seconds)[0])
    finally:
        os.close(handle)


def test_it_serves_and_ends(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    engine.install(folder, engine.SERVES, monkeypatch)
    with ModelServer(Path("x.gguf"), "x") as server:
        assert server.base_url == "http://127.0.0.1:1"
        assert server.pid is not None
        os.kill(server.pid, 0)
        pid = server.pid
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_every_run_has_a_key_of_its_own() -> None:
    keys = {ModelServer(Path("x.gguf"), "x").key for _ in range(3)}
    assert len(keys) == 3
    assert all(len(key) > 24 for key in keys)


def test_a_load_that_fails_is_told_with_the_engines_words(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine.install(folder, engine.FAILS, monkeypatch)
    with pytest.raises(ModelUnavailable, match=r"this is no model.*loading x\.gguf with passive"):
        ModelServer(Path("x.gguf"), "x").__enter__()


def test_a_child_that_dies_while_loading_is_told_with_the_tail_of_its_errors(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine.install(folder, engine.DIES, monkeypatch)
    with pytest.raises(ModelUnavailable, match=r"signal 6.*out of luck"):
        ModelServer(Path("x.gguf"), "x").__enter__()


def test_an_end_that_hangs_in_the_engine_is_ended(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The engine waits for running answers when it is told to end."""
    engine.install(folder, engine.HANGS_AT_THE_END, monkeypatch)
    with ModelServer(Path("x.gguf"), "x") as server:
        pid = server.pid
    assert pid is not None
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


@needs_pidfd
@pytest.mark.parametrize(
    "source", [engine.SERVES, engine.HANGS_AT_THE_END], ids=["ends", "hangs at its end"]
)
def test_killing_the_parent_leaves_no_process(
    source: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine.install(folder, source, monkeypatch)
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    with parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        os.kill(child, 0)
        parent.send_signal(signal.SIGKILL)
        assert gone(child, seconds=10)


def test_without_the_engine_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server_module, "find_spec", lambda name: None)
    with pytest.raises(ModelUnavailable, match=r"massgen-tui\[demo\]"):
        server_module.check_machine()


def test_without_memory_it_says_how_much_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server_module, "find_spec", lambda name: object())
    monkeypatch.setattr(server_module, "_available_memory", lambda: 100 << 20)
    with pytest.raises(ModelUnavailable, match="100 MiB are available, 500 are needed"):
        server_module.check_machine()
