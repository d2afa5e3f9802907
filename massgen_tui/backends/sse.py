"""Bytes of a `text/event-stream` → messages, however the network cut them.

Lines end in LF, CR or CRLF, told apart on bytes: the separators that only Unicode knows (U+2028,
U+0085) stand inside JSON strings and end nothing. Work and memory are linear in the bytes, one
event is at most 16 MB.
"""

import re
from typing import NamedTuple

MAX_EVENT_BYTES = 16 * 1024 * 1024
_BOM = b"\xef\xbb\xbf"
_FAILURES = (b"error", b"fatal", b"exception", b"panic")
_FIELD = re.compile(rb"[A-Za-z][A-Za-z0-9_.-]{0,40}")
"""What a field's name looks like; one that nobody knows is read over, as the standard says."""
_PRINTED = re.compile(rb"\{\s*|\{\s*\"[^\"]*\":.*[{\[,]\s*|\[\s*\{?\s*")
"""The first line of JSON that is printed over several."""
_MOST_COMMENTS, _LONGEST_COMMENT = 8, 2000
"""Comments of an error that are kept, and bytes of each."""

_MOST_RELEASED = 4096
"""Bytes of an event that are given back to be read again with more of it."""


class SSEMessage(NamedTuple):
    """One dispatched event."""

    data: bytes
    """The `data` lines, joined by newlines."""
    event: str = ""
    """The event's name; empty for the default."""
    bare: bool = False
    """It is a line that no event stream has, and no `data`."""


class SSEParser:
    """Parses one event stream incrementally.

    Comments give no message. Where no blank line ends an event, a whole object ends it that another
    one follows: no JSON has `}` before `{`. Fields other than `data` and `event` are read over. But
    servers write errors into an open stream that are no `data`: a field `error` (llama.cpp before
    autumn 2025) is an event of that name, and a line that is no field at all (bare JSON, `Internal
    Server Error`) is a `bare` one, as are the lines of JSON that is printed over several. An event
    `error` that holds nothing has its words in its comments (Dynamo).
    """

    __slots__ = (
        "_after_cr",
        "_bare",
        "_comments",
        "_data",
        "_event",
        "_fresh",
        "_head",
        "_partial",
        "_size",
        "at_rest",
        "overflow",
    )

    def __init__(self) -> None:
        self.overflow = False
        """One event grew over `MAX_EVENT_BYTES`: nothing after it is read."""
        self.at_rest = False
        """What comes next begins an event, and nothing that came has a say in it."""
        self._data: list[bytes] = []
        self._event = ""
        self._comments: list[bytes] = []
        self._bare: list[bytes] = []
        self._partial = bytearray()
        self._size = 0
        self._after_cr = False
        self._fresh = True
        self._head = b""

    def holds(self, prefix: bytes) -> bool:
        """Whether all that is held back is the beginning of an event that begins so."""
        held = self._partial
        if not 0 < len(held) <= _MOST_RELEASED or self._within:
            return False
        return held.startswith(prefix) or prefix.startswith(held)

    @property
    def _within(self) -> bool:
        """An event has begun, or what comes next is read as the end or the begin of something."""
        held = self._data or self._event or self._bare or self._comments or self._head
        return bool(held or self._fresh or self._after_cr or self.overflow)

    def release(self) -> bytes:
        """Give what is held back, to be fed again with what follows it."""
        held = bytes(self._partial)
        self._partial.clear()
        self._size = 0
        self.at_rest = True
        return held

    def feed(self, data: bytes) -> list[SSEMessage]:
        """Take the next bytes and give the messages they complete; then look at `overflow`."""
        if self.overflow or not data:
            return []
        if self._fresh:
            data = self._without_bom(data)
        lines = self._without_cr(data).split(b"\n")
        tail = lines.pop()
        messages: list[SSEMessage] = []
        if lines:
            if self._partial:
                self._size -= len(self._partial)
                lines[0] = bytes(self._partial) + lines[0]
                self._partial.clear()
            self._read(lines, messages)
        if tail and not self.overflow:
            self._partial += tail
            self._grow(len(tail))
        self.at_rest = not (self._partial or self._within)
        return messages

    def close(self) -> list[SSEMessage]:
        """The stream ended: give the last event, if no blank line ended it."""
        messages: list[SSEMessage] = []
        if not self.overflow:
            lines = [self._head + bytes(self._partial), b""]
            self._head = b""
            self._partial.clear()
            self._read(lines, messages)
        return messages

    def _without_bom(self, data: bytes) -> bytes:
        data = self._head + data
        if len(data) < len(_BOM) and _BOM.startswith(data):
            self._head = data
            return b""
        self._fresh = False
        self._head = b""
        return data.removeprefix(_BOM)

    def _without_cr(self, data: bytes) -> bytes:
        if self._after_cr and data:
            self._after_cr = False
            data = data.removeprefix(b"\n")
        if b"\r" in data:
            self._after_cr = data.endswith(b"\r")
            data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        return data

    def _read(self, lines: list[bytes], messages: list[SSEMessage]) -> None:
        for line in lines:
            if not line:
                if self._bare:
                    self._end_bare(messages)
                if self._data or self._event == "error":
                    self._dispatch(messages)
                self._event = ""
                self._size = 0
            elif line.startswith(b"data:"):
                value = line[6:] if line.startswith(b" ", 5) else line[5:]
                if self._data and value[:1] in (b"{", b"[") and self._data[-1].endswith(b"}"):
                    self._dispatch(messages)
                self._data.append(value)
                self._grow(len(line))
                if self.overflow:
                    return
            else:
                self._other(line, messages)

    def _dispatch(self, messages: list[SSEMessage]) -> None:
        data = b"\n".join(self._data) or b"\n".join(self._comments) or b"{}"
        messages.append(SSEMessage(data, self._event))
        self._data.clear()
        self._comments.clear()
        self._size = 0

    def _other(self, line: bytes, messages: list[SSEMessage]) -> None:
        name, colon, value = line.partition(b":")
        if self._bare and name != b"event":
            self._printed(line, messages)
        elif name == b"event":
            if self._bare:
                self._end_bare(messages)
            self._event = value[:200].strip().decode("utf-8", "replace")
        elif name == b"data":
            self._data.append(b"")
            self._grow(len(line))
        elif len(line) > MAX_EVENT_BYTES:
            return
        elif name.lower() in _FAILURES:
            messages.append(SSEMessage(value.strip(), "error"))
        elif not name:
            if self._event == "error" and len(self._comments) < _MOST_COMMENTS:
                self._comments.append(value[:_LONGEST_COMMENT].strip())
        elif _PRINTED.fullmatch(line) and not self._data:
            self._bare.append(line)
            self._grow(len(line))
        elif not (colon and _FIELD.fullmatch(name)):
            bare = SSEMessage(line, self._event, bare=True)
            if not (self._data and line.startswith(b"{")):
                messages.append(bare)

    def _printed(self, line: bytes, messages: list[SSEMessage]) -> None:
        """A line behind one that JSON over several lines begins with; at the margin it ends."""
        self._bare.append(line)
        self._grow(len(line))
        end = b"]" if self._bare[0].startswith(b"[") else b"}"
        if line.startswith(end) and not self.overflow:
            self._end_bare(messages)

    def _end_bare(self, messages: list[SSEMessage]) -> None:
        messages.append(SSEMessage(b"\n".join(self._bare), self._event, bare=True))
        self._bare.clear()
        self._size = 0

    def _grow(self, size: int) -> None:
        self._size += size
        if self._size > MAX_EVENT_BYTES:
            self.overflow = True
            self._data.clear()
            self._bare.clear()
            self._partial.clear()
