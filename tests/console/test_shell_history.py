import stat
from pathlib import Path

from massgen_tui.console.history import LIMIT, History


def test_prompts_are_kept_across_runs_in_a_private_file(tmp_path: Path) -> None:
    file = tmp_path / "prompts.jsonl"
    first = History(file)
    first.sent("one")
    first.sent("two\nlines")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    again = History(file)
    assert again.move(-1, "") == "two\nlines"
    assert again.move(-1, "two\nlines") == "one"
    assert again.move(-1, "one") is None


def test_a_draft_waits_under_the_history() -> None:
    history = History()
    history.sent("old")
    assert history.move(-1, "my draft") == "old"
    assert history.move(1, "old, changed") == "my draft"
    assert history.move(-1, "my draft") == "old, changed"
    assert history.sent("old, changed") == "my draft"
    assert history.move(-1, "") == "old, changed"


def test_sending_the_draft_itself_leaves_none() -> None:
    history = History()
    history.sent("old")
    assert history.move(-1, "draft") == "old"
    assert history.move(1, "old") == "draft"
    assert history.sent("draft") == ""


def test_the_same_prompt_twice_is_kept_once() -> None:
    history = History()
    history.sent("again")
    history.sent("again")
    assert history.move(-1, "") == "again"
    assert history.move(-1, "again") is None


def test_a_spoilt_or_long_file_does_no_harm(tmp_path: Path) -> None:
    file = tmp_path / "prompts.jsonl"
    lines = ["not json", "[1]", *(f'"p{n}"' for n in range(2 * LIMIT + 5))]
    file.write_text("\n".join(lines), encoding="utf-8")
    history = History(file)
    assert history.move(-1, "") == f"p{2 * LIMIT + 4}"
    assert len(file.read_text(encoding="utf-8").splitlines()) == LIMIT


def test_a_file_that_cannot_be_written_is_no_error(tmp_path: Path) -> None:
    history = History(tmp_path / "missing" / "prompts.jsonl")
    history.sent("kept in memory")
    assert history.move(-1, "") == "kept in memory"
