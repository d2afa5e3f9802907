"""Prometheus text: the samples of wanted names.

Only their lines are handed to prometheus_client's parser: a whole vLLM page costs it 16 ms, these
few 0.3 ms.
"""

import json
import math
import re
from collections.abc import Iterable, Iterator

from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.samples import Sample

MOST_LINES = 10_000
LONGEST_LINE = 4096
_NAME = re.compile(r"[^{ \t]+")


def samples(text: str, names: Iterable[str], most: int = MOST_LINES) -> Iterator[Sample]:
    """The samples of these names; none when there are more than `most`, which no engine has.

    A line that cannot be read gives NaN under its name.
    """
    lines = lines_of(text, names)
    return _samples(lines if len(lines) <= most else [])


def mentions(text: str, prefix: str) -> bool:
    """Whether any series begins with `prefix`, such as `vllm:`."""
    return text.startswith(prefix) or f"\n{prefix}" in text


def unwrapped(text: str) -> str:
    """The page itself, where it came as one JSON string (llama.cpp b7100 to b7107)."""
    if not text.startswith('"'):
        return text
    try:
        page = json.loads(text)
    except ValueError:
        return text
    return page if isinstance(page, str) else text


def lines_of(text: str, wanted: Iterable[str]) -> list[str]:
    """The lines of these names."""
    prefixes = tuple(f"{name}{end}" for name in wanted for end in "{ \t")
    return [
        line for line in text.split("\n") if line.startswith(prefixes) and len(line) <= LONGEST_LINE
    ]


def _samples(lines: Iterable[str]) -> Iterator[Sample]:
    for line in lines:
        try:
            # one line at a time: a bad one must not hide the others
            families = list(text_string_to_metric_families(line))
        except (ValueError, IndexError, KeyError):
            name = _NAME.match(line)
            yield Sample(name[0] if name else "", {}, math.nan)
            continue
        for family in families:
            yield from family.samples
