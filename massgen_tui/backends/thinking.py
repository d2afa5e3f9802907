"""Inline reasoning: content with think tags in it → reasoning and content, as it streams.

Servers without a reasoning parser leave the model's tags in the content. An opening tag counts
where the answer begins; later ones, because answers tell of tags too, only alone on their line or
in their delta, and with a closing tag. Where the template already opened the thinking, the answer
holds a closing tag alone: then what came before it was reasoning. What is in doubt stays text.
"""

from collections.abc import Callable

from massgen_tui.backends.answer import Answer
from massgen_tui.backends.events import StreamEvent
from massgen_tui.backends.finishes import said_all
from massgen_tui.backends.harmony import Harmony, is_header
from massgen_tui.backends.messages import Messages
from massgen_tui.backends.place import ends_line
from massgen_tui.backends.tags import (
    AT_START,
    BEHIND,
    BOX,
    CLOSERS,
    IN_CONTENT,
    IN_THOUGHT,
    MESSAGE,
    OPENERS,
    OPENING,
    SOLUTION,
    THOUGHTS,
    TOOL_CALL,
    Tags,
)
from massgen_tui.backends.thoughts import Thoughts
from massgen_tui.backends.toolcalls import ToolCallReader

MOST_TAGS = 2_000
"""Tags of one answer that are looked at: more is no answer of a model, and all of it is text."""
_MAX_BLANK = 4096
_SLICE = 8 * 1024
"""Characters that are read at once: what follows a tag is copied."""
_SEPARATOR = "\n\n"
_UNCLOSED = "an opening thinking tag without a closing one was left in the answer as text"
_HIDDEN = "the thinking was closed inside code or a quotation of its own: the answer begins there"


class ThinkSplitter:
    """Splits the content of one stream; what may be the start of a tag is held until more comes."""

    def __init__(self, tools: ToolCallReader | None = None) -> None:
        """Split; tool calls in the text are numbered by `tools`."""
        self.plain = False
        """Content in which no tag can begin may go round the splitter into `seen`."""
        self.steady = False
        """The same, into `think`: it is reasoning."""
        self.fielding = False
        """While nothing is `seen`, a field's reasoning may go round it into `heard`."""
        self._events: list[StreamEvent] = []
        self.answer = Answer(self._events)
        self.thoughts = Thoughts(self._events)
        self._place = self.answer.place
        self.seen = self._place.pieces
        self.heard = self.thoughts.echo.pieces
        tools = tools or ToolCallReader()
        self._sink = Messages(self.answer, self.thoughts, tools, self._events)
        self._harmony: Harmony | None = None
        self._held = ""
        self._state: Callable[[str], str] = self._start
        self._alone = False
        self._ended = False
        self._tags = 0

    def feed(self, text: str) -> list[StreamEvent]:
        """Take more content and give what is known of it."""
        self._alone = text.strip() in THOUGHTS and not self._held.strip()
        for at in range(0, len(text), _SLICE):
            self._run(self._held + text[at : at + _SLICE])
        return self._given()

    def think(self, text: str) -> None:
        """Take content that is a thought and goes round it, while it is `steady`."""
        self.seen.append(text)
        self.thoughts.steadily(text)

    def reasoned(self, text: str) -> list[StreamEvent]:
        """Take reasoning that came in a field of its own, and give what of it is new."""
        self.answer.fielded = True
        if self._state != self._inside:
            if self.answer.stays():
                self.thoughts.turn()
            self.answer.talked = bool(self._held.strip())
        if late := self.thoughts.field(text):
            self._break_off()
            self.thoughts.give(late)
        return self._given()

    def flush(self, reason: str = "") -> list[StreamEvent]:
        """Give what is held back; the stream ended, or says that it will, for this `reason`."""
        self._ended = True
        self._run(self._held)
        if (doubt := self.thoughts.doubt) and (doubt.later or said_all(reason)):
            self._take_back()
        self._ended = False
        return self._given()

    def _run(self, rest: str) -> None:
        self._held = ""
        while rest:
            rest = self._state(rest)

    def _given(self) -> list[StreamEvent]:
        events = self._events.copy()
        self._events.clear()
        self.plain = self._state in (self._content, self._text) and not self._held
        self.fielding = self.thoughts.field_leads
        self.steady = self._state == self._inside and not self._held and self.thoughts.steady
        return events

    def _wait(self, text: str) -> str:
        """Hold `text` until more comes."""
        self._held = text
        return ""

    def _cut(self, tags: Tags, text: str) -> int:
        """Where a tag in `text`, or the start of one, begins."""
        if match := tags.find(text):
            return match.start()
        return len(text) if self._ended else tags.cut(text)

    def _start(self, text: str) -> str:
        body = text.lstrip()
        tag = AT_START.leading(body)
        rest = body[len(tag) :]
        if tag in OPENERS:
            return self._begin(rest)
        if tag == BOX:
            self.answer.boxed, self._state = True, self._content
            return rest
        goes: bool | None = False
        if tag in CLOSERS:
            goes = self._alone or self.thoughts.any or ends_line(rest, ended=self._ended)
            if goes:
                self.answer.stays()
                self._state = self._behind
                return rest
        elif tag:
            goes = True if self._ended else is_header(body)
            if goes:
                return self._enter(body)
        elif not self._ended and len(text) <= _MAX_BLANK and AT_START.begun(body):
            goes = None
        if goes is None:
            return self._wait(text)
        self._state = self._content
        return text

    def _begin(self, rest: str, *, later: str = "") -> str:
        """A block of thought begins, behind its opening tag."""
        if self.answer.stays():
            self.thoughts.turn()
        self._place.reset()
        self.thoughts.begin(later=later)
        self._state = self._inside if later else self._opened
        return rest

    def _opened(self, text: str) -> str:
        """Behind an opening tag: template and model may both have written it."""
        body = text.lstrip()
        if tag := OPENING.leading(body):
            return body[len(tag) :]
        if not self._ended and len(text) <= _MAX_BLANK and OPENING.begun(body):
            return self._wait(text)
        self._state = self._inside
        return text

    def _inside(self, text: str) -> str:
        match, cut = IN_THOUGHT.find(text), self._cut(IN_THOUGHT, text)
        if cut and not self._think(text[:cut]):
            return text[cut:]
        if match is None:
            return self._wait(text[cut:])
        tag, rest = match[0], text[match.end() :]
        self._place.catch_up()
        quoted = self._place.is_quoted(rest, ended=self._ended)
        if quoted is None:
            return self._wait(text[cut:])
        if quoted and self._may_look():
            wrapped = self._place.is_wrapped(rest)
            if self._think(tag) and tag != TOOL_CALL and not wrapped:
                self.thoughts.hide(tag)
            return rest
        if tag == TOOL_CALL:
            self._close(self._content)
            return text[cut:]
        self._close(self._behind)
        return rest

    def _think(self, text: str) -> bool:
        """Take thought; False where it is none, since a field came instead of it."""
        self._place.pieces.append(text)
        if not (said := self.thoughts.tagged(text)):
            return True
        self._close(self._content)
        self.answer.say(said)
        return False

    def _close(self, state: Callable[[str], str]) -> None:
        self.thoughts.end()
        self._place.reset()
        self._state = state

    def _behind(self, text: str) -> str:
        """Behind a closing tag: one separator goes with it, and more of its kind."""
        body = text.lstrip()
        if tag := BEHIND.leading(body):
            if tag in (SOLUTION, BOX):
                self.answer.wrapped, self.answer.boxed = tag == SOLUTION, tag == BOX
                self._state = self._content
            return body[len(tag) :]
        if not self._ended and len(text) <= _MAX_BLANK and BEHIND.begun(body):
            return self._wait(text)
        self._state = self._content
        return text.removeprefix(_SEPARATOR)

    def _content(self, text: str) -> str:
        match, cut = IN_CONTENT.find(text), self._cut(IN_CONTENT, text)
        self.answer.say(text[:cut])
        if match is None:
            return self._wait(text[cut:])
        if not self._may_look():
            self._state = self._text
            return text[cut:]
        self.answer.look()
        tag, rest = match[0], text[match.end() :]
        # A field that told something since the last content tells what the tags hold.
        alone = self._alone or (self.thoughts.field_leads and not self.answer.talked)
        goes = self.answer.judge(tag, rest, alone=alone, ended=self._ended)
        if goes is None:
            return self._wait(text[cut:])
        if not goes:
            self.answer.say(tag)
            return rest
        return self._go(tag, rest)

    def _go(self, tag: str, rest: str) -> str:
        """Do what a tag in the content says."""
        if tag in OPENERS:
            return self._begin(rest, later=tag)
        if tag == MESSAGE:
            return self._enter(tag + rest)
        if tag in CLOSERS:
            self.thoughts.moved(self.answer.move())
            self._state = self._behind
        return rest

    def _text(self, text: str) -> str:
        """Behind too many tags all is text."""
        self.answer.say(text)
        return ""

    def _may_look(self) -> bool:
        """Whether there were few enough tags to judge one more."""
        self._tags += 1
        return self._tags <= MOST_TAGS

    def _enter(self, text: str) -> str:
        """Messages of gpt-oss begin."""
        if self.answer.stays():
            self.thoughts.turn()
        self._harmony = Harmony(self._sink)
        self.thoughts.begin()
        self._state = self._messages
        return text

    def _messages(self, text: str) -> str:
        assert self._harmony is not None
        rest = self._harmony.take(text, ended=self._ended)
        if not self._harmony.over:
            return self._wait(rest)
        self._close(self._content)
        return rest

    def _break_off(self) -> None:
        """A block of tags ends without its tag, for a field tells another thought."""
        held, self._held = self._held, ""
        if self.thoughts.doubt is not None and self.thoughts.doubt.later:
            self.thoughts.doubt.raw.append(held)
            self._take_back()
            return
        self.thoughts.tagged(held)
        self._close(self._content)

    def _take_back(self) -> None:
        """What is in doubt was content."""
        assert self.thoughts.doubt is not None
        self.answer.warn(_UNCLOSED if self.thoughts.doubt.later else _HIDDEN)
        self._place.reset()
        self.seen.append(self.thoughts.take_back())
        self._state = self._content
