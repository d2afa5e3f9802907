"""What came of one try at a request, as it came: its begin and its end, within bounds of memory."""

import re
import time
from collections import deque
from collections.abc import Callable, Iterable
from itertools import islice
from typing import NamedTuple

from massgen_tui.dialects.headers import is_secret

HEAD = 64 * 1024
"""Bytes that are kept of the begin of an answer, and as many of its end."""
OVERHEAD = 128
"""Bytes that a piece takes beside its own; they count, or an answer byte by byte would be large."""
MOST_HEADERS = 64
_LONGEST_HEADER = 400
_HIDDEN = "***"
_COUNTED = re.compile(r"[0-9.,:smhd]{0,16}")
"""What is no secret: `x-ratelimit-remaining-tokens: 149981`, `x-ratelimit-reset-tokens: 6ms`."""


class Piece(NamedTuple):
    """What one reading brought."""

    at: float
    """Seconds since the request was sent."""
    data: bytes


class Exchange:
    """One request and its answer, as the bytes of it came."""

    __slots__ = (
        "_clock",
        "_room",
        "_sent",
        "_tail",
        "_tail_size",
        "answered_s",
        "ended_s",
        "gone",
        "head",
        "headers",
        "reads",
        "size",
        "status",
        "status_line",
    )

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Begin when the request is sent; `clock` gives monotonic seconds."""
        self._clock = clock
        self._sent = clock()
        self.status: int | None = None
        self.status_line = ""
        """Such as `HTTP/1.1 200 OK`; empty: no answer has begun."""
        self.headers: tuple[tuple[str, str], ...] = ()
        """Names and values; of what may be a secret no value."""
        self.answered_s: float | None = None
        """Seconds until the headers came."""
        self.ended_s: float | None = None
        self.size = 0
        """Bytes of the answer, unpacked."""
        self.reads = 0
        """Readings that brought some."""
        self.gone = False
        """Only its numbers are still known: the agent was asked again since."""
        self.head: list[Piece] = []
        self._tail: deque[Piece] = deque()
        self._room = HEAD
        self._tail_size = 0

    def answer(
        self, status: int, headers: Iterable[tuple[str, str]], version: str = "", reason: str = ""
    ) -> None:
        """The headers have come, of HTTP `/1.1` where the version is known."""
        self.answered_s = self._clock() - self._sent
        self.status = status
        self.status_line = " ".join(filter(None, (f"HTTP{version}", str(status), reason)))
        self.headers = tuple(
            (name, _told(name, value)) for name, value in islice(headers, MOST_HEADERS)
        )

    def take(self, data: bytes) -> None:
        """Some of the body was read. It costs a microsecond, whatever has come before."""
        at = self._clock() - self._sent
        self.size += len(data)
        self.reads += 1
        if self._room > 0:
            fits = max(self._room - OVERHEAD, 0)
            self.head.append(Piece(at, data[:fits]))
            self._room -= min(len(data), fits) + OVERHEAD
            data = data[fits:]
            if not data:
                return
        data = data[-HEAD:]
        tail = self._tail
        tail.append(Piece(at, data))
        self._tail_size += len(data) + OVERHEAD
        while self._tail_size > HEAD and len(tail) > 1:
            self._tail_size -= len(tail.popleft().data) + OVERHEAD

    def date(self, ago: float) -> None:
        """What was read last had come `ago` seconds before now."""
        pieces = self._tail or self.head
        if not pieces:
            return
        last = pieces.pop()
        before = pieces[-1].at if pieces else self.head[-1].at if self.head else 0.0
        at = min(max(self._clock() - self._sent - ago, before), last.at)
        pieces.append(Piece(at, last.data))

    def end(self) -> None:
        """Nothing more comes."""
        if self.ended_s is None:
            self.ended_s = self._clock() - self._sent

    def let_go(self) -> None:
        """Keep its numbers only."""
        self.gone = True
        self.headers, self.head, self._tail = (), [], deque()
        self._room = self._tail_size = 0

    @property
    def tail(self) -> tuple[Piece, ...]:
        """The end of the answer, behind what was left out."""
        return tuple(self._tail)

    @property
    def left_out(self) -> int:
        """Bytes between its begin and its end that were not kept."""
        return self.size - sum(len(piece.data) for piece in (*self.head, *self._tail))


def _told(name: str, value: str) -> str:
    if is_secret(name) and not _COUNTED.fullmatch(value):
        return _HIDDEN
    return value[:_LONGEST_HEADER]
