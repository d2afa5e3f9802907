"""A chunk that holds a piece of text and nothing else: nearly all of a stream, read at once."""

from collections.abc import Mapping

from massgen_tui.backends.events import ContentDelta, ReasoningDelta

REASONING = ("reasoning", "reasoning_content", "reasoning_text")
"""Names of a delta's reasoning.

In this order: vLLM, Groq, Cerebras, Ollama, OpenRouter · SGLang, DeepSeek, Z.ai, llama.cpp, older
vLLM · Copilot.
"""
_TELLS_NOTHING = frozenset(
    (
        "id",
        "object",
        "created",
        "model",
        "system_fingerprint",
        "service_tier",
        "obfuscation",
        "usage",
        "choices",
    )
)
_CHOICE_TELLS_NOTHING = frozenset(
    (
        "index",
        "logprobs",
        "token_ids",
        "matched_stop",
        "stop_reason",
        "finish_reason",
        "delta",
    )
)


def text_alone(chunk: Mapping[str, object]) -> ContentDelta | ReasoningDelta | None:
    """The text in a chunk whose other fields tell nothing; None where there may be more to read."""
    delta = _delta(chunk)
    if delta is None:
        return None
    # what is null tells nothing: `{"content": "a", "reasoning_content": null}` (SGLang)
    told = (
        [each for each in delta.items() if each[1] is not None] if len(delta) > 1 else delta.items()
    )
    if len(told) != 1:
        return None
    ((name, text),) = told
    if type(text) is not str or not text:
        return None
    if name == "content":
        return ContentDelta(text)
    return ReasoningDelta(text) if name in REASONING else None


def _delta(chunk: Mapping[str, object]) -> dict[str, object] | None:
    """The delta of the one choice, where nothing beside it tells anything."""
    choices = chunk.get("choices")
    if type(choices) is not list or len(choices) != 1 or not _TELLS_NOTHING.issuperset(chunk):
        return None
    choice = choices[0]
    if type(choice) is not dict or not _CHOICE_TELLS_NOTHING.issuperset(choice):
        return None
    delta = choice.get("delta")
    silent = choice.get("finish_reason") is None and chunk.get("usage") is None
    return delta if silent and type(delta) is dict and choice.get("index") == 0 else None
