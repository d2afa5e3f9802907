"""What a console writes and reads in place of a terminal: the packets of Textual's web driver.

A packet is a letter, the size in 4 bytes (the most significant first), and so many bytes: `D` is
what is drawn or typed, `M` a JSON object, `P` a binary tuple (a piece of a file). Before the first
comes a line that says so. Read off `textual/drivers/web_driver.py` and `_binary_encode.py` of
Textual 8.2.8.
"""

import json
from collections.abc import Iterable, Iterator
from typing import NamedTuple

HELLO = b"__GANGLION__\n"
"""What comes before the first packet."""
DATA, META, PIECE = b"D", b"M", b"P"
_HEAD = 5
LARGEST = 1 << 28
"""Bytes of a packet; more is no packet."""


class Packet(NamedTuple):
    """One of them, without its size."""

    kind: bytes
    payload: bytes


class Malformed(ValueError):
    """It is not what the web driver writes."""


def packed(kind: bytes, payload: bytes) -> bytes:
    """A packet as it is written."""
    return kind + len(payload).to_bytes(4, "big") + payload


def meta(values: dict[str, object]) -> bytes:
    """A packet with a JSON object."""
    return packed(META, json.dumps(values).encode())


def pieces(values: Iterable[str | bytes]) -> bytes:
    """A packet with a tuple of texts and bytes."""
    packet = b"t"
    for value in values:
        mark, data = (b"s", value.encode()) if isinstance(value, str) else (b"", value)
        packet += mark + str(len(data)).encode() + b":" + data
    return packed(PIECE, packet + b"e")


class Unpacker:
    """Takes packets out of a stream of bytes."""

    def __init__(self, *, greeted: bool = False) -> None:
        """Nothing has come yet; with `greeted` no line before the first packet will."""
        self._rest = b""
        self._greeted = greeted

    def feed(self, data: bytes) -> Iterator[Packet]:
        """The packets that are whole now; what is drawn in a row is one.

        Raises:
            Malformed: this is no web driver.
        """
        self._rest += data
        drawn: list[bytes] = []
        for packet in self._whole():
            if packet.kind == DATA:
                drawn.append(packet.payload)
                continue
            if drawn:
                yield Packet(DATA, b"".join(drawn))
                drawn = []
            yield packet
        if drawn:
            yield Packet(DATA, b"".join(drawn))

    def _whole(self) -> Iterator[Packet]:
        at = 0
        if not self._greeted:
            if not self._rest.startswith(HELLO):
                if HELLO.startswith(self._rest):
                    return
                raise Malformed("it does not begin as a console does")
            self._greeted, at = True, len(HELLO)
        data = self._rest
        while len(data) - at >= _HEAD:
            kind, size = data[at : at + 1], int.from_bytes(data[at + 1 : at + _HEAD], "big")
            if kind not in {DATA, META, PIECE} or size > LARGEST:
                raise Malformed(f"no packet begins with {kind!r}")
            end = at + _HEAD + size
            if end > len(data):
                break
            yield Packet(kind, data[at + _HEAD : end])
            at = end
        self._rest = data[at:]


def values_of(payload: bytes) -> dict[str, object]:
    """The object in an `M` packet.

    Raises:
        Malformed: there is none.
    """
    try:
        values = json.loads(payload)
    except ValueError:
        values = None
    if not isinstance(values, dict):
        raise Malformed("an M packet holds no object")
    return values


def piece_of(payload: bytes) -> tuple[str, bytes]:
    """The key of a file and the next piece of it, of a `P` packet; an empty piece is its end.

    Raises:
        Malformed: it holds anything else.
    """
    if payload[:1] != b"t":
        raise Malformed("a P packet holds no tuple")
    at, parts = 1, []
    while payload[at : at + 1] != b"e":
        is_text = payload[at : at + 1] == b"s"
        digits, colon, _ = payload[at + is_text : at + is_text + 20].partition(b":")
        if not colon or not digits.isdigit():
            raise Malformed("a P packet holds more than texts and bytes")
        begin = at + is_text + len(digits) + 1
        at = begin + int(digits)
        parts.append(payload[begin:at])
    if len(parts) != 3 or parts[0] != b"deliver_chunk":
        raise Malformed("a P packet is no piece of a file")
    return parts[1].decode("utf-8", "replace"), parts[2]
