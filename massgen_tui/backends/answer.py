"""What of one stream is given as content, and what a tag that stands in it is: a tag, or text."""

from massgen_tui.backends.events import ContentDelta, ReasoningMoved, StreamEvent, Warned
from massgen_tui.backends.harmony import is_header
from massgen_tui.backends.place import Place, ends_line
from massgen_tui.backends.tags import (
    BOX_END,
    CLOSERS,
    END,
    ENDS,
    MESSAGE,
    OPENERS,
    RETURN,
    SOLUTION_END,
)

MOVABLE = 64 * 1024
"""Characters of content within which a closing tag without an opening one still moves them."""
_UNOPENED = "a closing thinking tag without an opening one was left in the answer as text"


class Answer:
    """The content so far. Judgements are None where more has to come first, unless it `ended`."""

    def __init__(self, events: list[StreamEvent]) -> None:
        """Append to `events`."""
        self.place = Place()
        self.begins_inside = False
        """The model's template opens the thinking: the answer then holds a closing tag alone."""
        self.wrapped = False
        """It began with `<|begin_of_solution|>`, …"""
        self.boxed = False
        """… or with `<|begin_of_box|>`."""
        self.fielded = False
        """Reasoning came in a field of its own: closing tags in the text are the model's words."""
        self._events = events
        self._before: list[str] | None = []
        self._length = 0
        self._openers = 0
        self.talked = False
        """It said something since the last thought."""
        self._warned: set[str] = set()

    def say(self, text: str) -> None:
        """Give content."""
        if text:
            self._events.append(ContentDelta(text))
            self.place.pieces.append(text)

    def warn(self, words: str) -> None:
        """Say something to the user, once."""
        if words not in self._warned:
            self._warned.add(words)
            self._events.append(Warned(words))

    def look(self) -> None:
        """Look at what came since the last time."""
        text = self.place.catch_up()
        self.talked = self.talked or not (not text or text.isspace())
        if self._before is not None:
            self._length += len(text)
            self._before.append(text)
            if self._length > MOVABLE:
                self._before = None

    def stays(self) -> bool:
        """What came is no thought; gives whether it said anything since this was asked."""
        self.look()
        talked, self.talked, self._before = self.talked, False, None
        return talked

    def judge(self, tag: str, rest: str, *, alone: bool, ended: bool) -> bool | None:
        """Whether `tag`, behind what was looked at and before `rest`, is one; else it is text."""
        if tag in OPENERS:
            goes = self._stands(rest, alone=alone, ended=ended)
            if goes is False and not (self.begins_inside and self.place.in_code):
                self._openers += 1
            return goes
        if tag in CLOSERS:
            return self._closes(rest, alone=alone, ended=ended)
        # the box may hold code, whose last line its end mark then ends
        if (not self.boxed) if tag == BOX_END else self.place.in_code:
            return False
        if tag == SOLUTION_END:
            goes, self.wrapped = self.wrapped, False
            return goes
        if tag == BOX_END:
            return False if rest.strip() else ended or None
        return self._ends(tag, rest, ended=ended)

    def _ends(self, tag: str, rest: str, *, ended: bool) -> bool | None:
        """Whether a mark is one, of the end of an answer or between the messages of gpt-oss."""
        goes: bool | None = False
        if tag == RETURN or (tag in ENDS and not self.place.in_sentence):
            goes = _at_end(rest, ended=ended)
        if goes is False and tag in (END, MESSAGE):
            goes = is_header(tag + rest if tag == MESSAGE else rest)
        return False if ended and goes is None else goes

    def move(self) -> str:
        """Take the content back, which was a thought; gives it if nobody was shown any of it."""
        if self._before is None:
            return ""
        text, self._before = "".join(self._before), None
        self.place.reset()
        shown = len(text)
        while self._events and isinstance(self._events[-1], ContentDelta):
            shown -= len(self._events[-1].text)
            self._events.pop()
        if shown <= 0:
            return text
        self._events.append(ReasoningMoved(text))
        return ""

    def _stands(self, rest: str, *, alone: bool, ended: bool) -> bool | None:
        """Whether a tag is alone on its line or in its delta, outside code."""
        if self.place.in_block:
            return False
        if self.place.begins_line:
            return alone or ends_line(rest, ended=ended)
        return alone and not self.place.in_sentence

    def _closes(self, rest: str, *, alone: bool, ended: bool) -> bool | None:
        """Whether a closing tag ends a thought: one in a field, or one that nothing opened."""
        if self.fielded and not self.talked:
            return True
        stood, goes = self._openers > 0, False
        if self._before is not None and (self.begins_inside or not stood):
            judged = self._stands(rest, alone=alone, ended=ended)
            if judged is False and self.begins_inside and not stood:
                quoted = self.place.is_quoted(rest, ended=ended)
                judged = None if quoted is None else not quoted
            if judged is None:
                return None
            goes = judged
        if stood and not goes:
            self._openers -= 1
        elif not (goes or self.fielded or self.place.in_code):
            self.warn(_UNOPENED)
        return goes


def _at_end(rest: str, *, ended: bool) -> bool | None:
    """Whether nothing follows, but more marks of an end."""
    for mark in ENDS:
        rest = rest.replace(mark, "")
    rest = rest.strip()
    if not rest:
        return ended or None
    return None if not ended and any(mark.startswith(rest) for mark in ENDS) else False
