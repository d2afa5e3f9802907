"""`massgen-tui demo` where there is no terminal: what it runs, what it says, how it ends."""

import io
import os
import signal
import weakref
from pathlib import Path

import pytest

from massgen_tui import demo_command
from massgen_tui.demo.errors import HashMismatch, ModelUnavailable
from massgen_tui.demo.recording import Recording
from massgen_tui.demo.replay import playlists
from tests.support import engine


@pytest.fixture(autouse=True)
def no_terminal(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    quick = {
        user: [Recording(m.name, m.question, [(0.0, b) for _, b in m.pieces]) for m in made]
        for user, made in playlists().items()
    }
    monkeypatch.setattr("massgen_tui.demo.replay.playlists", lambda: quick)
    monkeypatch.setattr("sys.stdin", io.StringIO())
    monkeypatch.setattr("massgen_tui.paths.cache_dir", lambda: tmp_path)


def test_a_replay_says_that_it_is_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert demo_command.run_demo(replay=True) == 0
    printed = capsys.readouterr()
    assert printed.out.count("replay, no model") == 2
    assert "### reasoning" in printed.out
    assert "TTFT" in printed.out
    assert "replay, no model" in printed.err


def test_where_the_model_cannot_be_had_a_replay_says_why(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def unavailable() -> None:
        raise ModelUnavailable("the moon is wrong")

    monkeypatch.setattr(demo_command, "check_machine", unavailable)
    assert demo_command.run_demo() == 0
    printed = capsys.readouterr()
    assert "the moon is wrong" in printed.err
    assert "replay, no model" in printed.out


def test_a_wrong_hash_ends_the_demo(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    engine.install(tmp_path / "engine", engine.SERVES, monkeypatch)
    monkeypatch.setattr(demo_command, "check_machine", lambda: None)
    place = tmp_path / "models" / "SmolLM2-135M-Instruct.Q4_1.gguf"
    place.parent.mkdir()
    place.write_bytes(b"GGUF but not this one")
    assert demo_command.run_demo() == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "should be b179c9523d0e6a0f" in printed.err


def test_an_own_model_that_cannot_be_used_is_an_error(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert demo_command.run_demo(model=tmp_path / "none.gguf") == 1
    assert "none.gguf" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("raised", "code"), [(KeyboardInterrupt(), 130), (HashMismatch("other"), 1)]
)
def test_the_set_up_ends_in_order(
    raised: BaseException, code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fetch(*args: object, **options: object) -> Path:
        raise raised

    monkeypatch.setattr(demo_command, "check_machine", lambda: None)
    monkeypatch.setattr(demo_command, "ensure_model", fetch)
    assert demo_command.run_demo() == code


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_signal_of_which_the_exception_is_lost_ends_the_set_up(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    class Thing:
        """Something whose end is told by a weak reference, from which no exception gets out."""

    def check_machine() -> None:
        thing = Thing()
        kept = weakref.ref(thing, lambda _: os.kill(os.getpid(), signal.SIGTERM))
        del thing
        assert kept() is None
        raise ModelUnavailable("it goes on")

    monkeypatch.setattr(demo_command, "check_machine", check_machine)
    with pytest.raises(SystemExit) as ended:
        demo_command.run_demo()
    assert ended.value.code == 128 + signal.SIGTERM
    assert "it goes on" in capsys.readouterr().err
