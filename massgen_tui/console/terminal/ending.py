"""An end that a thread can wait for together with its input."""

import os
import threading
import weakref


class Ending(threading.Event):
    """An event with a file that can be read while it is set."""

    def __init__(self) -> None:
        """Not set."""
        super().__init__()
        self._read, self._write = os.pipe()
        # at the very end the system does: a thread may still wait
        weakref.finalize(self, _close, self._read, self._write).atexit = False

    def fileno(self) -> int:
        """What a selector waits for."""
        return self._read

    def set(self) -> None:
        """Wake who waits."""
        if not self.is_set():
            super().set()
            os.write(self._write, b"!")

    def clear(self) -> None:
        """Wake nobody any more."""
        if self.is_set():
            super().clear()
            os.read(self._read, 1)


def _close(*files: int) -> None:
    for file in files:
        os.close(file)
