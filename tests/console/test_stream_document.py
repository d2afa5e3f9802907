import sys
from collections import Counter
from functools import partial
from types import FrameType

import pytest

from massgen_tui.backends import events
from massgen_tui.backends.events import BackendError, ErrorKind
from massgen_tui.config.model import AgentProblem
from massgen_tui.console.stream.blocks import STALE, STEP
from massgen_tui.console.stream.carry import Carry
from massgen_tui.console.stream.segment import Packed, Segment
from massgen_tui.console.stream.sought import Sought
from massgen_tui.console.stream.turn_view import TurnView
from massgen_tui.session.agent import Turn
from massgen_tui.session.attempt import Attempt
from massgen_tui.session.status import Status
from massgen_tui.session.times import Times
from massgen_tui.text import clean as safe
from tests.support.panes import Page, agent, ask, finish, look, rerun, say, shown, think


def test_before_the_first_prompt_the_agent_is_shown() -> None:
    page = Page(agent())
    assert page.read() == ["model   Qwen/Qwen3-4B", "server  vLLM · http://localhost:8000"]


def test_a_problem_of_the_config_is_shown() -> None:
    page = Page(agent(problem=AgentProblem(message="no key", hint="set VLLM_API_KEY")))
    assert page.read()[:3] == ["✗ no key", "→ set VLLM_API_KEY", ""]


def test_reasoning_is_open_until_the_answer_begins() -> None:
    one = agent()
    page, attempt = Page(one), ask(one)
    think(attempt, "Let me ")
    think(attempt, "see.")
    assert page.read(3.25) == ["› why?", "▾ reasoning  2.0 s · ~2 tok", "Let me see."]
    say(attempt, "Because.")
    assert page.read() == ["› why?", "▸ reasoning  1.0 s · ~2 tok", "Because."]


def test_sources_are_listed_under_an_answer_that_has_ended() -> None:
    one = agent()
    page, attempt = Page(one, width=30), ask(one)
    say(attempt, "So [1] and [12].")
    found = (
        events.Source(1, "A title that takes two lines", "https://a.example/1"),
        events.Source(12, None, "https://b.example/a/long/address"),
    )
    attempt.apply(events.SourcesReported(found), 2.5)
    assert page.read() == ["› why?", "So [1] and [12]."]
    finish(attempt)
    assert page.read()[1:] == [
        "So [1] and [12].",
        "",
        "Sources",
        "[1]  A title that takes two",
        "     lines",
        "     https://a.example/1",
        "[12] https://b.example/a/long/",
        "     address",
    ]


def test_white_space_does_not_begin_the_answer() -> None:
    one = agent()
    page, attempt = Page(one), ask(one)
    think(attempt, "hm")
    say(attempt, "\n\n")
    assert page.read()[1].startswith("▾")


def test_reasoning_that_the_user_opened_stays_open() -> None:
    one = agent()
    page, attempt = Page(one, width=20), ask(one)
    think(attempt, "hm")
    page.read()
    page.document.toggle_reasoning()
    assert page.read()[1:] == ["▸ reasoning  1.8 s ·"]
    page.document.toggle_reasoning()
    say(attempt, "So.")
    assert page.read()[2:] == ["hm", "─" * 20, "So."]
    think(attempt, " more")
    assert page.read()[2:] == ["hm more", "─" * 20, "So."]


def test_folded_reasoning_makes_no_rows() -> None:
    one = agent()
    page, attempt = Page(one), ask(one)
    say(attempt, "So.")
    think(attempt, "line\n" * 5000)
    page.read()
    assert len(page.scroll.rows) == 3
    page.document.toggle_reasoning()
    page.read()
    assert len(page.scroll.rows) == 5004


def test_the_servers_own_count_of_reasoning_is_not_marked() -> None:
    one = agent()
    page, attempt = Page(one), ask(one)
    think(attempt, "hm")
    say(attempt, "So.")
    attempt.apply(events.UsageReported(10, 200, 164), 4.0)
    assert page.read()[1] == "▸ reasoning  1.0 s · 164 tok"


def test_content_that_proves_to_be_reasoning_moves() -> None:
    one = agent()
    page, attempt = Page(one), ask(one)
    say(attempt, "thinking aloud")
    assert page.read()[-1] == "thinking aloud"
    attempt.apply(events.ReasoningMoved("thinking aloud"), 3.0)
    assert page.read()[1:] == ["▾ reasoning  0.75 s · ~1 tok", "thinking aloud"]
    say(attempt, "So.", at=4.25)
    assert page.read()[1:] == ["▸ reasoning  2.0 s · ~1 tok", "So."]


def test_reasoning_that_proves_to_be_content_moves_back() -> None:
    one = agent()
    page, attempt = Page(one), ask(one)
    think(attempt, "hm")
    say(attempt, "So: ")
    think(attempt, "more")
    page.read()
    attempt.apply(events.ContentMoved("[think] more", 4), 3.0)
    page.document.toggle_reasoning()
    assert page.read()[2:] == ["hm", "─" * 40, "So: [think] more"]


def test_earlier_exchanges_stay_above_each_with_its_fold() -> None:
    one = agent()
    page, first = Page(one), ask(one, "first?")
    think(first, "h")
    think(first, "m", 1.75)
    say(first, "One.")
    finish(first)
    second = ask(one, "second?")
    think(second, "well")
    say(second, "Two.")
    page.read()
    page.document.toggle_reasoning(0)
    assert page.read() == [
        "› first?",
        "▾ reasoning  1.0 s · ~2 tok",
        "hm",
        "─" * 40,
        "One.",
        "TTFT 0.25 s · ~2.0 tok/s · ~3 tok · stop",
        "· answer at 1.2 s",
        "",
        "› second?",
        "▸ reasoning  1.0 s · ~1 tok",
        "Two.",
    ]


def test_numbers_stand_under_all_answers_but_the_last() -> None:
    """Those of the last stand in the foot."""
    one = agent()
    page, first = Page(one, width=90), ask(one, "first?")
    say(first, "One ")
    say(first, "tw", at=2.5)
    say(first, "o.", at=8.25)
    first.apply(events.UsageReported(24, 12, None, 8), 8.5)
    finish(first, at=9.0)
    assert page.read()[-1] == "One two."
    second = ask(one, "second?")
    numbers = "TTFT 1.2 s · 1.0 tok/s · 12 tok · stop · cached 8/24 · longest pause 6 s"
    assert page.read()[2:] == [numbers, "", "› second?"]
    one.turns.pop()
    one.revision += 1
    assert page.read()[-1] == "One two.", "the prompt was taken back"
    one.turns.append(Turn(2, "second?", [second]))
    one.revision += 1
    ask(one, "third?")
    assert page.read().count(numbers) == 1, "what has no numbers yet has no row"


def test_a_new_conversation_starts_empty() -> None:
    one = agent()
    page, first = Page(one), ask(one)
    say(first, "One.")
    page.read()
    one.turns.clear()
    one.revision += 1
    assert page.read()[0].startswith("model")
    ask(one, "again?")
    assert page.read() == ["› again?"]


def test_a_rerun_is_another_attempt_and_either_can_be_in_front() -> None:
    one = agent()
    page, first = Page(one), ask(one)
    say(first, "One.")
    assert page.read() == ["› why?", "One."]
    first.end(Status.CANCELLED, 4.0)
    second = rerun(one)
    say(second, "Two.")
    assert page.read() == ["› why?", "attempt 2 of 2  [ and ] switch", "Two."]
    second.end(Status.DONE, 5.0)
    one.turns[0].front = 0
    one.revision += 1
    said = page.read()
    assert said[:3] == ["› why?", "attempt 1 of 2  [ and ] switch", "One."]
    assert said[4].startswith("■ Stopped")


def test_an_attempt_that_runs_behind_the_one_in_front_is_told_of() -> None:
    one = agent()
    page = Page(one, width=70)
    first = ask(one)
    say(first, "One.")
    finish(first)
    page.read()
    second = rerun(one)
    one.turns[-1].front = 0
    one.revision += 1
    head = "attempt 1 of 2 · attempt 2 is {}  [ and ] switch"
    assert page.read() == ["› why?", head.format("waiting"), "One."]
    say(second, "Two.")
    assert page.read() == ["› why?", head.format("answering"), "One."]
    finish(second)
    assert page.read() == ["› why?", "attempt 1 of 2  [ and ] switch", "One."]


def test_a_stopped_attempt_without_an_answer_says_which_is_quoted() -> None:
    one = agent()
    page = Page(one, width=70)
    first = ask(one)
    say(first, "One.")
    finish(first)
    second = rerun(one)
    think(second, "Hm.")
    assert page.read()[1] == "attempt 2 of 2  [ and ] switch"
    second.end(Status.CANCELLED, 4.0)
    assert page.read()[1] == "attempt 2 of 2 · quoted: attempt 1  [ and ] switch"
    one.turns[-1].front = 0
    one.revision += 1
    assert page.read()[1] == "attempt 1 of 2  [ and ] switch"


def test_a_long_prompt_shows_its_first_lines() -> None:
    one = agent()
    ask(one, "\n".join(f"line {n}" for n in range(20)))
    assert Page(one).read()[5:] == ["  line 5", "  … 14 more lines"]


def test_a_prompt_of_one_endless_line_shows_its_begin() -> None:
    one = agent()
    ask(one, "x" * 5_000_000)
    rows = Page(one).read()
    assert len(rows) < 200
    assert rows[-1] == "  … 4995904 more characters"


def test_a_tool_call_streams_between_reasoning_and_content() -> None:
    one = agent()
    page, attempt = Page(one), ask(one)
    think(attempt, "hm")
    attempt.apply(events.ToolCallDelta(0, "c1", "get_weather", '{"city":"Pa'), 2.0)
    assert page.read()[2:] == ["◇ tool call get_weather", "▏ {", '▏   "city": "Pa']
    attempt.apply(events.ToolCallDelta(0, arguments='ris","n":[1]}'), 2.1)
    say(attempt, "Calling.")
    finish(attempt, "tool_calls")
    said = page.read()
    assert said[2:11] == [
        "◇ tool call get_weather",
        "▏ {",
        '▏   "city": "Paris",',
        '▏   "n": [',
        "▏     1",
        "▏   ]",
        "▏ }",
        "",
        "Calling.",
    ]
    assert "stopped to call a tool" in " ".join(said)


def test_white_space_beside_a_tool_call_takes_no_room() -> None:
    one = agent()
    page, attempt = Page(one), ask(one)
    attempt.apply(events.ToolCallDelta(0, "c1", "now", "{}"), 2.0)
    say(attempt, "\n\n")
    finish(attempt, "tool_calls")
    assert page.read()[1:4] == ["◇ tool call now", "▏ {}", ""]
    assert page.read()[4].startswith("✓ The model stopped to call a tool")


def test_arguments_that_are_no_json_are_shown_as_they_came() -> None:
    one = agent()
    page, attempt = Page(one), ask(one)
    attempt.apply(events.ToolCallDelta(0, "c1", "run", "ls {-l,"), 2.0)
    finish(attempt, "tool_calls")
    assert page.read()[1:3] == ["◇ tool call run", "▏ ls {-l,"]


@pytest.mark.parametrize(
    ("reason", "word"), [("length", "cut off"), ("content_filter", "filter"), ("eos?", "eos?")]
)
def test_an_answer_that_is_not_whole_says_so(reason: str, word: str) -> None:
    one = agent()
    page, attempt = Page(one), ask(one)
    say(attempt, "So")
    finish(attempt, reason)
    said = page.read()
    assert said[1:3] == ["So", ""]
    assert said[3].startswith("! ")
    assert word in " ".join(said[3:])


def test_a_whole_answer_has_nothing_after_it() -> None:
    one = agent()
    page, attempt = Page(one), ask(one)
    say(attempt, "So.")
    finish(attempt)
    assert page.read() == ["› why?", "So."]


def test_an_error_says_what_happened_where_and_what_to_do() -> None:
    one = agent()
    page, attempt = Page(one, width=60), ask(one)
    say(attempt, "So")
    error = BackendError(
        ErrorKind.OVERLOADED,
        "the server is busy",
        server="http://localhost:8000",
        hint="wait, then ctrl+r",
        status=503,
    )
    attempt.end(Status.FAILED, 4.0, error)
    assert page.read() == [
        "› why?",
        "So",
        "",
        "✗ overloaded 503 · http://localhost:8000",
        "the server is busy",
        "→ wait, then ctrl+r",
    ]


def test_warnings_silence_and_the_wait_for_a_repetition_are_told() -> None:
    one = agent()
    page, attempt = Page(one, width=70), ask(one)
    attempt.apply(events.Warned("one event could not be read"), 1.2)
    attempt.apply(events.Retrying("503 from the server", 4.0, 1), 2.0)
    attempt.silent = "slow: it answers its health check"
    assert page.read(3.0)[1:] == [
        "⚠ one event could not be read",
        "↻ 503 from the server: again in 3 s (repetition 1) · esc stops",
        "… slow: it answers its health check",
    ]
    assert "again in 1 s" in page.read(5.0)[2]
    assert "again now (repetition 1)" in page.read(5.8)[2]
    assert "again now (repetition 1)" in page.read(9.0)[2]


def test_a_queued_prompt_says_so() -> None:
    one = agent()
    page = Page(one, width=70)
    ask(one)
    one.turns[0].attempts[0] = Attempt("qwen1", 1, Times(1.0))
    assert page.read()[1].startswith("○ queued")


@pytest.mark.parametrize(
    "hostile",
    [
        "\x1b[31mred\x1b]8;;http://x\x07",
        "a\x9b2J",
        "\u202eevil",
        "&#x202e;evil &#27;[2J",
        "\x00\r\x08",
        "[bold]x[/bold] [@click=app.quit]y[/]",
    ],
)
def test_nothing_that_a_model_or_a_server_says_acts_on_the_terminal(hostile: str) -> None:
    one = agent()
    page = Page(one, width=60)
    attempt = ask(one, hostile)
    think(attempt, hostile)
    attempt.apply(events.ToolCallDelta(0, hostile, hostile, hostile), 2.0)
    attempt.apply(events.Warned(hostile), 2.0)
    for form in ("{}", "`{}`", "```{}\n{}\n```", "[{}](<http://{}>)", "# {}", "|{}|\n|-|\n|{}|"):
        say(attempt, form.replace("{}", hostile) + "\n\n")
    page.read()
    page.document.toggle_reasoning()
    attempt.end(Status.FAILED, 3.0, BackendError(ErrorKind.MALFORMED, hostile, hint=hostile))
    said = "".join(page.read())
    assert not set(said) & set("\x1b\x9b\u202e\x07\x00\r\x08")
    if "bold" in hostile:
        assert "[bold]x[/bold]" in said


def fill(to_pages: int = 1, lines: int = 1000) -> tuple[Page, Attempt]:
    one = agent()
    attempt = ask(one)
    for n in range(lines):
        say(attempt, f"Paragraph {n} with **some** words that wrap at narrow widths.\n\n")
    page = Page(one, width=60, height=20)
    page.read()
    return page, attempt


def test_a_resize_renders_what_is_seen_at_once_and_the_rest_in_steps() -> None:
    page, _ = fill()
    page.document.set_width(30, 3.0)
    assert STALE not in page.scroll.window
    assert page.scroll.rows.count(STALE) > 1000
    assert shown(page.scroll.window)[-1] == "that wrap at narrow widths."
    steps = 1
    while page.document.sweep(4096):
        steps += 1
        assert shown(page.scroll.window)[-1] == "that wrap at narrow widths."
    assert steps > 10
    assert len(page.scroll.rows) == 1000 * 3
    fresh, _ = fill()
    fresh.document.set_width(30, 3.0)
    assert page.read() == fresh.read()
    assert [look(row) for row in page.scroll.rows] == [look(row) for row in fresh.scroll.rows]


def burst(attempt: Attempt, page: Page | None = None) -> None:
    """Much at once; with a page, it is read as it comes."""
    for n in range(1000):
        say(attempt, f"Paragraph {n} with **some** words.\n\n")
        if page is not None:
            page.document.flush(3.0)
    attempt.end(Status.DONE, 3.0)


def test_a_burst_is_taken_in_by_steps_and_rendered_where_it_is_seen() -> None:
    page, slow = (Page(agent(), width=60, height=20) for _ in range(2))
    burst(ask(page.document.agent))
    steps = 0
    while not steps or page.document.waiting:
        before = len(page.scroll.rows)
        page.document.flush(3.0)
        page.document.settle_window()
        assert STALE not in page.scroll.window
        assert len(page.scroll.rows) - before < STEP / 10
        steps += 1
    assert steps > 5
    assert shown(page.scroll.window)[-1] == "Paragraph 999 with some words."
    assert page.scroll.rows.count(STALE) > 500
    assert page.document.stale
    page.read()
    burst(ask(slow.document.agent), slow)
    slow.read()
    assert [look(row) for row in page.scroll.rows] == [look(row) for row in slow.scroll.rows]


def test_scrolling_into_what_waits_renders_it() -> None:
    page, _ = fill()
    page.document.set_width(30, 3.0)
    page.scroll.to(40)
    page.document.settle_window()
    assert STALE not in page.scroll.window
    assert "Paragraph" in " ".join(shown(page.scroll.window))


def test_a_resize_of_a_scrolled_page_stays_about_where_it_was() -> None:
    page, _ = fill()
    page.scroll.to(1000)
    page.document.set_width(30, 3.0)
    numbers = [int(t.split()[1]) for t in shown(page.scroll.window) if t.startswith("Paragraph")]
    assert 450 < numbers[0] < 550


def test_text_that_streams_while_rows_wait_is_put_at_the_end() -> None:
    page, attempt = fill(lines=200)
    page.document.set_width(30, 3.0)
    say(attempt, "The **last** one.")
    assert page.read()[-1] == "The last one."
    while page.document.sweep(500):
        pass
    assert page.read()[-1] == "The last one."
    fresh = Page(page.document.agent, width=30)
    assert page.read() == fresh.read()


def test_what_a_flush_reads_does_not_grow_with_the_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    page, attempt = fill()
    cleaned: list[int] = []

    def clean(text: str) -> str:
        cleaned.append(len(text))
        return safe(text)

    monkeypatch.setattr("massgen_tui.console.stream.blocks.clean", clean)
    kept = list(page.scroll.rows)
    say(attempt, "a few more words")
    page.read()
    assert sum(cleaned) == len("a few more words")
    assert all(a is b for a, b in zip(kept[:-2], page.scroll.rows, strict=False))


def test_pieces_that_were_joined_since_are_not_read_twice() -> None:
    one = agent()
    page, attempt = Page(one), ask(one)
    for piece in ("a", "b", "c"):
        say(attempt, piece)
    page.read()
    attempt.content.parts[:] = ["".join(attempt.content.parts)]
    finish(attempt)
    assert page.read()[1] == "abc"


def test_a_long_conversation_that_was_kept_is_rendered_where_it_is_seen_first() -> None:
    one = agent()
    live = Page(one, height=12)
    said = "# It is\n\nso **far**.\n\n- a\n- b\n\n```python\nx = 1\n```\n\nlast *words*"
    for number in range(30):
        attempt = ask(one, f"prompt {number}")
        say(attempt, said)
        live.read()
        finish(attempt)
        live.read()
    again = Page(one, height=12)
    rows = again.scroll.rows
    assert sum(row is STALE for row in rows) > 150, "what is far from the end waits"
    assert STALE not in again.scroll.window
    assert [row.text for row in again.scroll.window] == [row.text for row in live.scroll.window]
    again.scroll.to(0)
    again.document.settle_window()
    assert STALE not in again.scroll.window
    assert again.read() == live.read()


KINDS = {
    "paragraphs": "Paragraph {n} with **some** words that wrap where the window is narrow.\n\n",
    "code": "Then:\n\n```python\nx = {n}  # a line that is longer than the window is wide\n```\n\n",
    "lists": "{n}. an item\n   - and *one* of its own\n\n",
    "tables": "| name | value |\n|---|---|\n| number {n} | 漢字 |\n\n",
    "quotes": "> said {n} times, and then once more so that it is wrapped\n\n",
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("thought", [False, True])
def test_rows_far_from_the_window_are_let_go_of_while_an_answer_grows(
    kind: str, thought: bool
) -> None:
    one = agent()
    page, attempt = Page(one, width=40, height=12), ask(one)
    for n in range(400):
        (think if thought else say)(attempt, KINDS[kind].format(n=n))
        page.document.flush(3.0)
        assert STALE not in page.scroll.window
    there = sum(row is not STALE for row in page.scroll.rows)
    assert there < 200, "the window and some rows around it"
    page.document.flush(9.0)
    whole = Page(one, width=40).read(9.0)
    for top in (0, 50, len(whole) // 2, len(whole) - 12):
        page.scroll.to(top)
        page.document.settle_window()
        assert len(page.scroll.rows) == len(whole), "their places are those that they had"
        assert shown(page.scroll.window) == whole[top : top + 12]
    finish(attempt)
    assert page.read() == Page(one, width=40).read()


def test_rows_that_were_scrolled_through_are_let_go_of_behind_the_window() -> None:
    page, attempt = fill()
    page.document.let_go()
    while page.document.sweep(1024):
        pass
    assert sum(row is not STALE for row in page.scroll.rows) < 200
    for top in range(len(page.scroll.rows), -1, -20):
        page.scroll.to(top)
        page.document.settle_window()
    assert sum(row is not STALE for row in page.scroll.rows) < 1000
    assert page.scroll.window[0].text.startswith("›")
    say(attempt, "The end.")
    page.document.flush(3.0)
    assert STALE not in page.scroll.window


def converse(page: Page, turns: int, height: int = 12) -> list[str]:
    """Hold a conversation that is drawn as it comes; gives all of it as rows."""
    said = "# It is\n\nso **far**.\n\n- a\n- b\n\n```python\nx = 1\n```\n\nlast *words*"
    for number in range(turns):
        attempt = ask(page.document.agent, f"prompt {number}")
        think(attempt, "hm")
        say(attempt, said)
        page.document.flush(3.0)
        finish(attempt)
        page.document.flush(3.0)
    whole = Page(page.document.agent, height=height)
    return whole.read()


def test_rows_of_turns_long_past_are_let_go_of_and_made_again_where_they_are_seen() -> None:
    page = Page(agent(), height=12)
    whole = converse(page, 30)
    rows = page.scroll.rows
    assert sum(row is STALE for row in rows) > 150, "turns long past have no rows"
    assert STALE not in rows[-30:], "the last have"
    assert not page.document.sweep(1 << 20), "nothing waits: nobody needs them"
    for top in (0, 100, len(rows) - 60):
        page.scroll.to(top)
        page.document.settle_window()
        assert len(rows) == len(whole), "their places are those that they had"
        assert shown(page.scroll.window) == whole[top : top + 12]


def test_rows_that_were_seen_again_are_let_go_of_once_they_are_not_seen() -> None:
    page = Page(agent(), height=12)
    converse(page, 30)
    page.scroll.to(0)
    page.document.settle_window()
    seen = list(page.scroll.window)
    ask(page.document.agent, "one more")
    page.document.flush(3.0)
    assert all(a is b for a, b in zip(seen, page.scroll.window, strict=True))
    page.scroll.to_end()
    page.document.flush(3.0)
    ask(page.document.agent, "and another")
    page.document.flush(3.0)
    assert not any(row in page.scroll.rows for row in seen if row.text == "so far.")


def test_whoever_looks_through_all_rows_has_all_of_them_until_that_ends() -> None:
    page = Page(agent(), height=12)
    whole = converse(page, 20)
    page.document.look_for(Sought(""))
    while page.document.sweep(500):
        pass
    assert shown(page.scroll.rows) == whole
    converse(page, 4)
    assert STALE not in page.scroll.rows, "also with the prompts that follow"
    page.document.look_for(None)
    whole = converse(page, 1)
    assert page.scroll.rows.count(STALE) > 100
    page.document.set_width(20, 3.0)
    page.document.set_width(40, 3.0)
    assert page.read() == whole, "another width and back"


def test_what_stands_beside_the_answer_of_a_turn_long_past_is_found_too() -> None:
    page = Page(agent(), height=12)
    converse(page, 30)
    assert "› prompt 3" not in shown(page.scroll.rows)
    page.document.look_for(Sought("prompt"))
    while page.document.sweep(500):
        pass
    assert {f"› prompt {n}" for n in range(30)} <= set(shown(page.scroll.rows))


def test_stretches_of_any_length_are_packed_and_unpacked() -> None:
    text = b"a" * 70_000 + b"b" * 100 + b"c" * 40_000
    places = [(0, 70_000, 1200), (70_001, 70_100, 3), (70_100, 110_100, 0)]
    for some in (places, places[1:2], places[:1], []):
        segments = [Segment.at(text, *place, Carry(number=place[2])) for place in some]
        again = Packed(text, segments, 80).unpack()
        assert [one.place for one in again] == some
        assert [one.carry for one in again] == [one.carry for one in segments]


def test_how_many_turns_a_frame_looks_at_does_not_grow_with_the_conversation(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    looked: list[TurnView] = []
    settled = TurnView.settled

    def counted(view: TurnView) -> bool:
        looked.append(view)
        return bool(settled.__get__(view))

    counts = []
    for turns in (5, 40):
        page = Page(agent(), height=12)
        converse(page, turns)
        attempt = ask(page.document.agent)
        monkeypatch.setattr(TurnView, "settled", property(counted))
        looked.clear()
        for n in range(100):
            say(attempt, f"Paragraph {n} of a burst.\n\n" * 100)
            page.document.flush(3.0)
            page.document.settle_window()
        counts.append(len(looked))
        monkeypatch.undo()
    assert counts[1] < 1.5 * counts[0]


def called(calls: Counter[str], frame: FrameType, event: str, what: object) -> None:
    calls[event] += 1


def test_what_a_frame_does_does_not_grow_with_the_conversation() -> None:
    """Calls of functions, ours and others', while an answer streams: counted, not timed."""
    counts = []
    for turns in (6, 60):
        page = Page(agent(), height=12)
        converse(page, turns)
        attempt = ask(page.document.agent, "one more")
        page.document.flush(3.0)
        calls = Counter[str]()
        sys.setprofile(partial(called, calls))
        try:
            for n in range(50):
                say(attempt, f"Words of an answer, *{n % 10}* of them.\n\n")
                page.document.flush(3.0)
                page.document.settle_window()
        finally:
            sys.setprofile(None)
        counts.append(calls["call"] + calls["c_call"])
    assert counts[0] > 5000
    assert abs(counts[1] - counts[0]) < counts[0] / 50
