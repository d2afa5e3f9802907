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


def test_an_answer_keeps_its_server_where_the_agent_went_to_another(tmp_path: Path) -> None:
    path = tmp_path / "20261123-120000-aaaabbbb.jsonl"

    def agent(provider: str, port: int) -> dict[str, str]:
        server = f"http://localhost:{port}"
        url = f"{server}/v1/chat/completions"
        return {"id": "a", "model": "m", "provider": provider, "server": server, "url": url}

    def answered(serial: int, t: int) -> list[dict[str, object]]:
        return [
            {"t": t, "e": "queued", "a": serial, "agent": "a", "turn": 1},
            {"t": t, "e": "begun", "a": serial},
            {"t": t + 1, "a": serial, "c": "said", "d": [[0, 4]]},
            {"t": t + 2, "e": "ended", "a": serial, "status": "done"},
        ]

    head = {"format": 1, "id": "aaaabbbb", "at": "2026-11-23T12:00:00Z", "resolution_s": 0.01}
    told: list[dict[str, object]] = [
        head | {"agents": [agent("vLLM", 8000)]},
        {"t": 0, "e": "prompt", "turn": 1, "text": "one", "agents": ["a"]},
        *answered(1, 1),
        {"t": 5, "e": "server", "agent": "a", "served_by": "vLLM 0.33.0"},
        {"t": 6, "e": "agent_changed", "agent": agent("SGLang", 30000)},
        *answered(2, 7),
        {"t": 10, "e": "agent_changed", "agent": agent("llama.cpp", 8080)},
        *answered(3, 11),
        {"t": 15, "e": "server", "agent": "a", "served_by": "llama.cpp b9999"},
    ]
    path.write_text("".join(json.dumps(one) + "\n" for one in told), "utf-8")
    kept = read_session(path)
    texts = {form: export(kept.state, form, session=info_of(kept), redact=str) for form in FORMS}
    servers = ["http://localhost:8000", "http://localhost:30000", "http://localhost:8080"]
    served = ["vLLM 0.33.0", "SGLang", "llama.cpp b9999"]
    answers = json.loads(texts["json"])["turns"][0]["agents"]
    assert [one["server"] for one in answers] == servers
    rows = list(csv.DictReader(io.StringIO(texts["csv"])))
    assert [(row["server"], row["served_by"]) for row in rows] == [
        *zip(servers, served, strict=True)
    ]
    for words in zip(served, servers, strict=True):
        assert " · ".join(words) in texts["md"]
        assert all(word in texts["html"] for word in words)
