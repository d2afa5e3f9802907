"""A session's agents come, go and change while it runs: queues, connections, keys, files follow."""

import asyncio
import json
import logging
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import SecretStr

from massgen_tui.backends.call import Message
from massgen_tui.backends.events import ContentDelta
from massgen_tui.config.model import AgentConfig, Config
from massgen_tui.export.document import running
from massgen_tui.export.forms import export
from massgen_tui.export.kept import info_of
from massgen_tui.session.session import Session
from massgen_tui.session.status import Status
from massgen_tui.store.glance import summarise
from massgen_tui.store.kept_config import config_of
from massgen_tui.store.program_log import FILE, close_log, open_log
from massgen_tui.store.reader import head_at_end, read_head, read_session
from massgen_tui.store.recording import record
from massgen_tui.store.replaying import replayed
from massgen_tui.store.resume import Resumed, resume
from massgen_tui.store.summary import Summary
from tests.support.configs import agent_of
from tests.support.fakes import Backends, FakeBackend, FakeClock, Step, answer
from tests.support.fakes import config_of as fake_config

NOW = datetime(2026, 11, 29, tzinfo=UTC)
KEY = "sk-of-the-late-comer-0123"
HELD = "What is known of the moons of Jupiter, in a few words?"


def agent(id: str, *, model: str = "fake/model", system_message: str = "") -> AgentConfig:
    (made,) = fake_config(id, model=model, system_message=system_message).agents
    return made


class Made(Backends):
    """All backends that were made, those of agents that have gone too."""

    def __init__(self, **scripts: list[list[Step]]) -> None:
        super().__init__(**scripts)
        self.all: list[FakeBackend] = []

    def __call__(self, agent: AgentConfig) -> FakeBackend:
        super().__call__(agent)
        made = self[agent.id]
        made.model = agent.settings.model
        self.all.append(made)
        return made


@asynccontextmanager
async def session_of(
    *ids: str, config: Config | None = None, **scripts: list[list[Step]]
) -> AsyncIterator[tuple[Session, Made]]:
    made = Made(**scripts)
    session = Session(config or fake_config(*ids), backend_for=made, clock=FakeClock(), health=None)
    try:
        yield session, made
    finally:
        await session.aclose()
    assert all(backend.closed for backend in made.all)


async def until(true: object) -> None:
    for _ in range(100):
        if callable(true) and true():
            return
        await asyncio.sleep(0)
    raise AssertionError("it did not come to that")


async def test_an_agent_that_comes_is_asked_with_the_others() -> None:
    async with session_of("a") as (session, backends):
        session.ask("first")
        await session.wait()
        added = session.add(agent("b"))
        assert [one.id for one in session.agents] == ["a", "b"]
        assert [one.id for one in session.config.agents] == ["a", "b"]
        session.ask("second")
        await session.wait()
        assert backends["b"].asked == [[Message("user", "second")]]
        assert [turn.serial for turn in added.turns] == [2]
        with pytest.raises(ValueError, match="'b' already"):
            session.add(agent("b"))


async def test_an_agent_that_goes_stops_and_gives_its_prompts_back() -> None:
    never = asyncio.Event()
    async with session_of("a", "b", b=[[ContentDelta("half"), never]]) as (session, backends):
        session.ask("first")
        await until(lambda: backends["b"].open)
        turn = session.agent("b").turns[0]
        session.ask("second", to=["b"])
        gone = backends["b"]
        stopped = session.remove("b")
        assert (stopped.attempts, stopped.prompts) == (1, ("second",))
        attempt = turn.attempts[0]
        assert attempt.status is Status.CANCELLED
        await session.wait()
        await until(lambda: gone.closed)
        assert gone.open == 0
        assert [one.id for one in session.config.agents] == ["a"]
        with pytest.raises(ValueError, match="'b'; there are: a"):
            session.ask("to nobody", to=["b"])
        with pytest.raises(ValueError, match="only agent"):
            session.remove("a")
        with pytest.raises(ValueError, match="'z'"):
            session.remove("z")


async def test_one_that_comes_back_under_an_old_name_knows_nothing_of_it() -> None:
    async with session_of("a", "b") as (session, backends):
        session.ask("first")
        await session.wait()
        session.remove("b")
        session.add(agent("b"))
        session.ask("second")
        await session.wait()
        assert backends["b"].asked == [[Message("user", "second")]]


async def test_what_runs_goes_on_and_what_waits_is_asked_as_the_agent_is_now() -> None:
    go = asyncio.Event()
    slow: list[Step] = [ContentDelta("one"), go, ContentDelta(" two")]
    async with session_of("a", a=[slow]) as (session, backends):
        first = backends["a"]
        session.ask("first")
        await until(lambda: first.open)
        session.ask("second")
        session.change(agent("a", model="other/model", system_message="Be brief."))
        second = backends["a"]
        second.scripts.clear()
        assert second is not first
        assert session.agent("a").profile.model == "other/model"
        assert not first.closed
        go.set()
        await session.wait()
        turns = session.agent("a").turns
        assert [str(turn.attempts[0].content) for turn in turns] == ["one two", "ok"]
        assert second.asked == [
            [
                Message("system", "Be brief."),
                Message("user", "first"),
                Message("assistant", "one two"),
                Message("user", "second"),
            ]
        ]
        await until(lambda: first.closed)
        with pytest.raises(ValueError, match="'z'"):
            session.change(agent("z"))


async def test_what_is_held_is_sent_to_the_server_that_the_agent_has_now() -> None:
    async with session_of("a") as (session, backends):
        session.notes.server("a", away=True, served_by="vLLM 1", context_length=9)
        session.ask("hold it", defer=True)
        session.change(agent("a", model="other/model"))
        known = session.agent("a")
        assert (known.away, known.served_by, known.context_length) == (False, "", None)
        session.release("a")
        await session.wait()
        assert [len(made.asked) for made in backends.all] == [0, 1]


async def roster_of_a_day(folder: Path) -> tuple[Path, Session]:
    """`b` goes, `c` comes, `a` changes; kept."""
    async with session_of("a", "b", config=fake_config("a", "b", logging_enabled=True)) as (
        session,
        _,
    ):
        log = record(session, warn=pytest.fail, directory=lambda: folder)
        session.ask(HELD)
        await session.wait()
        session.remove("b")
        session.add(agent("c"))
        session.change(agent("a", model="other/model", system_message="Be brief."))
        session.ask("And then?")
        await session.wait()
    log.close()
    assert log.path is not None
    return log.path, session


async def test_a_kept_session_has_the_agents_that_it_had(tmp_path: Path) -> None:
    path, _ = await roster_of_a_day(tmp_path)
    kept = read_session(path, keep_past=True)
    assert kept.damage == []
    assert list(kept.state.agents) == ["a", "c"]
    assert kept.state.agents["a"].config.settings.system_message == "Be brief."
    assert kept.state.agents["a"].profile.model == "other/model"
    assert [one.id for one in read_head(path).agents] == ["a", "b"]
    assert [one.id for one in head_at_end(path).agents] == ["a", "c"]
    summary: Summary = summarise(path)[0]
    assert summary.agents == ("a", "c")
    text = export(kept.state, "json", session=info_of(kept), redact=str)
    first = json.loads(text)["turns"][0]
    assert [one["agent"] for one in first["agents"]] == ["a", "b"], "what was said stays said"


async def resumed(path: Path, config: Config, folder: Path) -> tuple[Resumed, Session, Made]:
    made = Made()
    session = Session(config, backend_for=made, clock=FakeClock(), health=None)
    again = resume(session, path, warn=pytest.fail, directory=lambda: folder)
    return again, session, made


async def test_a_resumed_session_goes_on_with_the_agents_of_its_end(tmp_path: Path) -> None:
    path, before = await roster_of_a_day(tmp_path)
    again, session, backends = await resumed(path, config_of(head_at_end(path), {}), tmp_path)
    assert again.warnings == []
    assert [one.id for one in session.agents] == ["a", "c"]
    session.ask("last")
    await session.wait()
    assert [one.content for one in backends["a"].asked[0]] == [
        "Be brief.",
        HELD,
        "ok",
        "And then?",
        "ok",
        "last",
    ]
    assert backends["a"].model == "other/model"
    assert [one.content for one in backends["c"].asked[0]] == ["And then?", "ok", "last"]
    await session.aclose()
    assert again.log is not None
    again.log.close()
    assert again.log.path is not None
    kept = read_session(again.log.path)
    assert kept.damage == []
    assert [(one.id, len(one.turns)) for one in kept.state.agents.values()] == [("a", 3), ("c", 2)]
    told = again.log.path.read_text()
    assert told.count('"e":"agent_') == 3, "what is as it was is not told again"
    assert before.config.agents[0].settings == session.config.agents[0].settings


async def test_another_config_changes_the_agents_by_events_of_the_new_file(tmp_path: Path) -> None:
    path, _ = await roster_of_a_day(tmp_path)
    other = fake_config("a", "d", model="third/model", logging_enabled=True)
    again, session, backends = await resumed(path, other, tmp_path)
    assert again.warnings == []
    session.ask("last")
    await session.wait()
    assert [one.content for one in backends["a"].asked[0]] == [
        HELD,
        "ok",
        "And then?",
        "ok",
        "last",
    ]
    assert backends["d"].asked == [[Message("user", "last")]]
    await session.aclose()
    assert again.log is not None
    again.log.close()
    assert again.log.path is not None
    kept = read_session(again.log.path)
    assert kept.damage == []
    assert list(kept.state.agents) == ["a", "d"]
    assert kept.state.agents["a"].profile.model == "third/model"
    assert [one.id for one in head_at_end(again.log.path).agents] == ["a", "d"]


async def test_a_replay_shows_agents_come_and_go_and_seeks_back(tmp_path: Path) -> None:
    path, _ = await roster_of_a_day(tmp_path)
    session, _ = replayed(path)
    player = session.player
    player.seek(player.end)
    assert [one.id for one in session.agents] == ["a", "c"]
    assert session.agent("a").profile.model == "other/model"
    player.seek(player.begin - 1)
    assert [one.id for one in session.agents] == ["a", "b"]
    assert session.agent("a").profile.model == "fake/model"
    for refused in (lambda: session.add(agent("z")), lambda: session.remove("a")):
        with pytest.raises(ValueError, match="replay"):
            refused()


@pytest.mark.parametrize("comes", ["added", "changed"])
async def test_no_key_of_an_agent_that_came_later_is_written(tmp_path: Path, comes: str) -> None:
    late = agent_of(
        "b",
        type="vllm",
        model="m",
        base_url="http://localhost:8000/v1",
        api_key=SecretStr(KEY),
        key_template="***",
    )
    ids = ("a",) if comes == "added" else ("a", "b")
    config = fake_config(*ids, logging_enabled=True)
    async with session_of(config=config, b=[answer("ok")]) as (session, backends):
        log = record(session, warn=pytest.fail, directory=lambda: tmp_path)
        handler = open_log(session.redact, tmp_path)
        session.ask("first")
        await session.wait()
        if comes == "added":
            session.add(late)
        else:
            session.change(late)
        backends["b"].scripts = [answer("your key is ", KEY[:9], KEY[9:])]
        session.ask("second", to=["b"])
        await session.wait()
        logging.getLogger("massgen_tui").warning("refused: Bearer %s", KEY)
        session.remove("b")
        logging.getLogger("massgen_tui").warning("still: Bearer %s", KEY)
        close_log(handler)
        assert session.redact(f"x {KEY}") == "x [key]"
    log.close()
    assert log.path is not None
    assert "[key]" in log.path.read_text()
    assert "[key]" in (tmp_path / FILE).read_text()
    written = log.path.read_text() + (tmp_path / FILE).read_text()
    assert KEY not in written


async def test_an_export_tells_all_that_a_changed_agent_was_asked_with() -> None:
    async with session_of("a", "b") as (session, _):
        session.ask("first")
        await session.wait()
        session.change(agent("a", model="other/model", system_message="Be brief."))
        session.ask("second")
        await session.wait()
        info = running(session.agents, title="x", config="x", now=NOW, clock=0.0)
        page = export(session.state, "html", session=info, redact=str)
        table = page.partition('<table class="agents">')[2].partition("</table>")[0]
        rows = [re.sub(r"<[^>]+>", " ", row).split() for row in table.split("<tr>")[2:]]
        told = "a 1. fake/model 2. other/model vLLM http://localhost:8000 1. none 2. Be brief."
        assert " ".join(rows[0]) == told
        assert " ".join(rows[1]) == "b fake/model vLLM http://localhost:8000"
