"""Bytes of a terminal into text, whole escape sequences and pastes; pure, incremental.

Textual 8.2's own parser reads character by character and gives what it does not know back as keys
(textual#6456 and its like): a late answer of the terminal, or a coloured log that is pasted, then
types, sends and quits. Here a sequence ends where ECMA-48 says, known or not, and nothing in a
paste is looked at before its end.
"""

import re
from codecs import getincrementaldecoder
from collections.abc import Generator, Iterator
from enum import Enum, auto
from functools import cache
from typing import NamedTuple

ESCAPE_DELAY = 0.1
"""Seconds after which an escape with nothing, or one character, behind it is the key itself."""
SEQUENCE_SILENCE = 1.0
"""Seconds of silence after which the rest of a sequence comes no more."""
PASTE_SILENCE = 2.0
"""Seconds of silence after which the end of a paste comes no more: longer than a lost packet."""
LONGEST = 4096
"""Bytes of a sequence that are waited for; strings (OSC, DCS) are skipped as they come."""

_Piece = Generator["Token", None, int]
"""Gives tokens; returns where in the bytes the next thing begins."""

_ESC = b"\x1b"
_BEGIN, _END = b"\x1b[200~", b"\x1b[201~"
# In this order: mouse reports of X10, whose three bytes may be anything, the Linux console's
# function keys and rxvt's shifted ones; CSI; SS3; a choice of character set; an escape before the
# next one; alt with a character.
_WHOLE = re.compile(
    rb"\x1b(?:\[M[\s\S]{3}|\[\[[A-E]|\[\d+\$(?=\x1b)|\[(?!M|\[)[0-?]*[ -/]*[@-~]|O[0-9;]*[@-~]"
    rb"|[()*+#%][0-~]|(?=\x1b)"
    rb"|(?P<alt>[\x00-\x1a\x1c-NQ-WYZ\\`-\x7f]"
    rb"|[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}))"
)
_PART = (
    rb"\x1b(?:\[M[\s\S]{0,2}|\[\[|\[(?!M|\[)[0-?]*[ -/]*|O[0-9;]*|[]PX^_]"
    rb"|[\xc2-\xdf]|[\xe0-\xef][\x80-\xbf]?|[\xf0-\xf4][\x80-\xbf]{0,2})?\Z"
)
# OSC, DCS, SOS, PM and APC begin a string, up to ST or BEL; CAN, SUB and another escape end it too.
_STRING = re.compile(rb"\x1b[]PX^_](?=[\s\S])")
_STRING_END = rb"[\x07\x18\x1a]|\x1b\\|(?=\x1b[^\\])"
_BROKEN = rb"\x1b(?:\[[ -?]*|O[0-9;]*|)"

# what a terminal answers at the start is whole: the first frame waits for no more than that
_compiled = cache(re.compile)


class Kind(Enum):
    """What a piece of input is."""

    TEXT = auto()
    """Typed characters, control characters among them."""
    ESCAPE = auto()
    """The escape key."""
    ALT = auto()
    """A character typed with alt: ESC and the character."""
    SEQUENCE = auto()
    """An escape sequence, whole."""
    PASTE = auto()
    """What stood between the marks of a bracketed paste."""


class Token(NamedTuple):
    """A piece of input."""

    kind: Kind
    text: str


class Lexer:
    """Splits what a terminal sends."""

    def __init__(self) -> None:
        """Nothing was sent yet."""
        self._rest = b""
        self._paste: bytearray | None = None
        self._in_string = False
        self._decoder = getincrementaldecoder("utf-8")("replace")
        self._at = 0.0

    def feed(self, data: bytes, now: float) -> list[Token]:
        """Take in what was sent at `now` seconds; gives what is whole by it."""
        self._at = now
        data, self._rest = self._rest + data, b""
        return [token for token in self._split(data) if token.text]

    def tick(self, now: float) -> list[Token]:
        """Give what is whole because nothing more was sent by `now` seconds."""
        if self.due is None or now < self.due:
            return []
        if self._paste is not None:
            return [self._pasted(self._rest)]
        self._in_string = False
        rest, self._rest = self._rest, b""
        tokens = [Token(Kind.TEXT, self._decoder.decode(b"", final=True))]
        if rest == _ESC:
            tokens.append(Token(Kind.ESCAPE, "\x1b"))
        elif len(rest) == 2 and rest[1] < 0x80:
            tokens.append(Token(Kind.ALT, rest.decode("ascii")))
        elif rest.endswith(b"$"):  # rxvt's shifted keys: no sequence by the standard
            tokens.append(Token(Kind.SEQUENCE, rest.decode("utf-8", "replace")))
        return [token for token in tokens if token.text]

    @property
    def due(self) -> float | None:
        """When, in seconds, waiting for more is over; None: nothing is begun."""
        if self._paste is not None:
            return self._at + PASTE_SILENCE
        if self._in_string:
            return self._at + SEQUENCE_SILENCE
        if self._rest:
            return self._at + (ESCAPE_DELAY if len(self._rest) <= 2 else SEQUENCE_SILENCE)
        return self._at + ESCAPE_DELAY if self._decoder.getstate()[0] else None

    def _split(self, data: bytes) -> Iterator[Token]:
        at = 0
        while at < len(data):
            if self._paste is not None:
                at = yield from self._in_paste(data, at)
                continue
            if self._in_string:
                at = self._skip(data, at)
                continue
            escape = data.find(_ESC, at)
            until = len(data) if escape < 0 else escape
            yield Token(Kind.TEXT, self._decoder.decode(data[at:until], final=escape >= 0))
            at = until if escape < 0 else (yield from self._sequence(data, escape))

    def _sequence(self, data: bytes, at: int) -> _Piece:
        """Take the sequence that begins at `at`."""
        if string := _STRING.match(data, at):
            self._in_string = True
            return string.end()
        if whole := _WHOLE.match(data, at):
            if whole[0] == _BEGIN:
                self._paste = bytearray()
            elif whole[0] == _ESC:
                yield Token(Kind.ESCAPE, "\x1b")
            else:
                kind = Kind.ALT if whole["alt"] is not None else Kind.SEQUENCE
                yield Token(kind, whole[0].decode("utf-8", "replace"))
            return whole.end()
        if _compiled(_PART).match(data, at):
            if len(data) - at <= LONGEST:
                self._rest = data[at:]
            return len(data)
        broken = _compiled(_BROKEN).match(data, at)
        return broken.end() if broken is not None else at + 1

    def _skip(self, data: bytes, at: int) -> int:
        """Skip what belongs to a string; gives where the next thing begins."""
        end = _compiled(_STRING_END).search(data, at)
        if end is None:
            self._rest = _ESC if data.endswith(_ESC, at) else b""
            return len(data)
        self._in_string = False
        return end.end()

    def _in_paste(self, data: bytes, at: int) -> _Piece:
        """Take what is pasted."""
        end = _end_of_paste(data, at)
        if end >= 0:
            yield self._pasted(data[at:end])
            return end + len(_END)
        # the end's mark may come in two parts
        kept = next((n for n in range(len(_END) - 1, 0, -1) if data.endswith(_END[:n])), 0)
        until = max(len(data) - kept, at)
        if self._paste is not None:
            self._paste += data[at:until]
        self._rest = data[until:]
        return len(data)

    def _pasted(self, more: bytes) -> Token:
        whole = bytes(self._paste or b"") + more
        self._paste, self._rest = None, b""
        return Token(Kind.PASTE, whole.decode("utf-8", "replace"))


def _end_of_paste(data: bytes, at: int) -> int:
    """Where the paste ends; a mark of the end that was pasted itself ends nothing."""
    end = data.find(_END, at)
    while end >= 0:
        begin, later = data.find(_BEGIN, end), data.find(_END, end + 1)
        if later < 0 or 0 <= begin < later:
            break
        end = later
    return end
