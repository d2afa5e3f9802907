"""Journals of version 0.1 open as sessions: what they tell is what was.

`massgen-tui-0.1.0.jsonl` was written by version 0.1.0 with scripted backends, its clock by hand.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from massgen_tui.session.agent import Agent, Turn
from massgen_tui.session.attempt import Attempt
from massgen_tui.session.session import Session
from massgen_tui.store.find import find_session, session_files
from massgen_tui.store.formats import FORMAT
from massgen_tui.store.kept_config import config_of as settings_of
from massgen_tui.store.reader import KeptSession, NoSessionError, read_head, read_session
from massgen_tui.store.resume import resume
from massgen_tui.store.schema import attempt_record
from tests.support.fakes import Backends, FakeClock, config_of

JOURNAL = Path(__file__).parents[1] / "data" / "sessions" / "massgen-tui-0.1.0.jsonl"


def records() -> list[dict[str, Any]]:
    return [json.loads(line) for line in JOURNAL.read_text("utf-8").splitlines()]


def written(path: Path, told: Sequence[Mapping[str, object]]) -> Path:
    path.write_text("".join(json.dumps(one) + "\n" for one in told), "utf-8")
    return path


def turns_of(kept: KeptSession, id: str) -> list[Turn]:
    agent = kept.state.agents[id]
    return agent.past + agent.turns


def attempts_in(agents: Mapping[str, Agent]) -> Iterator[Attempt]:
    for agent in agents.values():
        for turn in agent.past + agent.turns:
            yield from turn.attempts


def test_every_answer_is_there_as_it_was_told() -> None:
    kept = read_session(JOURNAL, keep_past=True)
    assert kept.damage == []
    told = [one for one in records() if one["event"] == "attempt"]
    there = sorted(attempts_in(kept.state.agents), key=lambda attempt: attempt.times.end or 0.0)
    by_agent = {id: [one for one in there if one.agent == id] for id in ("a", "b")}
    for id, attempts in by_agent.items():
        for attempt, was in zip(attempts, (o for o in told if o["agent"] == id), strict=True):
            now = attempt_record(attempt)
            # what version 0.1 did not know of
            assert now.pop("cold") is False
            timing = now["timing"]
            assert isinstance(timing, dict)
            assert (timing.pop("stalls"), timing.pop("server")) == ([], None)
            assert now == {key: was[key] for key in now}
            assert attempt.model == was["model"]
            assert attempt.tokens == _tokens(was)


def _tokens(was: Mapping[str, Any]) -> tuple[int, bool] | None:
    """How many pieces came, 0.1 did not tell."""
    usage = was["usage"]
    return (usage["completion_tokens"], True) if usage else None


def test_turns_that_have_one_number_get_serials_in_the_order_of_the_file() -> None:
    kept = read_session(JOURNAL, keep_past=True)
    prompts = [(turn.serial, turn.prompt) for turn in turns_of(kept, "a")]
    assert prompts == [
        (1, "Say something about foxes."),
        (2, "And dogs?"),
        (3, "A new conversation"),
        (4, "Wait for it"),
    ]
    assert [turn.serial for turn in turns_of(kept, "b")] == [1, 2, 3]
    serials = [attempt.serial for attempt in attempts_in(kept.state.agents)]
    assert sorted(serials) == list(range(1, 10))
    assert kept.state.agents["a"].turns == []
    assert [turn.serial for turn in kept.state.agents["b"].turns] == [3]


def test_requests_are_there_to_the_byte() -> None:
    kept = read_session(JOURNAL, keep_past=True)
    bodies = [one["body"] for one in records() if one["event"] == "request"]
    there = sorted(attempts_in(kept.state.agents), key=lambda attempt: attempt.times.sent or 0.0)
    assert [dict(attempt.request or {}) for attempt in there] == bodies


def test_its_head_says_what_it_is(tmp_path: Path) -> None:
    head = read_head(JOURNAL)
    assert (head.format, head.version, head.config, len(head.id)) == (0, "0.1.0", "test", 8)
    assert [(one.id, one.profile.provider, one.profile.server) for one in head.agents] == [
        ("a", "vLLM", "http://localhost:8000"),
        ("b", "vLLM", "http://localhost:8000"),
    ]
    agents = [(one.id, one.endpoint.base_url, one.problem) for one in settings_of(head, {}).agents]
    assert agents == [(id, "http://localhost:8000/v1", None) for id in ("a", "b")]
    path = tmp_path / "20261120-080000-test.jsonl"
    path.write_bytes(JOURNAL.read_bytes())
    assert [one.id for one in session_files(tmp_path)] == [head.id]
    assert find_session(head.id[:5], tmp_path) == path


def test_one_that_was_killed_while_it_answered_is_open_there(tmp_path: Path) -> None:
    whole = records()
    last = max(place for place, one in enumerate(whole) if one["event"] == "attempt")
    path = written(tmp_path / "cut.jsonl", whole[:last])
    kept = read_session(path)
    assert (kept.end, kept.damage) == ("killed", [])
    (turn,) = [one for one in kept.state.agents["a"].turns if one.prompt == "Wait for it"]
    assert [attempt.status.ended for attempt in turn.attempts] == [False]
    with path.open("a", encoding="utf-8") as file:
        file.write('{"at": "2026-11-20T08:00:33.170+00:00", "event": "att')
    assert read_session(path).damage == ["its last line is cut off"]


@pytest.mark.parametrize(
    "broken",
    [
        {"at": "2026-11-20T08:00:20.000+00:00", "event": "attempt", "agent": "nobody", "turn": 1},
        {"at": "yesterday", "event": "prompt"},
        {"event": "prompt", "turn": 1, "prompt": "x", "agents": ["a"]},
        {"at": "2026-11-20T08:00:20.000+00:00", "event": "prompt", "turn": "1", "agents": ["a"]},
        {"at": "2026-11-20T08:00:20.000+00:00", "event": "later"},
    ],
)
def test_a_damaged_record_is_told_and_the_rest_is_read(
    broken: Mapping[str, object], tmp_path: Path
) -> None:
    whole = records()
    path = written(tmp_path / "damaged.jsonl", [*whole[:5], broken, *whole[5:]])
    kept = read_session(path, keep_past=True)
    assert kept.damage == ["line 6 is damaged"]
    assert len(list(attempts_in(kept.state.agents))) == 9


@pytest.mark.parametrize("head", [{"event": "session"}, {"event": "prompt", "at": "2026"}, []])
def test_what_is_no_journal_is_no_session(head: object, tmp_path: Path) -> None:
    path = tmp_path / "no.jsonl"
    path.write_text(json.dumps(head) + "\n", "utf-8")
    with pytest.raises(NoSessionError):
        read_head(path)


async def test_it_goes_on_in_a_file_of_this_format(tmp_path: Path) -> None:
    backends = Backends(b=[])
    session = Session(config_of("a", "b"), backend_for=backends, clock=FakeClock(), health=None)
    resumed = resume(session, JOURNAL, warn=pytest.fail, directory=lambda: tmp_path)
    session.ask("and on", ["b"])
    await session.wait()
    await session.aclose()
    assert resumed.log is not None
    resumed.log.close()
    path = resumed.log.path
    assert path is not None
    assert path.parent == tmp_path
    kept = read_session(path, keep_past=True)
    assert (kept.head.format, kept.head.continues) == (FORMAT, read_head(JOURNAL).id)
    assert kept.damage == []
    assert [turn.prompt for turn in kept.state.agents["b"].turns][-2:] == [
        "A new conversation",
        "and on",
    ]
    assert [m.content for m in backends["b"].asked[-1]] == ["A new conversation", "fine", "and on"]
