"""The process of one console: started, written to, read, and ended within a bounded time."""

import asyncio
import contextlib
import json
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from massgen_tui.serve.environment import environment_of
from massgen_tui.serve.packets import Malformed, Packet, Unpacker
from massgen_tui.text import clean

_BEGIN = """
import sys
sys.argv[1] in sys.path or sys.path.insert(0, sys.argv[1])
from massgen_tui.console.served import main
sys.exit(main())
"""
COMMAND = (sys.executable, "-P", "-c", _BEGIN, str(Path(__file__).parents[2]))
"""What is started: of this very package, whatever lies in the folder that we run in.

It reads what to open from standard input, so no list of processes tells it.
"""
GRACE = 2.0
"""Seconds from asking a process to end until it is killed; a console ends itself within 1.8 s."""
_LAST = 8192
"""Bytes of standard error that are kept."""
_BITE = 1 << 16
_LINGER = 0.3
"""Seconds that standard error may stay open behind the process, by something it started."""


@dataclass(frozen=True, slots=True)
class Size:
    """Columns and rows."""

    width: int = 80
    height: int = 24

    @classmethod
    def of(cls, width: object, height: object) -> "Size":
        """What a page asks for, within what can be drawn."""
        return cls(_within(width, cls().width, 1000), _within(height, cls().height, 500))


def _within(wanted: object, usual: int, most: int) -> int:
    try:
        number = int(wanted) if isinstance(wanted, int | str) else usual
    except ValueError:
        number = usual
    return min(max(number, 2), most)


@dataclass(slots=True)
class Child:
    """One process."""

    process: Process
    _errors: "asyncio.Task[None]"
    _heard: bytearray = field(default_factory=bytearray)
    _ending: "asyncio.Task[None] | None" = None
    asked_to_end: bool = False
    """It was told to end: how it does is no news."""

    @classmethod
    async def start(cls, job: Mapping[str, object], size: Size) -> "Child":
        """Start a console of this size, that opens what `job` says.

        Raises:
            OSError: no process can be started.
        """
        process = await asyncio.create_subprocess_exec(
            *COMMAND,
            stdin=PIPE,
            stdout=PIPE,
            stderr=PIPE,
            env=environment_of(os.environ, size.width, size.height),
            # ctrl+c in the server's terminal is for the server, which ends its consoles in order
            start_new_session=True,
        )
        heard = bytearray()
        errors = asyncio.create_task(_listen(process, heard))
        child = cls(process, errors, heard)
        told = json.dumps(dict(job)).encode()
        await child.write(len(told).to_bytes(4, "big") + told)
        return child

    async def write(self, data: bytes) -> bool:
        """Write to it; False: it takes no more."""
        if self.process.stdin is None:
            return False
        try:
            self.process.stdin.write(data)
            await self.process.stdin.drain()
        except (OSError, RuntimeError):
            return False
        return True

    async def packets(self) -> AsyncIterator[Packet]:
        """What it writes, until it ends.

        Raises:
            Malformed: it writes what no console does.
        """
        out, unpacker = self.process.stdout, Unpacker()
        while out is not None and (data := await out.read(_BITE)):
            for packet in unpacker.feed(data):
                yield packet

    async def end(self) -> None:
        """Have it end, by force where it takes too long; gone when this returns."""
        if self._ending is None:
            self.asked_to_end = True
            self._ending = asyncio.create_task(self._end())
        await asyncio.shield(self._ending)

    async def _end(self) -> None:
        if self.process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self.process.terminate()
        try:
            async with asyncio.timeout(GRACE):
                await self.process.wait()
        except TimeoutError:
            self._kill()
            await self.process.wait()
        await self._close()

    def _kill(self) -> None:
        """Kill it, and all that it started."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)

    async def _close(self) -> None:
        done, _ = await asyncio.wait([self._errors], timeout=_LINGER)
        if not done:
            self._errors.cancel()
        if self.process.stdin is not None:
            self.process.stdin.close()

    async def last_words(self) -> str:
        """How it ended, and what it said last; empty: by its user's wish. It has ended."""
        try:
            async with asyncio.timeout(GRACE):
                code = await self.process.wait()
        except TimeoutError:
            self._kill()
            code = await self.process.wait()
        await self._close()
        if code == 0:
            return ""
        ended = f"signal {-code} ({_name(-code)})" if code < 0 else f"exit code {code}"
        said = clean(self._heard.decode("utf-8", "replace")).strip()
        return f"The console ended unexpectedly: {ended}." + (f"\n\n{said}" if said else "")


def _name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return "unknown"


async def _listen(process: Process, heard: bytearray) -> None:
    """Keep the end of what it says on standard error."""
    while process.stderr is not None and (data := await process.stderr.read(_BITE)):
        heard += data
        del heard[:-_LAST]


__all__ = ["Child", "Malformed", "Size"]
