"""Prometheus text: the samples of wanted names.

Only their lines are read, and what stands before a value is read once and remembered: a whole vLLM
page costs prometheus_client 16 ms. What is written in a less usual way (escapes, an exemplar, a
time) is handed to its parser.
"""

import importlib
import json
import math
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

MOST_LINES = 10_000
LONGEST_LINE = 4096
_NAME = re.compile(r"[^{ \t]+")
_LONGEST_HEAD = 512
"""Characters of what stands before a value that are remembered."""
_LABEL = r'[a-zA-Z][a-zA-Z0-9_]*="[^"\\]*"'
_HEAD = re.compile(rf"([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{{((?:{_LABEL}(?:,{_LABEL})*)?)\}})?", re.ASCII)
_LABELS = re.compile(r'([a-zA-Z0-9_]+)="([^"\\]*)"', re.ASCII)


class Sample(NamedTuple):
    """One line of a page."""

    name: str
    labels: Mapping[str, str]
    """Shared with other samples that have the same."""
    value: float


def samples(text: str, names: Collection[str], most: int = MOST_LINES) -> Iterator[Sample]:
    """The samples of these names; none when there are more than `most`, which no engine has.

    A line that cannot be read gives NaN under its name.
    """
    lines = [line for _, line in named_lines(text, names) if len(line) <= LONGEST_LINE]
    return read_lines(lines if len(lines) <= most else ())


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


def named_lines(text: str, wanted: Collection[str]) -> Iterator[tuple[str, str]]:
    """The lines of these names, with their names."""
    lines = text.split("\n")
    if "\t" not in text:
        # most lines are out at once: buckets, and what other lines are about
        lines = [
            line
            for line in lines
            if (name := line.partition("{")[0]) in wanted or (" " in name and name[0] != "#")
        ]
    for line in lines:
        if name := wanted_name(line, wanted):
            yield name, line


def wanted_name(line: str, wanted: Collection[str]) -> str:
    """The name of a line's series where it is wanted, else empty."""
    name = line.partition("{")[0]
    if name in wanted and len(name) < len(line):
        return name
    if (" " in name or "\t" in name) and name[0] != "#":
        found = _NAME.match(name)
        if found is not None and found[0] in wanted:
            return found[0]
    return ""


def read_lines(lines: Iterable[str]) -> Iterator[Sample]:
    """What these lines say; one that cannot be read gives NaN under its name."""
    for line in lines:
        head, blank, value = line.rpartition(" ")
        known = (_head if len(head) <= _LONGEST_HEAD else _head.__wrapped__)(head)
        number = None if known is None or not blank or "_" in value else _number(value)
        if known is None or number is None:
            yield from _by_client(line)
        else:
            yield Sample(*known, number)


def _number(value: str) -> float | None:
    try:
        return float(value)
    except ValueError:
        return None


@lru_cache(maxsize=4096)
def _head(head: str) -> tuple[str, Mapping[str, str]] | None:
    """The name and labels of a sample; None where they are written in no usual way."""
    found = _HEAD.fullmatch(head)
    labels = _labels(found[2] or "") if found is not None else None
    return None if found is None or labels is None else (found[1], labels)


@lru_cache(maxsize=1024)
def _labels(written: str) -> Mapping[str, str] | None:
    told = _LABELS.findall(written)
    labels = dict(told)
    return labels if len(labels) == len(told) else None


def _by_client(line: str) -> Iterator[Sample]:
    # it takes 3 MB and 30 ms to import, and most servers never write what needs it
    parser = importlib.import_module("prometheus_client.parser")
    try:
        # one line at a time: a bad one must not hide the others
        families = list(parser.text_string_to_metric_families(line))
    except (ValueError, IndexError, KeyError):
        name = _NAME.match(line)
        yield Sample(name[0] if name else "", {}, math.nan)
        return
    for family in families:
        for one in family.samples:
            yield Sample(one.name, one.labels, one.value)
