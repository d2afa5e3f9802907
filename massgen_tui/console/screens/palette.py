"""The command palette, mended where Textual 8.2 fails."""

import asyncio
from typing import ClassVar

from textual import events, on
from textual.await_complete import AwaitComplete
from textual.binding import Binding, BindingType
from textual.command import CommandList, CommandPalette
from textual.errors import NoWidget
from textual.message import Message
from textual.widgets import Button, Input, OptionList

from massgen_tui.console import textual_private

_OF_LIST = frozenset({"enter", "down", "up", "pagedown", "pageup"})
_LOOKS, _LOOK_S = 30, 0.005
"""How often is looked whether the search has ended, and seconds between two looks."""


class Palette(CommandPalette):
    """Every command by name; it closes once."""

    # The style of a selection is that of the screen, which the palette does not inherit
    # (textual#6308): a double click on its lines would fail.
    ALLOW_SELECT = False
    BINDINGS: ClassVar[list[BindingType]] = [Binding("f10", "escape", "Close", show=False)]

    def on_click(self, event: events.Click) -> None:
        """Let nothing come of a click on what a resize took away before the click came."""
        try:
            self.get_widget_at(int(event.screen_x), int(event.screen_y))
        except NoWidget:
            event.prevent_default()

    async def on_key(self, event: events.Key) -> None:
        """Let a key of the list wait for that of what was typed before it, for 0.15 s at most.

        What was found for fewer letters stands there meanwhile, and `enter` would run that.
        """
        for _ in range(_LOOKS if event.key in _OF_LIST else 0):
            if all(one.is_finished for one in self.workers if one.node is self):
                break
            await asyncio.sleep(_LOOK_S)

    def dismiss(self, result: object = None) -> AwaitComplete:
        """Close; closing again does nothing, where Textual would close the screen below."""
        return super().dismiss(None) if self.app.screen is self else AwaitComplete(asyncio.sleep(0))

    @on(Input.Submitted)
    @on(Button.Pressed)
    @on(OptionList.OptionSelected)
    def _once(self, event: Message) -> None:
        """Let nothing be chosen behind the choice that closed it."""
        if self.app.screen is not self:
            event.stop()
            event.prevent_default()

    @property
    def takes_keys(self) -> bool:
        """A key of the list can do something.

        A page key needs lines, and an option that can be chosen: the line that says that nothing
        matches is none, and the list may not have been put together yet.
        """
        lists = self.query(CommandList)
        if not lists or not lists.first().scrollable_content_region:
            return False
        return any(not option.disabled for option in lists.first().options)


textual_private.hear_palette(Palette, lambda palette: palette.takes_keys)
