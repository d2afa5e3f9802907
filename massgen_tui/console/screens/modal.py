"""What every screen before the main one has in common: it closes once."""

from typing import TypeVar

from textual.screen import ModalScreen

Result = TypeVar("Result")


class Modal(ModalScreen[Result]):
    """A screen before the main one."""

    def close(self, result: Result | None = None) -> None:
        """Close with this result; closing again does nothing, where Textual 8.2 would fail."""
        if self.app.screen is self:
            self.dismiss(result)
