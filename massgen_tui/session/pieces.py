"""What an answer is made of: text that grows, and tool calls. Once it has ended it is UTF-8."""

from typing import Final

from massgen_tui.backends.events import ToolCallDelta

_NO_PARTS: Final[list[str]] = []
"""The parts of all texts that are joined; nothing is ever put in."""


class Text:
    """Text that only grows, kept in the pieces that came until it is joined.

    A reader that remembers how many `parts` it has seen gets the rest for the price of a slice;
    when `joins` has grown, there are none, or all that was there stands in the first.
    """

    __slots__ = ("_blank", "joins", "length", "parts", "pieces", "utf8")

    def __init__(self, text: str = "") -> None:
        self.parts = [text] if text else []
        self.length = len(text)
        """Characters."""
        self.pieces = len(self.parts)
        """How many came."""
        self.joins = 0
        """How often its parts became one, or one became parts."""
        self.utf8: bytes | None = None
        """All of it, once it is joined: what quotes and shows it holds this and no other."""
        self._blank = False

    def append(self, text: str, pieces: int = 1) -> None:
        """Add a piece, or so many that came at once."""
        if self.utf8 is not None:
            self._part()
        self.parts.append(text)
        self.length += len(text)
        self.pieces += pieces

    def join(self) -> None:
        """Keep what came as one: hundreds of strings take three times the memory.

        As UTF-8, since a string takes up to four bytes a character for one emoji in it.
        """
        if self.utf8 is None:
            whole = "".join(self.parts)
            self._blank = not whole or whole.isspace()
            self.utf8 = encoded(whole)
            self.parts = _NO_PARTS
            self.joins += 1

    def _part(self) -> None:
        """Be as before it was joined: something more comes."""
        self.parts, self.utf8 = [str(self)], None
        self.joins += 1

    @property
    def blank(self) -> bool:
        """It is nothing but white space, if anything."""
        if self.utf8 is not None:
            return self._blank
        return not any(part and not part.isspace() for part in self.parts)

    def __str__(self) -> str:
        """All of it."""
        return "".join(self.parts) if self.utf8 is None else decoded(self.utf8)

    def __bool__(self) -> bool:
        return self.length > 0


class ToolCall:
    """A tool that the model asked for; it is shown and never executed."""

    __slots__ = ("_arguments", "id", "index", "name")

    def __init__(self, index: int = 0) -> None:
        """Be the call that the server calls by this number."""
        self.index = index
        self.id: str | None = None
        self.name = ""
        self._arguments = Text()

    def add(self, delta: ToolCallDelta) -> None:
        """Take in the next piece of it; the first id and name count."""
        self.id = self.id or delta.id
        self.name = self.name or delta.name or ""
        self._arguments.append(delta.arguments)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, ToolCall):
            return NotImplemented
        return (self.id, self.name, self.arguments) == (other.id, other.name, other.arguments)

    def __hash__(self) -> int:
        return hash((self.id, self.name, self.arguments))

    def join(self) -> None:
        """Keep its arguments as one: nothing more of it comes."""
        self._arguments.join()

    @property
    def arguments(self) -> str:
        """The string as it was sent; JSON if the model wrote JSON."""
        return str(self._arguments)

    @property
    def length(self) -> int:
        """Characters of its arguments."""
        return self._arguments.length


def encoded(text: str) -> bytes:
    """A text as it is kept; a model may say half of a pair of surrogates."""
    return text.encode("utf-8", "surrogatepass")


def decoded(utf8: bytes) -> str:
    """The text that is so kept."""
    return utf8.decode("utf-8", "surrogatepass")
