"""Files that a console offers: asked for piece by piece, as the browser takes them."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import PurePath
from urllib.parse import quote

from massgen_tui.serve.child import Child
from massgen_tui.serve.packets import meta
from massgen_tui.text import one_line

_PIECE = 1 << 16
"""Characters or bytes that are asked for at once."""
_PATIENCE = 10.0
"""Seconds that a console may take for a piece."""
_LONGEST = 200
"""Characters of a name."""


class Broken(Exception):
    """The console gave no more of a file that is not whole."""


@dataclass(frozen=True, slots=True)
class Offer:
    """One file."""

    name: str
    kind: str
    """Its content type."""
    tag: str | None
    """What the console wants to hear of it again."""
    pieces: "asyncio.Queue[bytes | None]" = field(default_factory=asyncio.Queue)
    """As they come; an empty one is the end of it, None: no more will come."""

    @property
    def disposition(self) -> str:
        """The header by which a browser keeps it under its name, and never shows it."""
        plain = "".join(
            one if (one.isalnum() and one.isascii()) or one in "-_." else "_" for one in self.name
        )
        return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(self.name, safe='')}"


class Downloads:
    """The files of one console, by their keys."""

    def __init__(self) -> None:
        """None yet."""
        self._offers: dict[str, Offer] = {}

    def __contains__(self, key: str) -> bool:
        """Whether this file is offered."""
        return key in self._offers

    def offer(self, told: dict[str, object]) -> str:
        """Offer what a console told of; gives its key, empty where there is none."""
        key = str(told.get("key", ""))
        kind, encoding = str(told.get("mime_type") or ""), str(told.get("encoding") or "")
        kind = (
            kind
            if kind.isascii() and kind.isprintable() and "/" in kind
            else "application/octet-stream"
        )
        if encoding.isascii() and encoding.replace("-", "").isalnum():
            kind += f"; charset={encoding}"
        name = one_line(PurePath(str(told.get("path", ""))).name, _LONGEST) or "file"
        tag = told.get("name")
        if key:
            self._offers[key] = Offer(name, kind, tag if isinstance(tag, str) else None)
        return key

    def take(self, key: str) -> Offer:
        """A file that is fetched now: no more than once.

        Raises:
            KeyError: it is not offered.
        """
        return self._offers[key]

    def come(self, key: str, piece: bytes) -> None:
        """A piece of a file has come."""
        if key in self._offers:
            self._offers[key].pieces.put_nowait(piece)

    def close(self) -> None:
        """The console is gone: nothing more will come."""
        for offer in self._offers.values():
            offer.pieces.put_nowait(None)

    async def pieces(self, child: Child, key: str) -> AsyncIterator[bytes]:
        """All of a file, from its console.

        Raises:
            KeyError: it is not offered.
            Broken: it does not come whole.
        """
        offer = self._offers[key]
        try:
            while True:
                wanted = {
                    "type": "deliver_chunk_request",
                    "key": key,
                    "size": _PIECE,
                    "name": offer.tag,
                }
                if not await child.write(meta(wanted)):
                    raise Broken
                try:
                    async with asyncio.timeout(_PATIENCE):
                        piece = await offer.pieces.get()
                except TimeoutError:
                    raise Broken from None
                if piece is None:
                    raise Broken
                if not piece:
                    return
                yield piece
        finally:
            self._offers.pop(key, None)
