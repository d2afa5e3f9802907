"""The terminal while a console is on it: taken before anything slow is imported, given back after.

Until Textual takes the keys over, a terminal echoes them and makes a new line of enter. A terminal
that is taken keeps them as they were typed. Only keys that send signals act at once. What was typed
even before it was taken is read and handed on.
"""

import contextlib
import os
import signal
import sys
from collections.abc import Callable, Iterator
from functools import partial
from select import select
from types import FrameType
from typing import Any, NamedTuple

if sys.platform != "win32":
    import termios

Modes = list[Any]
"""What `termios.tcgetattr` gives."""
_ENDING = ("SIGTERM", "SIGHUP", "SIGINT", "SIGQUIT")
SIGNALS = tuple(getattr(signal, name) for name in _ENDING if hasattr(signal, name))
_TYPEWRITERS = frozenset({"dumb", "unknown"})
"""Kinds of terminals that only take lines."""
IN_BROWSER = {"TEXTUAL_DRIVER": "textual.drivers.web_driver:WebDriver"}
"""The environment of a console that draws on a page of a browser, as textual-serve has it."""
_MOST = 65536
"""Bytes; a terminal keeps 4096 or less."""


def undrawable() -> str:
    """Why a console cannot be drawn here; empty where it can."""
    # Textual draws on standard error; closed, it is None
    if sys.__stderr__ is None or not (sys.stdin.isatty() and sys.stdout.isatty()):
        return "there is no terminal"
    kind = os.environ.get("TERM", "")
    return f"TERM={kind} cannot be drawn on" if kind in _TYPEWRITERS else ""


def in_browser() -> bool:
    """Whether this process was started to draw on a page of a browser."""
    return all(os.environ.get(name) == value for name, value in IN_BROWSER.items())


class Before(NamedTuple):
    """The terminal as it was before it was taken."""

    modes: Modes | None = None
    """None where they are not known."""
    typed: str = ""
    """What had been typed by then; each line was ended by enter."""


@contextlib.contextmanager
def taken() -> Iterator[Before]:
    """A context in which the terminal is ours; gives how it was, and makes it so again.

    A signal that ends us while no app runs ends the process: nothing but the terminal is to be put
    back. An exception would be lost where Python is in a callback that it lets nothing out of, as
    when it takes away the lock of a module that was imported.
    """
    modes = modes_now()
    with on_signals(partial(_leave, modes)), _error_on_output(), _keys_kept(modes) as before:
        yield before


@contextlib.contextmanager
def on_signals(end: Callable[[int], None]) -> Iterator[None]:
    """While this context lasts, call `end` with the exit code (143, 130, …) when a signal comes."""

    def handle(number: int, frame: FrameType | None) -> None:
        end(128 + number)

    before = {number: signal.signal(number, handle) for number in SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def modes_now() -> Modes | None:
    """The modes of the terminal that we read from; None where there is none."""
    if sys.platform != "win32":
        with contextlib.suppress(termios.error, ValueError, OSError):
            return termios.tcgetattr(sys.stdin.fileno())
    return None


def set_modes(modes: Modes) -> None:
    """Give the terminal these modes; what waits in it stays."""
    with contextlib.suppress(termios.error, ValueError, OSError):
        termios.tcsetattr(sys.stdin.fileno(), termios.TCSANOW, modes)


@contextlib.contextmanager
def _keys_kept(before: Modes | None) -> Iterator[Before]:
    ours = modes_now()
    if before is None or ours is None:
        yield Before()
        return
    ours[0] &= ~(termios.ICRNL | termios.INLCR | termios.IGNCR | termios.IXON)
    ours[3] &= ~(termios.ECHO | termios.ICANON | termios.IEXTEN)
    set_modes(ours)
    try:
        yield Before(before, typed())
    finally:
        set_modes(before)


def typed() -> str:
    """What waits in a terminal that is taken, enter as a new line; nothing waits there then."""
    keys = sys.stdin.fileno()
    there, _, _ = select([keys], [], [], 0)
    data = os.read(keys, _MOST) if there else b""
    return data.decode("utf-8", "replace").replace("\r", "\n")


@contextlib.contextmanager
def _error_on_output() -> Iterator[None]:
    """Let standard error, which Textual draws on, be standard output's terminal if it is none."""
    if sys.stderr.isatty() or not sys.stdout.isatty():
        yield
        return
    before = os.dup(2)
    os.dup2(1, 2)
    try:
        yield
    finally:
        sys.stderr.flush()
        os.dup2(before, 2)
        os.close(before)


def _leave(modes: Modes | None, code: int) -> None:
    if modes is not None:
        set_modes(modes)
    os._exit(code)
