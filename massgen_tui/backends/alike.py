"""Chunks that differ in nothing but their text: nearly all of a stream, read without parsing them.

The bytes around the text of one chunk are remembered. Where a later event has the same ones, what
stands between them is the JSON string in that place: so it means the same, with another text.
"""

import json
from contextlib import suppress

from massgen_tui.backends.events import ContentDelta, ReasoningDelta
from massgen_tui.backends.payload import values
from massgen_tui.backends.text_chunk import text_alone

Piece = ContentDelta | ReasoningDelta

_CREDIT = 16
"""Chunks that are looked at in vain before a stream is taken to have no two that are alike."""
_FIRST = 1024
"""Bytes of a reading that are read before it is known what its chunks are like."""
_MARK = "?!"
"""A text that a chunk is tried with: where it is read out of it, the place is the text's."""
_HALVES = (b"\\ud", b"\\uD")
_parse = json.JSONDecoder(strict=False).raw_decode


class AlikeChunks:
    """Knows the chunks of one stream by what stands around their text."""

    __slots__ = ("_between", "_credit", "_suffix", "kind", "prefix")

    def __init__(self) -> None:
        """Know none."""
        self.kind: type[Piece] = ContentDelta
        """What the text is."""
        self.prefix = b""
        """What an event begins with; empty: no chunk is known."""
        self._suffix = self._between = b""
        self._credit = _CREDIT

    def take(self, data: bytes) -> tuple[list[str], bytes]:
        """The texts of the known chunks that `data` begins with, none empty; and what follows."""
        prefix, suffix = self.prefix, self._suffix
        if not prefix or not data.startswith(prefix):
            return [], data
        if data.endswith(suffix) and _is_plain(one := data[len(prefix) : -len(suffix)]):
            self._credit = _CREDIT
            return [one.decode("utf-8", "replace")], b""
        pieces = data[len(prefix) :].split(self._between)
        last = pieces.pop()
        if (end := last.find(suffix)) >= 0:
            pieces.append(last[:end])
            rest = last[end + len(suffix) :]
        else:
            rest = prefix + last
        texts = _strings(pieces)
        if len(texts) < len(pieces):
            size = len(self._between) * len(texts) + sum(map(len, pieces[: len(texts)]))
            rest = data[size:]
        if texts:
            self._credit = _CREDIT
        return texts, rest

    def unlike(self, data: bytes) -> int:
        """How many bytes lie before the next event that may be like a known one."""
        if self.prefix:
            at = data.find(b"\n\n" + self.prefix)
        else:
            at = data.find(b"\n\n", _FIRST) if self._credit else -1
        return at + 2 if at >= 0 else len(data)

    def learn(self, data: bytes) -> None:
        """Look at the last event in what was read; costs nothing after many times in vain."""
        end = data.rfind(b"\n\n") if self._credit else -1
        if end < 0:
            return
        before = data.rfind(b"\n\n", 0, end)
        line = data[before + 2 if before >= 0 else 0 : end]
        if not line.startswith(b"data:") or b"\n" in line or b"\r" in line:
            return
        self._credit -= 1
        at = 6 if line.startswith(b" ", 5) else 5
        said = line[at:].decode("utf-8", "replace")
        piece = _read(said)
        literal = _literal(said, piece.text) if piece is not None else None
        if piece is None or literal is None:
            return
        begin, end = literal
        if _read(said[:begin] + _MARK + said[end:]) != type(piece)(_MARK):
            return
        self.kind = type(piece)
        self.prefix = line[:at] + said[:begin].encode()
        self._suffix = said[end:].encode() + b"\n\n"
        self._between = self._suffix + self.prefix


def _read(said: str) -> Piece | None:
    match values(said):
        case [dict(chunk)]:
            return text_alone(chunk)
    return None


def _literal(said: str, text: str) -> tuple[int, int] | None:
    """Where the JSON string of a text begins and ends in JSON, in one way to spell it."""
    for spelt in (json.dumps(text), json.dumps(text, ensure_ascii=False)):
        if (at := said.rfind(spelt)) >= 0:
            return at + 1, at + len(spelt) - 1
    return None


def _strings(pieces: list[bytes]) -> list[str]:
    """What JSON strings say whose inner bytes these are, up to one that is none, or empty."""
    told = b'","'.join(pieces)
    if not _is_whole(told) or b"" in pieces:
        return _one_by_one(pieces)
    if told.count(b'"') != 2 * len(pieces) - 2:
        return _one_by_one(pieces)
    if b"\\" not in told:
        return told.decode("utf-8", "replace").split('","')
    with suppress(ValueError):
        text = f'["{told.decode("utf-8", "replace")}"]'
        texts: list[str]
        texts, end = _parse(text)
        if end == len(text) and len(texts) == len(pieces):
            return texts
    return _one_by_one(pieces)


def _is_plain(piece: bytes) -> bool:
    """Whether these are the inner bytes of one JSON string that says what they are."""
    if b'"' in piece or b"\\" in piece or not piece:
        return False
    return b"\n" not in piece and b"\r" not in piece


def _one_by_one(pieces: list[bytes]) -> list[str]:
    texts = []
    for piece in pieces:
        if not piece or not _is_whole(piece):
            break
        text = f'"{piece.decode("utf-8", "replace")}"'
        try:
            said, end = _parse(text)
        except ValueError:
            break
        if end < len(text):
            break
        texts.append(said)
    return texts


def _is_whole(told: bytes) -> bool:
    """Whether no line ends in JSON text, and no half of a character is spelt in it."""
    if b"\n" in told or b"\r" in told:
        return False
    return b"\\u" not in told or not any(half in told for half in _HALVES)
