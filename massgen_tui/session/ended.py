"""Conversations that ended: their heads stay in the state, their texts where they are kept.

Mostly that is the session's file, which is read when somebody asks for them. Where there is none,
they are held here, packed.
"""

import zlib
from array import array
from collections.abc import Iterable
from dataclasses import replace
from typing import NamedTuple

from massgen_tui.session.agent import Turn
from massgen_tui.session.attempt import Attempt
from massgen_tui.session.pieces import Text, decoded, encoded
from massgen_tui.session.requests import MESSAGES, Sent, SentRequest

_NONE = -1


class Head(NamedTuple):
    """What stays known of one attempt, or of a turn that has none."""

    turn: int
    """The turn's serial."""
    attempt: int | None
    """Its own; None: nothing was answered."""
    tokens: int | None
    """Of its answer, as far as the server or its pieces were counted."""


class Ended:
    """The conversations of one agent that ended, oldest first."""

    __slots__ = ("_numbers", "_packed")

    def __init__(self) -> None:
        """None has."""
        self._numbers = array("q")
        self._packed: list[_PackedTurn] = []

    def add(self, turns: Iterable[Turn], *, texts: bool) -> None:
        """Know these turns; hold their `texts` too where nobody else keeps them."""
        for turn in turns:
            for attempt in turn.attempts:
                tokens = attempt.tokens
                counted = _NONE if tokens is None else tokens[0]
                self._numbers.extend((turn.serial, attempt.serial, counted))
            if not turn.attempts:
                self._numbers.extend((turn.serial, _NONE, _NONE))
            if texts:
                self._packed.append(_PackedTurn(turn))

    @property
    def heads(self) -> list[Head]:
        """Of all attempts."""
        numbers = (None if one == _NONE else one for one in self._numbers)
        return [
            Head(turn or 0, attempt, tokens)
            for turn, attempt, tokens in zip(numbers, numbers, numbers, strict=True)
        ]

    @property
    def whole(self) -> bool:
        """The texts of all of them are held here."""
        return len({turn for turn, *_ in self.heads}) == len(self._packed)

    @property
    def turns(self) -> list[Turn]:
        """The turns as they were, of those whose texts are held here."""
        return [packed.turn for packed in self._packed]


class _PackedTurn:
    """A turn whose texts take what zlib makes of them."""

    __slots__ = ("_attempts", "_turn")

    def __init__(self, turn: Turn) -> None:
        self._turn = replace(turn, attempts=[])
        self._attempts = [
            (_without_texts(one), _PackedText(one.reasoning), _PackedText(one.content))
            for one in turn.attempts
        ]

    @property
    def turn(self) -> Turn:
        attempts = [
            replace(one, reasoning=reasoning.text, content=content.text)
            for one, reasoning, content in self._attempts
        ]
        return replace(self._turn, attempts=attempts)


class _PackedText:
    """A text as UTF-8, packed."""

    __slots__ = ("_data", "_pieces")

    def __init__(self, text: Text) -> None:
        self._data = zlib.compress(encoded(str(text)) if text.utf8 is None else text.utf8)
        self._pieces = text.pieces

    @property
    def text(self) -> Text:
        text = Text(decoded(zlib.decompress(self._data)))
        text.pieces = self._pieces
        return text


def _without_texts(attempt: Attempt) -> Attempt:
    """An attempt without what was said in it, and of what was sent to it the system message."""
    request = attempt.request
    if isinstance(request, SentRequest):
        first = request.last
        while first is not None and first.before is not None:
            first = first.before
        request = SentRequest(request.parameters, Sent(None, first.message) if first else None)
    elif request is not None:
        request = {name: value for name, value in request.items() if name != MESSAGES}
    return replace(attempt, reasoning=Text(), content=Text(), request=request, exchanges=())
