"""One agent: its own conversation, and the attempts at every prompt it was asked."""

from dataclasses import dataclass, field

from massgen_tui.backends.base import Backend
from massgen_tui.backends.events import Message
from massgen_tui.config.schema import AgentConfig
from massgen_tui.session.attempt import Attempt


@dataclass(slots=True, eq=False)
class Exchange:
    """A prompt to one agent and all that this agent said to it. A rerun adds an attempt, it never erases one."""

    turn: int
    """The number of the turn in the session, from 1."""
    prompt: str
    attempts: list[Attempt] = field(default_factory=list)
    front: int = -1
    """Index of the attempt that the user has in front; -1 is the last."""

    @property
    def attempt(self) -> Attempt | None:
        """The attempt in front: the one that is shown and that later requests quote."""
        return self.attempts[self.front] if self.attempts else None


@dataclass(slots=True, eq=False)
class Agent:
    """One agent of the config with its backend and its conversation."""

    config: AgentConfig
    backend: Backend
    exchanges: list[Exchange] = field(default_factory=list)
    """This agent's conversation, oldest first; emptied by a new conversation."""
    revision: int = 0
    """Grows when the list of exchanges or what stands in front changes; attempts count their own changes."""
    context_length: int | None = None
    """Tokens the server says the model takes, once a probe has told."""

    @property
    def id(self) -> str:
        """The agent's id."""
        return self.config.id

    @property
    def current(self) -> Attempt | None:
        """The attempt in front of the last exchange."""
        return self.exchanges[-1].attempt if self.exchanges else None

    @property
    def context_used(self) -> int | None:
        """Tokens of the last counted request and its answer, or None when the server never told."""
        for exchange in reversed(self.exchanges):
            usage = exchange.attempt.usage if exchange.attempt else None
            if usage is not None and usage.prompt is not None:
                return usage.prompt + (usage.completion or 0)
        return None

    def messages(self, upto: Exchange) -> list[Message]:
        """The conversation that is sent for `upto`: system message, earlier exchanges in front, its prompt."""
        raise NotImplementedError
