import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from textual.geometry import Region

from massgen_tui.console.stream.find import Finder, hits, pattern
from massgen_tui.console.stream.rows import Row, text_rows
from massgen_tui.console.stream.scroll import Scroll
from tests.console.test_stream_pane import Host, body, screen
from tests.support.panes import Page, agent, ask, finish, rerun, say, think


def found(text: str, wanted: str, width: int = 20) -> list[str]:
    """What stands where it was found, piece by piece."""
    rows = text_rows(text, "text", width)
    return [
        "|".join(rows[at].text[start:stop] for at, start, stop in hit)
        for hit in hits(rows, 0, len(rows), pattern(wanted))
    ]


def test_capitals_matter_only_where_there_are_some() -> None:
    assert found("Fox and fox and FOX", "fox") == ["Fox", "fox", "FOX"]
    assert found("Fox and fox and FOX", "Fox") == ["Fox"]
    assert found("Straße STRASSE İx", "ß") == ["ß"]
    assert found("İİ ix", "IX") == []


def test_what_is_searched_is_taken_literally() -> None:
    assert found("a.c abc [x] a.c", "a.c") == ["a.c", "a.c"]
    assert found("[bold]x[/bold]", "[/") == ["[/"]


def test_wrapped_lines_are_whole() -> None:
    assert found("one two three four five six", "three four five", 12) == ["three four|five"]
    assert found("x" * 30, "x" * 25, 12) == ["x" * 12 + "|" + "x" * 12 + "|x"]
    assert found("one\ntwo", "one two") == []


def scroll_of(rows: list[Row], height: int = 10) -> Scroll:
    scroll = Scroll()
    scroll.resize(height)
    scroll.splice(0, 0, rows)
    return scroll


def exhaust(finder: Finder, step: int = 3) -> None:
    for _ in range(10_000):
        if not finder.working:
            return
        finder.work(step)
    raise AssertionError("it never ends")


LINES = st.lists(st.sampled_from(["a fox", "no", "two foxes, fox", "", "f o x"]), max_size=30)


@settings(max_examples=200, deadline=None)
@given(LINES, LINES, st.integers(0, 30), st.integers(0, 30), st.integers(1, 9))
def test_rows_that_change_are_searched_again(
    before: list[str], new: list[str], start: int, size: int, step: int
) -> None:
    scroll = scroll_of(text_rows("\n".join(before), "text", 4))
    finder = Finder(scroll, "fox", scroll.top)
    exhaust(finder, step)
    start = min(start, len(scroll.rows))
    stop = min(start + size, len(scroll.rows))
    scroll.splice(start, stop, text_rows("\n".join(new), "text", 4))
    exhaust(finder, step)
    assert finder.hits == list(hits(scroll.rows, 0, len(scroll.rows), pattern("fox")))


def test_it_goes_to_the_first_place_from_here_on_and_round() -> None:
    rows = text_rows("\n".join(f"line {n} {'fox' * (n % 30 == 0)}" for n in range(100)), "text", 40)
    scroll = scroll_of(rows)
    scroll.to(20)
    finder = Finder(scroll, "fox", scroll.top)
    exhaust(finder)
    assert (finder.place, len(finder.hits)) == (1, 4)
    assert scroll.top <= 30 < scroll.top + scroll.height
    seen = []
    for by in (1, 1, 1, -1, -1):
        finder.step(by)
        seen.append(finder.place)
        assert finder.place is not None
        assert scroll.top <= finder.place * 30 < scroll.top + scroll.height
    assert seen == [2, 3, 0, 3, 2]


def test_it_goes_back_to_the_last_place_where_none_follows() -> None:
    scroll = scroll_of(text_rows("fox\n" * 2 + "no\n" * 50, "text", 40))
    finder = Finder(scroll, "fox", scroll.top)
    exhaust(finder)
    assert finder.place == 1
    assert scroll.top == 0
    scroll.splice(len(scroll.rows), len(scroll.rows), [Row()] * 5)
    assert scroll.top == 0, "what is found stays where it is while more comes"


def test_one_stays_where_one_stands_while_rows_come_above_and_below() -> None:
    scroll = scroll_of(text_rows("fox 1\nfox 2\nfox 3", "text", 40))
    finder = Finder(scroll, "fox", scroll.top)
    exhaust(finder)
    finder.step(1)
    scroll.splice(0, 0, text_rows("fox 0\nno", "text", 40))
    scroll.splice(len(scroll.rows), len(scroll.rows), text_rows("fox 4", "text", 40))
    exhaust(finder)
    assert (finder.place, len(finder.hits)) == (2, 5)


def test_a_long_conversation_is_searched_in_steps() -> None:
    scroll = scroll_of(text_rows("a fox\n" * 30_000, "text", 40))
    finder = Finder(scroll, "fox", scroll.top)
    finder.work()
    assert 0 < len(finder.hits) < 10_000
    assert finder.working
    exhaust(finder, 4000)
    assert len(finder.hits) == 30_000


def reversed_parts(strip_of: Host) -> list[str]:
    """What is drawn reversed in the first pane."""
    pane = strip_of.pane
    lines = pane.render_lines(Region(0, 0, *pane.size))
    return [
        segment.text
        for line in lines
        for segment in line
        if segment.style is not None and segment.style.reverse
    ]


async def test_what_is_found_shows_while_it_streams() -> None:
    one = agent()
    attempt = ask(one, "where is the fox?")
    say(attempt, "The **fox** is in `foxes`.\n\n")
    app = Host([one])
    async with app.run_test(size=(60, 12)) as pilot:
        app.pane.find("fox")
        await pilot.pause()
        assert reversed_parts(app) == ["fox", "fox", "fox"]
        assert " 1/3 /fox " in screen(app.pane)[-1]
        say(attempt, "\n".join(f"- fox {n}" for n in range(40)))
        app.paint()
        assert " 1/43 /fox " in screen(app.pane)[-1]
        assert "where is the fox?" in body(app.pane)[0]
        await pilot.press("N")
        assert " 43/43 /fox " in screen(app.pane)[-1]
        assert body(app.pane)[-1].endswith("fox 39")
        await pilot.press("n", "n")
        assert " 2/43 /fox " in screen(app.pane)[-1]
        app.pane.find("")
        assert reversed_parts(app) == []
        assert "fox" not in screen(app.pane)[-1]


async def test_nothing_found_says_so_and_moves_nothing() -> None:
    one = agent()
    say(ask(one), "\n".join(f"line {n}" for n in range(100)))
    app = Host([one])
    async with app.run_test(size=(60, 12)) as pilot:
        await pilot.press("g")
        before = body(app.pane)
        app.pane.find("fox")
        await pilot.press("n")
        assert "not found /fox" in screen(app.pane)[-1]
        assert body(app.pane) == before


async def test_folded_reasoning_is_counted_and_found_once_unfolded() -> None:
    one = agent()
    attempt = ask(one)
    think(attempt, "A fox? A Fox!\n")
    say(attempt, "A fox.")
    finish(attempt)
    app = Host([one])
    async with app.run_test(size=(60, 12)) as pilot:
        app.pane.find("fox")
        assert "1/1 /fox · 2 in folded reasoning" in screen(app.pane)[-1]
        await pilot.press("t")
        await pilot.pause()
        assert " 3/3 /fox " in screen(app.pane)[-1]
        assert "folded" not in screen(app.pane)[-1]


@pytest.mark.parametrize("size", [(60, 30), (30, 12), (24, 4)])
async def test_a_search_survives_any_size(size: tuple[int, int]) -> None:
    one = agent()
    say(ask(one), "The quick brown fox jumps over the lazy dog. " * 50)
    app = Host([one])
    async with app.run_test(size=(60, 12)) as pilot:
        app.pane.find("the lazy dog")
        await pilot.resize_terminal(*size)
        await pilot.pause()
        assert all(len(line) == size[0] for line in screen(app.pane))
        await pilot.press("n")
        assert "".join(reversed_parts(app)).replace(" ", "").count("thelazydog") >= 1


def test_the_other_attempt_is_searched_when_it_comes_in_front() -> None:
    one = agent()
    say(ask(one), "a fox")
    page = Page(one)
    page.read()
    finder = Finder(page.scroll, "fox", 0)
    exhaust(finder)
    assert len(finder.hits) == 1
    say(rerun(one), "no such thing")
    page.read()
    exhaust(finder)
    assert finder.hits == []


@pytest.mark.parametrize("width", [3, 20, 200])
def test_a_paragraph_of_many_rows_has_each_of_its_places_once(width: int) -> None:
    rows = text_rows("fox " * 5000, "text", width)
    found = list(hits(rows, 0, len(rows), pattern("fox f")))
    assert len(found) == 2500
    assert all(rows[at].text[begin:end] in "fox fox f" for hit in found for at, begin, end in hit)
