"""Answers that run away: what a model may say when nobody stops it, each by its name."""

from collections.abc import Callable
from itertools import cycle, islice

from bench.harness.wire import TEXTS

LINE = "the quick brown fox jumps over the lazy dog "


def code(lines: int) -> str:
    """One fence."""
    body = "\n".join(f"    total_{n} = add(total_{n - 1}, {n})  # line {n}" for n in range(lines))
    return f"```python\n{body}\n```\n\n"


def headings(count: int) -> str:
    """Nothing but headings."""
    return "".join(f"## Heading {n} of many\n\n" for n in range(count))


def tokens(count: int) -> str:
    """Markdown of all sorts."""
    return "".join(f"{word} " for word in islice(cycle(TEXTS["content"]), count))


def line(size: int) -> str:
    """One line of words."""
    return LINE * (size // len(LINE))


def word(size: int) -> str:
    """One word."""
    return "x" * size


def nested(count: int, depth: int = 60) -> str:
    """Lists in lists and quotes in quotes, each deeper than the one before."""
    lists = "".join(f"{'  ' * (n % depth)}- item {n} of a list in a list\n" for n in range(count))
    quotes = "".join(f"{'> ' * (1 + n % depth)}quoted {n} times\n" for n in range(count))
    return f"{lists}\n{quotes}\n"


def table(rows: int) -> str:
    """One table."""
    body = "".join(f"| name {n} | {n} | {LINE}|\n" for n in range(rows))
    return f"| name | value | words |\n| --- | ---: | --- |\n{body}\n"


def reasoning(lines: int) -> str:
    """What is thought, in lines."""
    return "".join(f"Step {n}: {LINE}\n" for n in range(lines))


FORMS: dict[str, tuple[Callable[[int], str], int]] = {
    "code": (code, 50_000),
    "headings": (headings, 20_000),
    "tokens": (tokens, 1_000_000),
    "line": (line, 1_000_000),
    "word": (word, 1_000_000),
    "nested": (nested, 3000),
    "table": (table, 20_000),
    "reasoning": (reasoning, 50_000),
}
"""By name, with how long it is; the last is thought, the others are said."""


def answer(name: str, share: float = 1.0) -> str:
    """The answer of this name, or a share of it; two words where there is none."""
    make, size = FORMS.get(name, (None, 0))
    return make(int(size * share)) if make is not None else "Two words."
