"""The agent that is probed: what is known of it and its server, and answers that probes share."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import Final

from massgen_tui.backends.events import ErrorKind
from massgen_tui.backends.tags import CHANNEL, CLOSERS, OPENERS, Tags
from massgen_tui.check.ask.asker import Question, ask
from massgen_tui.config.model import AgentConfig
from massgen_tui.config.start_command import asks_for_thinking
from massgen_tui.dialects import Dialect, Thinking
from massgen_tui.dialects.families import Family, family_of
from massgen_tui.session.attempt import Attempt

Running = Callable[[], Awaitable[int | None]]
"""How many requests the server works on just now; None: it does not tell."""
SHORT: Final = 48
"""Tokens of an answer in which nothing is thought, …"""
LONG: Final = 512
"""… and of one whose thought cannot be switched off."""
_AWAY = frozenset({ErrorKind.UNREACHABLE, ErrorKind.LOADING, ErrorKind.UNAUTHORIZED})
_STALLED: Final = 2
"""Requests without an end after which nobody waits for more."""
FIRST: Final = Question("What is 2 + 2?", 160)
PLAIN: Final = Question("Describe the sea in two sentences.", SHORT)
_TAGS = Tags(*OPENERS, *CLOSERS, CHANNEL)
_ALWAYS = re.compile(r"deepseek-?r1|qwq|thinking|gpt-?oss|magistral|reasoning", re.IGNORECASE)
"""Models that think whatever their template is told."""


async def unknown() -> int | None:
    """Nobody tells."""
    return None


@dataclass(eq=False)
class Subject:
    """One agent under examination."""

    agent: AgentConfig
    kind: str = ""
    """What its server turned out to be: `vLLM`; empty: unknown."""
    context: int | None = None
    """Tokens of its model's context."""
    running: Running = unknown
    answers: list[Attempt] = field(default_factory=list)
    """All that came so far."""
    unswitched: Attempt | None = None
    """What came where the switch of thinking was refused: it is left alone from then on."""
    _named: dict[str, Attempt] = field(default_factory=dict)

    @property
    def dialect(self) -> Dialect:
        """What is spoken to its server."""
        return self.agent.endpoint.dialect

    @property
    def family(self) -> Family | None:
        """The family of its model."""
        return family_of(self.agent.settings.model)

    @property
    def asked_to_think(self) -> bool | None:
        """Whether the config turns thinking on or off; None: it leaves it to the model."""
        return asks_for_thinking(self.agent)

    @property
    def always_thinks(self) -> bool:
        """No switch stops its thinking."""
        named = _ALWAYS.search(self.agent.settings.model) is not None
        return named or self.dialect.thinking is Thinking.NONE

    @property
    def lost(self) -> str:
        """Why nothing more is asked of it; empty: it answers."""
        kinds = [one.error.kind for one in self.answers if one.error is not None]
        if kinds and self.answers[-1].error is not None and kinds[-1] in _AWAY:
            return "nothing was asked: its server went away"
        if kinds.count(ErrorKind.STALLED) >= _STALLED:
            return f"nothing was asked: it left {_STALLED} requests without an end"
        return ""

    async def ask(
        self, question: Question, hear: Callable[[Attempt], None] | None = None
    ) -> Attempt:
        """Ask and keep what came."""
        given = await (ask(self.agent, question, hear) if hear else ask(self.agent, question))
        self.answers.append(given)
        return given

    async def first(self) -> Attempt:
        """An answer as the config has it."""
        return await self._once("first", FIRST)

    async def plain(self, *, streamed: bool = True) -> Attempt:
        """An answer in words, without thinking where that can be had."""
        name = "plain" if streamed else "whole"
        question = await self.quiet(replace(PLAIN, streamed=streamed))
        given = await self._once(name, question)
        error = given.error
        if question.thinking_off and error is not None and error.kind is ErrorKind.BAD_REQUEST:
            self.unswitched = self._named.pop(name)
            given = await self._once(name, await self.quiet(replace(PLAIN, streamed=streamed)))
        return given

    async def quiet(self, question: Question) -> Question:
        """The question, with thinking off, or room for it."""
        if not thought(await self.first()) and self.asked_to_think is not True:
            return question
        if self.always_thinks or self.unswitched is not None:
            return replace(question, tokens=question.tokens + LONG)
        return replace(question, thinking_off=True)

    async def _once(self, name: str, question: Question) -> Attempt:
        if name not in self._named:
            self._named[name] = await self.ask(question)
        return self._named[name]


def tag_in(text: str) -> str:
    """The first think tag of an answer as it was sent; empty: there is none."""
    found = _TAGS.find(text)
    return found[0] if found else ""


def behind_thought(text: str) -> str:
    """What an answer says behind the last thought that stands in it."""
    places = [text.rfind(closer) + len(closer) for closer in CLOSERS if closer in text]
    return text[max(places, default=0) :]


def thought(attempt: Attempt) -> bool:
    """Whether an answer holds a thought, wherever it stands."""
    return bool(str(attempt.reasoning).strip()) or tag_in(str(attempt.content)) != ""
