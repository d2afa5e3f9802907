"""A fault of the screen is contained: it is logged, told once, and what it left is drawn anew.

Textual 8.2 ends the app at the first exception of any handler, paint, timer, worker or callback,
and with it the message loop in which it came (`MessagePump._process_messages_loop` breaks). Here
the loop goes on, and so do streams, draft and keys. Only a fault that comes again and again, or one
that leaves nothing to draw, ends the app.
"""

import asyncio
import importlib
import logging
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from textual.screen import Screen
from textual.widget import Widget
from textual.worker import WorkerFailed

from massgen_tui.console import textual_private
from massgen_tui.console.lifecycle import QUIT_GRACE, SIGNAL_GRACE, ForcedExit
from massgen_tui.console.terminal.driver import TerminalApp

if TYPE_CHECKING:
    from massgen_tui.config.model import Config

log = logging.getLogger(__name__)

LIMIT = 3
"""So many faults from one place..."""
WITHIN = 10.0
"""...in so many seconds end the app."""
_TOLD_FOR = 10
"""Seconds for which a fault is told."""

Place = tuple[str, int]
"""A file and a line."""


class Faults:
    """Where something failed, and when."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Nothing has failed yet; `clock` gives seconds."""
        self._clock = clock
        self._times: dict[Place, list[float]] = {}
        self.last: Exception | None = None
        """The newest one."""

    def count(self, error: Exception) -> tuple[int, bool]:
        """Take one in; how many of late came from its place, and whether that is a new one."""
        now, place = self._clock(), _place(error.__traceback__)
        new = place not in self._times
        times = [at for at in self._times.get(place, []) if now - at < WITHIN]
        self._times[place] = [*times, now]
        self.last = error
        return len(times) + 1, new


def _place(trace: TracebackType | None) -> Place:
    """The innermost line."""
    if trace is None:
        return "", 0
    while trace.tb_next is not None:
        trace = trace.tb_next
    return trace.tb_frame.f_code.co_filename, trace.tb_lineno


class Contained(TerminalApp):
    """An app that an exception of a handler, paint, timer, worker or callback does not end."""

    last_resort: ForcedExit | None = None
    """Ends the process by force; None where the process is not ours (tests)."""

    def __init__(self) -> None:
        """Nothing has failed."""
        super().__init__()
        self.faults = Faults()

    @property
    def known_config(self) -> "Config | None":
        """The config, as soon as there is one."""
        return getattr(self, "config", None)

    def open_log_file(self) -> Path | None:
        """The log file, begun where it was not; None: nothing is written."""
        return None

    def contain(self, error: Exception) -> None:
        """Go on after an exception, or end where that cannot be."""
        cause = error.error if isinstance(error, WorkerFailed) else error
        if not isinstance(cause, Exception):
            return
        times, new = self.faults.count(cause)
        if times >= LIMIT or not self.drawable:
            self.fail(cause)
            return
        try:
            self._mend(times)
            self._tell(cause, aloud=new)
        except Exception:
            log.exception("a fault could not be mended")

    def fail(self, error: BaseException) -> None:
        """End by our report and exit code 1; what came is written on the way out."""
        log.error("the screen failed, and the app ends", exc_info=error)
        if self.failed is not None or self.return_code is not None:
            return
        self.failed = error
        if self.last_resort is not None:
            self.last_resort.arm(QUIT_GRACE, 1)
        textual_private.end_failed(self, error)

    def end_by_signal(self, code: int) -> None:
        """End within 2 s with this exit code; called from a signal's handler.

        Raises:
            SystemExit: the app does not run yet, or no more.
        """
        self.ending = True
        if self.last_resort is not None:
            self.last_resort.arm(SIGNAL_GRACE, code)
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            raise SystemExit(code) from None
        loop.call_soon_threadsafe(self.end, code)  # which wakes it, too

    def end(self, code: int) -> None:
        """End with this exit code."""
        self.exit(return_code=code)

    @property
    def drawable(self) -> bool:
        """There is a screen, and the app takes messages."""
        return self.is_running and textual_private.goes_on(self) and bool(self.screen_stack)

    def _tell(self, error: Exception, *, aloud: bool) -> None:
        file = self.open_log_file()
        log.error("the screen failed, and goes on", exc_info=error)
        if aloud:
            crash = importlib.import_module("massgen_tui.console.crash")
            said = crash.words(error, self.known_config, file)
            self.notify(said, timeout=_TOLD_FOR, severity="error", markup=False)

    def _mend(self, times: int) -> None:
        """Undo what was half done: a selection, a screen that was being made; draw all anew."""
        screen = self.screen
        self.mouse_captured = None
        if len(self.screen_stack) > 1 and (times > 1 or _is_made(screen)):
            self.pop_screen()
        self.screen.refresh(layout=True)
        for one in self.screen_stack:
            textual_private.stop_selecting(one)


def _is_made(screen: Screen[object]) -> bool:
    """The fault came while this screen, or something on it, was being put together."""
    pump = textual_private.running_pump()
    return isinstance(pump, Widget) and not pump.is_mounted and screen in pump.ancestors_with_self


def exit_code(app: Contained) -> int:
    """The exit code of an app that ran; prints the report of what ended it though it should not."""
    error = app.failed if app.failed or app.return_code is not None else app.faults.last
    if error is None:
        return app.return_code or 0
    crash = importlib.import_module("massgen_tui.console.crash")
    print(crash.report(error, app.known_config), file=sys.stderr)
    return 1


@contextmanager
def guarded() -> Iterator[None]:
    """A fault in here ends neither the app nor what it came in: a message loop, a worker."""
    try:
        yield
    except Exception as error:
        app = textual_private.running_app()
        if not isinstance(app, Contained):
            raise
        app.contain(error)


textual_private.hear_faults(Contained, lambda app, error: app.contain(error))
textual_private.guard_messages(guarded)
