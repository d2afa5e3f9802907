"""What every screen before the main one has in common: it closes once, and loses no key."""

from typing import TypeVar

from textual import events
from textual.screen import ModalScreen

Result = TypeVar("Result")


class Modal(ModalScreen[Result]):
    """A screen before the main one."""

    def close(self, result: Result | None = None) -> None:
        """Close with this result; closing again does nothing, where Textual 8.2 would fail."""
        if self.app.screen is self:
            self.dismiss(result)

    def on_key(self, event: events.Key) -> None:
        """Take a key; one typed in the same go as the one that closed this screen is handed on."""
        if self.app.screen is self:
            self.typed(event)
        else:
            event.stop()
            # not before what this screen's result does to the focus, which is a callback too
            self.app.call_next(self.app.post_message, events.Key(event.key, event.character))

    def typed(self, event: events.Key) -> None:
        """A key was typed; by default only bindings act."""
