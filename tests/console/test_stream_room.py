"""Rows far from the window are let go of in steps, and only where nobody looks through them."""

from massgen_tui.console.stream.blocks import STALE
from massgen_tui.console.stream.search import Search
from massgen_tui.console.stream.sought import Sought
from tests.support.panes import Page, agent, ask, finish, say, shown

PARTS = 2000
"""Paragraphs of an answer, each a stretch of its own."""
STEP = 256
"""Stretches let go of at once."""


def long_page() -> tuple[Page, list[str]]:
    """An answer of many paragraphs, all of whose rows are there, and what they say."""
    page = Page(agent(), height=12)
    attempt = ask(page.document.agent)
    for number in range(PARTS):
        say(attempt, f"Part {number} " + "of an answer that is long " * 7 + "here.\n\n")
    finish(attempt)
    whole = page.read()
    page.document.look_for(Sought(""))
    while page.document.sweep(1 << 20):
        pass
    assert STALE not in page.scroll.rows
    return page, whole


def test_rows_are_let_go_of_in_steps_once_nobody_looks_through_them() -> None:
    page, whole = long_page()
    page.document.look_for(None)
    assert STALE not in page.scroll.rows, "leaving takes no time"
    gone = [0]
    while page.document.sweep(1024):
        gone.append(page.scroll.rows.count(STALE))
        assert gone[-1] - gone[-2] <= STEP * 20
    assert len(gone) >= 3
    assert page.scroll.rows.count(STALE) > len(whole) * 0.9
    assert len(page.scroll.rows) == len(whole), "their places stay"
    assert page.read() == whole


def test_what_is_wanted_again_meanwhile_is_let_go_of_no_more() -> None:
    page, whole = long_page()
    page.document.look_for(None)
    assert page.document.sweep(1024)
    page.document.look_for(Sought(""))
    while page.document.sweep(1 << 20):
        pass
    assert shown(page.scroll.rows) == whole


def test_another_text_that_is_searched_finds_the_rows_of_the_one_before() -> None:
    page, _ = long_page()
    first = Search(page.document, "part", 0)
    first.close(goes_on=True)
    second = Search(page.document, "parts", 0)
    assert page.document.searched
    assert STALE not in page.scroll.rows
    assert page.document.sweep(1024), "it is looked where it may stand"
    assert not page.document.sweep(1024)
    assert STALE not in page.scroll.rows
    second.close()
    assert not page.document.searched


def test_only_what_is_selected_is_wrapped_for_it() -> None:
    page, whole = long_page()
    page.document.look_for(None)
    while page.document.sweep(1024):
        pass
    rows = page.scroll.rows
    before = rows.count(STALE)
    for first, last in ((0, 20), (5000, 5100), (len(rows) - 3000, len(rows) - 2900)):
        page.document.settle(first, last)
        assert shown(rows[first : last + 1]) == whole[first : last + 1]
    assert before - rows.count(STALE) < 1000
