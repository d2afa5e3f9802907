"""What the wheel of a mouse does to a widget that draws its own rows."""

from textual import events

_ROWS = 3


class Wheeled:
    """A widget that the wheel moves by rows, as the keys do."""

    def by_wheel(self, rows: int) -> None:
        """Move by rows, down or up."""
        raise NotImplementedError

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Move up."""
        event.stop()
        self.by_wheel(-_ROWS)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Move down."""
        event.stop()
        self.by_wheel(_ROWS)
