"""What a session leaves on disk."""

import asyncio
import json
import logging
import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, TextIO

import pytest
from pydantic import SecretStr

from massgen_tui import paths
from massgen_tui.backends.events import ContentDelta, ErrorKind
from massgen_tui.config.model import Config
from massgen_tui.session.events import Entry, Prompted
from massgen_tui.session.session import Session
from massgen_tui.session.state import SessionState
from massgen_tui.store.index import kept_sessions
from massgen_tui.store.jsonl_log import Journal
from massgen_tui.store.recording import keep
from tests.support.fakes import Backends, FakeClock, Step, answer, config_of, failure


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setattr(paths, "sessions_dir", lambda: tmp_path)
    monkeypatch.setattr(paths, "state_dir", lambda: tmp_path)
    level = logging.getLogger("massgen_tui").level
    yield tmp_path
    logging.getLogger("massgen_tui").setLevel(level)


def full_disk(path: Path, mode: str) -> TextIO:
    return Path("/dev/full").open("w", encoding="utf-8")


def files(folder: Path) -> list[Path]:
    return sorted(folder.iterdir())


def written(folder: Path) -> str:
    return "".join(path.read_text("utf-8") for path in files(folder))


async def until(condition: Callable[[], object]) -> None:
    for _ in range(100):
        if condition():
            return
        await asyncio.sleep(0)
    raise AssertionError("it did not come")


def lines(folder: Path) -> list[Mapping[str, Any]]:
    (path,) = folder.glob("*.jsonl")
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def ask(journal: Journal, turn: int, text: str, agent: str) -> None:
    """Let a prompt be given."""
    entry = Entry(turn, 0.0, Prompted(turn, text, (agent,)))
    journal.listener(SessionState([]))(entry)


async def converse(config: Config, backends: Backends) -> list[str]:
    warnings: list[str] = []
    with keep(config, warn=warnings.append) as journal:
        session = Session(config, backend_for=backends, clock=FakeClock(), health=None)
        if journal is not None:
            session.listen(journal.listener(session.state))
        session.ask("hello")
        await session.wait()
        await session.aclose()
    return warnings


async def test_a_journal_holds_prompt_request_and_answer(folder: Path) -> None:
    backends = Backends(a=[answer("x", "\u2028", "\ud800")], b=[[ContentDelta("half"), failure()]])
    assert await converse(config_of("a", "b", logging_enabled=True), backends) == []
    told = lines(folder)
    assert [t["event"] for t in told[:4]] == ["session", "prompt", "request", "attempt"]
    assert told[1]["prompt"] == "hello"
    assert told[1]["agents"] == ["a", "b"]
    assert told[2]["body"]["messages"] == [["user", "hello"]]
    by_agent = {t["agent"]: t for t in told if t["event"] == "attempt"}
    assert by_agent["a"]["content"] == "x\u2028\ud800"
    assert by_agent["a"]["status"] == "done"
    assert by_agent["a"]["times"]["sent"] == 0
    assert by_agent["b"]["content"] == "half"
    assert by_agent["b"]["error"]["kind"] == "interrupted"
    assert all("at" in t for t in told)


async def test_a_journal_tells_of_what_was_held_and_of_what_became_of_it(folder: Path) -> None:
    refused = failure(kind=ErrorKind.UNREACHABLE, message="refused")
    loading = failure(kind=ErrorKind.LOADING, message="Loading model")
    config = config_of("a", "b", logging_enabled=True)
    backends = Backends(a=[[refused], [loading], answer("up")], b=[[refused]])
    with keep(config, warn=lambda text: None) as journal:
        session = Session(config, backend_for=backends, clock=FakeClock(), health=None)
        if journal is not None:
            session.listen(journal.listener(session.state))
        clock = session.clock
        assert isinstance(clock, FakeClock)
        session.ask("hello")
        await session.wait()
        session.hold()
        session.note_wait("a", "down")
        clock.tick()
        session.release("a")
        await until(lambda: len(session.held) == 2)
        session.release("a")
        await until(lambda: not session.active)
        await session.aclose()
    told = [t for t in lines(folder) if t.get("agent") == "a" and t["event"] != "prompt"]
    assert [(t["event"], t["attempt"]) for t in told] == [
        ("request", 1),
        ("attempt", 1),
        ("held", 3),
        ("request", 3),
        ("held", 3),
        ("request", 3),
        ("attempt", 3),
    ]
    assert told[4]["error"]["kind"] == "loading"
    assert told[-1]["status"] == "done"
    other = [t for t in lines(folder) if t.get("agent") == "b"]
    assert [t["event"] for t in other] == ["request", "attempt", "held", "attempt"]
    assert other[-1]["status"] == "cancelled"


async def test_everything_kept_is_private(folder: Path) -> None:
    await converse(config_of("a", logging_enabled=True), Backends(a=[[ZeroDivisionError()]]))
    kept = files(folder)
    assert [p.suffix for p in kept] == [".jsonl", ".log"]
    assert {p.stat().st_mode & 0o777 for p in kept} == {0o600}
    assert "ZeroDivisionError" in written(folder)


async def test_logging_disabled_writes_nothing(folder: Path) -> None:
    await converse(config_of("a", logging_enabled=False), Backends(a=[[ZeroDivisionError()]]))
    assert files(folder) == []


async def test_what_runs_when_the_session_closes_is_written(folder: Path) -> None:
    config = config_of("a", logging_enabled=True)
    never = asyncio.Event()
    with keep(config, warn=pytest.fail) as journal:
        session = Session(config, backend_for=Backends(a=[[ContentDelta("half"), never]]))
        if journal is not None:
            session.listen(journal.listener(session.state))
        (exchange,) = session.ask("hello")
        await until(lambda: exchange.attempts[0].content)
        assert isinstance(journal, Journal)
        journal.close()
        broken = lines(folder)[-1]
        assert (broken["event"], broken["status"], broken["content"]) == (
            "attempt",
            "cancelled",
            "half",
        )
        await session.aclose()
    assert [t["event"] for t in lines(folder)].count("attempt") == 1


async def test_a_key_in_any_text_is_not_kept(folder: Path) -> None:
    config = config_of("a", logging_enabled=True)
    endpoint = config.agents[0].endpoint.model_copy(update={"api_key": SecretStr('sk-pl"anted-1')})
    config = config.model_copy(
        update={"agents": (config.agents[0].model_copy(update={"endpoint": endpoint}),)}
    )
    script: list[Step] = [ContentDelta('your key is sk-pl"anted-1'), ValueError('sk-pl"anted-1')]
    await converse(config, Backends(a=[script]))
    assert "your key is" in written(folder)
    assert "anted-1" not in written(folder)


@pytest.mark.parametrize("name", ["/dev/full", "no directory"])
async def test_a_journal_that_cannot_be_written_is_one_warning(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if name == "/dev/full":
        monkeypatch.setattr("massgen_tui.store.jsonl_log.open_private", full_disk)
    place = tmp_path if name == "/dev/full" else tmp_path / name
    monkeypatch.setattr(paths, "sessions_dir", lambda: place)
    monkeypatch.setattr(paths, "state_dir", lambda: tmp_path)
    warnings = await converse(config_of("a", "b", logging_enabled=True), Backends())
    assert len(warnings) == 1


def test_a_log_that_a_full_disk_did_not_take_disturbs_nobody_when_it_closes(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("massgen_tui.store.program_log.open_private", full_disk)
    with keep(config_of("a", logging_enabled=True), warn=pytest.fail):
        logging.getLogger("massgen_tui").warning("what does not fit")


def test_a_file_that_took_nothing_is_not_left_behind(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def created(path: Path, mode: str) -> TextIO:
        path.touch()
        return full_disk(path, mode)

    monkeypatch.setattr("massgen_tui.store.jsonl_log.open_private", created)
    warnings: list[str] = []
    with keep(config_of("a", logging_enabled=True), warn=warnings.append) as journal:
        assert journal is not None
        ask(journal, 1, "hello", "a")
        assert journal.problem == warnings[0]
        assert "this session is not kept: " in journal.problem
    assert list(folder.glob("*.jsonl")) == []


@pytest.mark.parametrize("what", ["file", "folder", "replaced", "all"])
def test_a_session_whose_place_is_taken_away_begins_anew_with_all_of_it(
    what: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    state = tmp_path / "massgen-tui"
    with keep(config_of("a", logging_enabled=True), warn=pytest.fail) as journal:
        assert journal is not None
        ask(journal, 1, "first", "a")
        assert journal.path is not None
        if what in ("file", "replaced"):
            journal.path.unlink()
        else:
            shutil.rmtree(state if what == "all" else state / "sessions")
        if what == "replaced":
            journal.path.write_text("another's\n")
        ask(journal, 2, "second", "a")
        ask(journal, 3, "third", "a")
        kept = [json.loads(line) for line in journal.path.read_text("utf-8").splitlines()]
    assert [line.get("prompt") for line in kept] == [None, "first", "second", "third"]
    assert "begins anew" in (state / "massgen-tui.log").read_text("utf-8")


async def test_kept_sessions_are_found_again(folder: Path) -> None:
    await converse(config_of("a", logging_enabled=True), Backends())
    await converse(config_of("a", logging_enabled=True), Backends())
    with (folder / "00000000-broken.jsonl").open("w") as broken:
        broken.write('{"event": "prompt", "prom')
    found = kept_sessions(folder)
    assert [(k.prompts, k.first) for k in found] == [(1, "hello"), (1, "hello"), (0, "")]
