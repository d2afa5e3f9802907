"""Hands on what a console and its page tell each other, in the frames of textual-serve 1.1.3.

To the page: what is drawn as bytes, all else as JSON `[kind, value]`. From it: `stdin` with what is
typed, `resize`, `focus`, `blur`, `ping`. Ours are `page` (to the page: who answers, the title),
`copy` (to it: a text) and `copied` (from it), and `ended` (to it: why, before the socket closes).
"""

import asyncio
import json
from collections.abc import Callable, Mapping
from typing import Protocol

from massgen_tui.serve.child import Size
from massgen_tui.serve.consoles import Console
from massgen_tui.serve.packets import (
    DATA,
    META,
    PIECE,
    Malformed,
    Packet,
    meta,
    packed,
    piece_of,
    values_of,
)


class Socket(Protocol):
    """What is used of a web socket."""

    async def send_bytes(self, data: bytes) -> None:
        """Send what is drawn."""

    async def send_str(self, data: str) -> None:
        """Send a frame of JSON."""


class Relay:
    """Between one console and its page."""

    def __init__(self, console: Console, socket: Socket, at: Callable[[str], None]) -> None:
        """Join them; the file of the console's session is told to `at`."""
        self._console, self._socket, self._at = console, socket, at

    async def draw(self) -> None:
        """Hand on what the console tells, until it ends or the page is gone."""
        try:
            async for packet in self._console.child.packets():
                await self._hand_on(packet)
        except Malformed as error:
            self._console.why = f"The console cannot be read: {error}."
        except ConnectionError:
            return  # the page is gone

    async def _hand_on(self, packet: Packet) -> None:
        if packet.kind == DATA:
            await self._socket.send_bytes(packet.payload)
        elif packet.kind == META:
            await self._told(values_of(packet.payload))
        elif packet.kind == PIECE:
            self._console.files.come(*piece_of(packet.payload))

    async def _told(self, values: dict[str, object]) -> None:
        match values.get("type"):
            case "open_url":
                await self._say("open_url", {key: values.get(key) for key in ("url", "new_tab")})
            case "deliver_file_start":
                if key := self._console.files.offer(values):
                    await self._say("deliver_file_start", key)
            case "page":
                if isinstance(session := values.pop("session", None), str):
                    self._at(session)
                await self._say("page", values)
            case "copy":
                await self._say("copy", values)

    async def _say(self, kind: str, value: object) -> None:
        await self._socket.send_str(json.dumps([kind, value]))

    async def hear(self, text: str) -> None:
        """Take a frame of the page; what is none is passed over."""
        try:
            frame = json.loads(text)
        except (ValueError, RecursionError):
            return
        if not isinstance(frame, list) or not frame:
            return
        kind, value = frame[0], frame[1] if len(frame) > 1 else None
        child = self._console.child
        if kind == "stdin" and isinstance(value, str):
            await child.write(packed(DATA, value.encode("utf-8", "replace")))
        elif kind == "resize" and isinstance(value, dict):
            size = Size.of(value.get("width"), value.get("height"))
            await child.write(meta({"type": "resize", "width": size.width, "height": size.height}))
        elif kind in ("focus", "blur"):
            await child.write(meta({"type": kind}))
        elif kind == "ping":
            await self._say("pong", value)
        elif kind == "copied" and isinstance(value, dict):
            await child.write(meta({"type": kind, **_answer(value)}))


def _answer(value: Mapping[str, object]) -> dict[str, object]:
    return {"number": value.get("number"), "why": str(value.get("why", ""))[:200]}


async def first_of(*works: "asyncio.Task[None]") -> None:
    """Wait until one of them is done, and end the others."""
    try:
        await asyncio.wait(works, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for work in works:
            work.cancel()
        await asyncio.gather(*works, return_exceptions=True)
