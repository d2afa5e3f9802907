"""A program on a pseudo-terminal whose output is read at once, timed and searched."""

import bisect
import contextlib
import fcntl
import json
import os
import pty
import re
import signal
import struct
import subprocess
import sys
import tempfile
import termios
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import pyte

from bench.harness.process import ROOT, cpu, modules_of

SIZE = (160, 45)
Piece = bytes
"""What one read gave."""
_FRAME = b"\x1b[?2026h"
"""What begins a frame: a terminal that draws frames whole answers `_ASKED` with `_YES`."""
_ASKED, _YES = b"\x1b[?2026$p", b"\x1b[?2026;2$y"
_SCRIPTS = ((0x0430, 0x0450), (945, 970), (0x0561, 0x0587), (0x10D0, 0x10F1), (0x13A0, 0x13F0))
_LETTERS = [chr(code) for script in _SCRIPTS for code in range(*script)]
"""Letters that no stream holds: what shows one is the echo of a key."""


class Terminal:
    """A program in a terminal of its own; its files are in a folder of its own."""

    def __init__(
        self,
        arguments: Sequence[str],
        *,
        size: tuple[int, int] = SIZE,
        env: Mapping[str, str] | None = None,
        program: str = sys.executable,
        inside: bool = False,
        root: Path | None = None,
    ) -> None:
        """Run `program arguments`, by default this Python; `inside` its folder, else in ours.

        With `root` Python takes its modules from that folder first: that of another build.
        """
        self._folder = tempfile.TemporaryDirectory()
        self._said = bytearray()
        self._times: list[float] = []
        self._places: list[int] = []
        self._news = threading.Condition()
        self._letters = iter(_LETTERS)
        self._size = size
        self.master, slave = pty.openpty()
        self._resize(size)
        self.began = time.monotonic()
        self.process = subprocess.Popen(
            [program, *arguments],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            cwd=self._folder.name if inside else root or ROOT,
            env=environment(self._folder.name) | modules_of(root) | dict(env or {}),
            start_new_session=True,
        )
        os.close(slave)
        threading.Thread(target=self._read, daemon=True).start()

    @property
    def pid(self) -> int:
        """The program's process."""
        return self.process.pid

    @property
    def bytes(self) -> int:
        """How much it has written."""
        return len(self._said)

    def _read(self) -> None:
        with contextlib.suppress(OSError):
            while data := os.read(self.master, 1 << 16):
                now = time.monotonic()
                with self._news:
                    self._times.append(now)
                    self._places.append(len(self._said))
                    self._said += data
                    self._news.notify_all()
                if _ASKED in data:
                    os.write(self.master, _YES)

    def find(self, text: str, times: int = 1, *, since: int = 0, limit: float = 60) -> float:
        """When `text` was written for the n-th time after byte `since`, in monotonic seconds.

        Raises:
            TimeoutError: it was not within `limit` seconds.
        """
        wanted, at = text.encode(), since - 1
        end = time.monotonic() + limit
        with self._news:
            for _ in range(times):
                looked = at + 1
                while (found := self._said.find(wanted, looked)) < 0:
                    looked = max(at + 1, len(self._said) - len(wanted))
                    if not self._news.wait(end - time.monotonic()):
                        raise TimeoutError(f"no {text!r}; the screen:\n{self.screen()}")
                at = found
            return self._when(at + len(wanted) - 1)

    def seen(self, text: str, since: int = 0) -> float | None:
        """When `text` was first written after byte `since`, if it was."""
        with self._news:
            at = self._said.find(text.encode(), since)
            return None if at < 0 else self._when(at)

    def pieces(self) -> list[tuple[float, Piece]]:
        """What was written, read by read, each with its time."""
        with self._news:
            said, ends = Piece(self._said), [*self._places[1:], len(self._said)]
            return [
                (at, said[start:end])
                for at, start, end in zip(self._times, self._places, ends, strict=True)
            ]

    def _when(self, place: int) -> float:
        return self._times[bisect.bisect_right(self._places, place) - 1]

    def frames(self, since: int = 0) -> list[float]:
        """When each frame began that was written after byte `since`."""
        with self._news:
            found = re.compile(re.escape(_FRAME)).finditer(self._said, since)
            return [self._when(match.start()) for match in found]

    def write(self, keys: str) -> None:
        """Type."""
        os.write(self.master, keys.encode())

    def echo(self) -> float:
        """Type a letter that was never shown; gives the seconds until it is."""
        letter, since = next(self._letters), self.bytes
        began = time.monotonic()
        self.write(letter)
        return self.find(letter, since=since, limit=20) - began

    def resize(self, size: tuple[int, int]) -> float:
        """Give the terminal another size; gives when."""
        self._size = size
        self._resize(size)
        now = time.monotonic()
        self.process.send_signal(signal.SIGWINCH)
        return now

    def _resize(self, size: tuple[int, int]) -> None:
        packed = struct.pack("HHHH", size[1], size[0], 0, 0)
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, packed)

    def quiet(self, seconds: float, limit: float = 30) -> float:
        """Wait until something, and then for so long nothing was written; gives when that ended."""
        end = time.monotonic() + limit
        with self._news:
            while time.monotonic() < end and (self._news.wait(seconds) or not self._times):
                pass
            return self._times[-1]

    def settle(self, share: float = 0.25, limit: float = 120) -> None:
        """Wait until it takes less than this share of a core: nothing is left to work off.

        Raises:
            TimeoutError: it still took more after `limit` seconds.
        """
        end = time.monotonic() + limit
        while True:
            before = cpu(self.pid)
            time.sleep(1)
            if cpu(self.pid) - before < share:
                return
            if time.monotonic() > end:
                raise TimeoutError(f"busy after {limit} s")

    def screen(self) -> str:
        """What the terminal shows (taken from all it wrote: slow)."""
        screen = pyte.Screen(*self._size)
        data = bytes(self._said).replace(b"\x1b[>", b"\x1b[?").replace(b"\x1b[<", b"\x1b[?")
        pyte.ByteStream(screen).feed(data)
        return "\n".join(screen.display)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(5)
        self.process.kill()
        self.process.wait()
        os.close(self.master)
        self._folder.cleanup()


class Console(Terminal):
    """The console with agents on servers of ours; with a prompt they are asked at once."""

    def __init__(
        self,
        urls: Sequence[str],
        agents: int,
        *,
        prompt: str = "go",
        size: tuple[int, int] = SIZE,
        env: Mapping[str, str] | None = None,
        module: str = "massgen_tui",
        root: Path | None = None,
    ) -> None:
        """Open it with `agents` agents, by turns on the servers at `urls`; that of `root`."""
        self._config = tempfile.TemporaryDirectory()
        path = config_file(Path(self._config.name), urls, agents)
        asked = [prompt] if prompt else []
        super().__init__(["-m", module, str(path), *asked], size=size, env=env, root=root)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        super().__exit__(kind, error, trace)
        self._config.cleanup()


def config_file(folder: Path, urls: Sequence[str], agents: int) -> Path:
    """A config of so many agents, by turns on the servers at `urls`."""
    entries = [
        {
            "id": f"agent{number}",
            "backend": {
                "type": "vllm",
                "model": "bench",
                "base_url": f"{urls[number % len(urls)]}/v1",
            },
        }
        for number in range(agents)
    ]
    path = folder / "bench.yaml"
    path.write_text(json.dumps({"agents": entries}), encoding="utf-8")
    return path


def environment(folder: str) -> dict[str, str]:
    """Ours without what changes how it looks, with files in `folder`."""
    gone = {"LINES", "COLUMNS", "NO_COLOR"}
    kept = {name: value for name, value in os.environ.items() if name not in gone}
    homes = dict.fromkeys(("XDG_STATE_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"), folder)
    return kept | homes | {"TERM": "xterm-256color", "COLORTERM": "truecolor"}
