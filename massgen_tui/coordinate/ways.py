"""The three ways in which an agent can say that it votes or answers; every server has one of them.

Tools where the server parses their calls, JSON by a schema where it holds to one, else a marked
last line. Whatever way it was asked, a reply is read in all of them.
"""

import json
import re
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any

from massgen_tui.backends.call import ResponseFormat
from massgen_tui.coordinate.steps import Chose, Reply, Said, Unclear


class Way(StrEnum):
    """How an agent is asked to say it."""

    TOOLS = "tools"
    STRUCTURED = "structured"
    TEXT = "text"

    @property
    def after(self) -> "Way":
        """What is tried where this one does not work."""
        return Way.STRUCTURED if self is Way.TOOLS else Way.TEXT


def _tool(name: str, told: str, **fields: str) -> Mapping[str, object]:
    properties = {field: {"type": "string", "description": text} for field, text in fields.items()}
    parameters = {"type": "object", "properties": properties, "required": list(fields)}
    function = {"name": name, "description": told, "parameters": parameters}
    return {"type": "function", "function": function}


TOOLS: tuple[Mapping[str, object], ...] = (
    _tool("new_answer", "Give a new, better answer to the question.", content="The whole answer."),
    _tool(
        "vote",
        "Vote for the best of the answers.",
        answer_id="The name of the answer, such as agent1.1.",
        reason="Why, in one sentence.",
    ),
)
"""The same in every round, so that the prompt's prefix stays the same to the byte."""


def form(votable: Sequence[str], *, may_answer: bool) -> ResponseFormat:
    """The JSON that a reply must be; the schema is no part of the prompt, so it may have names."""
    actions = ["vote", "new_answer"] if may_answer else ["vote"]
    properties = {
        "action": {"type": "string", "enum": actions},
        "answer_id": {"type": "string", "enum": [*votable, *(["none"] if may_answer else [])]},
        "text": {"type": "string"},
    }
    schema = {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }
    return ResponseFormat(schema, "vote_or_answer")


Calls = Sequence[tuple[str, str]]
"""Names of the tools that were called, and their arguments as they were written."""

_DECODER = json.JSONDecoder(strict=False)
"""Small models write raw newlines into strings."""
_OURS = frozenset({"vote", "new_answer"})
_INLINE = re.compile(r"<tool_call>\s*(\{.*?\})\s*</tool_call>", re.DOTALL)
_FENCED = re.compile(r"\A```(?:json)?\s*(\{.*\})\s*```\Z", re.DOTALL)
_VOTE = re.compile(r"\A[^\w]*vote\b[^\w]*(?:for\W+)?(agent\W?\d+(?:\.\d+)?)[^\w]*(.*)\Z", re.I)
_ANSWER = re.compile(r"\A[^\w]*new[ _]answer[^\w]*\Z", re.IGNORECASE)
_NAME = re.compile(r"\A\W*(?:agent)?[\s_-]*(\d+)(?:\.(\d+))?\W*\Z", re.IGNORECASE)


def read(content: str, calls: Calls, votable: Sequence[str]) -> Reply:
    """What a reply says, whichever way it says it.

    Args:
        content: its text; reasoning is no part of it.
        calls: its tool calls.
        votable: names of the answers that there are.
    """
    text = content.strip()
    found = [_called(name, arguments) for name, arguments in calls if name in _OURS]
    found += [reply for inline in _INLINE.findall(text) if (reply := _object(inline)) is not None]
    if not found and (whole := _object(_unfenced(text))) is not None:
        found = [whole]
    if len(found) > 1:
        return Unclear("it votes or answers more than once")
    reply = found[0] if found else _last_line(text, calls)
    return Chose(_known(reply.name, votable), reply.reason) if isinstance(reply, Chose) else reply


def _last_line(text: str, calls: Calls) -> Reply:
    above, _, last = text.rpartition("\n")
    if voted := _VOTE.match(last.strip()):
        return Chose(voted[1], voted[2].strip() or above.strip())
    if _ANSWER.match(last):
        return Said(above.strip())
    if calls:
        return Unclear(f"it calls {', '.join(name for name, _ in calls)[:80]}, which is not run")
    return Unclear("it neither votes nor says that it is a new answer" if text else "it was empty")


def _called(name: str, arguments: str) -> Reply:
    try:
        fields = _DECODER.decode(arguments)
    except ValueError:
        fields = None
    if not isinstance(fields, dict):
        return Unclear(f"the arguments of {name} cannot be read")
    return _by_fields(name, fields)


def _object(text: str) -> Reply | None:
    """A reply that is written as JSON, by our schema or as a call of a tool; None: it is not."""
    if not text.startswith("{"):
        return None
    try:
        fields = _DECODER.decode(text)
    except ValueError:
        return None
    if not isinstance(fields, dict):
        return None
    action = fields.get("action", fields.get("name"))
    if action not in _OURS:
        return None
    arguments = fields.get("arguments", fields.get("parameters"))
    return _by_fields(str(action), arguments if isinstance(arguments, dict) else fields)


def _by_fields(action: str, fields: Mapping[str, Any]) -> Reply:
    if action == "new_answer":
        return Said(_first(fields, "content", "text", "answer"))
    name = _first(fields, "answer_id", "agent_id", "answer", "vote")
    return Chose(name, _first(fields, "reason", "text"))


def _first(fields: Mapping[str, Any], *names: str) -> str:
    values = (fields.get(name) for name in names)
    return next((str(value) for value in values if isinstance(value, str | int | float)), "")


def _unfenced(text: str) -> str:
    fenced = _FENCED.match(text)
    return fenced[1] if fenced else text


def _known(name: str, votable: Sequence[str]) -> str:
    """The name as it is written here; of an agent without a number its newest answer."""
    match = _NAME.match(name)
    if match is None:
        return name.strip()
    if match[2] is not None:
        return f"agent{int(match[1])}.{int(match[2])}"
    own = [one for one in votable if one.startswith(f"agent{int(match[1])}.")]
    return own[-1] if own else name.strip()
