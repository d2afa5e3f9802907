"""Files that were damaged or made by others: nothing in them ends a read, a resume, an export."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from massgen_tui.export.forms import FORMS, export
from massgen_tui.export.kept import info_of
from massgen_tui.session.session import Session
from massgen_tui.store.kept_config import greeting
from massgen_tui.store.reader import KeptSession, NoSessionError, read_head, read_session
from massgen_tui.store.replaying import replayed
from massgen_tui.store.resume import resume
from tests.support.fakes import Backends, FakeClock, answer, config_of

HEAD: dict[str, object] = {
    "format": 1,
    "id": "aaaabbbb",
    "at": "2026-11-23T12:00:00Z",
    "resolution_s": 0.01,
    "agents": [{"id": "a"}, {"id": "b"}],
}
TURN: tuple[dict[str, object], ...] = (
    {"t": 0, "e": "prompt", "turn": 1, "text": "one", "agents": ["a", "b"]},
    {"t": 1, "e": "queued", "a": 1, "agent": "a", "turn": 1},
    {"t": 1, "e": "queued", "a": 2, "agent": "b", "turn": 1},
    {"t": 2, "e": "begun", "a": 1},
    {"t": 3, "a": 1, "c": "said", "d": [[0, 4]]},
    {"t": 4, "e": "ended", "a": 1, "status": "done"},
)
CLEARED = {"t": 9, "e": "cleared", "agents": ["a", "b"]}


def written(folder: Path, records: Sequence[object], **head: object) -> Path:
    path = folder / "20261123-120000-aaaabbbb.jsonl"
    told = [record if isinstance(record, str) else json.dumps(record) for record in records]
    path.write_text("\n".join([json.dumps(HEAD | head), *told, ""]), "utf-8")
    return path


def exported(kept: KeptSession) -> list[str]:
    return [export(kept.state, form, session=info_of(kept), redact=str) for form in FORMS]


@pytest.mark.parametrize("twice", range(3))
async def test_lines_that_are_told_twice_count_once(tmp_path: Path, twice: int) -> None:
    again = TURN[twice]
    path = written(tmp_path, [*TURN, again, CLEARED])
    kept = read_session(path, keep_past=True)
    assert kept.damage == [f"line {len(TURN) + 2} is damaged"]
    past = [[len(turn.attempts) for turn in agent.past] for agent in kept.state.agents.values()]
    assert past == [[1], [1]]
    player = replayed(path)[0].player
    player.seek(player.end)
    player.seek(player.begin)
    player.seek(player.end)
    session = Session(config_of("a", "b"), backend_for=Backends(), clock=FakeClock(), health=None)
    resume(session, path, warn=pytest.fail, directory=lambda: tmp_path)


async def test_a_session_goes_on_with_names_that_no_line_has_whatever_their_order(
    tmp_path: Path,
) -> None:
    prompt, first, second, *rest = TURN
    later = {"t": 5, "e": "prompt", "turn": 7, "text": "later", "agents": ["b"]}
    before = {"t": 6, "e": "prompt", "turn": 3, "text": "before", "agents": ["a"]}
    path = written(tmp_path, [prompt, second, first, *rest, later, before])
    session = Session(
        config_of("a", "b"),
        backend_for=Backends(a=[answer("x")], b=[answer("y")]),
        clock=FakeClock(),
        health=None,
    )
    resume(session, path, warn=pytest.fail, directory=lambda: tmp_path)
    session.ask("and now?")
    await session.wait()
    serials = [
        attempt.serial
        for agent in session.agents
        for turn in agent.turns
        for attempt in turn.attempts
    ]
    assert sorted(serials) == [1, 2, 3, 4]
    assert [agent.turns[-1].serial for agent in session.agents] == [8, 8]
    await session.aclose()


@pytest.mark.parametrize(
    "moment", ["1e999", "-1e999", "NaN", "1e308", "-1e308", "9e15", "1" * 400], ids=range(7)
)
def test_a_moment_that_is_none_does_not_end_an_export(tmp_path: Path, moment: str) -> None:
    queued = f'{{"t":{moment},"e":"queued","a":9,"agent":"a","turn":1}}'
    ended = f'{{"t":5,"e":"ended","a":2,"status":"done","times":{{"end":{moment}}}}}'
    kept = read_session(written(tmp_path, [*TURN, queued, ended]))
    texts = exported(kept)
    assert all("said" in text for text in texts)
    json.loads(texts[FORMS.index("json")], parse_constant=pytest.fail)


@pytest.mark.parametrize("at", ["9998-12-31T23:59:59Z", "0002-01-01T00:00:00Z", "2026-11-23T12:00"])
async def test_a_session_of_any_year_is_read_and_goes_on(tmp_path: Path, at: str) -> None:
    path = written(tmp_path, TURN, at=at)
    assert all("said" in text for text in exported(read_session(path)))
    assert greeting(read_head(path))
    session = Session(config_of("a", "b"), backend_for=Backends(), clock=FakeClock(), health=None)
    resume(session, path, warn=pytest.fail, directory=lambda: tmp_path)


@pytest.mark.parametrize("at", ["9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z", "1e999", "", None])
def test_a_file_of_no_time_is_no_session(tmp_path: Path, at: str | None) -> None:
    with pytest.raises(NoSessionError):
        read_head(written(tmp_path, TURN, at=at))
