"""The end: signals, exit codes, and a terminal that is whole again whatever hangs."""

import _thread
import contextlib
import os
import threading
from collections.abc import Callable

from massgen_tui.terminal import Modes, modes_now, set_modes

SIGNAL_GRACE = 1.8
"""Seconds that an end by signal may take before it is forced."""
QUIT_GRACE = 4.0
"""Seconds that quitting may take before it is forced."""

_RESTORE = (
    "\x1b[?2026l"  # no frame is held back
    "\x1b[?2004l"  # bracketed paste off
    "\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1006l\x1b[?1015l"  # mouse off
    "\x1b[?1004l"  # focus reports off
    "\x1b[<u"  # keyboard protocol off
    "\x1b[?7h\x1b[?1049l\x1b[?25h\x1b[0m"  # wrapping on, main screen, cursor, no colour
)


class ForcedExit:
    """Ends the process by force when an orderly end takes too long (a hung driver, terminal, …)."""

    def __init__(self, modes: Modes | None = None, *, also: Callable[[], str] = lambda: "") -> None:
        """Remember the terminal's modes of before; by default those that it has now.

        `also` gives what else puts the terminal back, when it comes to that.
        """
        self._modes = modes or modes_now()
        self._also = also
        self._armed: _thread.LockType | None = None
        """Held until it is disarmed."""

    def arm(self, seconds: float, code: int) -> None:
        """End with `code` in `seconds`, unless it is disarmed before; the first call counts.

        It may be called from a signal's handler, and so while a lock of `threading` is held.
        """
        if self._armed is None:
            self._armed = _thread.allocate_lock()
            self._armed.acquire()
            _thread.start_new_thread(self._wait, (self._armed, seconds, code))

    def disarm(self) -> None:
        """The end came in order."""
        if self._armed is not None and self._armed.locked():
            self._armed.release()

    def _wait(self, armed: _thread.LockType, seconds: float, code: int) -> None:
        if not armed.acquire(timeout=seconds):
            self._end(code)

    def _end(self, code: int) -> None:
        # Not through sys.stdout or the driver: either may be what hangs.
        writer = threading.Thread(target=self._restore, daemon=True)
        writer.start()
        writer.join(0.2)
        os._exit(code)

    def _restore(self) -> None:
        if self._modes is not None:
            set_modes(self._modes)
        with contextlib.suppress(OSError):
            os.write(2, (self._also() + _RESTORE).encode("ascii"))
