"""One agent: its own conversation, and the attempts at every prompt it was asked."""

from dataclasses import dataclass, field

from massgen_tui.backends.base import Backend
from massgen_tui.backends.events import Message
from massgen_tui.config.schema import AgentConfig
from massgen_tui.session.attempt import Attempt
from massgen_tui.session.outcome import answer_in_reasoning, answer_text


@dataclass(slots=True, eq=False)
class Exchange:
    """A prompt to one agent and all that this agent said to it.

    A rerun adds an attempt, it never erases one.
    """

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

    @property
    def quoted(self) -> Message | None:
        """What later requests quote as the answer; None when nothing came that could be quoted."""
        attempt = self.attempt
        if attempt is None or not attempt.status.ended:
            return None
        answer = answer_text(attempt)
        if not answer.strip():
            return None
        apart = None if answer_in_reasoning(attempt) else str(attempt.reasoning)
        return Message("assistant", answer, apart or None)


@dataclass(slots=True, eq=False)
class Agent:
    """One agent of the config with its backend and its conversation."""

    config: AgentConfig
    backend: Backend
    exchanges: list[Exchange] = field(default_factory=list)
    """This agent's conversation, oldest first; emptied by a new conversation."""
    revision: int = 0
    """Grows when the list of exchanges or what stands in front changes.

    Attempts count their own changes.
    """
    away: bool = False
    """Its server is known not to be up, by whoever watches it."""
    served_by: str = ""
    """What its server proved to be, with its version, once a probe has told: `vLLM 0.33.0`."""
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
        """The conversation that is sent for `upto`: system message, earlier exchanges, its prompt.

        An earlier exchange is quoted by the attempt in front, with whatever text came. One for
        which no answer came is left out, its prompt too: two user messages in a row are refused by
        some chat templates, and an empty assistant message by some servers. Tool calls are left
        out, since no results go with them.
        """
        messages = (
            [Message("system", self.config.system_message)] if self.config.system_message else []
        )
        for exchange in self.exchanges:
            if exchange is upto:
                break
            if (answer := exchange.quoted) is not None:
                messages += (Message("user", exchange.prompt), answer)
        messages.append(Message("user", upto.prompt))
        return messages
