"""A sheet over the main screen with text to read, to scroll and to copy; esc closes it."""

from typing import ClassVar

from rich.console import RenderableType
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.widgets import Static

from massgen_tui.console.action import Scope
from massgen_tui.console.clipboard import CopyingApp
from massgen_tui.console.keys import acting, bindings
from massgen_tui.console.screens.modal import Modal
from massgen_tui.console.widgets.longtext import LONG, LongText


class TextModal(Modal[None]):
    """Something to read."""

    # with the class, not in the console's own file: `watch` opens sheets too
    DEFAULT_CSS = """
    TextModal {
        align: center middle; background: $background 60%;
        & > #sheet {
            width: 96%; max-width: 100; height: auto; max-height: 92%;
            border: round $primary; background: $surface; color: $foreground; padding: 0 1;
        }
        & > #sheet.-tall { height: 90%; }
        & > #sheet.-scrolls { height: 92%; scrollbar-gutter: stable; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = bindings(Scope.SHEET)
    TOLD: ClassVar[tuple[tuple[str, str], ...]] = ("sheet.close", "close"), ("sheet.copy", "copy")
    """The actions whose keys stand in the frame, and what it calls them."""

    def __init__(
        self,
        title: str,
        body: Text | str,
        *,
        shown: RenderableType | None = None,
        scrolls: bool = False,
    ) -> None:
        """A sheet that says `body`.

        Args:
            title: stands in the frame.
            body: what is shown and copied; a str is shown as it is, never read as markup.
            shown: how it is shown, where that is not plain text.
            scrolls: it is longer than screens are: laid out once, with room for a scroll bar.
        """
        super().__init__()
        self._scrolls = scrolls
        self._title = title
        self.body = body if isinstance(body, Text) else Text(body)
        self._shown = shown

    def compose(self) -> ComposeResult:
        """The sheet and its text."""
        if self._shown is None and len(self.body) > LONG:
            text = LongText(self.body.plain, id="sheet")
            text.add_class("-tall")
            text.border_title = Text(self._title)
            yield text
            return
        with VerticalScroll(id="sheet") as sheet:
            sheet.border_title = Text(self._title)
            sheet.set_class(self._scrolls, "-scrolls")
            yield Static(self._shown or self.body, id="sheet-text")

    def on_mount(self) -> None:
        """Say which keys close and copy, the user's own among them."""
        keys = acting(self)
        told = [(keys.get(id), word) for id, word in self.TOLD]
        sheet = self.query_one("#sheet")
        sheet.border_subtitle = Text(" · ".join(f"{key} {word}" for key, word in told if key))

    def action_copy(self) -> None:
        """Copy all of it."""
        if isinstance(self.app, CopyingApp):
            self.app.copy(self.body.plain, "the sheet")

    def action_scroll(self, where: str) -> None:
        """Scroll one row, one page or to an end."""
        sheet = self.query_one("#sheet")
        if isinstance(sheet, LongText):
            sheet.aim(at_end=where == "end")
        match where:
            case "down":
                sheet.scroll_down(animate=False)
            case "up":
                sheet.scroll_up(animate=False)
            case "page_down":
                sheet.scroll_page_down(animate=False)
            case "page_up":
                sheet.scroll_page_up(animate=False)
            case "home":
                sheet.scroll_home(animate=False)
            case _:
                sheet.scroll_end(animate=False)

    def action_close(self) -> None:
        """Close the sheet."""
        self.close()
