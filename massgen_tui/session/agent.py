"""One agent: its own conversation, and the attempts at every prompt it was asked."""

from collections.abc import Iterator
from dataclasses import field

from massgen_tui.backends.call import Call, Message
from massgen_tui.config.model import AgentConfig
from massgen_tui.data_class import dataclass
from massgen_tui.session.attempt import Attempt
from massgen_tui.session.coordination import Agreement
from massgen_tui.session.outcome import answer_in_reasoning, answer_text
from massgen_tui.session.pieces import Text
from massgen_tui.session.place import KeptProfile, Place, Profile, place_at

__all__ = ["Agent", "KeptProfile", "Profile", "Turn"]


@dataclass(slots=True, eq=False)
class Turn:
    """A prompt to one agent and all that this agent said to it.

    A rerun adds an attempt, it never erases one.
    """

    serial: int
    """Names the prompt in the session, the same for all agents that were asked."""
    prompt: str
    attempts: list[Attempt] = field(default_factory=list)
    front: int = -1
    """Index of the attempt that the user has in front; -1 is the last."""
    agreement: Agreement | None = None
    """How the agents agree on an answer, or did: that is the answer in every conversation."""
    after: int = 0
    """The serial of the turn before it; 0: it begins its conversation."""
    aside: bool = False
    """Another version of its prompt, or of one before it, is the conversation."""

    @property
    def final(self) -> str | None:
        """What the agents agreed on."""
        return self.agreement.final if self.agreement is not None else None

    @property
    def attempt(self) -> Attempt | None:
        """The attempt in front: the one that is shown."""
        return self.attempts[self.front] if self.attempts else None

    @property
    def quoted(self) -> Attempt | None:
        """The attempt that later requests quote: the one in front, where it has an answer.

        Else the newest that has one: a rerun that was stopped early costs no good answer.
        """
        front = self.attempt
        for attempt in (front, *reversed(self.attempts)):
            if attempt is not None and attempt.status.ended and answer_text(attempt).strip():
                return attempt
        return None

    @property
    def answer(self) -> Message | None:
        """What later requests quote as the answer; None when nothing came that could be quoted."""
        if self.final is not None:
            return Message("assistant", self.final)
        attempt = self.quoted
        if attempt is None:
            return None
        apart = None if answer_in_reasoning(attempt) else str(attempt.reasoning)
        return Message("assistant", answer_text(attempt), apart or None)


@dataclass(slots=True, eq=False)
class Agent:
    """One agent of the config and its conversation; `SessionState` alone changes it."""

    config: AgentConfig
    profile: Profile
    turns: list[Turn] = field(default_factory=list)
    """This agent's conversation, oldest first; emptied by a new conversation."""
    aside: list[Turn] = field(default_factory=list)
    """Turns that an edited prompt took the place of, oldest first; they can be gone back to."""
    past: list[Turn] = field(default_factory=list)
    """The turns of its conversations before, where the state was told to hold on to them."""
    revision: int = 0
    """Grows when the list of turns, what stands in front or what is known of the server changes.

    Attempts count their own changes.
    """
    away: bool = False
    """Its server is known not to be up, by whoever watches it."""
    paused: bool = False
    """Prompts do not go to it."""
    served_by: str = ""
    """What its server proved to be, with its version, once a probe has told: `vLLM 0.33.0`."""
    context_length: int | None = None
    """Tokens the server says the model takes, once a probe has told."""
    _before: tuple[tuple[int, int], int | None] = field(default=((-1, -1), None), repr=False)
    """Of which revision and turn `_used_before` looked, and what it found."""
    place: Place = field(init=False)
    """Where it is asked; another one once it is asked elsewhere."""

    def __post_init__(self) -> None:
        """Be asked where the profile says."""
        self.place = place_at(self.profile, self.served_by)

    @property
    def id(self) -> str:
        """The agent's id."""
        return self.config.id

    @property
    def current(self) -> Attempt | None:
        """The attempt in front of the last turn."""
        return self.turns[-1].attempt if self.turns else None

    @property
    def context_used(self) -> int | None:
        """Tokens of the last counted request and its answer, or None when the server never told."""
        for at in range(len(self.turns) - 1, -1, -1):
            attempt = self.turns[at].attempt
            if (used := _used(attempt)) is not None:
                return used
            if attempt is not None and attempt.status.ended:
                return self._used_before(at)
        return None

    def _used_before(self, at: int) -> int | None:
        """The same of the turns before this one, which have ended: looked for once."""
        key = self.revision, at
        if self._before[0] != key:
            older = (_used(turn.attempt) for turn in reversed(self.turns[:at]))
            self._before = key, next((used for used in older if used is not None), None)
        return self._before[1]

    @property
    def said(self) -> Iterator[Text]:
        """What it answered and thought in its conversation, and in what was set aside of it."""
        for turn in (*self.aside, *self.turns):
            for attempt in turn.attempts:
                yield attempt.content
                yield attempt.reasoning

    def messages(self, upto: Turn) -> list[Message]:
        """The conversation that is sent for `upto`: system message, earlier turns, its prompt.

        A turn for which no answer came is left out, its prompt too: two user messages in a row are
        refused by some chat templates, and an empty assistant message by some servers. Tool calls
        are left out, since no results go with them.
        """
        system = self.config.settings.system_message
        messages = [Message("system", system)] if system else []
        for turn in self.turns:
            if turn is upto:
                break
            if (answer := turn.answer) is not None:
                messages += (Message("user", turn.prompt), answer)
        messages.append(Message("user", upto.prompt))
        return messages

    def call(self, turn: Turn) -> Call:
        """What is asked of its backend for `turn`."""
        return Call(tuple(self.messages(turn)))


def _used(attempt: Attempt | None) -> int | None:
    usage = attempt.usage if attempt is not None else None
    if usage is None or usage.prompt is None:
        return None
    return usage.prompt + (usage.completion or 0)
