"""What all our apps do other than Textual 8.2: the palette, notices, and what the mouse selects.

A selection of the mouse stays in the widget in which it began. Textual lets it go over all that
lies between two widgets, which takes whole conversations (textual#5409), and fails where one of
them goes away meanwhile (textual#6452) or has no place for the pointer (textual#6596).
"""

from contextlib import ExitStack
from functools import partial
from typing import TYPE_CHECKING, Self

from textual import events
from textual.app import UnknownModeError
from textual.dom import NoScreen
from textual.errors import NoWidget
from textual.geometry import Region
from textual.notifications import Notification, Notifications
from textual.screen import Screen
from textual.theme import Theme, ThemeProvider
from textual.widget import Widget

from massgen_tui.console import textual_private
from massgen_tui.console.contain import Contained
from massgen_tui.console.once import once
from massgen_tui.console.textual_private import Forward
from massgen_tui.late import late

if TYPE_CHECKING:
    from massgen_tui.console.screens import palette
else:
    palette = late("massgen_tui.console.screens.palette")


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


class Mended(Contained):
    """An app with our palette, and one notice at a time."""

    _colours: tuple[Theme, dict[str, str]] | None = None

    def __init__(self) -> None:
        """Nothing is told."""
        super().__init__()
        self._notices = Newest()
        textual_private.keep_notices(self, self._notices)

    def get_css_variables(self) -> dict[str, str]:
        """The colours of the theme, worked out once: Textual and our rows ask for them."""
        theme = self.current_theme
        if self._colours is None or self._colours[0] is not theme:
            self._colours = theme, super().get_css_variables()
        return self._colours[1]

    def wear(self, theme: str) -> None:
        """Have the colours of this name, where there are such."""
        if theme in self.available_themes:
            self.theme = theme

    def on_mount(self) -> None:
        """Let no notice stand over a screen that opens."""
        self.screen_change_signal.subscribe(self, self._opened, immediate=True)

    def _opened(self, screen: Screen[object]) -> None:
        if not screen.is_mounted:  # one that was below and is seen again keeps them
            self._notices.drop()
            textual_private.show_notices(self)

    def delay_update(self, delay: float = 0.05) -> None:
        """Draw nothing for so many seconds; where Textual's timer is lost, nothing ever again."""
        held = ExitStack()
        held.enter_context(self.batch_update())
        once(self, delay, partial(self._draw_again, held))

    def _draw_again(self, held: ExitStack) -> None:
        held.close()
        self.screen.refresh()

    def action_command_palette(self) -> None:
        """Show every command by name."""
        if not isinstance(self.screen, palette.Palette):
            # without Textual's id: the one before may still be on its way out
            self.push_screen(palette.Palette())

    def search_themes(self) -> None:
        """Choose the colours."""
        made = palette.Palette(providers=[ThemeProvider], placeholder="Search for themes…")
        self.push_screen(made)

    async def drop_mode(self, mode: str) -> None:
        """Remove a mode that is not the current one, and its screens; the first one too."""
        try:
            await self.remove_mode(mode)
        except UnknownModeError:  # the one in which the app began is no mode of Textual's
            await textual_private.drop_first_mode(self, mode)


def _forward(forwarded: Forward, screen: Screen[object], event: events.Event) -> None:
    """Hand an event on; what the mouse selects is kept in the widget in which that began."""
    if not isinstance(event, events.MouseEvent) or event.is_forwarded:
        forwarded(screen, event)
        return
    pressed = isinstance(event, events.MouseDown)
    if textual_private.is_selecting(screen) and isinstance(event, events.MouseMove):
        event = _inside(event, screen)
    elif pressed and _is_gone(screen, event):
        return
    forwarded(screen, event)
    if pressed and not _selects(screen):
        textual_private.stop_selecting(screen)


def _inside(event: events.MouseMove, screen: Screen[object]) -> events.MouseEvent:
    """The event as near as the widget comes in which the selection began; none, and it ends."""
    seen = _seen(textual_private.selects_from(screen), screen)
    if not seen:
        textual_private.stop_selecting(screen)
        return event
    x = min(max(event.x, seen.x), seen.right - 1)
    y = min(max(event.y, seen.y), seen.bottom - 1)
    if (x, y) == (event.x, event.y):
        return event
    return events.MouseMove(
        event.widget,
        event.pointer_x + x - event.x,
        event.pointer_y + y - event.y,
        event.delta_x,
        event.delta_y,
        event.button,
        event.shift,
        event.meta,
        event.ctrl,
        event.pointer_screen_x,
        event.pointer_screen_y,
        event.style,
    )


def _seen(widget: Widget | None, screen: Screen[object]) -> Region | None:
    """Where a widget is seen on this screen, if it is."""
    if widget is None or not widget.is_attached or not widget.display:
        return None
    try:
        return screen.find_widget(widget).visible_region
    except NoWidget:
        return None


def _selects(screen: Screen[object]) -> bool:
    """A selection has begun somewhere in the text of a widget."""
    widget = textual_private.selects_from(screen)
    return widget is not None and not isinstance(widget, Screen)


def _is_gone(screen: Screen[object], event: events.MouseEvent) -> bool:
    """What was pressed has been removed, and the screen is not laid out anew yet."""
    try:
        widget, _ = screen.get_widget_and_offset_at(event.x, event.y)
    except NoScreen:  # it renders the row that was pressed, of a widget that has no screen any more
        return True
    return widget is not None and not widget.is_attached


textual_private.forward_through(_forward)
textual_private.choose_what_is_there()
