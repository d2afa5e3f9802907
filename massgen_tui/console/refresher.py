"""When servers and GPUs are shown anew: as soon as something is learned, else once a second."""

from asyncio import TimerHandle, get_running_loop
from collections.abc import Callable
from typing import Protocol

from massgen_tui.console.contain import guarded

SOON = 0.02
"""Seconds from what is learned until it is shown: servers that are looked at together, together."""
SECOND = 1.0
"""Seconds after which ages are shown anew."""


class Later(Protocol):
    """Calls something after so many seconds, unless it is cancelled: an event loop's."""

    def __call__(self, delay: float, callback: Callable[[], None], /) -> TimerHandle:
        """Begin to wait."""
        ...


class Refresher:
    """Calls `show` in time; nothing else wakes the loop for it."""

    def __init__(self, show: Callable[[], None], *, later: Later | None = None) -> None:
        """Show nothing before `start`; `later` is by default the running loop's."""
        self._show = show
        self._later = later
        self._waiting: TimerHandle | None = None
        self._hurries = False
        """What it waits for is to show something new."""

    def start(self) -> None:
        """Show from now on."""
        self._wait(SECOND, hurries=False)

    def stop(self) -> None:
        """Show no more."""
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None

    def learned(self) -> None:
        """Something new is known."""
        if self._waiting is not None and not self._hurries:
            self._waiting.cancel()
            self._wait(SOON, hurries=True)

    def _wait(self, seconds: float, *, hurries: bool) -> None:
        self._hurries = hurries
        later = self._later or get_running_loop().call_later
        self._waiting = later(seconds, self._due)

    def _due(self) -> None:
        # what is learned while it is shown is shown after it
        self._wait(SECOND, hurries=False)
        with guarded():
            self._show()
