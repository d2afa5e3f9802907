"""What an answer is made of: text that grows, and tool calls."""

from dataclasses import dataclass


class Text:
    """Text that only grows, kept in the pieces that came.

    A reader that remembers how many `parts` it has seen gets the rest for the price of a slice.
    """

    __slots__ = ("length", "parts")

    def __init__(self, text: str = "") -> None:
        self.parts = [text] if text else []
        self.length = len(text)

    def append(self, text: str) -> None:
        """Add a piece."""
        self.parts.append(text)
        self.length += len(text)

    def __str__(self) -> str:
        """All of it, joined anew each time: the pieces stay, for readers that count them."""
        return "".join(self.parts)

    def __bool__(self) -> bool:
        return self.length > 0


@dataclass(slots=True)
class ToolCall:
    """A tool that the model asked for; it is shown and never executed."""

    id: str | None = None
    name: str = ""
    arguments: str = ""
    """The string as it was sent; JSON if the model wrote JSON."""
