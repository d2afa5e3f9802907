"""A form: fields with a name each, and what is wrong with one below it."""

from collections.abc import Callable, Sequence
from typing import Protocol

from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widgets import Input, Static, TextArea

from massgen_tui.console.textual_private import steady_cursor
from massgen_tui.text import clean, one_line

_LONGEST_LINE = 4000
"""Characters that are pasted into a field of one line."""
_PROBLEM = 400
"""Characters of what is wrong with a field."""


class Editor(Protocol):
    """Where the text of a field is typed."""

    @property
    def typed(self) -> str:
        """What stands there."""
        ...

    def put(self, text: str) -> None:
        """Let this stand there."""


class OneLine(Input):
    """A field of one line; what is pasted is cleaned."""

    DEFAULT_CSS = "OneLine { width: 1fr; height: 1; background: $panel; }"

    def __init__(self, text: str, empty: str) -> None:
        """Hold a text; `empty` is told where there is none."""
        super().__init__(text, placeholder=empty, compact=True, select_on_focus=False)
        self.cursor_blink = False

    @property
    def typed(self) -> str:
        """What stands there."""
        return self.value

    def put(self, text: str) -> None:
        """Let this stand there, the cursor behind it."""
        self.value = text
        self.cursor_position = len(text)

    def on_paste(self, event: events.Paste) -> None:
        """Insert what was pasted, on one line."""
        event.stop()
        event.prevent_default()
        self.replace(one_line(event.text, _LONGEST_LINE), *self.selection)


class Lines(TextArea):
    """A field of several lines."""

    DEFAULT_CSS = """
    Lines { width: 1fr; padding: 0; background: $panel; scrollbar-size-vertical: 1; }
    """

    def __init__(self, text: str, empty: str, rows: int) -> None:
        """Hold a text in so many rows; `empty` is told where there is none."""
        super().__init__(
            text,
            compact=True,
            highlight_cursor_line=False,
            tab_behavior="focus",
            placeholder=empty,
        )
        self.cursor_blink = False
        self.styles.height = rows

    @property
    def typed(self) -> str:
        """What stands there."""
        return self.text

    def put(self, text: str) -> None:
        """Let this stand there."""
        self.load_text(text)

    def on_paste(self, event: events.Paste) -> None:
        """Insert what was pasted, cleaned."""
        event.stop()
        event.prevent_default()
        self.insert_at_cursor(event.text)

    def insert_at_cursor(self, text: str) -> None:
        """Insert a text in place of the selection."""
        plain = clean(text.replace("\r\n", "\n").replace("\r", "\n"))
        self.move_cursor(self.replace(plain, *self.selection).end_location)


steady_cursor(Lines)


class FormField(Vertical):
    """One field with its name."""

    DEFAULT_CSS = """
    FormField {
        height: auto;
        & > Horizontal { height: auto; }
        & .form-name { width: 19; height: 1; color: $foreground; }
        & > .form-problem { display: none; height: auto; padding: 0 0 0 19; color: $error; }
        & > .form-below { display: none; height: auto; padding: 0 0 0 19; color: $foreground; }
        & > .-told { display: block; }
    }
    """

    def __init__(
        self, name: str, text: str, editor: Callable[[str], OneLine | Lines], label: str
    ) -> None:
        """A field that holds a text, in what `editor` makes of it.

        What would act on the terminal is not shown, and stays where the text is not changed.
        """
        super().__init__()
        self.field = name
        self._label = label
        self.editor = editor(clean(text))
        self._given, self._shown = text, self.editor.typed
        self._title = Static(classes="form-name", markup=False)
        self._problem = Static(classes="form-problem", markup=False)
        self._below = Static(classes="form-below", markup=False)

    def compose(self) -> ComposeResult:
        """Name and editor, what is below, and what is wrong."""
        with Horizontal():
            yield self._title
            yield self.editor
        yield self._below
        yield self._problem

    def on_mount(self) -> None:
        """Show the name."""
        self.point(False)

    @property
    def text(self) -> str:
        """What the field says."""
        return self._given if self.editor.typed == self._shown else self.editor.typed

    def put(self, text: str) -> None:
        """Let the field say this."""
        self._given = text
        self.editor.put(clean(text))
        self._shown = self.editor.typed

    def point(self, here: bool) -> None:
        """Mark the field that is typed in."""
        self._title.update(Text(f"{'›' if here else ' '} {self._label}", no_wrap=True))

    def tell(self, problem: str) -> None:
        """Say what is wrong; empty: nothing."""
        self._problem.update(Text(f"✗ {one_line(problem, _PROBLEM)}" if problem else ""))
        self._problem.set_class(bool(problem), "-told")

    def show_below(self, rows: Text | None) -> None:
        """Show rows below the field; None: none."""
        self._below.update(rows or "")
        self._below.set_class(rows is not None, "-told")


def matching(typed: str, names: Sequence[str]) -> list[str]:
    """The names that have each word of what is typed, those that begin so first."""
    wanted = typed.casefold().split()
    if typed in names or not wanted:
        return list(names)
    found = [name for name in names if all(word in name.casefold() for word in wanted)]
    return sorted(found, key=lambda name: not name.casefold().startswith(wanted[0]))
