"""Probes of tool calls: they come parsed, streamed and not."""

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from massgen_tui.check.ask import hints
from massgen_tui.check.ask.asker import Question
from massgen_tui.check.ask.finding import (
    Verdict,
    failed,
    noted,
    ok,
    quoted,
    refused,
    skipped,
    with_warnings,
)
from massgen_tui.check.ask.subject import SHORT, Subject
from massgen_tui.session.attempt import Attempt
from massgen_tui.session.pieces import ToolCall

_NAME: Final = "get_weather"
_TOOL: Final[Mapping[str, object]] = {
    "type": "function",
    "function": {
        "name": _NAME,
        "description": "Get the current weather of a city.",
        "parameters": {
            "type": "object",
            "properties": {"city": {"type": "string"}},
            "required": ["city"],
        },
    },
}
_ASKS: Final = "What is the weather in Paris? Use the tool get_weather."
_RAW = re.compile(
    r"<tool_call|<\|?tool▁?_?call|<function=|\[TOOL_CALLS\]|<\|python_tag\|>|<｜tool"
    r'|functools\[|<minimax:tool_call|<invoke |"name"\s*:\s*"get_weather"|get_weather\(',
    re.IGNORECASE,
)
"""How models write a call that no parser took out of the text."""


async def streamed(subject: Subject) -> Verdict:
    """A call comes parsed in a stream."""
    return await _called(subject, streamed=True)


async def whole(subject: Subject) -> Verdict:
    """And so it does in an answer that is not streamed."""
    return await _called(subject, streamed=False)


async def _called(subject: Subject, *, streamed: bool) -> Verdict:
    asked = Question(_ASKS, 2 * SHORT, streamed=streamed, tools=(_TOOL,))
    question = await subject.quiet(asked)
    given = await subject.ask(question)
    verdict = _judged(subject, given)
    if verdict is not None:
        return verdict
    choice = _forced(subject)
    if choice is None:
        return skipped(f"it answered in words, and cannot be forced: {quoted(str(given.content))}")
    given = await subject.ask(replace(question, tool_choice=choice))
    how = "with tool_choice required" if choice == "required" else "with the tool named"
    verdict = _judged(subject, given, forced=True)
    if verdict is None:
        return failed(f"no call, also {how}: {_said(given)}", hints.tools(subject))
    return replace(verdict, got=f"{verdict.got} ({how}: else it answered in words)")


def _forced(subject: Subject) -> str | Mapping[str, object] | None:
    """The `tool_choice` that leaves a model nothing but a call."""
    if "required" in subject.dialect.tool_choices:
        return "required"
    if "function" in subject.dialect.tool_choices:
        return {"type": "function", "function": {"name": _NAME}}
    return None


def _judged(subject: Subject, given: Attempt, *, forced: bool = False) -> Verdict | None:
    """What came of it; None: words, and no call."""
    if given.error is not None:
        about = "tool" in given.error.message.lower()
        return refused(given.error, hints.tools(subject) if about else "")
    if given.tool_calls:
        return _of_call(subject, given, given.tool_calls[0], forced=forced)
    if _RAW.search(str(given.content)) or _RAW.search(str(given.reasoning)):
        return failed(f"the call stands in the text: {_said(given)}", hints.tools(subject))
    if given.finish_reason == "tool_calls":
        return failed("finish_reason tool_calls, and no call", hints.tools(subject))
    return None


def _of_call(subject: Subject, given: Attempt, call: ToolCall, *, forced: bool) -> Verdict:
    told = f"{call.name}({call.arguments})"
    wrong = _fault(given, call)
    if wrong and given.finish_reason == "length":
        return noted(f"its limit cut the call: {told}")
    if wrong:
        return failed(f"{wrong}: {told}", hints.tools(subject))
    if call.name != _NAME:
        return noted(f"another tool was called: {told}")
    if given.finish_reason != "tool_calls" and not forced:
        return noted(f"{told}, with finish_reason {given.finish_reason}")
    return ok(told)


def _fault(given: Attempt, call: ToolCall) -> str:
    """What is wrong with how a call came; empty: nothing."""
    if not call.name:
        return "a call without a name"
    if _RAW.search(str(given.content)):
        return "the call stands in the text too"
    return "" if _is_object(call.arguments) else "its arguments are no JSON"


def _said(given: Attempt) -> str:
    return with_warnings(given, quoted(str(given.content) or str(given.reasoning), 80))


def _is_object(arguments: str) -> bool:
    try:
        return isinstance(json.loads(arguments), dict)
    except (ValueError, RecursionError):
        return False
