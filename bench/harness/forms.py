"""Answers that run away: what a model may say when nobody stops it, each by its name."""

from collections.abc import Callable
from itertools import cycle, islice

from bench.harness.wire import TEXTS

LINE = "the quick brown fox jumps over the lazy dog "


def code(lines: int = 50_000) -> str:
    """One fence."""
    body = "\n".join(f"    total_{n} = add(total_{n - 1}, {n})  # line {n}" for n in range(lines))
    return f"```python\n{body}\n```\n\n"


def headings(count: int = 20_000) -> str:
    """Nothing but headings."""
    return "".join(f"## Heading {n} of many\n\n" for n in range(count))


def tokens(count: int = 1_000_000) -> str:
    """Markdown of all sorts."""
    return "".join(f"{word} " for word in islice(cycle(TEXTS["content"]), count))


def line(size: int = 1_000_000) -> str:
    """One line of words."""
    return LINE * (size // len(LINE))


def word(size: int = 1_000_000) -> str:
    """One word."""
    return "x" * size


def nested(count: int = 3000, depth: int = 60) -> str:
    """Lists in lists and quotes in quotes, each deeper than the one before."""
    lists = "".join(f"{'  ' * (n % depth)}- item {n} of a list in a list\n" for n in range(count))
    quotes = "".join(f"{'> ' * (1 + n % depth)}quoted {n} times\n" for n in range(count))
    return f"{lists}\n{quotes}\n"


def table(rows: int = 20_000) -> str:
    """One table."""
    body = "".join(f"| name {n} | {n} | {LINE}|\n" for n in range(rows))
    return f"| name | value | words |\n| --- | ---: | --- |\n{body}\n"


def reasoning(lines: int = 50_000) -> str:
    """What is thought, in lines."""
    return "".join(f"Step {n}: {LINE}\n" for n in range(lines))


FORMS: dict[str, Callable[[], str]] = {
    "code": code,
    "headings": headings,
    "tokens": tokens,
    "line": line,
    "word": word,
    "nested": nested,
    "table": table,
    "reasoning": reasoning,
}
"""By name; the last is thought, the others are said."""
