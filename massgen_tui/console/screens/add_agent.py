"""Asks for the address of a server, and finds out what is there: an agent by a form."""

from collections.abc import Awaitable, Callable

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.events import DescendantFocus
from textual.widgets import Static

from massgen_tui.console.action import Scope
from massgen_tui.console.keys import acting, bindings
from massgen_tui.console.screens.modal import Modal
from massgen_tui.console.widgets.form import FormField, OneLine
from massgen_tui.discover.found import Found
from massgen_tui.text import one_line

Look = Callable[[str, str, str], Awaitable[Found]]
"""Looks at an address for a model (or any) with the key of a variable (or none)."""
_HINTS = {
    "address": "as on the command line: http://host:port, or host:port",
    "model": "empty: the only one it serves, or one of a list (-m on the command line)",
    "key variable": "the variable with its key, where it wants one (--key-env)",
}


class AddAgentScreen(Modal[Found]):
    """Gives what was found at an address that an agent can be made of; nothing where none is."""

    BINDINGS = bindings(Scope.ADD)
    AUTO_FOCUS = "FormField OneLine"
    DEFAULT_CSS = """
    AddAgentScreen {
        align: center middle; background: $background 60%;
        & > #add {
            width: 96%; max-width: 100; height: auto; max-height: 96%;
            border: round $primary; background: $surface; color: $foreground; padding: 0 1;
        }
        & #add-hint { height: 1; color: $foreground; text-style: dim; }
    }
    """

    def __init__(self, look: Look) -> None:
        """Ask for an address; `look` finds out what is there."""
        super().__init__()
        self._look = look
        self.looking = False
        """It is being found out what is there."""
        self._fields = {name: FormField(name, "", self._line(name), name) for name in _HINTS}
        self._hint = Static(id="add-hint", markup=False)

    @staticmethod
    def _line(name: str) -> Callable[[str], OneLine]:
        empty = "http://localhost:8000" if name == "address" else ""
        return lambda text: OneLine(text, empty)

    def compose(self) -> ComposeResult:
        """The fields, and a hint."""
        with Vertical(id="add") as frame:
            frame.border_title = Text("An agent by address")
            yield from self._fields.values()
            yield self._hint

    def on_mount(self) -> None:
        """Say which keys act, the user's own among them."""
        keys = acting(self)
        told = (("add.look", "looks"), ("add.close", "does not"), ("add.next", "next"))
        words = [f"{keys[id]} {word}" for id, word in told if id in keys]
        self.query_one("#add").border_subtitle = Text(" · ".join(words))

    def on_descendant_focus(self, event: DescendantFocus) -> None:
        """Mark the field that is typed in, and say what it is."""
        for name, field in self._fields.items():
            here = field.editor is self.focused
            field.point(here)
            if here and not self.looking:
                self._hint.update(Text(_HINTS[name], no_wrap=True))

    def action_go(self, step: int) -> None:
        """Go to another field."""
        fields = list(self._fields.values())
        at = next((at for at, one in enumerate(fields) if one.editor is self.focused), 0)
        self.set_focus(fields[(at + step) % len(fields)].editor)

    def action_look(self) -> None:
        """Find out what is at the address."""
        address = self._fields["address"].text.strip()
        if not self.looking and address:
            self.looking = True
            for field in self._fields.values():
                field.tell("")
            self._hint.update(Text("looking …", no_wrap=True))
            self.run_worker(self._find(address), group="look")

    async def _find(self, address: str) -> None:
        model, key = (self._fields[name].text.strip() for name in ("model", "key variable"))
        try:
            found = await self._look(address, model, key)
        finally:
            self.looking = False
        if not found.problem:
            self.close(found)
            return
        # what stands in the field may hold a password, which `told` does not repeat
        self._fields["address"].tell(one_line(found.told, 400))
        self._hint.update("")

    def action_close(self) -> None:
        """Add none."""
        self.close(None)
