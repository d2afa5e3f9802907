"""Standard output and standard error, whatever is at their other end."""

import io
from collections.abc import Callable
from typing import TextIO

from massgen_tui.text import clean


def nothing() -> None:
    """Do nothing."""


class Output:
    """Where the data goes. When its reader has gone, it says so once and swallows the rest."""

    def __init__(self, stream: TextIO, *, utf8: bool = False) -> None:
        """Write to `stream`, as UTF-8 if the format demands it; no text can make it fail."""
        self._stream = stream
        self.on_lost: Callable[[], None] = nothing
        """Called when nothing can be written any more."""
        self.broken = False
        """Its reader closed it."""
        self.error: OSError | None = None
        """Why it could not be written, when the reader is not to blame (a full disk)."""
        self.tty = stream.isatty()
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(
                encoding="utf-8" if utf8 and not self.tty else None, errors="backslashreplace"
            )

    def write(self, text: str) -> None:
        """Write and flush."""
        if self.broken or self.error is not None or not text:
            return
        try:
            self._stream.write(text)
            self._stream.flush()
        except BrokenPipeError:
            self.broken = True
            self.on_lost()
        except OSError as error:
            self.error = error
            self.on_lost()


class Notes:
    """Progress, warnings and errors, a line each; never worth failing for."""

    def __init__(self, stream: TextIO) -> None:
        """Write to `stream`."""
        self._stream = stream
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")

    def __call__(self, words: str) -> None:
        """Write one line, cleaned: what is told may quote a server."""
        try:
            self._stream.write(" ".join(clean(words).split()) + "\n")
            self._stream.flush()
        except OSError:
            # Nobody reads it, and the data on standard output is what counts.
            return
