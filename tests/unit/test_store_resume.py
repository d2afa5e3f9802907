"""A session goes on where it was: conversation, requests, files."""

import asyncio
import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from massgen_tui.backends.call import Message
from massgen_tui.backends.events import BackendError, ContentDelta, ErrorKind
from massgen_tui.config.loader import load_config
from massgen_tui.config.model import Config
from massgen_tui.coordinate.told import heading, outcome
from massgen_tui.session.outcome import may_wait
from massgen_tui.session.session import Session
from massgen_tui.session.status import Status
from massgen_tui.store.kept_config import config_of, greeting
from massgen_tui.store.reader import KeptSession, read_head, read_session
from massgen_tui.store.recording import record
from massgen_tui.store.resume import Resumed, resume
from tests.support.fakes import Backends, FakeClock, answer
from tests.support.fakes import config_of as fake_config

KEPT = fake_config("a", "b", logging_enabled=True)
LONG = "Tell me, at some length, how a tokenizer cuts words."
SAID = "A tokenizer cuts words into the pieces that it has learned."


def files(folder: Path) -> list[Path]:
    return list(folder.glob("*.jsonl"))


def session_of(config: Config, backends: Backends) -> Session:
    return Session(config, backend_for=backends, clock=FakeClock(), health=None)


async def first_half(folder: Path, session: Session) -> Path:
    """Two prompts, a rerun, another front; kept."""
    log = record(session, warn=pytest.fail, directory=lambda: folder)
    session.ask(LONG)
    await session.wait()
    session.rerun(["a"])
    await session.wait()
    session.bring_to_front("a", session.agent("a").turns[0], 0)
    session.ask("And then?", to=["b"])
    await session.wait()
    await session.aclose()
    log.close()
    assert log.path is not None
    return log.path


def scripts() -> Backends:
    return Backends(a=[answer(SAID), answer("again")], b=[answer("no"), answer("then this")])


def went_on(folder: Path, path: Path, session: Session) -> Resumed:
    return resume(session, path, warn=pytest.fail, directory=lambda: folder)


def told(state_of: Session | KeptSession) -> list[object]:
    return [
        [
            (turn.serial, turn.prompt, turn.front, [str(one.content) for one in turn.attempts])
            for turn in agent.turns
        ]
        for agent in state_of.state.agents.values()
    ]


def as_sent(asked: Sequence[Message]) -> list[tuple[str, str]]:
    return [(one.role, one.content) for one in asked]


async def test_a_resumed_session_sends_what_it_would_have_sent(tmp_path: Path) -> None:
    unbroken, backends = session_of(KEPT, scripts()), Backends()
    path = await first_half(tmp_path, unbroken)
    later = session_of(KEPT, backends)
    resumed = went_on(tmp_path, path, later)
    assert told(later) == told(unbroken)
    assert resumed.broken_off == 0
    later.ask("last")
    await later.wait()
    assert as_sent(backends["a"].asked[-1]) == [
        ("user", LONG),
        ("assistant", SAID),
        ("user", "last"),
    ]
    assert as_sent(backends["b"].asked[-1])[-1] == ("user", "last")
    await later.aclose()


async def test_the_new_file_is_whole_and_the_old_one_is_left_as_it_was(tmp_path: Path) -> None:
    path = await first_half(tmp_path, session_of(KEPT, scripts()))
    before = path.read_bytes()
    later = session_of(KEPT, Backends())
    log = went_on(tmp_path, path, later).log
    later.ask("last")
    await later.wait()
    await later.aclose()
    assert log is not None
    log.close()
    assert log.path is not None
    assert path.read_bytes() == before
    path.unlink()
    kept = read_session(log.path)
    assert kept.damage == []
    assert kept.end == "quit"
    assert kept.head.continues == json.loads(before.splitlines()[0])["id"]
    assert told(kept) == told(later)
    lines = [json.loads(line) for line in log.path.read_text().splitlines()]
    names = [line["m"] for line in lines if "v" in line]
    assert len(names) == len(set(names)), "what was told is not told again"
    assert log.path.read_text().count(SAID) == 1


async def test_two_resumes_make_two_files_and_no_prompt_makes_none(tmp_path: Path) -> None:
    path = await first_half(tmp_path, session_of(KEPT, scripts()))
    for prompts in (1, 1, 0):
        later = session_of(KEPT, Backends())
        log = went_on(tmp_path, path, later).log
        for _ in range(prompts):
            later.ask("more")
            await later.wait()
        await later.aclose()
        assert log is not None
        log.close()
    assert len(files(tmp_path)) == 3


async def test_what_ran_when_it_was_cut_off_has_ended(tmp_path: Path) -> None:
    backends = Backends(a=[[ContentDelta("half"), asyncio.Event()]], b=[answer("done")])
    session = session_of(KEPT, backends)
    log = record(session, warn=pytest.fail, directory=lambda: tmp_path)
    session.ask(LONG)
    for _ in range(300):
        if log.path and "half" in log.path.read_text():
            break
        await asyncio.sleep(0.01)
    cut = tmp_path / "cut.jsonl"
    assert log.path is not None
    cut.write_bytes(log.path.read_bytes())
    await session.aclose()
    log.close()
    later = session_of(KEPT, Backends())
    resumed = went_on(tmp_path, cut, later)
    (attempt,) = later.agent("a").turns[0].attempts
    assert (resumed.broken_off, resumed.kept.end) == (1, "killed")
    assert (attempt.status, str(attempt.content)) == (Status.CANCELLED, "half")
    assert not later.busy
    await later.aclose()


async def test_the_config_of_a_session_is_made_again_without_its_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MINE", "sk-mine-0123456")
    file = tmp_path / "two.yaml"
    file.write_text(
        "agents:\n"
        "- id: a\n"
        "  system_message: Be short.\n"
        "  backend: {type: vllm, model: m, base_url: 'http://localhost:8000/v1',\n"
        "    temperature: 0.3, api_key: '${MINE}'}\n"
        "- id: b\n"
        "  backend: {type: vllm, model: m, base_url: 'http://localhost:8000/v1',\n"
        "    api_key: sk-literal-98765}\n"
        "ui: {logging_enabled: true, bell: true}\n"
    )
    config = load_config(file)
    path = await first_half(tmp_path, session_of(config, scripts()))
    text = path.read_text()
    assert "sk-mine" not in text
    assert "sk-literal" not in text
    file.unlink()
    again = config_of(read_head(path))
    one, other = again.agents
    assert one.settings == config.agents[0].settings
    assert one.endpoint.api_key == config.agents[0].endpoint.api_key
    assert one.problem is None
    assert other.problem is not None
    assert again.ui == config.ui
    later = Session(again, clock=FakeClock(), health=None)
    log = went_on(tmp_path, path, later).log
    assert log is not None
    assert log.head.config == str(file), "the file it came from"
    await later.aclose()


@pytest.mark.parametrize("passing", [True, False])
async def test_what_time_does_not_mend_is_not_offered_to_wait_in_a_resumed_session(
    tmp_path: Path, *, passing: bool
) -> None:
    failed = BackendError(ErrorKind.UNREACHABLE, "TLS: self-signed", passing=passing)
    session = session_of(KEPT, Backends(a=[[failed]], b=[answer("yes")]))
    log = record(session, warn=pytest.fail, directory=lambda: tmp_path)
    session.ask("hi")
    await session.wait()
    await session.aclose()
    log.close()
    assert log.path is not None
    later = session_of(KEPT, Backends())
    went_on(tmp_path, log.path, later)
    again = later.agent("a").current
    assert again is not None
    assert (again.status, may_wait(again)) == (Status.FAILED, passing)
    await later.aclose()


async def test_the_config_of_a_session_is_found_from_any_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("here", "elsewhere"):
        (tmp_path / name).mkdir()
    (tmp_path / "here" / ".env").write_text("MINE=sk-mine-0123456\n")
    (tmp_path / "here" / "one.yaml").write_text(
        "agents:\n- id: a\n"
        "  backend: {type: vllm, model: m, base_url: 'http://localhost:8000/v1',"
        " api_key: '${MINE}'}\n"
    )
    monkeypatch.chdir(tmp_path / "here")
    session = Session(
        load_config(Path("one.yaml")),
        backend_for=Backends(a=[answer(SAID)]),
        clock=FakeClock(),
        health=None,
    )
    log = record(session, warn=pytest.fail, directory=lambda: tmp_path)
    session.ask("hello")
    await session.wait()
    await session.aclose()
    log.close()
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert log.path is not None
    head = read_head(log.path)
    assert "gone" not in greeting(head)
    gone = head.model_copy(update={"config": str(tmp_path / "gone.yaml")})
    assert "gone.yaml is gone: its settings are those of then" in greeting(gone)
    assert "gone" not in greeting(gone, anew=True), "another config's settings are told"
    assert config_of(head).agents[0].problem is None, "its key stands beside the config"


async def test_two_resumes_at_once_each_have_a_whole_file_of_their_own(tmp_path: Path) -> None:
    path = await first_half(tmp_path, session_of(KEPT, scripts()))
    before = path.read_bytes()
    both = [session_of(KEPT, Backends()) for _ in range(2)]
    logs = [went_on(tmp_path, path, one).log for one in both]
    for number in range(2):
        for name, one in zip("xy", both, strict=True):
            one.ask(f"more {name}{number}")
        await asyncio.gather(*(one.wait() for one in both))
    for one, log in zip(both, logs, strict=True):
        await one.aclose()
        assert log is not None
        log.close()
    written = [log.path for log in logs if log is not None and log.path is not None]
    assert len({path, *written}) == 3
    assert path.read_bytes() == before
    for other, one, file in zip("yx", both, written, strict=True):
        kept = read_session(file)
        assert (kept.damage, told(kept)) == ([], told(one))
        assert f"more {other}" not in file.read_text("utf-8")
    assert len({read_session(file).head.id for file in written}) == 2


VOTED = Path(__file__).parents[1] / "data" / "sessions" / "20261129-093145-t0mq8wsv.jsonl"


@pytest.mark.parametrize(
    ("until", "came_to"),
    [
        ('"e":"answer","a":2', "undecided: 2 answers, 0 votes"),
        ('"e":"step","a":5', "undecided: 3 answers, 0 votes"),
        ('"e":"vote","a":6', "undecided: 3 answers, 2 votes"),
        ('"e":"request","a":7', "agent2.1 of qwen2 won with 3 votes"),
    ],
)
async def test_a_coordination_that_was_cut_off_is_over_when_its_session_goes_on(
    tmp_path: Path, until: str, came_to: str
) -> None:
    lines = VOTED.read_text("utf-8").splitlines(keepends=True)
    end = next(at for at, line in enumerate(lines) if until in line)
    path = tmp_path / VOTED.name
    path.write_text("".join(lines[: end + 1]), "utf-8")
    kept = read_session(path).state.agreements
    assert [one.ended for [one] in kept.values()] == [False]
    later = session_of(config_of(read_head(path)), Backends())
    resumed = went_on(tmp_path, path, later)
    [[agreement]] = later.state.agreements.values()
    assert resumed.broken_off
    assert agreement.ended
    assert outcome(agreement) == came_to
    assert bool(agreement.final) == came_to.endswith("3 votes")
    assert heading(agreement) == ("Agreed" if agreement.final else "Not agreed")
    later.ask("And then?")
    await later.wait()
    await later.aclose()
    assert resumed.log is not None
    resumed.log.close()
    assert resumed.log.path is not None
    [[again]] = read_session(resumed.log.path).state.agreements.values()
    assert (again.ended, again.final) == (True, agreement.final)
