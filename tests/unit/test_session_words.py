"""Addresses, verdicts, numbers, Markdown: the pure parts of a session."""

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

import pytest
from markdown_it import MarkdownIt

from massgen_tui.backends.events import (
    ContentDelta,
    Finished,
    Message,
    ReasoningDelta,
    RequestSent,
    Source,
    SourcesReported,
    Started,
    StreamEvent,
    ToolCallDelta,
    Unsaid,
    Unshown,
    UsageReported,
)
from massgen_tui.export.markdown import Now, save_markdown, to_markdown
from massgen_tui.session.agent import Agent, Turn
from massgen_tui.session.answers import last_answers
from massgen_tui.session.attempt import Attempt, Status
from massgen_tui.session.cited import cited_answer
from massgen_tui.session.mentions import names_near, parse_address, unknown_name
from massgen_tui.session.numbers import numbers
from massgen_tui.session.outcome import answer_text, verdict
from massgen_tui.session.redact import Redactor
from massgen_tui.session.times import Times
from massgen_tui.store.schema import attempt_record
from tests.support.fakes import FakeBackend, config_of, failure

IDS = ("qwen1", "qwen", "gpt-oss", "the judge")


@pytest.mark.parametrize(
    ("text", "ids", "prompt"),
    [
        ("hello", None, "hello"),
        ("@qwen1 hello", ("qwen1",), "hello"),
        ("@qwen hello", ("qwen",), "hello"),
        ("@qwen1 @gpt-oss  hello\nyou", ("qwen1", "gpt-oss"), "hello\nyou"),
        ("@qwen1 @qwen1 hello", ("qwen1",), "hello"),
        ("@the judge decide", ("the judge",), "decide"),
        ("@qwen1\nhello", ("qwen1",), "hello"),
        ("@qwen1", ("qwen1",), ""),
        ("@qwen12 hello", None, "@qwen12 hello"),
        ("@someone hello", None, "@someone hello"),
        (" @qwen1 hello", None, " @qwen1 hello"),
        ("tell @qwen1 hello", None, "tell @qwen1 hello"),
        ("@@qwen1 hello", None, "@qwen1 hello"),
        ("@qwen1 @@qwen hello", ("qwen1",), "@qwen hello"),
        ("@@ -1,3 +1,4 @@", None, "@@ -1,3 +1,4 @@"),
        ("", None, ""),
        ("@", None, "@"),
    ],
)
def test_an_address_is_an_id_at_the_very_start(
    text: str, ids: tuple[str, ...] | None, prompt: str
) -> None:
    assert parse_address(text, IDS) == (ids, prompt)


@pytest.mark.parametrize(
    ("text", "name", "near"),
    [
        ("@qwen3 hello", "qwen3", ["qwen", "qwen1"]),
        ("@QWEN1 hello", "QWEN1", ["qwen1", "qwen"]),
        ("@qwen1 @gptoss hello", "gptoss", ["gpt-oss"]),
        ("@jugde, decide", "jugde", ["the judge"]),
        ("@zzz hello", "zzz", list(IDS)),
        ("@property\ndef x(self): …", "property", list(IDS)),
    ],
)
def test_a_name_that_is_no_agent_s_is_found_with_those_that_are_near(
    text: str, name: str, near: list[str]
) -> None:
    assert unknown_name(text, IDS) == name
    assert names_near(name, list(IDS)) == near


@pytest.mark.parametrize(
    "text",
    [
        "hello",
        "@qwen1 hello",
        "@@qwen3 hello",
        "@@ -1,3 +1,4 @@",
        "@",
        "@ hello",
        "a @qwen3 b",
        "@-x",
    ],
)
def test_other_texts_begin_with_no_unknown_name(text: str) -> None:
    assert unknown_name(text, IDS) is None


def attempt_of(*events: StreamEvent, status: Status = Status.DONE, **end: object) -> Attempt:
    attempt = Attempt("a", 1, Times(created=0.0))
    attempt.apply(RequestSent({}), 1.0)
    for place, event in enumerate(events):
        attempt.apply(event, 2.0 + place)
    if status.ended:
        attempt.end(status, 10.0, failure(**end) if status is Status.FAILED else None)
    return attempt


THOUGHT, SAID = ReasoningDelta("hm"), ContentDelta("text")


@pytest.mark.parametrize(
    ("events", "short", "whole"),
    [
        ([SAID, Finished("stop")], "", True),
        ([THOUGHT, SAID, Finished("stop")], "", True),
        ([SAID], "", True),
        ([SAID, Finished("length")], "truncated", False),
        ([THOUGHT, SAID, Finished("length")], "truncated", False),
        ([THOUGHT, Finished("length")], "budget spent on thinking", False),
        ([THOUGHT, ContentDelta("\n\n"), Finished("length")], "budget spent on thinking", False),
        ([Finished("length")], "truncated", False),
        ([SAID, Finished("content_filter")], "filtered", False),
        ([ToolCallDelta(0, "i", "f"), Finished("tool_calls")], "stopped to call a tool", True),
        ([SAID, ToolCallDelta(0, "i", "f"), Finished("stop")], "stopped to call a tool", True),
        ([ToolCallDelta(0, "i", "f", "{"), Finished("length")], "truncated", False),
        ([THOUGHT, Finished("stop")], "all in reasoning", True),
        ([Finished("stop")], "empty", False),
        ([ContentDelta("\n"), Finished("stop")], "empty", False),
        ([SAID, Finished("abort")], "aborted", False),
        ([SAID, Finished("STOP")], "", True),
        ([THOUGHT, Finished("END_TURN")], "all in reasoning", True),
        ([SAID, Finished("MAX_TOKENS")], "truncated", False),
        ([THOUGHT, Finished("max_output_tokens")], "budget spent on thinking", False),
        ([SAID, Finished("RECITATION")], "filtered", False),
        ([SAID, Finished("stop", "MAX_TOKENS")], "truncated", False),
        ([ToolCallDelta(0, "i", "f", "{"), Finished("tool_calls", "length")], "truncated", False),
        ([SAID, Finished("stop", "end_turn")], "", True),
        ([SAID, Unsaid()], "cut off?", False),
        ([ToolCallDelta(0, "i", "f", "{"), Unsaid()], "cut off?", False),
        ([Unsaid()], "cut off?", False),
        ([Unshown("an image"), Finished("stop")], "only an image", False),
        ([SAID, Unshown("an image"), Finished("stop")], "with an image", False),
        (
            [Unshown("a sound"), Unshown("an image"), Finished("stop")],
            "only a sound and an image",
            False,
        ),
        ([SAID, Finished("weird")], "weird", False),
    ],
)
def test_the_verdict_says_how_it_ended(
    events: Iterable[StreamEvent], short: str, whole: bool
) -> None:
    judged = verdict(attempt_of(*events))
    assert (judged.short, judged.whole) == (short, whole)
    assert bool(judged.words) == bool(short)


def test_the_verdict_of_what_did_not_end_well() -> None:
    assert verdict(attempt_of(SAID, status=Status.ANSWERING)).short == ""
    assert verdict(attempt_of(SAID, status=Status.CANCELLED)).short == "stopped"
    cut = verdict(attempt_of(SAID, status=Status.FAILED, hint="start it"))
    assert cut.short == "interrupted"
    assert "the connection was cut" in cut.words
    assert "start it" in cut.words
    assert "kept" in cut.words


def test_the_answer_is_the_reasoning_only_where_the_server_finished_with_nothing_else() -> None:
    assert answer_text(attempt_of(THOUGHT, Finished("stop"))) == "hm"
    assert answer_text(attempt_of(THOUGHT, SAID, Finished("stop"))) == "text"
    assert answer_text(attempt_of(THOUGHT, Finished("length"))) == ""
    assert answer_text(attempt_of(THOUGHT, status=Status.CANCELLED)) == ""


def test_numbers_mark_what_is_estimated_and_leave_out_what_is_unknown() -> None:
    counted = attempt_of(THOUGHT, SAID, SAID, UsageReported(24, 11, 6, 8), Finished("stop"))
    assert numbers(counted) == (
        "TTFT 1.00 s · first answer 2.00 s · 2.5 tok/s · 11 tokens · cached 8/24 · 9.00 s"
    )
    assert "~2 tokens" in numbers(attempt_of(THOUGHT, SAID, Finished("stop")))
    assert numbers(Attempt("a", 1, Times(created=0.0))) == ""


def test_ttft_counts_from_the_request_that_was_answered() -> None:
    attempt = Attempt("a", 1, Times(created=0.0))
    attempt.apply(RequestSent({}), 1.0)
    attempt.apply(RequestSent({}), 61.0)
    attempt.apply(SAID, 61.5)
    attempt.end(Status.DONE, 62.0)
    assert attempt.ttft == 0.5
    assert attempt.total_s == 61.0


def test_a_tool_call_with_a_wild_index_takes_no_room() -> None:
    attempt = attempt_of(ToolCallDelta(10**9, "i", "f", "{"), ToolCallDelta(10**9, arguments="}"))
    assert [(c.name, c.arguments) for c in attempt.tool_calls] == [("f", "{}")]


def conversation(*answers: Attempt, prompt: str = "what?") -> Agent:
    agent = Agent(config_of("qwen1").agents[0], FakeBackend("qwen1"))
    agent.turns = [Turn(turn, prompt, [answer]) for turn, answer in enumerate(answers, start=1)]
    return agent


def test_markdown_holds_prompts_answers_and_what_is_wrong_with_them() -> None:
    agent = conversation(attempt_of(THOUGHT, SAID, Finished("length")), prompt="a\nb")
    text = to_markdown([agent], "two", NOW)
    for part in ("# two", "> a\n> b", "### qwen1 · fake/model", "hm", "text", "cut off"):
        assert part in text


NOW = Now(datetime(2026, 11, 23, 12, 0, tzinfo=UTC), 10.0)


@pytest.mark.parametrize(
    ("usage", "short"),
    [
        (UsageReported(16, 64, 64), "budget spent on thinking"),
        (UsageReported(16, 64, 60), "budget spent on thinking"),
        (UsageReported(16, 64, 0), "truncated"),
        (UsageReported(16, 64), "truncated"),
        (None, "truncated"),
    ],
)
def test_a_limit_spent_by_thinking_that_was_not_sent_is_told(
    usage: UsageReported | None, short: str
) -> None:
    told = [] if usage is None else [usage]
    assert verdict(attempt_of(Finished("length"), *told)).short == short
    said = attempt_of(ContentDelta("half"), Finished("length"), *told)
    assert verdict(said).short == "truncated"


@pytest.mark.parametrize(
    ("usage", "tokens"),
    [
        # xAI: 12 + 20 + 100 = 132
        (UsageReported(12, 20, 100, None, 100), 120),
        # OpenRouter's rough counting: more reasoning than completion, and no more in the total
        (UsageReported(12, 20, 100, None, 0), 20),
        (UsageReported(12, 20, 5), 20),
    ],
)
def test_reasoning_that_is_counted_beside_the_completion_is_among_the_tokens(
    usage: UsageReported, tokens: int
) -> None:
    attempt = attempt_of(ContentDelta("Left"), Finished("stop"), usage)
    assert attempt.tokens == (tokens, True)


def test_markdown_holds_every_attempt_with_its_circumstances() -> None:
    first, second = (attempt_of(ContentDelta(t), Finished("stop")) for t in ("one", "two"))
    first.request = {"model": "m", "messages": [], "stream": True, "top_k": 50, "stop": ["`"]}
    second.apply(Started("other/model"), 9.0)
    agent = conversation(first)
    agent.served_by = "vLLM 0.33.0"
    agent.turns[0].attempts.append(second)
    agent.turns[0].front = 0
    text = to_markdown([agent], "t", NOW)
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
    tokens = MarkdownIt().parse(to_markdown([agent], "t", NOW))
    headings = [t for t in tokens if t.type == "heading_open"]
    assert len(headings) == 5


def test_markdown_holds_no_control_characters() -> None:
    agent = conversation(attempt_of(ContentDelta("a\x1b[31mb\u202e"), Finished("stop")))
    text = to_markdown([agent], "t\x1b]0;x\x07", NOW)
    assert not {"\x1b", "\x07", "\u202e"} & set(text)


SOURCES = SourcesReported(
    (
        Source(1, "A [page](https://evil.example) of `x`", "https://a.example/1"),
        Source(3, None, "https://b.example/`2"),
    )
)
LISTED = """Sources:

- [1] `` A [page](https://evil.example) of `x` `` · `https://a.example/1`
- [3] ``https://b.example/`2``"""


def test_sources_stand_under_what_is_copied_and_saved_and_are_no_links() -> None:
    attempt = attempt_of(ContentDelta("So [1].\n"), SOURCES, Finished("stop"))
    agent = conversation(attempt)
    assert cited_answer(attempt) == f"So [1].\n\n{LISTED}"
    assert last_answers([agent]) == cited_answer(attempt)
    text = to_markdown([agent], "t", NOW)
    assert LISTED in text
    links = [t for line in MarkdownIt().parse(text) for t in line.children or [] if t.attrs]
    assert links == []


def test_sources_go_into_the_record_and_into_no_later_request() -> None:
    attempt = attempt_of(ContentDelta("So [1]."), SOURCES, Finished("stop"))
    assert attempt_record(attempt)["sources"] == [
        {"n": 1, "title": SOURCES.sources[0].title, "url": "https://a.example/1"},
        {"n": 3, "title": None, "url": "https://b.example/`2"},
    ]
    assert conversation(attempt).turns[0].answer == Message("assistant", "So [1].")
    assert attempt_record(attempt_of(SAID, Finished("stop")))["sources"] is None


def test_saved_answers_are_private_and_overwrite_nothing(tmp_path: Path) -> None:
    agent = conversation(attempt_of(ContentDelta("\ud800"), Finished("stop")))
    first = save_markdown([agent], "a/b", tmp_path, NOW, Redactor([]))
    second = save_markdown([agent], "a/b", tmp_path, NOW, Redactor([]))
    assert first != second
    assert first.parent == second.parent == tmp_path
    assert first.stat().st_mode & 0o777 == 0o600


def test_a_key_that_a_server_repeats_is_not_saved(tmp_path: Path) -> None:
    attempt = attempt_of(ContentDelta("Bearer sk-verysecret"), Finished("stop"))
    attempt.request = {"extra": "sk-verysecret"}
    redact = Redactor(["sk-verysecret"])
    saved = save_markdown([conversation(attempt)], "t", tmp_path, NOW, redact)
    assert "verysecret" not in saved.read_text("utf-8")


def test_answers_that_a_full_disk_does_not_take_leave_no_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path, mode: str) -> TextIO:
        path.touch()
        return Path("/dev/full").open("w", encoding="utf-8")

    monkeypatch.setattr("massgen_tui.export.markdown.open_private", full)
    agent = conversation(attempt_of(ContentDelta("all of it"), Finished("stop")))
    with pytest.raises(OSError, match="No space"):
        save_markdown([agent], "t", tmp_path, NOW, Redactor([]))
    assert list(tmp_path.iterdir()) == []
