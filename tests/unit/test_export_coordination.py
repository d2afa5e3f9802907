"""A coordination is exported with what it came to, in each form, and its text stays text."""

import asyncio
import json
from collections.abc import Sequence
from datetime import UTC, datetime

from massgen_tui.backends.events import Finished, ToolCallDelta
from massgen_tui.config.coordination import CoordinationConfig
from massgen_tui.coordinate.conductor import Conductor
from massgen_tui.coordinate.waybook import WayBook
from massgen_tui.export.document import Document, document_of, running
from massgen_tui.export.forms import written
from massgen_tui.session.session import Session
from tests.support.fakes import Backends, FakeClock, Step, answer, config_of
from tests.support.pages import parsed

HOSTILE = "<script>alert(1)</script> \x1b[2J"


def vote(name: str, reason: str) -> list[Step]:
    arguments = json.dumps({"answer_id": name, "reason": reason})
    return [ToolCallDelta(0, "x", "vote", arguments), Finished("tool_calls")]


def agreed() -> Document:
    scripts: dict[str, list[Sequence[Step]]] = {
        "a": [answer("4"), vote("agent1.1", "mine"), answer(f"It is **4**. {HOSTILE}")],
        "b": [answer("four"), vote("agent1.1", HOSTILE)],
    }

    async def run() -> Document:
        session = Session(
            config_of(*scripts), backend_for=Backends(**scripts), clock=FakeClock(), health=None
        )
        turns = session.begin_turn("What is 2 + 2?", list(scripts))
        await Conductor(session, turns, list(scripts), CoordinationConfig(), WayBook()).run()
        await session.aclose()
        at = datetime(2026, 11, 29, tzinfo=UTC)
        told = running(session.agents, title="", config="", now=at, clock=100.0)
        return document_of(session.agents, told)

    return asyncio.run(run())


def test_json_has_what_run_prints() -> None:
    [turn] = json.loads(written(agreed(), "json", str))["turns"]
    coordination = turn["coordination"]
    assert coordination["requests"] == 5
    assert (coordination["winner"], coordination["by"]) == ("agent1.1", "votes")
    assert coordination["final"].startswith("It is **4**.")
    assert [one["for"] for one in coordination["votes"]] == ["agent1.1", "agent1.1"]


def test_markdown_has_the_votes_and_the_final_answer() -> None:
    text = written(agreed(), "md", str)
    end = text[text.index("### Agreed") :]
    assert "agent1.1 of a won with 2 votes" in end
    assert "- a voted for agent1.1: mine" in end
    assert "It is **4**." in end
    assert "\x1b" not in text


def test_html_has_them_as_text() -> None:
    text = written(agreed(), "html", str)
    page = parsed(text)
    [article] = page.of("article", "agreed")
    assert "agent1.1 of a won with 2 votes" in article.text
    assert "b voted for agent1.1: <script>alert(1)</script>" in article.text
    assert not page.of("script")
    assert "\x1b" not in text
