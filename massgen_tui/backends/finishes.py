"""Finish reasons: what a server's word for the end of an answer means, and who always says one.

The words are those of OpenAI, vLLM, SGLang, TGI, TensorRT-LLM, Ollama, DeepSeek, Z.ai, MiniMax,
Anthropic, Cohere, Bedrock and Gemini, as their APIs declare them and as gateways hand them on.
"""

import re
from enum import Enum
from typing import Final
from urllib.parse import urlsplit

from massgen_tui.backends.events import BackendError, ErrorKind
from massgen_tui.net.address import root_of
from massgen_tui.text import one_line


class Ending(Enum):
    """What a finish reason says of the answer."""

    WHOLE = "whole"
    TOOLS = "tools"
    """The model asks for a tool."""
    LENGTH = "length"
    """The token limit."""
    CONTEXT = "context"
    """The model's context is full."""
    FILTERED = "filtered"
    REPETITION = "repetition"
    FAILED = "failed"
    UNKNOWN = "unknown"


def _table(**words: str) -> dict[str, Ending]:
    return {word: Ending(name) for name, line in words.items() for word in line.split()}


_ENDINGS: Final = _table(
    whole="stop stopped stop_sequence stop_token end end_turn eos eos_token eos_found complete "
    "completed finish finished done",
    tools="tool_calls tool_call tool_use function_call",
    length="length max_tokens max_output_tokens max_length max_tokens_reached token_limit "
    "error_limit",
    context="model_context_window_exceeded context_window_exceeded context_length "
    "context_length_exceeded model_length",
    filtered="content_filter content_filtered sensitive safety recitation blocklist language spii "
    "prohibited_content image_safety image_recitation image_prohibited_content model_armor refusal "
    "guardrail guardrail_intervened error_toxic moderation",
    repetition="repetition repeat",
)
_INTERRUPTED = ErrorKind.INTERRUPTED
_AGAIN = "send the prompt again"
_LOG = f"{_AGAIN}, and look into the server's log if it stays"
_LATER = "wait a little, then send the prompt again"
_Failing = tuple[str, ErrorKind, str, str]
_FAILING: Final[tuple[_Failing, ...]] = (
    # vLLM and SGLang: abort; TensorRT-LLM: cancelled; Cohere: user_cancel
    ("abort aborted cancelled canceled user_cancel", _INTERRUPTED, "it was aborted there", _LOG),
    ("error failed failure server_error internal_error unknown_error exception model_error "
     "engine_error engine_failure api_error upstream_error provider_error",
     ErrorKind.SERVER_ERROR, "it failed there", _LOG),
    # Z.ai
    ("network_error connection_error", _INTERRUPTED, "the connection to the model was lost",
     _AGAIN),
    # TensorRT-LLM
    ("timeout timed_out time_limit deadline_exceeded", _INTERRUPTED,
     "the server's own time limit ran out", _LOG),
    ("rate_limit rate_limited rate_limit_exceeded", ErrorKind.RATE_LIMITED,
     "the server's limit on requests was reached", _LATER),
    # DeepSeek
    ("insufficient_system_resource overloaded engine_overloaded capacity", ErrorKind.OVERLOADED,
     "the server ran out of resources", _LATER),
    # Ollama, LM Studio
    ("unload model_unloaded", _INTERRUPTED, "the model was unloaded", _AGAIN),
    # Gemini, also behind an OpenAI-compatible address (googleapis/python-genai#1836)
    ("malformed_function_call unexpected_tool_call too_many_tool_calls malformed_response "
     "missing_thought_signature tool_call_error malformed_tool_use malformed_model_output",
     ErrorKind.SERVER_ERROR, "the model wrote what the server cannot read",
     "send the prompt again, or ask with fewer tools"),
)  # fmt: skip
_FAILURES: Final = {word: row[1:] for row in _FAILING for word in row[0].split()}
NONE: Final = frozenset({"", "null", "none"})
"""What stands for "not finished yet": DashScope's own API writes the word null."""
_SILENT_HOSTS: Final = ("snowflakecomputing.com",)
"""Hosts that never say one (Snowflake Cortex, as recorded in 2026)."""
_heard: set[str] = set()


def ending_of(reason: str | None) -> Ending:
    """What a finish reason means, in any case and spelling; without one nothing is known."""
    reason = reason or ""
    return _ENDINGS.get(_known(reason), Ending.FAILED if _failure(reason) else Ending.UNKNOWN)


def failure_of(reason: str) -> BackendError | None:
    """The failure that a finish reason is; None where the answer simply ended."""
    failure = _failure(reason)
    if failure is None:
        return None
    kind, meaning, hint = failure
    said = one_line(reason, 80)
    return BackendError(kind, f"the server ended the answer with “{said}”: {meaning}", hint=hint)


def worst(reason: str, native: str | None) -> str:
    """The reason that tells more: a router says `stop` or `tool_calls` where its model was cut."""
    cut = (Ending.LENGTH, Ending.CONTEXT, Ending.FILTERED, Ending.FAILED)
    plain = ending_of(reason) in (Ending.WHOLE, Ending.TOOLS)
    return native if native and plain and ending_of(native) in cut else reason


def expected(base_url: str, *, by_kind: bool) -> bool | None:
    """Whether an answer of this server ends with a finish reason; None where nobody knows.

    By its kind (`by_kind`), or because it has said one in this process.
    """
    host = urlsplit(base_url).hostname or ""
    if any(host == name or host.endswith(f".{name}") for name in _SILENT_HOSTS):
        return False
    return True if by_kind or root_of(base_url) in _heard else None


def said_all(reason: str) -> bool:
    """Whether a model ended of itself; where the server gave no reason, it is taken to."""
    return not reason or ending_of(reason) is Ending.WHOLE


def remember(base_url: str) -> None:
    """Note that this server says why it stops."""
    _heard.add(root_of(base_url))


def forget() -> None:
    """Know nothing of any server again."""
    _heard.clear()


def _failure(reason: str) -> tuple[ErrorKind, str, str] | None:
    return _FAILURES.get(_known(reason))


def _known(reason: str) -> str:
    """The word as the tables write it.

    `FINISH_REASON_STOP` and `STOP` are `stop`, `maxTokens` is `max_tokens`, and of Gemini's
    `function_call_filter: MALFORMED_FUNCTION_CALL` the last part that is known counts.
    """
    for part in reversed(reason.split(":")):
        word = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", part.strip())
        word = re.sub(r"[\s-]+", "_", word).lower().removeprefix("finish_reason_")
        if word in _ENDINGS or word in _FAILURES:
            return word
    return ""
