"""An end that a thread can wait for together with its input."""

import socket
import threading


class Ending(threading.Event):
    """An event with a file that can be read while it is set."""

    def __init__(self) -> None:
        """Not set."""
        super().__init__()
        self._read, self._write = socket.socketpair()

    def fileno(self) -> int:
        """What a selector waits for."""
        return self._read.fileno()

    def set(self) -> None:
        """Wake who waits."""
        if not self.is_set():
            super().set()
            self._write.send(b"!")

    def clear(self) -> None:
        """Wake nobody any more."""
        if self.is_set():
            super().clear()
            self._read.recv(1)
