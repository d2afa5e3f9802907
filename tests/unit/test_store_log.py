"""What a session leaves on disk: its file, line by line, whatever the disk and the end."""

import asyncio
import json
import logging
import shutil
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, TextIO

import pytest
from pydantic import SecretStr

from massgen_tui import paths
from massgen_tui.backends.events import (
    ContentDelta,
    ErrorKind,
    Finished,
    Opened,
    ReasoningDelta,
    ToolCallDelta,
)
from massgen_tui.config.model import Config
from massgen_tui.session.events import Entry, SessionEvent
from massgen_tui.session.session import Session
from massgen_tui.session.status import Status
from massgen_tui.store.encoder import Encoder
from massgen_tui.store.locks import is_locked
from massgen_tui.store.messages import name_of
from massgen_tui.store.reader import NoSessionError, read_session
from massgen_tui.store.recording import keep, record
from massgen_tui.store.schema import attempt_record, to_json
from tests.support.fakes import (
    Backends,
    FakeClock,
    Step,
    TickingClock,
    answer,
    config_of,
    failure,
)

KEPT = config_of("a", "b", logging_enabled=True)
LONG = "Tell me, at some length, how a tokenizer cuts words."


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setattr(paths, "sessions_dir", lambda: tmp_path)
    monkeypatch.setattr(paths, "state_dir", lambda: tmp_path)
    level = logging.getLogger("massgen_tui").level
    yield tmp_path
    logging.getLogger("massgen_tui").setLevel(level)


def full_disk(path: Path, mode: str) -> TextIO:
    return Path("/dev/full").open("w", encoding="utf-8")


def file_in(folder: Path) -> Path:
    (path,) = folder.glob("*.jsonl")
    return path


def files(folder: Path) -> list[Path]:
    return sorted(folder.iterdir())


def lines(folder: Path) -> list[Mapping[str, Any]]:
    return [json.loads(line) for line in file_in(folder).read_text("utf-8").splitlines()]


def written(folder: Path) -> str:
    return "".join(path.read_text("utf-8") for path in sorted(folder.iterdir()))


async def converse(config: Config, backends: Backends, *prompts: str) -> list[str]:
    """Ask, one prompt after the other; gives what was warned of."""
    warnings: list[str] = []
    clock = FakeClock()
    session = Session(config, backend_for=backends, clock=clock, health=None)
    with keep(session, warn=warnings.append):
        for prompt in prompts or ("hello",):
            session.ask(prompt)
            await session.wait()
            clock.tick(3.0)
        await session.aclose()
    await asyncio.sleep(0)  # the writer's warning comes by the loop
    return warnings


async def until(condition: Callable[[], object]) -> None:
    for _ in range(200):
        if condition():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it did not come")


async def test_a_file_holds_head_prompt_request_and_what_came(folder: Path) -> None:
    backends = Backends(a=[answer("x", "\u2028", "\ud800")], b=[[ContentDelta("half"), failure()]])
    assert await converse(KEPT, backends) == []
    head, *told = lines(folder)
    assert (head["format"], head["config"], len(head["id"])) == (1, "test", 8)
    assert [(one["id"], one["server"], one["model"]) for one in head["agents"]] == [
        ("a", "http://localhost:8000", "fake/model"),
        ("b", "http://localhost:8000", "fake/model"),
    ]
    path = file_in(folder)
    assert path.name.endswith(f"-{head['id']}.jsonl")
    assert told[0] == {"t": 0, "e": "prompt", "turn": 1, "text": "hello", "agents": ["a", "b"]}
    of_a = [one for one in told if one.get("a") == 1]
    kinds = [one.get("e", "text") for one in of_a]
    assert kinds == ["queued", "begun", "request", "opened", "started", "text", "finished", "ended"]
    assert of_a[5]["c"] == "x\u2028\ud800"
    assert of_a[5]["d"] == [[0, 3, 3]]
    (end,) = [one for one in told if one.get("a") == 2 and one.get("e") == "ended"]
    assert (end["status"], end["error"]["kind"]) == ("failed", "interrupted")
    assert told[-1] == {"t": 3000, "e": "closed", "how": "quit"}


async def test_each_moment_of_an_attempt_is_kept_as_its_own(folder: Path) -> None:
    steps: list[Step] = [
        Opened(),
        ReasoningDelta("Hm."),
        *map(ContentDelta, "42"),
        Finished("stop"),
    ]
    backends = Backends(a=[steps])
    session = Session(KEPT, backend_for=backends, clock=TickingClock(), health=None)
    with keep(session, warn=pytest.fail):
        session.ask("hello", to=["a"])
        await session.wait()
        await session.aclose()
    attempt = session.state.attempt(1)
    (end,) = [one for one in lines(folder) if one.get("e") == "ended"]
    names = ("sent", "first_byte", "first_reasoning", "first_content", "last_token", "end")
    told = [end["times"][name] for name in names]
    assert told == sorted(set(told)), "each is later than the one before"
    was = [getattr(attempt.times, name) - attempt.times.created for name in names]
    assert told == pytest.approx(was)
    again = read_session(file_in(folder), 100.0).state.attempt(1)
    assert again.times.ttft == pytest.approx(attempt.times.ttft)
    assert again.times.total_s == pytest.approx(attempt.times.total_s)


@pytest.mark.parametrize("to", [["a"], ["b"], None])
async def test_a_new_conversation_is_kept_as_one(folder: Path, to: list[str] | None) -> None:
    session = Session(KEPT, backend_for=Backends(), clock=FakeClock(), health=None)
    with keep(session, warn=pytest.fail):
        session.ask("hello")
        await session.wait()
        session.start_over(to)
        session.ask("again")
        await session.wait()
        await session.aclose()
    begun = [(one["e"], one["agents"]) for one in lines(folder) if one.get("e") == "cleared"]
    assert begun == [("cleared", to or ["a", "b"])]
    kept = read_session(file_in(folder)).state
    turns = {agent.id: [turn.prompt for turn in agent.turns] for agent in kept.agents.values()}
    anew = to or ["a", "b"]
    assert turns == {id: ["again"] if id in anew else ["hello", "again"] for id in ("a", "b")}
    for agent in session.agents:
        for turn in agent.turns:
            for attempt in turn.attempts:
                assert kept.attempt(attempt.serial).request == attempt.request


async def test_each_message_is_there_once_and_names_the_one_before_it(folder: Path) -> None:
    said = "A tokenizer cuts words into the pieces that it has learned."
    backends = Backends(a=[answer(said), answer("yes"), answer("no")], b=[answer("no answer")])
    await converse(KEPT, backends, LONG, "And then?", LONG)
    told = lines(folder)
    text = written(folder)
    assert text.count(said) == 1
    assert text.count(LONG) == 2, "it was asked twice"
    messages = [one for one in told if "v" in one]
    names = [one["m"] for one in messages]
    assert len(set(names)) == len(names)
    for one in messages:
        assert one.get("before") in (None, *names)
        assert one["m"] == name_of(one.get("before"), to_json(one["v"], compact=True))
    path = file_in(folder)
    kept = read_session(path)
    sent = [turn.attempts[0].request for turn in kept.state.agents["a"].turns]
    assert [one["messages"] for one in sent if one is not None] == [
        [{"role": m.role, "content": m.content} for m in asked] for asked in backends["a"].asked
    ]


async def test_files_grow_with_the_turns_and_not_with_their_square(folder: Path) -> None:
    sizes = []
    for turns in (1, 60):
        answers = [answer(f"{number} " + "word " * 400) for number in range(turns)]
        config = config_of("a", logging_enabled=True)
        await converse(config, Backends(a=answers), *(f"{n} {LONG}" for n in range(turns)))
        path = file_in(folder)
        head, closed = path.read_bytes().splitlines()[0], 40
        sizes.append(path.stat().st_size - len(head) - closed)
        path.unlink()
    assert sizes[1] <= 1.1 * 60 * sizes[0]


async def test_a_stream_costs_little_more_than_its_text(folder: Path) -> None:
    """60 tokens of 4 characters in a second, for ten seconds."""
    clock = FakeClock()
    script: list[Step] = []
    for _ in range(600):
        script += [ContentDelta("word"), lambda: clock.tick(1 / 60)]
    backends = Backends(a=[[*script, Finished("stop")]])
    config = config_of("a", logging_enabled=True)
    session = Session(config, backend_for=backends, clock=clock, health=None)
    log = record(session, warn=pytest.fail)
    # a quarter of a second of it at a time, as a writer would find it
    told: list[str] = []
    encoder, since = log._make_encoder(), 0.0
    session.leave(log.hear)

    def hear(entry: Entry) -> None:
        nonlocal since
        told.extend(encoder.take(entry.at, entry.event))
        if entry.at - since >= 0.25:
            told.extend(encoder.flush())
            since = entry.at

    session.listen(hear)
    session.ask("hello")
    await session.wait()
    await session.aclose()
    text = [line for line in told if '"c":' in line]
    assert sum(len(line) + 1 for line in text) <= 2.2 * 2400
    assert "".join(json.loads(line)["c"] for line in text) == "word" * 600


async def test_what_waits_for_its_server_is_kept(folder: Path) -> None:
    refused = failure(kind=ErrorKind.UNREACHABLE, message="refused")
    loading = failure(kind=ErrorKind.LOADING, message="Loading model")
    backends = Backends(a=[[refused], [loading], answer("up")], b=[[refused]])
    session = Session(KEPT, backend_for=backends, clock=FakeClock(), health=None)
    with keep(session, warn=pytest.fail):
        session.ask("hello")
        await session.wait()
        session.defer()
        session.notes.wait("a", "down")
        session.release("a")
        await until(lambda: len(session.deferred) == 2)
        session.release("a")
        await until(lambda: not session.active)
        await session.aclose()
    told = [one["e"] for one in lines(folder) if one.get("a") == 3 and "e" in one]
    assert told == [
        *("queued", "deferred", "deferral", "begun", "request", "deferred", "begun", "request"),
        *("opened", "started", "finished", "ended"),
    ]
    withdrawn = [one["e"] for one in lines(folder) if one.get("a") == 4]
    assert withdrawn == ["queued", "deferred", "ended", "withdrawn"]


async def test_everything_kept_is_private(folder: Path) -> None:
    await converse(KEPT, Backends(a=[[ZeroDivisionError()]]))
    kept = files(folder)
    assert [p.suffix for p in kept] == [".jsonl", ".log"]
    assert {p.stat().st_mode & 0o777 for p in kept} == {0o600}
    assert "ZeroDivisionError" in written(folder)


async def test_logging_disabled_writes_nothing(folder: Path) -> None:
    await converse(config_of("a"), Backends(a=[[ZeroDivisionError()]]))
    assert files(folder) == []


async def test_no_prompt_no_file(folder: Path) -> None:
    session = Session(KEPT, backend_for=Backends(), clock=FakeClock(), health=None)
    with keep(session, warn=pytest.fail):
        session.notes.server("a", away=True, served_by="vLLM 1", context_length=None)
        await session.aclose()
    assert not any(path.suffix == ".jsonl" for path in files(folder))


async def test_a_file_is_locked_while_it_is_written(folder: Path) -> None:
    session = Session(KEPT, backend_for=Backends(), clock=FakeClock(), health=None)
    with keep(session, warn=pytest.fail) as log:
        session.ask("hello")
        await session.wait()
        await until(lambda: log is not None and log.path)
        assert log is not None
        assert log.path is not None
        assert is_locked(log.path)
        await session.aclose()
    assert not is_locked(log.path)


async def test_a_key_in_any_text_is_not_kept(folder: Path) -> None:
    config = config_of("a", logging_enabled=True)
    endpoint = config.agents[0].endpoint.model_copy(update={"api_key": SecretStr('sk-pl"anted-1')})
    config = config.model_copy(
        update={"agents": (config.agents[0].model_copy(update={"endpoint": endpoint}),)}
    )
    script: list[Step] = [
        ReasoningDelta('it is sk-pl"anted-1'),
        ContentDelta("your key is sk-pl"),
        ContentDelta('"anted-1, no?'),
        ToolCallDelta(0, 'sk-pl"anted-1', 'sk-pl"anted-1', 'sk-pl"anted-1'),
        ValueError('sk-pl"anted-1'),
    ]
    await converse(config, Backends(a=[script, answer("ok")]), "hello", 'it was sk-pl"anted-1')
    assert "your key is [key], no?" in written(folder)
    assert "anted-1" not in written(folder)
    path = file_in(folder)
    assert read_session(path).damage == []


@pytest.mark.parametrize("name", ["/dev/full", "no directory"])
async def test_a_file_that_cannot_be_written_is_one_warning(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if name == "/dev/full":
        monkeypatch.setattr("massgen_tui.store.writer.open_private", full_disk)
    (tmp_path / "file").touch()
    place = tmp_path if name == "/dev/full" else tmp_path / "file" / name
    monkeypatch.setattr(paths, "sessions_dir", lambda: place)
    monkeypatch.setattr(paths, "state_dir", lambda: tmp_path)
    (warning,) = await converse(KEPT, Backends())
    assert warning.startswith("this session is not kept: ")


def test_a_log_that_a_full_disk_did_not_take_disturbs_nobody_when_it_closes(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("massgen_tui.store.program_log.open_private", full_disk)
    session = Session(KEPT, backend_for=Backends(), clock=FakeClock(), health=None)
    with keep(session, warn=pytest.fail):
        logging.getLogger("massgen_tui").warning("what does not fit")


async def test_a_file_that_took_nothing_is_not_left_behind(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def created(path: Path, mode: str) -> TextIO:
        path.touch()
        return full_disk(path, mode)

    monkeypatch.setattr("massgen_tui.store.writer.open_private", created)
    (warning,) = await converse(KEPT, Backends())
    assert "No space left on device" in warning
    assert not any(path.suffix == ".jsonl" for path in files(folder))


@pytest.mark.parametrize("what", ["file", "folder", "replaced", "all"])
async def test_a_session_whose_place_is_taken_away_begins_anew_with_all_of_it(
    what: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    state = tmp_path / "massgen-tui"
    session = Session(KEPT, backend_for=Backends(), clock=FakeClock(), health=None)
    with keep(session, warn=pytest.fail) as log:
        assert log is not None
        session.ask("first")
        await session.wait()
        await until(lambda: log.path and log.path.read_text().count("\n") > 5)
        assert log.path is not None
        if what in ("file", "replaced"):
            log.path.unlink()
        else:
            shutil.rmtree(state if what == "all" else state / "sessions")
        if what == "replaced":
            log.path.write_text("another's\n")
        session.ask("second")
        await session.wait()
        await session.aclose()
    assert log.path is not None
    kept = [json.loads(line) for line in log.path.read_text("utf-8").splitlines()]
    assert [one["text"] for one in kept if one.get("e") == "prompt"] == ["first", "second"]
    assert "begins anew" in (state / "massgen-tui.log").read_text("utf-8")


async def test_a_file_cut_at_any_byte_is_read_as_far_as_it_goes(folder: Path) -> None:
    script: list[Step] = [
        ReasoningDelta("hm "),
        ContentDelta("“one"),
        ToolCallDelta(0, "id", "look", "{}"),
        Finished("stop"),
    ]
    await converse(KEPT, Backends(a=[script], b=[[ContentDelta("x"), failure()]]), LONG, "so?")
    path = file_in(folder)
    whole, cut = path.read_bytes(), folder / "cut.jsonl"
    head = whole.index(b"\n") + 1
    before: list[object] = []
    for size in range(head, len(whole) + 1):
        cut.write_bytes(whole[:size])
        kept = read_session(cut)
        at_line_end = whole[size - 1 : size] == b"\n"
        assert kept.damage in ([], ["its last line is cut off"])
        assert not (at_line_end and kept.damage)
        seen = [turn.prompt for turn in kept.state.agents["a"].turns]
        assert seen[: len(before)] == before
        before = list(seen)
    for size in (0, 1, head // 2):
        cut.write_bytes(whole[:size])
        with pytest.raises(NoSessionError):
            read_session(cut)


async def test_a_damaged_line_is_told_and_the_rest_is_read(folder: Path) -> None:
    await converse(KEPT, Backends(a=[answer("one"), answer("two")]), "first", "second")
    path = file_in(folder)
    told = path.read_text("utf-8").splitlines(keepends=True)
    for number in range(1, len(told)):
        for broken in ("\0\0\0\n", "[1]\n", '{"e": "queued", "t": 1}\n', '{"e": "new"}\n', "{}\n"):
            path.write_text("".join([*told[:number], broken, *told[number + 1 :]]), "utf-8")
            kept = read_session(path)
            assert kept.damage[0] == f"line {number + 1} is damaged"
            assert len(kept.state.agents) == 2
    path.write_text("".join(told), "utf-8")
    assert read_session(path).damage == []


async def test_what_is_read_prints_as_what_was(folder: Path) -> None:
    session = Session(
        KEPT,
        backend_for=Backends(a=[answer("one", "two")], b=[[ContentDelta("half"), failure()]]),
        clock=FakeClock(),
        health=None,
    )
    with keep(session, warn=pytest.fail) as log:
        session.ask("hello")
        await session.wait()
        await session.aclose()
    assert log is not None
    assert log.path is not None
    kept = read_session(log.path)
    for id in ("a", "b"):
        (was,) = session.agent(id).turns[0].attempts
        (now,) = kept.state.agents[id].turns[0].attempts
        assert attempt_record(now) == attempt_record(was)
        assert now.status in (Status.DONE, Status.FAILED)


async def test_lines_are_written_as_they_are_made(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Many that wait for each other are memory that the writer's thread keeps for ever."""
    waiting, made = list[int](), 0

    class Watched(Encoder):
        def take_all(self, happened: deque[tuple[float, SessionEvent]]) -> Iterator[str]:
            nonlocal made
            for line in super().take_all(happened):
                made += len(line)
                yield line
                waiting.append(made - file_in(folder).stat().st_size)

    monkeypatch.setattr("massgen_tui.store.encoder.Encoder", Watched)
    said = ["\U0001f642 " * 9_000, "x" * 30_000, "y" * 70_000]
    assert await converse(KEPT, Backends(a=[answer(one) for one in said]), *"pqr") == []
    assert made > 100_000
    assert max(waiting) < 16_384
    assert [one["v"] for one in lines(folder) if "v" in one]
