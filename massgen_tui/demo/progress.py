"""What is going on, for whoever waits: lines, and how far a fetch has come."""

from typing import TextIO

STEP = 20
"""Percent between two lines of progress where a line cannot be overwritten."""


class Progress:
    """Prints on one stream. What cannot be written is nothing to fail for."""

    def __init__(self, stream: TextIO) -> None:
        """Print to `stream`, standard error as a rule."""
        self._stream = stream
        self._overwrites = stream.isatty()
        self._unfinished = False
        self._step = -1

    def __call__(self, words: str) -> None:
        """Say a line."""
        self._print(("\n" if self._unfinished else "") + words + "\n")
        self._unfinished = False

    def fetched(self, done: int, whole: int) -> None:
        """Say that `done` of `whole` bytes are here."""
        percent = 100 * done // max(1, whole)
        line = f"  {done // 1_000_000} of {whole // 1_000_000} MB, {percent} %"
        if self._overwrites:
            self._print("\r" + line)
            self._unfinished = True
        elif percent // STEP != self._step:
            self._step = percent // STEP
            self._print(line + "\n")

    def _print(self, text: str) -> None:
        try:
            self._stream.write(text)
            self._stream.flush()
        except OSError:
            return
