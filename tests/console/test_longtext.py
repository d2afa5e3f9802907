"""A text of megabytes is read, scrolled, selected and resized step by step; it is never held up."""

import pytest
from textual.app import App, ComposeResult
from textual.geometry import Offset
from textual.pilot import Pilot
from textual.selection import Selection

from massgen_tui.console.stream.wrap import breaks
from massgen_tui.console.widgets.longtext import LongText
from tests.support.console import staged
from tests.support.fakes import Backends

TEXTS = {
    "lines": "a line that is longer than the terminal is wide, by far and away\n" * 400,
    "one line of words": "word " * 9000,
    "one long word": "x" * 30_000,
    "wide characters": "日本語の長い文。" * 4000,
    "blank lines": "\n" * 500,
    "tabs": "a\tb\n" * 300,
    "nothing": "",
}


class Host(App[None]):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = LongText(text)

    def compose(self) -> ComposeResult:
        yield self.text

    async def wrapped(self, pilot: Pilot[None]) -> None:
        while self.text.wrapping:
            await pilot.pause()


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
async def test_it_is_wrapped_as_it_would_be_at_once_and_is_the_text_again(text: str) -> None:
    app = Host(text)
    async with app.run_test(size=(40, 10)) as pilot:
        await app.wrapped(pilot)
        for width in (40, 23):
            await pilot.resize_terminal(width, 10)
            await app.wrapped(pilot)
            room = app.text.scrollable_content_region.width
            lines = text.replace("\t", "    ").split("\n")
            rows = [line[a:b] for line in lines for a, b in breaks(line, room)]
            assert [app.text._text(at) for at in range(len(rows))] == rows
            assert app.text.virtual_size.height == len(rows)
        said, _ = app.text.get_selection(Selection(None, None)) or ("", "")
        assert said == text.replace("\t", "    ")


async def test_its_end_is_reached_though_it_is_not_wrapped_yet() -> None:
    app = Host("line\n" * 5000 + "the end")
    async with app.run_test(size=(40, 10)) as pilot:
        app.text.aim(at_end=True)
        await app.wrapped(pilot)
        await pilot.pause()
        assert app.text.scroll_offset.y == app.text.max_scroll_y


async def test_a_resize_keeps_the_place() -> None:
    app = Host("\n".join(f"line {number} of a text that wraps" for number in range(3000)))
    async with app.run_test(size=(60, 10)) as pilot:
        await app.wrapped(pilot)
        app.text.scroll_to(y=2000, animate=False)
        await pilot.pause()
        for width in (20, 60):
            await pilot.resize_terminal(width, 10)
            await app.wrapped(pilot)
            await pilot.pause()
            assert app.text._text(app.text.scroll_offset.y).startswith("line 2000")


async def test_a_part_of_it_is_selected_over_wraps() -> None:
    app = Host("alpha beta gamma delta epsilon zeta\nsecond")
    async with app.run_test(size=(20, 10)) as pilot:
        await app.wrapped(pilot)
        last = app.text.virtual_size.height - 1
        assert last > 1
        part = Selection(Offset(6, 0), Offset(3, last))
        assert app.text.get_selection(part) == ("beta gamma delta epsilon zeta\nsec", "\n")


async def test_the_request_of_a_long_prompt_is_shown_scrolled_copied_and_closed() -> None:
    async with staged(backends=Backends()) as stage:
        stage.app.session.ask("a line of a long prompt\n" * 10_000)
        await stage.settle()
        await stage.press("ctrl+g", "1", "i")
        text = stage.app.screen.query_one(LongText)
        assert "a line of a long prompt" in stage.screen_text
        await stage.press("end")
        while text.wrapping:
            await stage.pilot.pause()
        await stage.settle()
        assert text.scroll_offset.y == text.max_scroll_y
        await stage.press("g", "pagedown", "c")
        assert stage.app.clipboard.count("a line of a long prompt") == 10_000
        await stage.pilot.resize_terminal(70, 20)
        await stage.press("escape")
        assert stage.on_main
