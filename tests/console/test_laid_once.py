"""What never changes is laid out once for each width, and looks as it would without that."""

from collections.abc import Iterable

import pytest
from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment
from rich.table import Table
from rich.text import Text

from massgen_tui.console.screens.text_modal import TextModal
from massgen_tui.console.widgets.laid_once import LaidOnce
from tests.support.console import staged
from tests.support.fakes import config_of


class Counted:
    def __init__(self, shown: RenderableType) -> None:
        self.shown = shown
        self.times = 0

    def __rich_console__(
        self, console: Console, options: ConsoleOptions
    ) -> Iterable[RenderableType]:
        self.times += 1
        yield self.shown


def table() -> Table:
    made = Table.grid(padding=(0, 2), expand=True)
    made.add_row(Text("ctrl+r", "bold"), Text("ask again: 日本語 and more words " * 3))
    return made


def laid(shown: RenderableType, width: int) -> list[Segment]:
    console = Console(width=120, color_system="truecolor")
    return list(console.render(shown, console.options.update_width(width)))


@pytest.mark.parametrize("shown", [table(), Text("plain words " * 20), Text("")])
def test_it_looks_the_same_in_every_width(shown: RenderableType) -> None:
    once = LaidOnce(shown)
    for width in (80, 20, 80, 41):
        assert laid(once, width) == laid(shown, width)


def test_each_width_is_laid_out_once() -> None:
    counted = Counted(table())
    once = LaidOnce(counted)
    for width in (80, 20, 80, 80, 20):
        laid(once, width)
    assert counted.times == 2


async def test_a_sheet_that_is_longer_than_screens_is_laid_out_for_one_width() -> None:
    counted = Counted(Text("a line\n" * 300))
    async with staged(config_of("a"), size=(100, 30)) as stage:
        sheet = TextModal("Long", "", shown=LaidOnce(counted), scrolls=True)
        await stage.app.push_screen(sheet)
        await stage.settle()
        assert sheet.query_one("#sheet").max_scroll_y > 200
    assert counted.times == 1
