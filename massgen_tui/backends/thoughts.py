"""What of one stream is given as reasoning: from a field and from tags, once, and never blank."""

from massgen_tui.backends.echo import Echo
from massgen_tui.backends.events import ContentMoved, ReasoningDelta, StreamEvent
from massgen_tui.backends.tags import AT_START, CLOSERS, OPENERS

_MAX_BLANK = 4096
"""Characters: a model that goes on for longer has lost its way, and that is shown."""
_FIELD, _TAGS = "field", "tags"


class Doubt:
    """Text that is given as reasoning and may turn out to be content after all."""

    __slots__ = ("later", "raw", "taken")

    def __init__(self, *raw: str, later: bool, taken: int = 0) -> None:
        self.later = later
        """It stands in a block behind content, and is content if no closing tag comes."""
        self.raw = list(raw)
        """The content that it would be."""
        self.taken = taken
        """Characters at the end of the reasoning that are of it."""


class Thoughts:
    """Gives `events` the reasoning of one stream, whatever it comes in."""

    def __init__(self, events: list[StreamEvent]) -> None:
        """Append to `events`."""
        self.echo = Echo()
        self.doubt: Doubt | None = None
        self.any = False
        """A thought came, be it blank."""
        self._events = events
        self._open = False
        self._silent = True
        self._crossed = False
        self._voiced = False
        self._blank = ""
        self._given = 0
        self._told: list[str] = []
        self._tag = ""

    @property
    def field_leads(self) -> bool:
        """More from a field is new, and needs no look at it."""
        return self.echo.leader == _FIELD and not self.echo.apart and self._voiced and not self._tag

    @property
    def steady(self) -> bool:
        """More from the open block of tags is new, and needs no look at it."""
        leads = self.echo.leader == _TAGS and not self.echo.apart
        return leads and self._voiced and self.doubt is None

    def steadily(self, text: str) -> None:
        """Take more of a `steady` block, which is given as it is."""
        self._told.append(text)
        self.echo.pieces.append(text)

    def turn(self) -> None:
        """Content came: what is thought from here on is another thought."""
        self.echo.begin()
        self._blank = self._tag = ""
        self._voiced = False

    def field(self, text: str) -> str:
        """Take reasoning from a field; gives it back where an open block of tags has to end first.

        Such a block thinks something else: its closing tag never came. Then `give` it.
        """
        self.any = True
        text = self._untagged(text)
        repeats = self._told and text.strip() == "".join(self._told).strip()
        if not text or (repeats and not self._open and not self.echo.leader):
            return ""
        self._crossed = self._crossed or (self._open and self._silent)
        new = self.echo.take(_FIELD, text)
        if new and self._open and self.echo.apart:
            return new
        self.give(new)
        return ""

    def tagged(self, text: str) -> str:
        """Take text of a block of tags; gives it back where a field came instead of the thought."""
        new = self.echo.take(_TAGS, text)
        if self._crossed and self.echo.apart:
            return new
        self._silent = self._silent and text.isspace()
        self._told.append(text)
        self.give(new)
        if self.doubt is not None:
            self.doubt.raw.append(text)
            self.doubt.taken += self._given
        return ""

    def give(self, text: str) -> None:
        """Give a piece; white space waits until something else comes, and is no thought alone."""
        self._given = 0
        if not text:
            return
        if not self._voiced and text.isspace() and len(self._blank) < _MAX_BLANK:
            self._blank += text
            return
        text, self._blank, self._voiced = self._blank + text, "", True
        self._given = len(text)
        self._events.append(ReasoningDelta(text))

    def begin(self, *, later: str = "") -> None:
        """A block of tags begins; `later`: its opening tag, where it does not begin the answer."""
        self.any = self._open = self._silent = True
        self._crossed = self._voiced = False
        self._blank = ""
        self.doubt = Doubt(later, later=True) if later else None

    def end(self) -> None:
        """A block of tags ended."""
        self.give(self.echo.whole())
        self._open = False
        self._blank, self.doubt = "", None

    def moved(self, text: str) -> None:
        """The content was a thought: all of it, or `text` where nothing of it was given yet."""
        self.any = True
        self.give(text)

    def hide(self, tag: str) -> None:
        """A closing tag in code or a quotation was told: if none comes outside, it is the end."""
        if self.doubt is None:
            self.doubt = Doubt(later=False, taken=min(self._given, len(tag)))

    def take_back(self) -> str:
        """Give the text in doubt to the content; gives it."""
        doubt, self.doubt = self.doubt, None
        assert doubt is not None
        self._open = False
        text = "".join(doubt.raw)
        text = text if doubt.later else text.removeprefix("\n\n")
        if text or doubt.taken:
            self._events.append(ContentMoved(text, doubt.taken))
        return text

    def _untagged(self, text: str) -> str:
        """Reasoning without the tags that Gemini and Groq's compound models leave in the field."""
        body = text.lstrip()
        if not self.echo.leader and not self._tag and body[:1] in AT_START.heads:
            self._tag = next((tag for tag in OPENERS if body.startswith(tag)), "")
            text = body[len(self._tag) :] if self._tag else text
        if self._tag and (close := next((tag for tag in CLOSERS if tag in text), "")):
            self._tag = ""
            text = text.replace(close, "", 1)
        return text
