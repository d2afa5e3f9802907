"""Where faults happen: a server on loopback, or the want of one, that can be healed."""

import asyncio
import socket
import ssl
import sys
from abc import ABC, abstractmethod
from collections import defaultdict
from contextlib import ExitStack
from pathlib import Path

import pytest

from massgen_tui.backends import transport
from tests.faults.table import Fault, Until
from tests.support.certificates import self_signed
from tests.support.server import (
    ScriptedServer,
    Step,
    Wait,
    free_port,
    full_port,
    sse_chat,
    whole,
)

POST = ("POST", "/v1/chat/completions")
KILLED = """
import socket, sys
with socket.create_server(("127.0.0.1", int(sys.argv[1]))) as listener:
    print("up", flush=True)
    while True:
        connection, _ = listener.accept()
        connection.recv(65536)
        connection.sendall(bytes.fromhex(sys.argv[2]))
"""


class Place(ABC):
    """One faulty agent's server."""

    good_turns = 0
    """Turns that go well before the fault."""

    def __init__(self, fault: Fault, folder: Path, patch: pytest.MonkeyPatch) -> None:
        self.fault = fault
        self.seen: defaultdict[str, asyncio.Event] = defaultdict(asyncio.Event)
        """What the server waits for."""
        self.server: ScriptedServer | None = None
        self.port = 0
        self._folder = folder
        self._patch = patch

    @property
    def root(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @abstractmethod
    async def begin(self) -> None:
        """Let the fault be there."""

    async def between_turns(self) -> None:
        """What happens after a first good turn, if there is one."""
        return

    async def half_way(self) -> None:
        """What happens when the good part has been read."""
        return

    async def heal(self) -> None:
        """The next request is answered well."""
        if self.server is None:
            await self.serve()
        assert self.server is not None
        self.server.answer(*sse_chat(content=["well again"]))

    async def stop(self) -> None:
        """Every connection must have been closed by the client; then there is nothing more."""
        if self.server is not None:
            async with asyncio.timeout(3):
                await self.server.all_closed()
            await self.server.stop()

    async def serve(self, tls: ssl.SSLContext | None = None) -> ScriptedServer:
        self.server = ScriptedServer(port=self.port, tls=tls)
        await self.server.__aenter__()
        self.port = self.server.port
        return self.server

    def play(self, *steps: Step | Until) -> None:
        """Answer every request so."""
        assert self.server is not None
        self.server.route(*POST, *map(self._waiting, steps))
        if self.fault.models:
            listed = {"data": [{"id": name} for name in self.fault.models]}
            self.server.route("GET", "/v1/models", whole(200, listed))

    def _waiting(self, step: Step | Until) -> Step:
        return Wait(self.seen[step.seen]) if isinstance(step, Until) else step


class Scripted(Place):
    async def begin(self) -> None:
        await self.serve()
        self.play(*self.fault.begins, *self.fault.ends)


class Refused(Place):
    async def begin(self) -> None:
        self.port = free_port()


class Unresolved(Place):
    """A name without an address."""

    @property
    def root(self) -> str:
        return f"http://gpu-box.invalid:{self.port}"

    async def begin(self) -> None:
        self.port = free_port()
        look_up = socket.getaddrinfo
        self._known = False

        def resolve(
            host: str, port: int, family: int = 0, type: int = 0, proto: int = 0, flags: int = 0
        ) -> object:
            if host != "gpu-box.invalid":
                return look_up(host, port, family, type, proto, flags)
            if self._known:
                return look_up("127.0.0.1", port, family, type, proto, flags)
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

        self._patch.setattr(socket, "getaddrinfo", resolve)

    async def heal(self) -> None:
        self._known = True
        await super().heal()


class Untrusted(Place):
    """A certificate that nobody vouches for, until the server gets one that is known."""

    @property
    def root(self) -> str:
        return f"https://127.0.0.1:{self.port}"

    async def begin(self) -> None:
        for name in ("good", "bad"):
            (self._folder / name).mkdir()
        self._good, known = self_signed(self._folder / "good")
        bad, _ = self_signed(self._folder / "bad")
        self._patch.setenv("SSL_CERT_FILE", str(known))
        transport.trusted.cache_clear()
        await self.serve(bad)

    async def heal(self) -> None:
        assert self.server is not None
        await self.server.stop()
        await self.serve(self._good)
        await super().heal()

    async def stop(self) -> None:
        transport.trusted.cache_clear()
        await super().stop()


class Full(Place):
    """A listener whose queue is full: a connect hangs."""

    async def begin(self) -> None:
        self._stack = ExitStack()
        self.port = self._stack.enter_context(full_port())

    async def heal(self) -> None:
        self._stack.close()
        await super().heal()

    async def stop(self) -> None:
        self._stack.close()
        await super().stop()


class Deaf(Scripted):
    """A server that was told to stop: open streams stay open and silent, connects are refused."""

    async def heal(self) -> None:
        assert self.server is not None
        await self.server.stop()
        await self.serve()
        await super().heal()


class Killed(Place):
    """A real process that is killed in the middle of its answer."""

    async def begin(self) -> None:
        self.port = free_port()
        begins = b"".join(step for step in self.fault.begins if isinstance(step, bytes))
        self._process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-I", "-S", "-c", KILLED, str(self.port), begins.hex()),
            stdout=asyncio.subprocess.PIPE,
        )
        assert self._process.stdout is not None
        assert await self._process.stdout.readline() == b"up\n"

    async def half_way(self) -> None:
        if self._process.returncode is None:
            self._process.kill()
            await self._process.wait()

    async def stop(self) -> None:
        await self.half_way()
        await super().stop()


class Restarted(Place):
    """Another server on the same port after a good first turn."""

    good_turns = 1

    async def begin(self) -> None:
        server = await self.serve()
        server.answer(*sse_chat(content=["first turn"]))

    async def between_turns(self) -> None:
        assert self.server is not None
        await self.server.stop()
        await self.serve()
        self.play(*self.fault.begins, *self.fault.ends)


PLACES: dict[str, type[Place]] = {
    "scripted": Scripted,
    "refused": Refused,
    "unresolved": Unresolved,
    "untrusted": Untrusted,
    "full": Full,
    "deaf": Deaf,
    "killed": Killed,
    "restarted": Restarted,
}
