"""What is exported of a session's file: the same as of the session, and what it let go of."""

import asyncio
import errno
import json
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

from massgen_tui import paths
from massgen_tui.backends.events import (
    ContentDelta,
    Opened,
    ReasoningDelta,
    RequestSent,
    StreamEvent,
    UsageReported,
)
from massgen_tui.console.saving import SESSION, TURN, save_answers
from massgen_tui.export.document import document_of
from massgen_tui.export.forms import FORMS, export, written
from massgen_tui.export.kept import info_of, with_held
from massgen_tui.session.agent import Agent, KeptProfile
from massgen_tui.session.events import (
    Begun,
    Ended,
    Entry,
    Measured,
    Prompted,
    Queued,
    SessionEvent,
    Streamed,
)
from massgen_tui.session.redact import Redactor
from massgen_tui.session.session import Session
from massgen_tui.session.state import SessionState
from massgen_tui.session.status import Status
from massgen_tui.store.encoder import Encoder
from massgen_tui.store.head import head_of
from massgen_tui.store.reader import read_session
from massgen_tui.store.recording import record
from massgen_tui.store.schema import attempt_record, to_json
from massgen_tui.store.writer import SessionLog
from tests.support.fakes import Backends, FakeClock, answer, config_of, failure

NOW = datetime(2126, 11, 23, 12, 0, tzinfo=UTC)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    kept = tmp_path / "sessions"
    kept.mkdir()
    monkeypatch.setattr(paths, "sessions_dir", lambda: kept)
    return tmp_path


async def conversed(
    *, holds: bool = False, warn: Callable[[str], None] = pytest.fail
) -> tuple[Session, SessionLog]:
    """Two turns of two agents, then a new conversation with one and another turn."""
    rich = [ReasoningDelta("hm"), *answer("**one**"), UsageReported(3, 4, 1, 0)]
    backends = Backends(
        a=[rich, answer("two"), answer("three")],
        b=[[ContentDelta("half"), failure()], answer("zwei"), answer("drei")],
    )
    clock = FakeClock()
    session = Session(config_of("a", "b"), backend_for=backends, clock=clock, health=None)
    log = record(session, warn=warn)
    session.state.holds_ended = holds
    for prompt in ("first", "second", "third"):
        session.ask(prompt)
        await session.wait()
        clock.tick(3.0)
        if prompt == "second":
            session.rerun(["b"])
            await session.wait()
            session.start_over(["a"])
    return session, log


def as_it_is(text: str) -> str:
    return text


def saved(folder: Path, name: str = "*") -> list[tuple[int, list[tuple[str, str]]]]:
    """What the one file of this name holds; it is taken away."""
    [path] = folder.glob(f"{name}.json")
    text = path.read_text("utf-8")
    path.unlink()
    return contents(text)


def contents(text: str) -> list[tuple[int, list[tuple[str, str]]]]:
    """Each turn's number, and what the agents said."""
    whole: dict[str, Any] = json.loads(text)
    return [
        (turn["turn"], [(one["agent"], one["content"]) for one in turn["agents"]])
        for turn in whole["turns"]
    ]


ALL = [
    (1, [("a", "**one**"), ("b", "half")]),
    (2, [("a", "two"), ("b", "zwei"), ("b", "drei")]),
    (3, [("a", "three"), ("b", "ok")]),
]


async def test_a_file_gives_every_conversation_and_the_same_answers(folder: Path) -> None:
    session, log = await conversed()
    await session.aclose()
    log.close()
    assert log.path is not None
    kept = read_session(log.path, keep_past=True)
    info = info_of(kept)
    text = export(kept.state, "json", session=info, redact=as_it_is)
    assert contents(text) == ALL
    about = json.loads(text)["session"]
    assert (about["id"], about["title"], about["config"]) == (log.head.id, "test", "test")
    assert datetime.fromisoformat(about["at"]) == log.head.at
    part = export(kept.state, "json", session=info, turn=2, agents=["b"], redact=as_it_is)
    assert contents(part) == [(2, [("b", "zwei"), ("b", "drei")])]
    # what is there live is written the same, to the last number; only its clock began elsewhere
    live = json.loads(export(session.state, "json", session=info, redact=as_it_is))["turns"]
    there = {one["serial"]: one for turn in json.loads(text)["turns"] for one in turn["agents"]}
    for turn in live:
        for one in turn["agents"]:
            assert one | {"asked": ""} == there[one["serial"]] | {"asked": ""}
    for form in FORMS:
        assert "half" in export(kept.state, form, session=info, redact=as_it_is)


async def test_the_console_saves_conversations_that_ended_from_the_file(folder: Path) -> None:
    session, log = await conversed()
    said = await save_answers(session, log, folder, NOW, form="json", part=SESSION)
    assert said.startswith("saved: ")
    # what came last may not be in the file yet: it is in the session
    assert saved(folder)[-1] == ALL[-1]
    log.close()
    await save_answers(session, log, folder, NOW, form="json", part=SESSION)
    assert saved(folder) == ALL
    await save_answers(session, log, folder, NOW, form="json", part=TURN)
    assert saved(folder, "*turn3*") == ALL[2:]
    session.start_over()
    said = await save_answers(session, None, folder, NOW, part=SESSION)
    assert said == "there is no answer to save yet"
    await session.aclose()


@pytest.mark.parametrize("damage", ["gone", "no session's", "a folder", "empty"])
async def test_conversations_that_ended_are_missed_aloud_where_the_file_cannot_be_read(
    folder: Path, damage: str
) -> None:
    session, log = await conversed()
    log.close()
    assert log.path is not None
    log.path.unlink()
    if damage == "no session's":
        log.path.write_bytes(b"\x00\xff no session\n")
    elif damage == "a folder":
        log.path.mkdir()
    elif damage == "empty":
        log.path.touch()
    said = await save_answers(session, log, folder, NOW, form="json", part=SESSION)
    why = "without the conversations that ended before: the session's file cannot be read"
    assert said.endswith(f", {why}")
    there = saved(folder)
    assert there[-1][1] == ALL[-1][1]
    assert there != ALL
    said = await save_answers(session, log, folder, NOW, form="json", part=TURN)
    assert said.endswith(".json"), "nothing is missing of the last turn"
    await session.aclose()


async def test_conversations_that_ended_are_missed_aloud_where_no_file_is_kept(
    folder: Path,
) -> None:
    session, log = await conversed()
    log.close()
    said = await save_answers(session, None, folder, NOW, form="json", part=SESSION)
    assert said.endswith(", without the conversations that ended before: this session is not kept")
    there = saved(folder)
    assert there[-1][1] == ALL[-1][1]
    assert there != ALL
    await session.aclose()


async def test_what_a_killed_program_broke_off_is_told(folder: Path) -> None:
    hanging = asyncio.Event()
    backends = Backends(a=[[ContentDelta("so far"), hanging]])
    session = Session(config_of("a"), backend_for=backends, clock=FakeClock(), health=None)
    log = record(session, warn=pytest.fail)
    session.ask("first")
    for _ in range(100):
        await asyncio.sleep(0)
    # the file as it stands when it is closed without the session having ended
    log.close()
    await session.aclose()
    assert log.path is not None
    kept = read_session(log.path, keep_past=True)
    for form in ("md", "html"):
        text = export(kept.state, form, session=info_of(kept), redact=as_it_is)
        assert "Broken off when the program ended" in text
        assert "so far" in text


@settings(deadline=None)
@given(
    start=st.integers(0, 10**15),
    steps=st.lists(st.integers(0, 10**7), min_size=6, max_size=6),
    waited=st.none() | st.floats(0, 0.01),
)
def test_what_was_measured_reads_back_to_the_last_microsecond(
    tmp_path_factory: pytest.TempPathFactory, start: int, steps: list[int], waited: float | None
) -> None:
    """Times are nanoseconds since the machine started, and kept since the attempt was made."""
    moments = [(start + sum(steps[: place + 1])) / 1e9 for place in range(len(steps))]
    config = config_of("a")
    profile = KeptProfile()
    state = SessionState([Agent(config.agents[0], profile)])
    encoder = Encoder(moments[0], Redactor(()))
    lines = [to_json(head_of(config, {"a": profile}, 0.01).model_dump(mode="json"))]
    stream: list[StreamEvent] = [
        RequestSent({}),
        Opened(waited),
        ReasoningDelta("a"),
        ContentDelta("b"),
    ]
    happened: list[tuple[float, SessionEvent]] = [
        (moments[0], event) for event in (Prompted(1, "?", ("a",)), Queued(1, "a", 1), Begun(1))
    ]
    happened += [(at, Streamed(1, one)) for at, one in zip(moments[1:], stream, strict=False)]
    happened.append((moments[-1], Ended(1, Status.DONE)))
    for at, event in happened:
        state.apply(Entry(state.seq, at, event))
        if isinstance(event, Ended):
            measured = Measured(replace(state.attempt(1).times))
            lines += encoder.take(at, replace(event, measured=measured))
        else:
            lines += encoder.take(at, event)
    path = tmp_path_factory.mktemp("kept") / "20261123-120000-ab12cd34.jsonl"
    path.write_text("\n".join(lines) + "\n", "utf-8")
    kept = read_session(path)
    assert kept.damage == []
    assert attempt_record(kept.state.attempt(1)) == attempt_record(state.attempt(1))


async def test_where_no_file_is_kept_conversations_that_ended_are_held_and_saved(
    folder: Path,
) -> None:
    session, log = await conversed(holds=True)
    log.close()
    session.start_over(["b"])
    said = await save_answers(session, None, folder, NOW, form="json", part=SESSION)
    assert said.endswith(".json"), "nothing is missing"
    assert saved(folder) == ALL
    assert log.path is not None
    kept = read_session(log.path, keep_past=True)
    for form in FORMS:
        of_file, of_state = (
            written(document_of(agents, info_of(kept)), form, as_it_is)
            for agents in (kept.state.everyone, with_held(session.state))
        )
        assert len(of_file) == len(of_state), "asked at another time of the clock, else alike"
        assert all(word in of_state for word in ("**one**"[2:5], "half", "zwei", "hm"))
    session.remove("b")
    await save_answers(session, None, folder, NOW, form="json", part=SESSION)
    assert saved(folder) == ALL, "of an agent that has gone too"
    await session.aclose()


async def test_what_was_not_held_from_the_begin_is_missed_aloud(folder: Path) -> None:
    session, log = await conversed()
    log.close()
    session.state.holds_ended = True
    said = await save_answers(session, None, folder, NOW, form="json", part=SESSION)
    assert said.endswith(", without the conversations that ended before: this session is not kept")
    await session.aclose()


async def written_out(log: SessionLog) -> None:
    """Wait until all that was heard is in the file."""
    async with asyncio.timeout(10):
        for _ in iter(lambda: log.settled, True):
            await asyncio.sleep(0.01)


class Disk:
    """A disk that fills in the midst of a session."""

    def __init__(self) -> None:
        self.full = False
        self.tells = threading.Event()
        """It says so at once."""
        self.tells.set()

    def open(self, path: Path, mode: str) -> IO[str]:
        file: Any = paths.open_private(path, mode)
        write = file.write

        def writing(text: str) -> int:
            if self.full:
                write(text[: len(text) // 9])
                file.flush()
                self.tells.wait(10)
                raise OSError(errno.ENOSPC, "No space left on device")
            return int(write(text))

        file.write = writing
        opened: IO[str] = file
        return opened


async def filled(
    monkeypatch: pytest.MonkeyPatch,
) -> tuple[Session, SessionLog, Disk, asyncio.Event]:
    """A session whose disk has filled; it is warned of that when it writes again."""
    disk, warned = Disk(), asyncio.Event()
    monkeypatch.setattr("massgen_tui.store.writer.open_private", disk.open)
    session, log = await conversed(warn=lambda _: warned.set())
    await written_out(log)
    disk.full = True
    return session, log, disk, warned


@pytest.mark.parametrize("ends", [["a", "b"], ["b"], []], ids=str)
async def test_what_ends_after_the_disk_has_filled_is_held(
    folder: Path, monkeypatch: pytest.MonkeyPatch, ends: list[str]
) -> None:
    session, log, _, warned = await filled(monkeypatch)
    session.ask("fourth")
    await session.wait()
    await asyncio.wait_for(warned.wait(), 10)
    if ends:
        session.start_over(ends)
    session.ask("fifth")
    await session.wait()
    said = await save_answers(session, log, folder, NOW, form="json", part=SESSION)
    assert said.endswith(".json"), "nothing is missing"
    assert saved(folder) == [*ALL, (4, [("a", "ok"), ("b", "ok")]), (5, [("a", "ok"), ("b", "ok")])]
    await session.aclose()


async def test_what_ended_as_the_disk_filled_is_missed_aloud(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session, log, disk, warned = await filled(monkeypatch)
    disk.tells.clear()
    session.ask("fourth")
    await session.wait()
    session.start_over(["a"])
    disk.tells.set()
    await asyncio.wait_for(warned.wait(), 10)
    said = await save_answers(session, log, folder, NOW, form="json", part=SESSION)
    assert said.endswith(", without the conversations that ended before: this session is not kept")
    await session.aclose()
