"""Exports in files: private, none overwritten, none left half, no key in any form."""

import html
import json
from pathlib import Path
from typing import TextIO

import pytest

from massgen_tui.backends.events import ContentDelta, Finished, ReasoningDelta, ToolCallDelta
from massgen_tui.export.document import NotThereError, document_of
from massgen_tui.export.files import save, write_private
from massgen_tui.export.forms import FORMS, written
from massgen_tui.session.redact import Redactor
from massgen_tui.session.status import Status
from tests.support.attempts import NOW, attempt_of, conversation, told

KEYS = ("sk-verysecret", 'q"uo\\te&<d>', "schlüssel-漢字", "sk-with-ünd\"quote'")


def test_saved_answers_are_private_and_overwrite_nothing(tmp_path: Path) -> None:
    first = save(tmp_path, "a/b", "md", NOW, "one")
    second = save(tmp_path, "a/b", "md", NOW, "two")
    assert [path.name for path in (first, second)] == [
        "massgen-tui-a_b-20261123-120000.md",
        "massgen-tui-a_b-20261123-120000-2.md",
    ]
    assert first.parent == second.parent == tmp_path
    assert first.stat().st_mode & 0o777 == 0o600
    assert (first.read_text("utf-8"), second.read_text("utf-8")) == ("one", "two")


def test_a_file_that_is_there_already_stays_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    path.write_text("mine", "utf-8")
    with pytest.raises(FileExistsError):
        write_private(path, "theirs")
    assert path.read_text("utf-8") == "mine"


@pytest.mark.parametrize("title", ["𠀀" * 300, "x" * 300, "../../etc", "..", "", "a\0b\nc"])
def test_any_title_gives_a_name_that_a_folder_takes(tmp_path: Path, title: str) -> None:
    path = save(tmp_path, title, "html", NOW, "text")
    assert path.parent == tmp_path
    assert path.read_text("utf-8") == "text"


def test_answers_that_a_full_disk_does_not_take_leave_no_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path, mode: str) -> TextIO:
        path.touch()
        return Path("/dev/full").open("w", encoding="utf-8")

    monkeypatch.setattr("massgen_tui.export.files.open_private", full)
    with pytest.raises(OSError, match="No space"):
        save(tmp_path, "t", "md", NOW, "all of it")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("key", KEYS)
def test_a_key_that_a_server_repeats_is_in_no_form(form: str, key: str) -> None:
    attempt = attempt_of(
        ReasoningDelta(f"they sent {key}"),
        ContentDelta(f"Bearer {key}\n\n```py\n# {key}\n```\n- {key}"),
        ToolCallDelta(0, key, key, f"{key} {{}}"),
        Finished("stop"),
    )
    attempt.request = {"extra": key, key: {"deep": [key]}}
    attempt.warnings += (key,)
    agent = conversation(attempt, prompt=f"what is {key}?")
    agent.served_by = key
    text = written(document_of([agent], told(key)), form, Redactor([key]))
    assert "[key]" in text
    escaped = html.escape(key), html.escape(key, quote=False)
    quoted = json.dumps(key)[1:-1], json.dumps(key, ensure_ascii=False)[1:-1]
    for shape in (key, key.replace('"', '""'), *escaped, *quoted):
        assert shape not in text


@pytest.mark.parametrize("form", ["md", "html", "csv"])
def test_a_key_that_characters_without_a_width_divide_is_not_put_together(form: str) -> None:
    agent = conversation(attempt_of(ContentDelta("sk-very\x00sec\u202eret"), Finished("stop")))
    text = written(document_of([agent], told()), form, Redactor(["sk-verysecret"]))
    assert "verysecret" not in text


def test_a_turn_and_agents_are_chosen_by_what_people_call_them() -> None:
    one, two = (attempt_of(ContentDelta(t), Finished("stop")) for t in ("first", "second"))
    agent = conversation(one, two)
    agent.turns[0].serial, agent.turns[1].serial = 4, 9
    second = document_of([agent], told(), turn=2)
    assert [(turn.number, turn.serial) for turn in second.turns] == [(2, 9)]
    assert len(document_of([agent], told(), only=["qwen1"]).turns) == 2
    for turn in (0, 3, -1):
        with pytest.raises(NotThereError, match="the session has 2"):
            document_of([agent], told(), turn=turn)
    with pytest.raises(NotThereError, match="there are qwen1"):
        document_of([agent], told(), only=["qwen2"])


@pytest.mark.parametrize("form", FORMS)
def test_a_session_without_a_turn_or_still_answering_can_be_written_down(form: str) -> None:
    agent = conversation()
    assert written(document_of([agent], told()), form, Redactor([]))
    agent = conversation(attempt_of(ContentDelta("so far"), status=Status.ANSWERING))
    assert "so far" in written(document_of([agent], told()), form, Redactor([]))


def test_there_is_no_other_form() -> None:
    with pytest.raises(ValueError, match="there are md, html, json, csv"):
        written(document_of([], told()), "pdf", Redactor([]))
