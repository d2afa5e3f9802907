"""What can be copied of an attempt, each part under the name by which it is told."""

from enum import StrEnum

from massgen_tui.console.stream.later import structure
from massgen_tui.session.attempt import Attempt
from massgen_tui.session.cited import cited_answer
from massgen_tui.session.outcome import answer_in_reasoning, answer_text
from massgen_tui.session.pieces import ToolCall
from massgen_tui.text import clean


class Part(StrEnum):
    """A part of an attempt, by its name."""

    ANSWER = "answer"
    """The Markdown that it is, its sources under it."""
    CODE = "code"
    """The last code of the answer."""
    REASONING = "reasoning"
    RAW = "raw text"
    """All that the model said: reasoning, tool calls and answer, each character as it came."""


def copied(attempt: Attempt | None, part: Part) -> str:
    """The text of a part, without control characters; empty where there is none.

    To find code in a megabyte takes a second: call it in a thread.
    """
    if attempt is None:
        return ""
    match part:
        case Part.ANSWER:
            return clean(cited_answer(attempt))
        case Part.CODE:
            return structure.last_code(clean(answer_text(attempt)))
        case Part.REASONING:
            apart = not answer_in_reasoning(attempt)
            return clean(str(attempt.reasoning)).strip() if apart else ""
    return clean(_raw(attempt))


def _raw(attempt: Attempt) -> str:
    """What a model without any parser would have said, in the tags that most are taught."""
    parts = []
    if attempt.reasoning:
        parts.append(f"<think>\n{str(attempt.reasoning).strip(chr(10))}\n</think>")
    if attempt.content:
        parts.append(str(attempt.content))
    parts += [_called(call) for call in attempt.tool_calls]
    return "\n\n".join(parts)


def _called(call: ToolCall) -> str:
    return f"<tool_call>\n{call.name}\n{call.arguments}\n</tool_call>"
