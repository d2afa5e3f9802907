"""An agent that prompts do not go to: by an event, so that a resume and a replay know of it."""

from pathlib import Path

import pytest

from massgen_tui.session.session import Session
from massgen_tui.store.reader import read_session
from massgen_tui.store.recording import record
from massgen_tui.store.replaying import replayed
from massgen_tui.store.resume import resume
from tests.support.fakes import Backends, FakeClock, config_of


def session_of(*ids: str) -> tuple[Session, Backends]:
    backends = Backends()
    config = config_of(*ids, logging_enabled=True)
    return Session(config, backend_for=backends, clock=FakeClock(), health=None), backends


def asked(backends: Backends) -> dict[str, int]:
    return {id: len(backend.asked) for id, backend in backends.by_agent.items()}


async def test_prompts_and_reruns_leave_it_out() -> None:
    session, backends = session_of("a", "b")
    session.ask("first")
    await session.wait()
    assert session.pause("a")
    assert not session.pause("a"), "that is nothing new"
    for turns in (session.ask("to all"), session.ask("to it", ["a", "b"])):
        assert len(turns) == 1
        await session.wait()
    session.rerun()
    await session.wait()
    assert session.rerun(["a"]) == session.defer(["a"]) == []
    assert session.ask("alone", ["a"]) == []
    assert asked(backends) == {"a": 1, "b": 4}
    assert session.pause("a", paused=False)
    session.ask("again")
    await session.wait()
    assert asked(backends) == {"a": 2, "b": 5}
    with pytest.raises(ValueError, match="no agent is called 'c'"):
        session.pause("c")
    await session.aclose()


async def test_what_waits_for_it_is_asked_all_the_same() -> None:
    session, backends = session_of("a")
    session.ask("first")
    session.ask("second")
    session.pause("a")
    await session.wait()
    assert [[one.content for one in each][-1] for each in backends["a"].asked] == [
        "first",
        "second",
    ]
    await session.aclose()


async def test_a_resume_leaves_it_out_too_and_a_replay_shows_when(tmp_path: Path) -> None:
    session, _ = session_of("a", "b")
    log = record(session, warn=pytest.fail, directory=lambda: tmp_path)
    session.ask("first")
    await session.wait()
    session.pause("a")
    session.pause("b")
    session.pause("b", paused=False)
    await session.aclose()
    log.close()
    assert log.path is not None
    kept = read_session(log.path).state
    assert [agent.paused for agent in kept.agents.values()] == [True, False]

    again, backends = session_of("a", "b")
    resume(again, log.path, warn=pytest.fail, keep=False)
    again.ask("second")
    await again.wait()
    assert asked(backends) == {"a": 0, "b": 1}
    again.pause("a", paused=False)
    again.ask("third")
    await again.wait()
    assert asked(backends) == {"a": 1, "b": 2}
    await again.aclose()

    played, _ = replayed(log.path)
    played.player.seek(played.player.end)
    assert played.agent("a").paused
    played.player.seek(played.player.begin - 1)
    assert not played.agent("a").paused
