"""The prompt before there is one: what was typed, or its placeholder, as a text area draws them."""

from typing import ClassVar

from rich.text import Text
from textual.content import Content

from massgen_tui.console.stream.wrap import TAB
from massgen_tui.console.terminal.width import cells
from massgen_tui.console.widgets.cached_lines import CachedLines
from massgen_tui.text import clean

_MARK = " ›"


class Typed(CachedLines):
    """One row, which nothing can be typed in: the app keeps the keys."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"typed--mark", "typed--hint", "typed--cursor"}
    # the colours of Textual's TextArea
    DEFAULT_CSS = """
    Typed { height: 1; width: 1fr; color: $foreground; background: $background; }
    Typed > .typed--mark { color: $primary; text-style: bold; }
    Typed > .typed--hint { color: $text 40%; }
    Typed > .typed--cursor { text-style: $input-cursor-text-style; }
    Typed:ansi > .typed--cursor {
        color: $input-cursor-foreground; background: $input-cursor-background; text-style: reverse;
    }
    Typed:dark > .typed--cursor {
        color: $input-cursor-foreground; background: $input-cursor-background;
    }
    Typed:light > .typed--cursor { color: $text 90%; background: $foreground 70%; }
    """

    def __init__(self, hint: str, *, id: str) -> None:
        """Nothing was typed; `hint` stands in its place."""
        super().__init__(id=id)
        self._hint = hint
        self._typed = ""

    def show(self, typed: str) -> None:
        """Show what has been typed, or pasted."""
        typed = clean(typed).replace("\n", " ⏎ ").replace("\t", TAB)
        if typed != self._typed:
            self._typed = typed
            self.refresh()

    def render(self) -> Text:
        """The row."""
        mark, hint, cursor = (
            self.get_component_rich_style(f"typed--{part}") for part in ("mark", "hint", "cursor")
        )
        room = max(self.size.width - len(_MARK) - 1, 1)
        lines = Content.from_text(self._hint).wrap(room)
        told = lines[0].plain if lines and not self._typed else ""
        row = Text(no_wrap=True, end="").append(_MARK, mark).append(f" {_end(self._typed, room)}")
        return row.append(told[:1] or " ", cursor).append(told[1:], hint)


def _end(text: str, width: int) -> str:
    """The end of a text, with room for the cursor; `…` where something was left out."""
    shown = text[-width:]
    while cells(shown) >= width and len(shown) > 1:
        shown = f"…{shown[2:]}"
    return shown
