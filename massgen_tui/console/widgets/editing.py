"""Keys of what one types in, acted on in the order in which they were typed.

Textual acts on a key that a widget binds once it has come up to the app, behind letters that were
typed after it.
"""

from collections.abc import Mapping

from textual import events
from textual.binding import Binding
from textual.widget import Widget
from textual.widgets import Input

_ELSEWHERE = frozenset({"enter", "tab", "shift+tab", "escape", "ctrl+c", "super+c"})
"""Keys that mean something to what stands around it, or the app."""


def editing(widget: type[Widget]) -> dict[str, str]:
    """What a widget does with its editing keys, by key."""
    bound = [one for one in widget.BINDINGS if isinstance(one, Binding)]
    return {key: one.action for one in bound for key in one.key.split(",") if key not in _ELSEWHERE}


async def edit(widget: Widget, event: events.Key, actions: Mapping[str, str]) -> None:
    """Do what a widget binds a key to."""
    action = actions.get(event.key)
    if action is not None and await widget.app.run_action(action, widget):
        event.stop()
        event.prevent_default()


IN_LINE = editing(Input)
"""What an input does with its editing keys."""
_AND_ENTER = IN_LINE | {"enter": "submit"}


class SearchInput(Input):
    """One line in which one types what to find, until `enter` keeps it."""

    def __init__(self, told: str, *, id: str | None = None) -> None:
        """An empty line; `told` stands in it until something is typed."""
        super().__init__(placeholder=told, compact=True, id=id)
        self.cursor_blink = False

    def keep(self) -> None:
        """Go on with what was found: a letter right behind `enter` is not typed here any more."""
        raise NotImplementedError

    async def action_submit(self) -> None:
        """Keep it at once."""
        self.keep()

    async def on_key(self, event: events.Key) -> None:
        """Act on editing keys and `enter`."""
        await edit(self, event, _AND_ENTER)
