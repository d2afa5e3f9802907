"""Keys act in the order in which they were typed, however fast they come."""

import asyncio
import contextlib
from collections.abc import Sequence

from textual import events
from textual.app import ScreenStackError
from textual.message_pump import MessagePump
from textual.screen import Screen

from massgen_tui.console import AppPart
from massgen_tui.console.contain import guarded

PATIENCE = 0.2
"""Seconds of one wait for what a key does; those behind it wait for three at most."""


class OrderedKeys(AppPart):
    """An app that takes a key only when the one before it has been acted on.

    Textual hands a key on to the widget that has the focus, which takes it in when it comes to it.
    One that means nothing there comes up, parent by parent, to the app, which does what is bound to
    it; a line or a list tells in the same way that something was chosen. Letters would overtake all
    that, and what is typed behind a key that closes a screen would be lost with that screen.
    """

    _behind: list[events.Event] | None = None
    """What was typed behind a key that is on its way up; None: none is."""
    _rising: asyncio.Task[None] | None = None

    async def on_event(self, event: events.Event) -> None:
        """Act on an event; what is typed, pasted or clicked waits for the keys before it."""
        if not isinstance(event, events.InputEvent | events.Paste) or event.is_forwarded:
            await super().on_event(event)
        elif self._behind is not None:
            self._behind.append(event)
        elif isinstance(event, events.Key):
            await self._press(event)
        elif not (isinstance(event, events.Paste) and self.take(event)):
            await super().on_event(event)

    @property
    def waits(self) -> bool:
        """What is typed now waits for a key before it."""
        return self._behind is not None

    def take(self, event: events.Key | events.Paste) -> bool:
        """Act at once on what is typed or pasted where it means nothing; tells whether it did.

        A key handed to a widget comes up to its screen later than the next key is looked at.
        """
        return False

    @property
    def _front(self) -> Screen[object] | None:
        """The screen in front; None: the app ends."""
        try:
            return self.screen
        except ScreenStackError:
            return None

    async def _press(self, key: events.Key) -> None:
        """Act on a key, and wait until whom it was handed to has."""
        if self.take(key):
            return
        screen = self._front
        if screen is None:
            return
        target = screen.focused or screen
        await super().on_event(key)
        await _acted([target])
        if key.is_forwarded:
            rises = not target.check_consume_key(key.key, key.character)
            way = target.ancestors_with_self if rises else []
        else:  # the app itself has acted on it
            rises, way = self._front is not screen, []
        if rises:
            self._behind = []
            self._rising = asyncio.create_task(self._rises(way, screen))

    async def _rises(self, way: Sequence[MessagePump], before: MessagePump) -> None:
        """Let what is behind a key act when that has come up to the app, and done all it does.

        A screen that it opens, and that was not there before, has to give the focus to a widget.
        """
        try:
            await _acted([*way, *way])  # the second time what the first tells of the key
            front = self._front
            if front is not None and front is not before:
                await _acted([front])
        finally:
            self.call_later(self._go_on)

    async def _go_on(self) -> None:
        """Act on what was typed behind a key; it waits anew where one of them is to come up."""
        behind, self._behind = self._behind or (), None
        for event in behind:
            with guarded():
                await self.on_event(event)


async def _acted(pumps: Sequence[MessagePump]) -> None:
    """Return when each of these in its turn has taken in what it was handed before."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(PATIENCE):
            for pump in pumps:
                done = asyncio.Event()
                if pump.call_later(done.set):
                    await done.wait()
