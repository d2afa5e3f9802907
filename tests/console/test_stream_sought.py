"""What is searched is looked for in sources first: rows are made where it may stand, and found."""

import pytest

from massgen_tui.console.stream.blocks import STALE
from massgen_tui.console.stream.carry import Carry
from massgen_tui.console.stream.find import hits, pattern
from massgen_tui.console.stream.markdown import render
from massgen_tui.console.stream.search import Search
from massgen_tui.console.stream.sought import Sought
from tests.support.panes import Page, agent, ask, finish, say

SOURCES = (
    "Plain words, *some* of them **bo**ld, `code` and ~~gone~~: snake_case\\_too.\n",
    "A [link](https://example.com/a_b) after a word, <https://auto.example>, ![pic](x.png)end\n",
    "AT&amp;T &copy; 2026 &#65;nd a\\\nhard break, two  \nspaces\n",
    "# A *head*ing #\n\nSet\next\n===\n\n> quoted **text**\n> goes on\n",
    "7. seven\n7. eight\n   - inner *item*\n   - [x] done\n\n* a\n* b2\n",
    "| name | value |\n| --- | ---: |\n| a long name that wraps | 12 |\n| b | words of it |\n",
    "```python\nif a < b and c[0]:\n\treturn a|b  # tab\n```\n",
    "~~~\nnaïve ÉTÉ straße İstanbul ﬁne\n~~~\n",
    'A [word](http://a.b/c_d?e=f#g)more, [http://x.y](http://x.y)z and [é](http://é.com/ü "ti")q\n',
    '[a b](<http://s p.c>) ![al*t*](pic%20.png "t") <me@it.org>x <http://xn--fsq.com/%C3%A9>\n',
    "- [x] a [t](u)[v](w)\n- b|c \\| d\n\n"
    "foo | bar\n:-- | --:\nlong words in a cell here | second cell\n",
    "    indented code <b>\n\nafter it\n\n---\n\n中文 **混**排 文字\n",
)
WIDTHS = (12, 30, 76)
SIZES = (1, 2, 3, 5, 9)


def lines_of(source: str, width: int) -> list[str]:
    """What its rows say, wrapped lines whole."""
    rows = render(source, Carry(), width)
    lines = list[str]()
    for row in rows:
        if row.join == "\n":
            lines.append(row.text)
        else:
            lines[-1] += row.join + row.text.lstrip(" ▌▏")
    return lines


@pytest.mark.parametrize("source", SOURCES)
def test_whatever_stands_in_rows_may_stand_in_their_source(source: str) -> None:
    for width in WIDTHS:
        rows = render(source, Carry(), width)
        parts = {
            line[at : at + size]
            for line in lines_of(source, width)
            for size in SIZES
            for at in range(len(line))
        }
        for part in parts:
            for text in {part, part.lower()}:
                if text and any(hits(rows, 0, len(rows), pattern(text))):
                    assert Sought(text).in_markdown(source), (text, width)


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("nowhere", SOURCES[0]),
        ("Words", SOURCES[0]),
        ("boldly", "**bo**ld\n"),
        ("return b", SOURCES[6]),
        ("9", "- a list of 8\n"),
        ("zwei", SOURCES[5]),
        ("zwei", "See [it](https://example.com/a) & a < b.\n"),
    ],
)
def test_rows_are_not_made_where_it_cannot_stand(text: str, source: str) -> None:
    assert not Sought(text).in_markdown(source)


WORDS = "It adds to what is *there*: **quick** at the end, `number {n}` of many.\n\n"


def conversation(turns: int, *, width: int = 60) -> Page:
    """One that was drawn as it came: turns long past have no rows."""
    page = Page(agent(), width=width, height=12)
    for number in range(turns):
        attempt = ask(page.document.agent, f"prompt {number}")
        for n in range(40):
            say(attempt, WORDS.format(n=n + 100 * (number % 3)))
            page.document.flush(3.0)
        finish(attempt)
        page.document.flush(3.0)
        swept(page)
    return page


def swept(page: Page) -> None:
    while page.document.sweep(1 << 20):
        page.document.flush(3.0)


def found(search: Search, page: Page) -> Search:
    for _ in range(10_000):
        if not search.working:
            return search
        page.document.sweep(1 << 20)
        page.document.flush(3.0)
        search.work()
    raise AssertionError("it does not come to its end")


@pytest.mark.parametrize(
    "text", ["number 239", "prompt 7", "nowhere", "QUICK", "there: quick", "s"]
)
def test_a_search_finds_what_is_found_when_all_rows_are_there(text: str) -> None:
    page = conversation(30)
    search = found(Search(page.document, text, 0), page)
    whole = Page(page.document.agent, width=60, height=12)
    whole.read()
    everywhere = Search(whole.document, text, 0)
    assert found(everywhere, whole).finder.hits == search.finder.hits
    assert len(whole.scroll.rows) == len(page.scroll.rows)


def test_few_rows_are_made_for_what_stands_in_few_places() -> None:
    page = conversation(30)
    before = page.scroll.rows.count(STALE)
    search = found(Search(page.document, "nowhere", 0), page)
    assert page.scroll.rows.count(STALE) == before
    found(Search(page.document, "prompt 7", 0), page)
    assert 0 < before - page.scroll.rows.count(STALE) < 30
    search.close()


def test_what_comes_into_sight_is_not_searched_again() -> None:
    page = conversation(30)
    search = found(Search(page.document, "number 239", 0), page)
    places = list(search.finder.hits)
    for top in range(0, len(page.scroll.rows), 12):
        page.scroll.to(top)
        page.document.settle_window()
        assert STALE not in page.scroll.window
        search.work()
        assert not search.working
        assert search.finder.hits == places


def test_an_answer_that_comes_meanwhile_is_searched_too() -> None:
    page = conversation(30)
    search = found(Search(page.document, "nowhere", 0), page)
    attempt = ask(page.document.agent, "one more")
    say(attempt, "It is **now**here.\n\n")
    page.document.flush(3.0)
    assert found(search, page).count == 1


def test_a_long_conversation_begins_to_be_searched_in_no_time() -> None:
    """How many turns are looked at, and how much text at once, does not grow with it."""
    page = conversation(60)
    rows = list(page.scroll.rows)
    search = Search(page.document, "prompt", 0)
    assert search.working
    assert page.scroll.rows == rows
    page.document.sweep(1024)
    made = sum(row is not before for row, before in zip(page.scroll.rows, rows, strict=True))
    assert made < 400
