"""Keys act in the order in which they were typed, however fast they come."""

import asyncio
import contextlib

from textual import events
from textual.app import App
from textual.message_pump import MessagePump

PATIENCE = 0.2
"""Seconds that a key may hold up those behind it."""


class OrderedKeys(App[None], inherit_bindings=False):
    """An app that takes a key only when the one before it has been acted on.

    Textual hands letters on to the widget that has the focus, which takes them in when it comes to
    it; a key that the app itself acts on would overtake them, and one typed behind a key that
    closes a screen would be lost with that screen.
    """

    async def on_event(self, event: events.Event) -> None:
        """Act on an event; of keys, wait until whom it was handed to has acted."""
        if isinstance(event, events.Key | events.Paste) and self.take(event):
            return
        target = self.focused or self.screen if isinstance(event, events.Key) else None
        await super().on_event(event)
        if target is not None:
            await _acted(target)

    def take(self, event: events.Key | events.Paste) -> bool:
        """Act at once on what is typed or pasted where it means nothing; tells whether it did.

        A key handed to a widget comes up to its screen later than the next key is looked at.
        """
        return False


async def _acted(target: MessagePump) -> None:
    """Return when `target` has taken in what it was handed before."""
    done = asyncio.Event()
    if target.call_later(done.set):
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE):
                await done.wait()
