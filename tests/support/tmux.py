"""The real program in a real tmux."""

import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import pytest

needs_tmux = pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed")


class Tmux:
    """A tmux of its own with one program in it, and no terminal before it."""

    def __init__(
        self,
        command: Sequence[str],
        *,
        env: Mapping[str, str],
        cwd: Path,
        size: tuple[int, int] = (120, 36),
        options: Sequence[str] = (),
    ) -> None:
        self._socket = cwd / "tmux"
        self._env = dict(env) | {"LC_ALL": "C.UTF-8"}
        settings = cwd / "tmux.conf"
        settings.write_text("\n".join(["set -s escape-time 10", "set -g status off", *options]))
        columns, lines = map(str, size)
        start = ["new-session", "-d", "-x", columns, "-y", lines, "-c", str(cwd)]
        self.run("-f", str(settings), *start, sys.executable, *command)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self.alive:
            self.run("kill-server")

    def run(self, *args: str, data: bytes = b"") -> str:
        """Run a command of tmux; what it prints."""
        done = subprocess.run(
            ["tmux", "-u", "-S", str(self._socket), *args],
            env=self._env,
            input=data,
            capture_output=True,
            timeout=20,
            check=True,
        )
        return done.stdout.decode()

    def keys(self, *names: str) -> None:
        """Press keys, by their names in tmux."""
        self.run("send-keys", *names)

    def paste(self, data: bytes) -> None:
        """Paste, with the marks of a bracketed paste."""
        self.run("load-buffer", "-b", "pasted", "-", data=data)
        self.run("paste-buffer", "-p", "-b", "pasted")

    def resize(self, columns: int, lines: int) -> None:
        """Give the window another size."""
        self.run("resize-window", "-x", str(columns), "-y", str(lines))

    @property
    def alive(self) -> bool:
        """The program runs."""
        listed = subprocess.run(
            ["tmux", "-S", str(self._socket), "list-sessions"], capture_output=True, check=False
        )
        return listed.returncode == 0

    @property
    def text(self) -> str:
        """What the screen shows."""
        return self.run("capture-pane", "-p")

    def until(self, text: str, seconds: float = 20) -> None:
        """Look until `text` stands on the screen.

        Raises:
            AssertionError: it did not in time.
        """
        self.until_true(lambda: text in self.text, seconds)

    def until_true(self, seen: Callable[[], bool], seconds: float = 20) -> None:
        """Look until `seen` gives true.

        Raises:
            AssertionError: it did not in time.
        """
        end = time.monotonic() + seconds
        while not seen():
            assert time.monotonic() < end, f"not seen in:\n{self.text}"

    def until_ended(self, seconds: float = 20) -> None:
        """Look until the program has ended.

        Raises:
            AssertionError: it did not in time.
        """
        end = time.monotonic() + seconds
        while self.alive:
            assert time.monotonic() < end, f"still there:\n{self.text}"
