"""The real program on a pseudo-terminal, looked at through a terminal emulator."""

import contextlib
import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import pyte

START = ("-m", "massgen_tui")
"""The program."""


class Terminal:
    """A program in a terminal of its own."""

    def __init__(
        self,
        command: Sequence[str],
        *,
        env: Mapping[str, str],
        cwd: Path,
        size: tuple[int, int] = (120, 36),
    ) -> None:
        columns, lines = size
        self.screen = pyte.Screen(columns, lines)
        self._stream = pyte.ByteStream(self.screen)
        self.raw = b""
        """Every byte it wrote."""
        self.master, slave = pty.openpty()
        _size(slave, columns, lines)
        self.modes = termios.tcgetattr(slave)
        """The terminal's modes before the program."""
        self.process = subprocess.Popen(
            [sys.executable, *command],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env=dict(env),
            cwd=cwd,
            start_new_session=True,
        )
        self._slave = slave

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.hang_up()

    def read(self, seconds: float = 0.05) -> None:
        """Take in what comes within so many seconds."""
        ready, _, _ = select.select([self.master], [], [], seconds)
        if ready:
            data = os.read(self.master, 65536)
            self.raw += data
            self._stream.feed(data.replace(b"\x1b[>", b"\x1b[?").replace(b"\x1b[<", b"\x1b[?"))

    def until(self, text: str, seconds: float = 20) -> None:
        """Read until `text` stands on the screen.

        Raises:
            AssertionError: it did not in time.
        """
        end = time.monotonic() + seconds
        while text not in self.text:
            assert time.monotonic() < end, f"no {text!r} in:\n{self.text}"
            self.read()

    def until_gone(self, text: str, seconds: float = 20) -> None:
        """Read until `text` stands on the screen no more.

        Raises:
            AssertionError: it still does.
        """
        end = time.monotonic() + seconds
        while text in self.text:
            assert time.monotonic() < end, f"still {text!r} in:\n{self.text}"
            self.read()

    def write(self, keys: str | bytes) -> None:
        """Type."""
        os.write(self.master, keys if isinstance(keys, bytes) else keys.encode())

    def ended(self, seconds: float = 10) -> int:
        """Read until it ends; its exit status, negative after a signal.

        Raises:
            AssertionError: it did not end in time.
        """
        end = time.monotonic() + seconds
        while self.process.poll() is None:
            assert time.monotonic() < end, f"still there:\n{self.text}"
            self.read()
        self.read(0)
        return int(self.process.returncode)

    def resize(self, columns: int, lines: int) -> None:
        """Give the terminal another size."""
        self.screen.resize(lines, columns)
        _size(self._slave, columns, lines)
        self.process.send_signal(signal.SIGWINCH)

    def hang_up(self) -> None:
        """Take the terminal away."""
        for end in (self._slave, self.master):
            with contextlib.suppress(OSError):
                os.close(end)

    def signal(self, number: signal.Signals) -> None:
        """Send it a signal."""
        self.process.send_signal(number)

    @property
    def text(self) -> str:
        """What the screen shows."""
        return "\n".join(self.screen.display)

    @property
    def restored(self) -> bool:
        """Main screen, cursor, no mouse, no bracketed paste, the modes of before."""
        modes = termios.tcgetattr(self._slave) == self.modes
        ends = all(self._last(mode) == b"l" for mode in (b"1049", b"1000", b"1003", b"2004"))
        return modes and ends and self._last(b"25") == b"h"

    def _last(self, mode: bytes) -> bytes:
        on, off = self.raw.rfind(b"\x1b[?" + mode + b"h"), self.raw.rfind(b"\x1b[?" + mode + b"l")
        return b"h" if on > off else b"l"


def _size(slave: int, columns: int, lines: int) -> None:
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
