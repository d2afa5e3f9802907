"""What all our apps do other than Textual 8.2: the palette, notices, and what the mouse selects.

A selection of the mouse stays in the widget in which it began. Textual lets it go over all that
lies between two widgets, which takes whole conversations (textual#5409), and fails where one of
them goes away meanwhile (textual#6452) or has no place for the pointer (textual#6596).
"""

from typing import Self

from textual import events
from textual.dom import NoScreen
from textual.geometry import Region
from textual.notifications import Notification, Notifications
from textual.screen import Screen
from textual.theme import ThemeProvider
from textual.widget import Widget
from textual.widgets._toast import ToastHolder, ToastRack

from massgen_tui.console.contain import Contained, drop_selection
from massgen_tui.console.screens.palette import Palette


class Newest(Notifications):
    """What is told: the newest alone, as several would cover what is read, and faults."""

    def add(self, notification: Notification) -> Self:
        """Tell this in place of what was told before."""
        self.drop()
        return super().add(notification)

    def drop(self) -> None:
        """Take back what is told; a fault, which is told once, stays for its time."""
        for one in [*self]:
            if one.severity != "error":
                del self[one]


class Mended(Contained, inherit_bindings=False):
    """An app with our palette, and one notice at a time."""

    def __init__(self) -> None:
        """Nothing is told."""
        super().__init__()
        self._notifications: Newest = Newest()

    def on_mount(self) -> None:
        """Let no notice stand over a screen that opens."""
        self.screen_change_signal.subscribe(self, self._opened, immediate=True)

    def _opened(self, screen: Screen[object]) -> None:
        if not screen.is_mounted:  # one that was below and is seen again keeps them
            self._notifications.drop()
            self._refresh_notifications()

    def _refresh_notifications(self) -> None:
        """Show what is told; Textual leaves behind what held the others."""
        told = {ToastRack._toast_id(one) for one in self._notifications}
        for screen in self.screen_stack if self._screen_stacks else ():
            for holder in screen.query(ToastHolder):
                if holder.id not in told:
                    holder.remove()
        super()._refresh_notifications()

    def action_command_palette(self) -> None:
        """Show every command by name."""
        if not isinstance(self.screen, Palette):
            # without Textual's id: the one before may still be on its way out
            self.push_screen(Palette())

    def search_themes(self) -> None:
        """Choose the colours."""
        self.push_screen(Palette(providers=[ThemeProvider], placeholder="Search for themes…"))

    async def drop_mode(self, mode: str) -> None:
        """Remove a mode that is not the current one, and its screens; the first one too.

        Textual has no name for the mode in which an app begins, and keeps its screens to the end.
        """
        if mode in self._modes:
            await self.remove_mode(mode)
            return
        for screen in reversed(self._screen_stacks.pop(mode, [])):
            await screen.remove()


_forwarded = Screen._forward_event


def _forward(screen: Screen[object], event: events.Event) -> None:
    """Hand an event on; what the mouse selects is kept in the widget in which that began."""
    if not isinstance(event, events.MouseEvent) or event.is_forwarded:
        _forwarded(screen, event)
        return
    pressed = isinstance(event, events.MouseDown)
    if screen._selecting and isinstance(event, events.MouseMove):
        event = _inside(event, screen)
    elif pressed and _is_gone(screen, event):
        return
    _forwarded(screen, event)
    if pressed and not _selects(screen):
        drop_selection(screen)


def _inside(event: events.MouseMove, screen: Screen[object]) -> events.MouseEvent:
    """The event as near as the widget comes in which the selection began; none, and it ends."""
    state = screen._select_state
    seen = _seen(state.start.content_widget, screen) if state else None
    if not seen:
        drop_selection(screen)
        return event
    x = min(max(event.x, seen.x), seen.right - 1)
    y = min(max(event.y, seen.y), seen.bottom - 1)
    return event if (x, y) == (event.x, event.y) else event._apply_offset(x - event.x, y - event.y)


def _seen(widget: Widget | None, screen: Screen[object]) -> Region | None:
    """Where a widget is seen on this screen, if it is."""
    if widget is None or widget not in screen._compositor.visible_widgets:
        return None
    region, clip = screen._compositor.visible_widgets[widget]
    return region.intersection(clip) if widget.is_attached and widget.display else None


def _selects(screen: Screen[object]) -> bool:
    """A selection has begun somewhere in the text of a widget."""
    state = screen._select_state
    widget = state.start.content_widget if state else None
    return widget is not None and not isinstance(widget, Screen)


def _is_gone(screen: Screen[object], event: events.MouseEvent) -> bool:
    """What was pressed has been removed, and the screen is not laid out anew yet."""
    try:
        widget, _ = screen.get_widget_and_offset_at(event.x, event.y)
    except NoScreen:  # it renders the row that was pressed, of a widget that has no screen any more
        return True
    return widget is not None and not widget.is_attached


for _name in ("_forward_event",):
    setattr(Screen, _name, _forward)
