"""How far it is, on a terminal: a bar with the rate and the time that is left."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol, TextIO

import click

from massgen_tui.headless.streams import Notes


class Bar(Protocol):
    """What shows how far it is."""

    def update(self, n_steps: int, current_item: str | None = None) -> None:
        """So many more are over, at this rate."""
        ...

    def render_progress(self) -> None:
        """Draw it."""
        ...


class Progress:
    """Notes a line each, above a bar where there is a terminal to draw it on."""

    def __init__(self, err: TextIO, bar: Bar | None = None) -> None:
        """Write to `err`."""
        self._err = err
        self._notes = Notes(err)
        self._bar = bar
        self._began = time.monotonic()
        self._count = 0

    def step(self) -> None:
        """One more is over."""
        if self._bar is not None:
            self._count += 1
            rate = self._count / max(time.monotonic() - self._began, 0.001)
            self._bar.update(1, f"{rate:.1f}/s")

    def note(self, words: str) -> None:
        """Say something, above the bar."""
        if self._bar is None:
            self._notes(words)
            return
        self._err.write("\r\x1b[K")
        self._notes(words)
        self._bar.render_progress()


@contextmanager
def progress(length: int, err: TextIO) -> Iterator[Progress]:
    """Show how far `length` answers are; no bar is drawn where `err` is no terminal."""
    if not err.isatty() or not length:
        yield Progress(err)
        return
    with click.progressbar(
        length=length,
        label="asking",
        file=err,
        show_pos=True,
        show_eta=True,
        item_show_func=lambda rate: rate,
    ) as bar:
        yield Progress(err, bar)
