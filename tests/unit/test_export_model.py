"""Which model an export names: the one that was asked, whatever the agent has got since."""

import csv
import io
import json
from pathlib import Path

from massgen_tui.export.forms import FORMS, export
from massgen_tui.export.kept import info_of
from massgen_tui.store.reader import read_session


def test_an_answer_keeps_its_model_where_the_agent_got_another(tmp_path: Path) -> None:
    path = tmp_path / "20261123-120000-aaaabbbb.jsonl"
    request = {"model": "old", "messages": None}
    told = [
        {
            "format": 1,
            "id": "aaaabbbb",
            "at": "2026-11-23T12:00:00Z",
            "resolution_s": 0.01,
            "agents": [{"id": "a", "model": "new"}],
        },
        {"t": 0, "e": "prompt", "turn": 1, "text": "one", "agents": ["a"]},
        {"t": 1, "e": "queued", "a": 1, "agent": "a", "turn": 1},
        {"t": 2, "e": "begun", "a": 1},
        {"t": 2, "e": "request", "a": 1, "p": request},
        {"t": 3, "a": 1, "c": "said", "d": [[0, 4]]},
        {"t": 4, "e": "ended", "a": 1, "status": "done"},
        {"t": 5, "e": "queued", "a": 2, "agent": "a", "turn": 1},
        {"t": 5, "e": "front", "turn": 1, "agent": "a", "a": 1},
    ]
    path.write_text("".join(json.dumps(one) + "\n" for one in told), "utf-8")
    kept = read_session(path)
    texts = {form: export(kept.state, form, session=info_of(kept), redact=str) for form in FORMS}
    answers = json.loads(texts["json"])["turns"][0]["agents"]
    assert [one["model"] for one in answers] == ["old", "new"], "the second was not asked yet"
    rows = csv.DictReader(io.StringIO(texts["csv"]))
    assert [row["model"] for row in rows] == ["old", "new"]
    assert "### a · old" in texts["md"]
    assert "<small>old</small>" in texts["html"]
