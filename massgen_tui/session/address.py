"""Whom a prompt is meant for: `@id` at its very start."""

from collections.abc import Collection


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
    named: list[str] = []
    rest = text
    while (agent := _leading(rest, ids)) is not None:
        if agent not in named:
            named.append(agent)
        rest = rest[len(agent) + 1 :].lstrip()
    if rest.startswith("@@") and rest[2:3].strip():
        rest = rest[1:]
    return (tuple(named) or None), rest


def _leading(text: str, ids: Collection[str]) -> str | None:
    if not text.startswith("@"):
        return None
    for agent in sorted(ids, key=len, reverse=True):
        end = len(agent) + 1
        if text.startswith(agent, 1) and (len(text) == end or text[end].isspace()):
            return agent
    return None
