"""One question to an agent's server, within limits, and all that came of it."""

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from massgen_tui.backends.call import Call, Message, ResponseFormat
from massgen_tui.backends.events import BackendError, ErrorKind, StreamEvent
from massgen_tui.backends.factory import make_backend
from massgen_tui.config.model import AgentConfig, Timeouts
from massgen_tui.dialects.model import words
from massgen_tui.session.attempt import Attempt
from massgen_tui.session.generate import generate
from massgen_tui.session.status import Status
from massgen_tui.session.times import Times

LIMITS: Final = Timeouts(connect=10, first_token=60, idle=30, total=60)
"""How long a server may take for one small answer: a first one of its kind takes half a minute."""
SECONDS: Final = 75.0
"""After which a question is given up, whatever came."""
LENGTH: Final = 64 * 1024
"""Characters of an answer of some hundred tokens, and far more."""
_OURS: Final = words(
    """
    add_generation_prompt best_of continue_final_message echo ignore_eos include_stop_str_in_output
    json_schema logprobs max_completion_tokens max_tokens min_tokens n no_stop_trim
    parallel_tool_calls prompt_logprobs response_format stop stop_regex stop_token_ids stream
    structured_outputs tool_choice tools top_logprobs truncate_prompt_tokens
    """
)
"""Parameters of the config that would answer for the server: a probe sets its own."""
_SWITCHES: Final = frozenset({"enable_thinking", "reasoning", "reasoning_effort", "thinking"})
_TEMPLATE: Final = "chat_template_kwargs"
_NOTHING: Final[Mapping[str, object]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Question:
    """What a probe asks."""

    prompt: str
    tokens: int
    """The most that the answer may have."""
    settings: Mapping[str, object] = field(default_factory=lambda: _NOTHING)
    """As `backend:` in a config writes them."""
    thinking_off: bool = False
    streamed: bool = True
    tools: tuple[Mapping[str, object], ...] = ()
    tool_choice: str | Mapping[str, object] | None = None
    form: ResponseFormat | None = None


def _nothing(_: Attempt) -> None:
    """Do nothing."""


async def ask(
    agent: AgentConfig, question: Question, hear: Callable[[Attempt], None] = _nothing
) -> Attempt:
    """Ask once, without retries or a conversation, and give what came; never raises for it.

    Args:
        agent: whose server, model and parameters are asked with.
        question: what is asked.
        hear: called with the answer as it grows.
    """
    attempt = Attempt(agent.id, 1, Times(created=time.monotonic()))

    def take(event: StreamEvent) -> None:
        attempt.apply(event, time.monotonic())
        if attempt.times.length > LENGTH:
            told = f"more than {LENGTH} characters came, and {question.tokens} tokens were asked"
            raise BackendError(ErrorKind.MALFORMED, told, hint="max_tokens is not kept")
        hear(attempt)

    error, backend = None, make_backend(bare(agent, thinking_off=question.thinking_off))
    try:
        async with asyncio.timeout(SECONDS):
            await generate(backend, _call(agent, question), take)
    except BackendError as raised:
        error = raised
    except TimeoutError:
        error = BackendError(ErrorKind.STALLED, f"no end within {SECONDS:g} s", agent.id)
    finally:
        await backend.aclose()
    attempt.end(Status.FAILED if error else Status.DONE, time.monotonic(), error)
    return attempt


def _call(agent: AgentConfig, question: Question) -> Call:
    settings: dict[str, object] = {"max_tokens": question.tokens}
    if not agent.endpoint.dialect.hosted:  # some providers' models take no temperature
        settings["temperature"] = 0
    return Call(
        (Message("user", question.prompt),),
        settings | dict(question.settings),
        question.tools,
        question.tool_choice,
        question.form,
        streamed=question.streamed,
        as_sent=True,
    )


def bare(agent: AgentConfig, *, thinking_off: bool = False) -> AgentConfig:
    """The agent without what its config says of the form of an answer, and of its length."""
    settings = agent.settings
    parameters = _without(settings.parameters, thinking_off)
    if thinking_off:
        parameters["enable_thinking"] = False
    changes: dict[str, object] = {
        "system_message": "",
        "tools": [],
        "tool_choice": None,
        "timeout": LIMITS,
        "retries": 0,
        "parameters": parameters,
        "extra_body": _without(settings.extra_body, thinking_off),
    }
    return agent.model_copy(update={"settings": settings.model_copy(update=changes)})


def _without(given: Mapping[str, object], thinking_off: bool) -> dict[str, object]:
    taken = _OURS | _SWITCHES if thinking_off else _OURS
    kept = {name: value for name, value in given.items() if name not in taken}
    template = kept.get(_TEMPLATE)
    if thinking_off and isinstance(template, Mapping):
        kept[_TEMPLATE] = {name: v for name, v in template.items() if name not in _SWITCHES}
    return kept
