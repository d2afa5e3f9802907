"""Commands whose standard output is on a full disk: one line says so, exit code 1."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest

from massgen_tui import paths
from tests.support.kept import keep_session


def into_full_disk(words: str) -> "subprocess.CompletedProcess[str]":
    with Path("/dev/full").open("w") as full:
        return subprocess.run(
            [sys.executable, "-m", "massgen_tui", *words.split()],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            env=os.environ,
            check=False,
        )


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no full disk")
@pytest.mark.parametrize(
    "words",
    [
        "sessions",
        "sessions --json",
        "sessions --search hello",
        "export last --to md",
        "export last --to csv",
        "replay last --speed 0 --format jsonl",
        "schema",
    ],
)
async def test_it_is_told_in_a_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: str
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    await keep_session(paths.sessions_dir(), "hello", answers=["there"])
    ended = await asyncio.to_thread(into_full_disk, words)
    assert ended.stderr.removeprefix("Error: ") == (
        "standard output cannot be written: No space left on device\n"
    )
    assert ended.returncode == 1
