"""Keys are kept while there is nothing that they mean anything to."""

from collections.abc import Sequence

from textual import events

from massgen_tui.console.watched_config import WatchedConfig


class HeldKeys(WatchedConfig):
    """An app that can keep what is typed, and let it act later."""

    _held: list[events.Event] | None = None
    """None: keys act at once."""

    async def on_event(self, event: events.Event) -> None:
        """Act on an event, or keep it."""
        pressed = isinstance(event, events.Key | events.Paste) and not event.is_forwarded
        # what is behind a key that is on its way up was typed before: it is kept as that goes on
        if pressed and self._held is not None and not self.waits:
            self.hold(event, self._held)
            return
        if pressed:
            self.pressed = self.workspace.session.clock()
        await super().on_event(event)

    def hold(self, event: events.Event, held: list[events.Event]) -> None:
        """Keep what was typed behind what is held."""
        held.append(event)

    @property
    def holds_keys(self) -> bool:
        """Keys are kept until there is something that they mean anything to."""
        return self._held is not None

    def hold_keys(self, typed: Sequence[events.Event] = ()) -> None:
        """Keep what was typed, and what is from now on: it is meant for what is to come."""
        self._held = list(typed)

    def drop_first_key(self) -> None:
        """Let the first of the kept keys have acted."""
        if self._held:
            self._held.pop(0)

    def delay_update(self, delay: float = 0.05) -> None:
        """Draw nothing for so many seconds; while keys are kept, what comes is drawn at once."""
        if not self.holds_keys:
            super().delay_update(delay)

    async def release_keys(self) -> None:
        """Let the keys act that were typed by now, in their order."""
        while self._held:
            await super().on_event(self._held.pop(0))
        self._held = None
