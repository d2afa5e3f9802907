"""Whom a prompt is meant for: `@id` at its very start."""

import difflib
import re
from collections.abc import Collection, Sequence

_NAME = re.compile(r"@(\w\S*)")
_NEAR = 3
"""Names that are offered in place of an unknown one."""
_SHOWN = 8
"""Names that are shown where none is near."""


def parse_address(text: str, ids: Collection[str]) -> tuple[tuple[str, ...] | None, str]:
    """Split a typed prompt into the agents it names and what it says.

    `@qwen1 hello` goes to `qwen1`, `@qwen1 @qwen2 hello` to both. An `@` that is followed by no
    agent's id is plain text. `@@name` is a literal `@name`; an `@@` that no name follows (a diff's
    `@@ -1 +1 @@`) stays.

    Args:
        text: the prompt as typed.
        ids: the ids of all agents.

    Returns:
        The ids in the order they were named, or None for all agents; and the prompt without them.
    """
    named, rest = _split(text, ids)
    if rest.startswith("@@") and rest[2:3].strip():
        rest = rest[1:]
    return (tuple(named) or None), rest


def unknown_name(text: str, ids: Collection[str]) -> str | None:
    """The name behind the `@` that begins a typed prompt where it is no agent's, else None.

    It would go to every agent, paid ones included, though one was meant. `@@name` is text.
    """
    found = _NAME.match(_split(text, ids)[1])
    return found[1].rstrip(",:;") if found else None


def names_near(name: str, ids: Sequence[str]) -> list[str]:
    """The ids that `name` may have been meant for, the likeliest first; all where none is near."""
    lower = {id.lower(): id for id in reversed(ids)}
    near = difflib.get_close_matches(name.lower(), lower, n=_NEAR, cutoff=0.5)
    return [lower[one] for one in near] or list(ids[:_SHOWN])


def _split(text: str, ids: Collection[str]) -> tuple[list[str], str]:
    """The agents that a typed prompt begins with, and what stands behind them."""
    named: list[str] = []
    while (agent := _leading(text, ids)) is not None:
        if agent not in named:
            named.append(agent)
        text = text[len(agent) + 1 :].lstrip()
    return named, text


def _leading(text: str, ids: Collection[str]) -> str | None:
    if not text.startswith("@"):
        return None
    for agent in sorted(ids, key=len, reverse=True):
        end = len(agent) + 1
        if text.startswith(agent, 1) and (len(text) == end or text[end].isspace()):
            return agent
    return None
