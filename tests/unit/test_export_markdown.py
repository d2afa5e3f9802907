"""A session as Markdown."""

from markdown_it import MarkdownIt

from massgen_tui.backends.events import ContentDelta, Finished, ReasoningDelta, Started
from tests.support.attempts import attempt_of, conversation, markdown

THOUGHT, SAID = ReasoningDelta("hm"), ContentDelta("text")


def test_markdown_holds_prompts_answers_and_what_is_wrong_with_them() -> None:
    agent = conversation(attempt_of(THOUGHT, SAID, Finished("length")), prompt="a\nb")
    text = markdown(agent, title="two")
    for part in ("# two", "> a\n> b", "### qwen1 · fake/model", "hm", "text", "cut off"):
        assert part in text


def test_markdown_holds_every_attempt_with_its_circumstances() -> None:
    first, second = (attempt_of(ContentDelta(t), Finished("stop")) for t in ("one", "two"))
    first.request = {"model": "m", "messages": [], "stream": True, "top_k": 50, "stop": ["`"]}
    second.apply(Started("other/model"), 9.0)
    agent = conversation(first)
    agent.served_by = "vLLM 0.33.0"
    agent.turns[0].attempts.append(second)
    agent.turns[0].front = 0
    text = markdown(agent)
    one, two = text.split("#### Attempt 2 of 2")
    assert "#### Attempt 1 of 2 (in front)" in one
    assert "one" in one
    assert "two" in two
    for part in (one, two):
        assert "vLLM 0.33.0 · http://localhost:8000" in part
        assert "asked 2026-11-23 11:59:51+00:00" in part
        assert "TTFT 1.00 s" in part
    assert '``{"top_k": 50, "stop": ["`"]}``' in one
    assert "answered as other/model" in two


def test_markdown_closes_a_code_block_that_the_answer_left_open() -> None:
    agent = conversation(
        attempt_of(ContentDelta("````py\n```\nprint(1)"), Finished("length")),
        attempt_of(SAID, Finished("stop")),
    )
    tokens = MarkdownIt().parse(markdown(agent))
    headings = [t for t in tokens if t.type == "heading_open"]
    assert len(headings) == 5


def test_markdown_holds_no_control_characters() -> None:
    agent = conversation(attempt_of(ContentDelta("a\x1b[31mb\u202e"), Finished("stop")))
    text = markdown(agent, title="t\x1b]0;x\x07")
    assert not {"\x1b", "\x07", "\u202e"} & set(text)
