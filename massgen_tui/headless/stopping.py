"""How a run without a screen is stopped: by a signal, or because nobody reads it any more."""

import asyncio
import signal
import sys
from collections.abc import Coroutine
from contextlib import suppress

SIGNALS = {signal.SIGINT: 130, signal.SIGTERM: 143} | (
    {signal.SIGHUP: 129} if sys.platform != "win32" else {}
)
"""What ends a run in order, and its exit code then."""


class Stopping:
    """Whether a run is to stop, and with which exit code."""

    def __init__(self) -> None:
        """Nothing says so yet."""
        self.asked = asyncio.Event()
        self.code: int | None = None
        """Of the first signal that came."""

    def hear_signals(self) -> None:
        """Stop in order by a signal; the same one again ends the program as it always does."""
        loop = asyncio.get_running_loop()
        with suppress(NotImplementedError):  # Windows: ctrl+c raises KeyboardInterrupt there
            for number in SIGNALS:
                loop.add_signal_handler(number, self._interrupted, number)

    async def unless(self, work: Coroutine[None, None, None]) -> None:
        """Do it until it is done or the run is to stop."""
        doing, stopping = asyncio.create_task(work), asyncio.create_task(self.asked.wait())
        try:
            await asyncio.wait((doing, stopping), return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (doing, stopping):
                task.cancel()
            await asyncio.gather(doing, stopping, return_exceptions=True)
        if not doing.cancelled():
            doing.result()

    def _interrupted(self, number: signal.Signals) -> None:
        self.code = self.code or SIGNALS[number]
        self.asked.set()
        asyncio.get_running_loop().remove_signal_handler(number)
