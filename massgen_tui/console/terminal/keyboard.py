"""What the terminal sends as Textual's messages: keys, pastes, the mouse, the size."""

import re
from collections.abc import Iterable, Iterator

from textual import events
from textual.keys import Keys
from textual.message import Message

from massgen_tui.console.terminal.kitty import in_short
from massgen_tui.console.terminal.lexer import Kind, Lexer, Token
from massgen_tui.console.textual_private import REPORTS, Parser
from massgen_tui.text import clean

# What Textual's parser takes besides keys, each whole: the mouse, the size, the modes it asks for.
_REPORT = re.compile(
    r"\x1b\[(?:<\d+;-?\d+;-?\d+[Mm]|48;\d[\d:]*;\d[\d:]*;\d[\d:]*;\d[\d:]*t|\?\d+;\d\$y)"
)


class Key(events.Key):
    """A key; what it types is text whether or not Python would print it.

    `str.isprintable`, which Textual 8.2 asks, denies spaces but one, joiners, direction marks,
    private use, and letters newer than its table (dooit#146). What acts on a terminal is no text.
    """

    @property
    def is_printable(self) -> bool:
        """Whether it types something."""
        return is_text(self.character)


def is_text(character: str | None) -> bool:
    """Whether a key that gives this character types it."""
    return character is not None and character >= " " and clean(character) == character


class Keyboard:
    """Reads one terminal; sequences that are no key, and no report asked for, mean nothing."""

    def __init__(self) -> None:
        """Nothing was sent yet."""
        self._lexer = Lexer()
        self._parser = Parser()

    @property
    def due(self) -> float | None:
        """When, in seconds, `later` has to be called; None: never."""
        return self._lexer.due

    def sent(self, data: bytes, now: float) -> Iterator[Message]:
        """The messages of what was sent at `now` seconds."""
        for token in self._lexer.feed(data, now):
            yield from self._messages(token)

    def later(self, now: float) -> Iterator[Message]:
        """The messages that come of nothing more having been sent by `now` seconds."""
        for token in self._lexer.tick(now):
            yield from self._messages(token)

    def _messages(self, token: Token) -> Iterable[Message]:
        match token.kind:
            case Kind.TEXT:
                return [key for one in token.text for key in self._keys(one)]
            case Kind.ALT if token.text == "\x1b\r":  # Textual 8.2 would read a plain enter
                return [Key("alt+enter", None)]
            case Kind.ALT:
                return self._keys(token.text) or self._keys(token.text[1:], alt=True)
            case Kind.PASTE:
                return [events.Paste(pasted(token.text))]
            case Kind.ESCAPE:
                return [Key("escape", "\x1b")]
            case _:
                return self._known(token.text)

    def _known(self, sequence: str) -> list[Message]:
        if sequence in REPORTS or _REPORT.fullmatch(sequence):
            return self._parser.report(sequence)
        short = in_short(sequence)
        return [*self._keys(short)] if short else []

    def _keys(self, sequence: str, *, alt: bool = False) -> list[Key]:
        return [
            Key(key.key, key.character)
            for key in self._parser.keys(sequence, alt=alt)
            if key.key != Keys.Ignore
        ]


def pasted(text: str) -> str:
    """A paste as it may be inserted: cleaned, with its line ends as new lines."""
    return clean(text.replace("\r\n", "\n").replace("\r", "\n"))
