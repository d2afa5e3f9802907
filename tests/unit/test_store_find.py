"""Which session is meant: by its ID, a beginning of it, `last`, or its file."""

import json
import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from massgen_tui import paths
from massgen_tui.store.find import UnknownSessionError, find_session, session_files

OLD: Mapping[str, object] = {
    "at": "2026-11-20T08:00:00.000+00:00",
    "event": "session",
    "version": "0.1.0",
    "config": "two.yaml",
    "agents": [],
}


def kept(folder: Path, id: str, begun: str = "20261124-101010", number: str = "") -> Path:
    path = folder / f"{begun}-{id}{number}.jsonl"
    head = {"format": 1, "id": id, "at": "2026-11-24T10:10:10Z", "resolution_s": 0.01, "agents": []}
    path.write_text(json.dumps(head) + "\n", "utf-8")
    return path


def test_an_id_or_a_beginning_that_no_other_has(tmp_path: Path) -> None:
    one = kept(tmp_path, "ab12cd34")
    other = kept(tmp_path, "ab99zz00", "20261124-111111")
    (tmp_path / "notes.jsonl").write_text('{"format": "none"}\n[]\n', "utf-8")
    (tmp_path / "20261125-000000-broken00.jsonl").write_text('{"format": 1, "id', "utf-8")
    for text in ("ab12cd34", "ab1"):
        assert find_session(text, tmp_path) == one
    assert find_session("ab9", tmp_path) == other


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("ab", ["2 sessions begin with 'ab'", "ab12cd34  2026-11-24 10:10 UTC", "ab99zz00"]),
        ("zz", ["no session 'zz'", "ab12cd34", "ab99zz00"]),
        ("", ["no session ''"]),
        ("\x1b[31mx", ["no session '[31mx'"]),
    ],
)
def test_what_is_unknown_or_ambiguous_names_the_candidates(
    text: str, told: list[str], tmp_path: Path
) -> None:
    kept(tmp_path, "ab12cd34")
    kept(tmp_path, "ab99zz00")
    with pytest.raises(UnknownSessionError) as caught:
        find_session(text, tmp_path)
    assert [one for one in told if one not in str(caught.value)] == []


def test_at_most_ten_candidates_are_named(tmp_path: Path) -> None:
    for number in range(13):
        kept(tmp_path, f"ab{number:06}")
    with pytest.raises(UnknownSessionError, match="and 3 more") as caught:
        find_session("a", tmp_path)
    assert len(str(caught.value).splitlines()) == 12


def test_a_whole_id_is_meant_before_a_beginning(tmp_path: Path) -> None:
    """IDs of other programs' copies may be of any length."""
    short = kept(tmp_path, "ab12cd34")
    kept(tmp_path, "ab12cd345")
    assert find_session("ab12cd34", tmp_path) == short


def test_last_is_the_one_that_began_last(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paths, "sessions_dir", lambda: tmp_path)
    with pytest.raises(UnknownSessionError, match="no session is kept"):
        find_session("last")
    with pytest.raises(UnknownSessionError, match="none is kept"):
        find_session("ab")
    first, second = kept(tmp_path, "zz000000", "20261124-101011"), kept(tmp_path, "aa000000")
    assert find_session("last") == first
    os.utime(first, (1.0, 1.0))
    assert find_session("last") == first, "it is of no matter which was written last"
    third = kept(tmp_path, "00000000", "20261124-101011")
    assert find_session("last") == third, "but in the same second"
    assert [one.path for one in session_files(tmp_path)] == [third, first, second]


def test_a_file_may_be_named_by_its_path(tmp_path: Path) -> None:
    (tmp_path / "sessions").mkdir()
    path = kept(tmp_path, "ab12cd34")
    assert find_session(str(path), tmp_path / "sessions") == path


def test_a_session_of_version_0_1_has_an_id_that_stays(tmp_path: Path) -> None:
    path = tmp_path / "20261120-080000-research.jsonl"
    path.write_text(json.dumps(OLD) + "\n", "utf-8")
    (before,) = session_files(tmp_path)
    assert len(before.id) == 8
    with path.open("a", encoding="utf-8") as file:
        file.write('{"event": "prompt"}\n')
    path = path.rename(tmp_path / "renamed.jsonl")
    assert find_session(before.id[:6], tmp_path) == path


def test_a_candidate_that_a_later_version_wrote_is_told_as_such(tmp_path: Path) -> None:
    kept(tmp_path, "ab12cd34")
    later = kept(tmp_path, "ab99zz00")
    later.write_text(later.read_text("utf-8").replace('"format": 1', '"format": 3'), "utf-8")
    with pytest.raises(UnknownSessionError) as caught:
        find_session("ab", tmp_path)
    told = str(caught.value)
    assert "ab99zz00  2026-11-24 10:10 UTC  (format 3, of a later version)" in told
    assert told.count("later version") == 1
