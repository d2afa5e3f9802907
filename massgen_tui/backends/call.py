"""What a backend is asked: the messages of a conversation, and what one request wants beside."""

from collections.abc import Iterable, Mapping
from dataclasses import field
from typing import Literal

from massgen_tui.data_class import dataclass
from massgen_tui.dialects import Continuing

Role = Literal["system", "user", "assistant", "tool"]


@dataclass(frozen=True, slots=True)
class Text:
    """What was said."""

    text: str


@dataclass(frozen=True, slots=True)
class Reasoning:
    """What the model thought before it spoke; sent back only where the dialect wants it."""

    text: str


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A tool that the model wants called."""

    id: str
    name: str
    arguments: str
    """JSON, as the model wrote it: it may be cut off, or none."""


@dataclass(frozen=True, slots=True)
class ToolResult:
    """What came of a tool call."""

    call: str
    """The call's id."""
    text: str


Part = Text | Reasoning | ToolCall | ToolResult


@dataclass(frozen=True, slots=True, init=False)
class Message:
    """One message of a conversation: the only thing of it that a backend sees."""

    role: Role
    parts: tuple[Part, ...]

    def __init__(
        self,
        role: Role,
        content: str = "",
        reasoning: str | None = None,
        *,
        tools: Iterable[ToolCall | ToolResult] = (),
    ) -> None:
        """Say `content` after `reasoning`, and call tools, or tell what came of them."""
        thought = (Reasoning(reasoning),) if reasoning else ()
        said = (Text(content),) if content else ()
        object.__setattr__(self, "role", role)
        object.__setattr__(self, "parts", (*thought, *said, *tools))

    @property
    def content(self) -> str:
        """All that it says."""
        return "".join(part.text for part in self.parts if isinstance(part, Text))

    @property
    def reasoning(self) -> str:
        """What was thought before."""
        return "".join(part.text for part in self.parts if isinstance(part, Reasoning))

    @property
    def calls(self) -> tuple[ToolCall, ...]:
        """The tools that it wants called."""
        return tuple(part for part in self.parts if isinstance(part, ToolCall))

    @property
    def results(self) -> tuple[ToolResult, ...]:
        """What came of tool calls."""
        return tuple(part for part in self.parts if isinstance(part, ToolResult))


@dataclass(frozen=True, slots=True)
class ResponseFormat:
    """The form that an answer must have: JSON of a schema, or any JSON object without one."""

    schema: Mapping[str, object] | None = None
    """A JSON Schema; None: any object."""
    name: str = "answer"
    """What the schema is called; some models read it."""
    strict: bool = True
    """The server holds the answer to the schema, where it can."""


@dataclass(frozen=True, slots=True)
class Call:
    """What one attempt asks of a backend; what it leaves out is as the agent's settings have it."""

    messages: tuple[Message, ...]
    settings: Mapping[str, object] = field(default_factory=dict)
    """Changes to the settings, as `backend:` in a config writes them; None takes one away."""
    tools: tuple[Mapping[str, object], ...] | None = None
    """As OpenAI writes them; empty: none."""
    tool_choice: str | Mapping[str, object] | None = None
    response_format: ResponseFormat | None = None
    streamed: bool = True
    """The answer comes while it is made; False: whole, at its end."""
    as_sent: bool = False
    """Its text is given as the server sent it: no think tag or tool call is read out of it."""
    continuing: Continuing | None = None
    """The last message is an answer that is to be gone on with, and how that is said."""
