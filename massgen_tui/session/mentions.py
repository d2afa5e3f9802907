"""What a typed prompt names with `@`: agents at its very start, files as words anywhere.

An agent is `@id`; a file is a word with a `/` or a leading `.` behind the `@`.
"""

import difflib
import re
from collections.abc import Collection, Sequence
from typing import NamedTuple

_NAME = re.compile(r"@(\w\S*)")
_NEAR = 3
"""Names that are offered in place of an unknown one."""
_SHOWN = 8
"""Names that are shown where none is near."""
_WRITTEN = r"(?:/|\.{1,2}/|~[^\s/]*/)\S*"
"""A path that can be nothing else: it may hold all but blanks."""
_SEEMS = r"(?:\.\w|[^\s()\"'<>{}|*=;$`,@~/.][^\s()\"'<>{}|*=;$`@/]*/)[^\s()\"'<>{}|*=;$`@]*"
"""One that is no call and no decorator, as `@app.get("/x")` is."""
_PATH = re.compile(f"{_WRITTEN}|{_SEEMS}")
_WORD = re.compile(
    r"(?P<fence>^(?P<marks>`{3,}|~{3,}).*?(?:^(?P=marks)|\Z))|(?P<code>`[^`\n]+`)"
    r"|(?<![^\s(])@(?P<plain>@?)"
    rf'(?:"(?P<quoted>[^"\n]+)"|(?P<path>{_WRITTEN}|{_SEEMS})(?=[)\]\'".,;:!?]{{0,9}}(?!\S)))',
    re.MULTILINE | re.DOTALL,
)


class Mention(NamedTuple):
    """A word of a prompt that names a file."""

    start: int
    end: int
    name: str
    """The path as it was written."""
    plain: bool = False
    """It was written `@@path`: it is text."""


def split_address(text: str, ids: Collection[str]) -> tuple[tuple[str, ...] | None, str]:
    """Split a typed prompt into the agents it names and what stands behind them.

    `@qwen1 hello` goes to `qwen1`, `@qwen1 @qwen2 hello` to both. An `@` that is followed by no
    agent's id is text.

    Args:
        text: the prompt as typed.
        ids: the ids of all agents.

    Returns:
        The ids in the order they were named, or None for all agents; and the prompt without them.
    """
    named, rest = _split(text, ids)
    return (tuple(named) or None), rest


def unescaped(text: str) -> str:
    """A prompt as it is sent: `@@name` at its start is a literal `@name`.

    An `@@` that no name follows (a diff's `@@ -1 +1 @@`) stays.
    """
    return text[1:] if text.startswith("@@") and text[2:3].strip() else text


def escaped(text: str) -> str:
    """What is to be typed so that `text` is sent: the other way round."""
    for mention in reversed(file_mentions(text)):
        text = f"{text[: mention.start]}@{text[mention.start :]}"
    begins = text.startswith("@") and not text.startswith("@@")
    return f"@{text}" if begins and text[1:2].strip() else text


def unknown_name(text: str, ids: Collection[str]) -> str | None:
    """The name behind the `@` that begins a typed prompt where it is no agent's, else None.

    It would go to every agent, paid ones included, though one was meant. `@@name` is text, and a
    path is a file's.
    """
    found = _NAME.match(_split(text, ids)[1])
    if found is None or is_path(found[1]):
        return None
    return found[1].rstrip(",:;")


def is_path(word: str) -> bool:
    """Whether what stands behind an `@` names a file."""
    return _PATH.fullmatch(word) is not None


def file_mentions(text: str) -> list[Mention]:
    """The words of a typed prompt that name files, in their order.

    In code (a fence, backticks) an `@` is text. A path with blanks is quoted: `@"./my notes.md"`.
    """
    found = []
    for match in _WORD.finditer(text) if "@" in text else ():
        name = match["path"] or match["quoted"]
        if name and is_path(name.replace(" ", "_")):
            found.append(Mention(match.start(), match.end(), name, bool(match["plain"])))
    return found


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
