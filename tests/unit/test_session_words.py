"""Addresses, verdicts, numbers, Markdown: the pure parts of a session."""

from collections.abc import Iterable

import pytest
from markdown_it import MarkdownIt

from massgen_tui.backends.call import Message
from massgen_tui.backends.events import (
    ContentDelta,
    Finished,
    ReasoningDelta,
    RequestSent,
    Source,
    SourcesReported,
    StreamEvent,
    ToolCallDelta,
    Unsaid,
    Unshown,
    UsageReported,
)
from massgen_tui.session.answers import last_answers
from massgen_tui.session.attempt import Attempt
from massgen_tui.session.cited import cited_answer
from massgen_tui.session.mentions import (
    file_mentions,
    names_near,
    split_address,
    unescaped,
    unknown_name,
)
from massgen_tui.session.numbers import numbers
from massgen_tui.session.outcome import answer_text, verdict
from massgen_tui.session.status import Status
from massgen_tui.session.times import Times
from massgen_tui.store.schema import attempt_record
from tests.support.attempts import attempt_of, conversation, markdown

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
    named, rest = split_address(text, IDS)
    assert (named, unescaped(rest)) == (ids, prompt)


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
        "@src/x.py what is it?",
        "@qwen1 @docs/a.md",
    ],
)
def test_other_texts_begin_with_no_unknown_name(text: str) -> None:
    assert unknown_name(text, IDS) is None


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("@./notes.md", ["./notes.md"]),
        ("see @src/x.py, @../y.c and (@/abs/z.h).", ["src/x.py,", "../y.c", "/abs/z.h)."]),
        ("@~/x @~me/y @.env", ["~/x", "~me/y", ".env"]),
        ("see (@src/x.py)", ["src/x.py"]),
        ('@"./my notes.md" and @"a b/c.md"', ["./my notes.md", "a b/c.md"]),
        ("@qwen1 @./x\n@docs/a.md", ["./x", "docs/a.md"]),
        # an address, a name, a decorator, a package in quotes, a diff: no file
        ("me@home.org/x @someone @ alone @, or", []),
        ('@app.get("/items")\ndef x(): …', []),
        ("@Path('/x') @media(a/b)", []),
        ('"@types/node": "^1"', []),
        ("@@ -1,3 +1,4 @@ a/b", []),
        # in code an @ is code
        ("```sh\nnpm i @types/node\n```\n@./x", ["./x"]),
        ("````\n```\n@./a\n```\n````", []),
        ("~~~\n@./a", []),
        ("run `npm i @types/node` first", []),
    ],
)
def test_a_word_with_a_slash_or_a_leading_dot_names_a_file(text: str, names: list[str]) -> None:
    found = file_mentions(text)
    assert [one.name for one in found] == names
    assert not any(one.plain for one in found)


@pytest.mark.parametrize("part", [".", "a/", "(", "`", '"', "@", "@./", "~"])
def test_no_text_takes_long_to_look_through(part: str) -> None:
    # a paste is looked through at once: 32,000 dots behind a path held the keys for 30 s
    for before in ("@a/", "@./", '@"./', "", "```"):
        assert len(file_mentions(f"{before}{part * 100_000}(")) <= 100_000


def test_two_ats_before_a_path_are_text() -> None:
    (found,) = file_mentions("install @@types/node")
    assert found.plain


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
        ([THOUGHT, Finished("stop", matched="\n\n")], "stop text met", False),
        ([Finished("stop", matched="x")], "stop text met", False),
        ([THOUGHT, SAID, Finished("stop", matched="x")], "", True),
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


def test_a_thought_that_a_stop_text_cut_is_no_answer() -> None:
    attempt = attempt_of(THOUGHT, Finished("stop", matched="\x1b[2J\n" + "x" * 99))
    assert answer_text(attempt) == ""
    words = verdict(attempt).words
    assert "\x1b" not in words
    assert "x" * 40 not in words
    assert "`stop` ends thoughts" in words


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
    assert attempt.times.ttft == 0.5
    assert attempt.times.total_s == 61.0


def test_a_tool_call_with_a_wild_index_takes_no_room() -> None:
    attempt = attempt_of(ToolCallDelta(10**9, "i", "f", "{"), ToolCallDelta(10**9, arguments="}"))
    assert [(c.name, c.arguments) for c in attempt.tool_calls] == [("f", "{}")]


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
    text = markdown(agent)
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
