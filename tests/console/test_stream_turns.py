"""The rows of a conversation are those of one opened now, whatever came and went before."""

import gc
from types import BuiltinFunctionType, FunctionType, ModuleType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cached_cell_len

from massgen_tui.console.stream.rows import Row
from massgen_tui.console.terminal.width import cells
from massgen_tui.session.agent import Agent
from massgen_tui.session.attempt import Attempt
from tests.support.panes import Page, agent, ask, finish, rerun, say, shown, think

_TEXT = "It *is* so, and `so` it was:\n\n- one\n- two\n\n"
_TEXTS = [
    _TEXT,
    "a line\r\nand\x1b[31m another\n\n\n1. one\n2. two\n\n",
    "| a | b |\n|---|---|\n| 1 | 2 |\n\n```python\nx = 1\n\ty = 2\n```\n\n> quoted\n\n",
]


def _asks(one: Agent, _: int) -> None:
    if not one.turns or one.turns[-1].attempts[-1].status.ended:
        ask(one)


def _reruns(one: Agent, _: int) -> None:
    if one.turns and one.turns[-1].attempts[-1].status.ended:
        rerun(one)


def _says(one: Agent, many: int) -> None:
    if one.turns and not one.turns[-1].attempts[-1].status.ended:
        attempt = one.turns[-1].attempts[-1]
        if many % 3 == 0 and not attempt.content:
            think(attempt, "hm, " * many)
        say(attempt, _TEXTS[many % 4 % 3] * many)


def _finishes(one: Agent, _: int) -> None:
    if one.turns and not one.turns[-1].attempts[-1].status.ended:
        finish(one.turns[-1].attempts[-1])


def _fronts(one: Agent, at: int) -> None:
    if one.turns:
        turn = one.turns[at % len(one.turns)]
        turn.front = at % len(turn.attempts)
        one.revision += 1


def _takes_back(one: Agent, _: int) -> None:
    if one.turns:
        one.turns.pop()
        one.revision += 1


def _starts_over(one: Agent, at: int) -> None:
    if at % 7 == 0:
        one.turns.clear()
        one.revision += 1


_CHANGES = [_asks, _says, _finishes, _asks, _says, _finishes, _reruns, _fronts, _takes_back]
_CHANGES += [_starts_over]


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(_CHANGES),
            st.integers(0, 40),
            st.sampled_from(["flush", "sweep", "top", "by", "end", "width", "toggle", ""]),
        ),
        min_size=10,
        max_size=80,
    )
)
def test_what_came_and_went_leaves_no_trace(steps: list[tuple[object, int, str]]) -> None:
    one = agent()
    page = Page(one, height=6)
    for change, number, then in steps:
        assert callable(change)
        change(one, number)
        if then == "width":
            page.document.set_width(30 + number, 3.0)
        elif then == "top":
            page.scroll.to(0)
        elif then == "by":
            page.scroll.by(number - 20)
        elif then == "end":
            page.scroll.to_end()
        elif then == "sweep":
            page.document.sweep(500)
        elif then == "toggle" and all(turn.attempts[-1].status.ended for turn in one.turns):
            page.document.flush(3.0)
            if page.document.toggle_reasoning(number):
                page.document.flush(3.0)
                page.document.toggle_reasoning(number)
        if then:
            page.document.flush(3.0)
            page.document.settle_window()
    check(page)


def check(page: Page) -> None:
    """What stands there is what a page would show that is opened now."""
    assert page.read() == Page(page.document.agent, width=page.document.width).read()
    views = page.document.views
    rows = [row for view in views for block in view.blocks for row in block.rows]
    assert not views or shown(page.scroll.rows) == shown(rows)


def test_a_prompt_in_place_of_one_that_was_taken_back_grows_where_that_stood() -> None:
    one = agent()
    page = Page(one, height=6)
    for _ in range(4):
        finish(say_all(page, ask(one)))
        page.document.flush(3.0)
    one.turns.pop()
    one.revision += 1
    page.document.flush(3.0)
    say_all(page, ask(one))
    check(page)


def test_nothing_waits_once_the_conversation_has_ended() -> None:
    one = agent()
    page = Page(one, height=6)
    say(ask(one), _TEXT * 200)
    page.document.flush(3.0)
    assert page.document.waiting, "more came at once than is taken in at once"
    one.turns.clear()
    one.revision += 1
    page.document.flush(3.0)
    assert not page.document.waiting


def say_all(page: Page, attempt: Attempt) -> Attempt:
    """Let an answer come in steps, each drawn."""
    for _ in range(3):
        say(attempt, _TEXT)
        page.document.flush(3.0)
    return attempt


@pytest.mark.parametrize(
    "said",
    [
        "".join(f"Paragraph {number}: it *is* so, and `so` it was.\n\n" for number in range(200)),
        "".join(f"{number}. an item of a list\n   in two lines\n" for number in range(200)),
        "".join(f"## Head {number}\n\n```sh\nls {number}\n```\n\n" for number in range(200)),
    ],
    ids=["paragraphs", "list", "code"],
)
def test_turns_long_past_are_kept_as_their_text_and_little_else(said: str) -> None:
    one = agent()
    page = Page(one, height=6)
    for _ in range(12):
        attempt = ask(one)
        say(attempt, said[:3000])
        page.read()
        say(attempt, said[3000:])
        page.read()
        finish(attempt)
        page.read()
    ask(one)
    page.document.flush(3.0)
    past = page.document.views[:9]
    things = reached(past)
    assert sum(len(one) for one in things if isinstance(one, str)) <= 1.1 * 9 * len(said)
    assert sum(isinstance(one, Row) for one in things) <= 9 * 5, "prompt, numbers, none of the text"
    assert len(things) <= 9 * 75
    assert page.read() == Page(one).read()


def reached(root: object) -> list[object]:
    """All that is reached from `root`, each thing once; without what is code."""
    seen: set[int] = set()
    found: list[object] = []
    todo = [root]
    while todo:
        thing = todo.pop()
        if id(thing) in seen or isinstance(
            thing, type | ModuleType | FunctionType | BuiltinFunctionType
        ):
            continue
        seen.add(id(thing))
        found.append(thing)
        todo += gc.get_referents(thing)
    return found


def test_nothing_is_held_of_a_conversation_that_ended() -> None:
    mark = f"mark{id(object())}"
    one = agent()
    page = Page(one, height=6)
    for number in range(6):
        attempt = ask(one, f"{mark} {number}")
        think(attempt, f"{mark} ünd")
        say(
            attempt,
            f"# {mark} – {number}\n\n- {mark} ☐\n\n```python\n{mark} = {number}\n```\n\nend",
        )
        page.read()
        finish(attempt)
        page.read()
        cells(f"{mark} – {number}")
    assert texts_with(mark) > 12
    del attempt
    one.turns.clear()
    one.revision += 1
    page.read()
    assert texts_with(mark) <= 1, "but for the mark itself"


def test_widths_are_remembered_of_the_last_turn_only() -> None:
    one = agent()
    page = Page(one, height=6)
    remembered = []
    for number in range(12):
        attempt = ask(one, f"the prompt – {number}")
        page.read()
        say(attempt, f"# answer – {number}\n\n- {number} ☐\n\nend")
        page.read()
        finish(attempt)
        page.read()
        cells(f"its title – {number}")
        remembered.append(cached_cell_len.cache_info().currsize)
    assert 1 <= remembered[-1] <= remembered[2] + 1


def texts_with(mark: str) -> int:
    """How many strings are held that `mark` stands in."""
    gc.collect()
    held = [one for holder in gc.get_objects() for one in gc.get_referents(holder)]
    held += [one for each in held if type(each) is tuple for one in each]  # some are not tracked
    return len({id(one) for one in held if type(one) is str and mark in one})
