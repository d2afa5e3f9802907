"""`massgen-tui serve` as a process, and a page that it is opened by."""

import asyncio
import contextlib
import json
import os
import re
import signal
import sys
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import pyte

SECONDS = 20.0
"""What a console may take to begin, on a machine that has much else to do."""
GONE = 3.0
"""Seconds in which what is closed has to be gone."""
_UNKNOWN = re.compile(rb"\x1b\[\?2026\$p")
"""What pyte would draw."""


class Drawn:
    """A screen that a console draws on."""

    def __init__(self, width: int, height: int) -> None:
        self._screen = pyte.Screen(width, height)
        self._stream = pyte.ByteStream(self._screen)

    def feed(self, data: bytes) -> None:
        """Draw what came."""
        self._stream.feed(_UNKNOWN.sub(b"", data))

    def resize(self, width: int, height: int) -> None:
        """Make it so large."""
        self._screen.resize(height, width)

    @property
    def text(self) -> str:
        """What is seen."""
        return "\n".join(self._screen.display)


@dataclass
class Page:
    """What a page has been told by its console."""

    socket: aiohttp.ClientWebSocketResponse
    screen: Drawn
    drawn: bytes = b""
    frames: list[tuple[str, Any]] = field(default_factory=list)

    @property
    def text(self) -> str:
        """What is seen."""
        return self.screen.text

    async def hear(self) -> bool:
        """Take what comes next; False: it was closed."""
        message = await self.socket.receive(SECONDS / 2)
        if message.type is aiohttp.WSMsgType.BINARY:
            self.drawn += message.data
            self.screen.feed(message.data)
        elif message.type is aiohttp.WSMsgType.TEXT:
            kind, value = json.loads(message.data)
            self.frames.append((kind, value))
        else:
            return False
        return True

    async def until(self, *words: str) -> None:
        """Wait until all of these are drawn."""
        end = time.monotonic() + SECONDS
        while not all(word in self.text for word in words):
            heard = time.monotonic() < end and await self.hear()
            assert heard, (words, self.frames, self.text[-2000:])

    async def told(self, kind: str, **values: object) -> dict[str, object]:
        """Wait for a frame of this kind that says this; gives all that it says.

        What is no object is its `value`.
        """
        seen = 0
        end = time.monotonic() + SECONDS
        while True:
            for name, value in self.frames[seen:]:
                said: dict[str, object] = value if isinstance(value, dict) else {"value": value}
                if name == kind and values.items() <= said.items():
                    return said
            seen = len(self.frames)
            heard = time.monotonic() < end and await self.hear()
            assert heard, (kind, values, self.frames)

    async def ended(self) -> str:
        """Wait for the end; gives what is said of it."""
        words = str((await self.told("ended"))["words"])
        while await self.hear():
            pass
        return words

    async def type(self, text: str) -> None:
        """Type it."""
        await self.socket.send_json(["stdin", text])


class Served:
    """The process, and a browser that has its cookie once it was let in."""

    def __init__(
        self, process: asyncio.subprocess.Process, address: str, http: aiohttp.ClientSession
    ) -> None:
        self.process = process
        self.address = address
        self.http = http
        self.root, self.token = address.split("/?token=")

    async def let_in(self) -> None:
        """Open the address that was printed."""
        async with self.http.get(self.address) as answer:
            assert answer.status in {200, 503}

    async def open(self, tab: str = "", width: int = 120, height: int = 36) -> Page:
        """Open the socket of a page."""
        where = f"{self.root}/ws?width={width}&height={height}" + (f"&tab={tab}" if tab else "")
        screen = Drawn(max(width, 2), min(height, 100))
        return Page(await self.http.ws_connect(where, origin=self.root), screen)

    async def status(self, path: str, **headers: str) -> int:
        """What is answered to a request."""
        async with self.http.get(self.root + path, headers=headers) as answer:
            return answer.status

    def consoles(self) -> list[int]:
        """The processes that it has started and that run."""
        return children(self.process.pid)

    async def none_left(self) -> None:
        """Wait until no console runs."""
        await gone(self.consoles)

    async def end(self, number: int = signal.SIGINT) -> int:
        """Send it a signal; gives its exit code, which comes within `GONE`."""
        self.process.send_signal(number)
        async with asyncio.timeout(GONE):
            return await self.process.wait()


async def gone(left: Callable[[], object]) -> None:
    """Wait until nothing is left, for `GONE` seconds at most."""
    async with asyncio.timeout(GONE):
        while True:
            if not left():
                return
            await asyncio.sleep(0.05)


def runs(pid: int) -> bool:
    """Whether there is such a process, beside those that wait to be told of."""
    try:
        return (Path(f"/proc/{pid}") / "stat").read_text().rpartition(") ")[2][0] != "Z"
    except OSError:
        return False


def about(pid: int, name: str) -> bytes:
    """What the system tells of a process: `cmdline`, `environ`."""
    return Path(f"/proc/{pid}/{name}").read_bytes()


def children(pid: int) -> list[int]:
    """The processes that a process has started and that run, without those that wait for it."""
    found = []
    for place in Path("/proc").glob("[0-9]*"):
        try:
            state, parent = (place / "stat").read_text().rpartition(") ")[2].split()[:2]
        except OSError:  # it has just ended
            continue
        if int(parent) == pid and state != "Z":
            found.append(int(place.name))
    return found


@asynccontextmanager
async def serving(
    *words: str, env: Mapping[str, str], cwd: Path | None = None
) -> AsyncIterator[Served]:
    """Serve, on a free port."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "massgen_tui", "serve", "--port", "0", *words),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=dict(env),
        cwd=cwd,
    )
    try:
        assert process.stdout is not None
        line = await asyncio.wait_for(process.stdout.readline(), SECONDS)
        assert process.stderr is not None
        assert line, (await process.stderr.read()).decode()
        jar = aiohttp.CookieJar(unsafe=True)  # an address is no name, and has cookies all the same
        async with aiohttp.ClientSession(cookie_jar=jar) as http:
            yield Served(process, line.decode().strip(), http)
    finally:
        with contextlib.suppress(ProcessLookupError):  # it has ended, and is yet to be told of
            if process.returncode is None:
                os.kill(process.pid, signal.SIGKILL)
        await process.communicate()
