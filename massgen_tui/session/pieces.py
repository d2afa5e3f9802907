"""What an answer is made of: text that grows, and tool calls."""

from dataclasses import field

from massgen_tui.backends.events import ToolCallDelta
from massgen_tui.data_class import dataclass


class Text:
    """Text that only grows, kept in the pieces that came until it is joined.

    A reader that remembers how many `parts` it has seen gets the rest for the price of a slice;
    when `joins` has grown, all that it has read stands in the first part.
    """

    __slots__ = ("joins", "length", "parts", "pieces")

    def __init__(self, text: str = "") -> None:
        self.parts = [text] if text else []
        self.length = len(text)
        self.pieces = len(self.parts)
        """How many came."""
        self.joins = 0
        """How often its parts became one."""

    def append(self, text: str, pieces: int = 1) -> None:
        """Add a piece, or so many that came at once."""
        self.parts.append(text)
        self.length += len(text)
        self.pieces += pieces

    def join(self) -> None:
        """Keep what came as one string: hundreds of short ones take three times the memory."""
        if len(self.parts) > 1:
            self.parts = ["".join(self.parts)]
            self.joins += 1

    @property
    def joined(self) -> str:
        """All of it where it is kept as one string; else empty."""
        return self.parts[0] if len(self.parts) == 1 else ""

    def __str__(self) -> str:
        """All of it: the string that is kept, once it is joined."""
        return self.parts[0] if len(self.parts) == 1 else "".join(self.parts)

    def __bool__(self) -> bool:
        return self.length > 0


@dataclass(slots=True)
class ToolCall:
    """A tool that the model asked for; it is shown and never executed."""

    id: str | None = None
    name: str = ""
    arguments: str = ""
    """The string as it was sent; JSON if the model wrote JSON."""
    index: int = field(default=0, compare=False)
    """Which of its answer's calls the server says that it is."""

    def add(self, delta: ToolCallDelta) -> None:
        """Take in the next piece of it; the first id and name count."""
        self.id = self.id or delta.id
        self.name = self.name or delta.name or ""
        self.arguments += delta.arguments
