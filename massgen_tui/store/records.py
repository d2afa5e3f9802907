"""The lines behind the head of a session's file as records of this format, one after the other."""

import json
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from massgen_tui.store.lines import Plain
from massgen_tui.store.migrations import Migration


class Told(NamedTuple):
    """One record."""

    number: int
    """Of its line, from 1."""
    whole: bool
    """The line is not cut off."""
    record: Plain | None
    """None: the line cannot be read."""


def records_of(lines: Iterable[str], migration: Migration) -> Iterator[Told]:
    """Everything that the lines behind the head say."""
    number = 1
    for number, line in enumerate(lines, start=2):
        whole = line.endswith("\n")
        try:
            record = json.loads(line)
            if not isinstance(record, dict):
                raise ValueError("no object")
            for one in migration.records(record):
                yield Told(number, whole, one)
        except (ValueError, KeyError, TypeError, RecursionError):
            yield Told(number, whole, None)
    for one in migration.rest():
        yield Told(number, True, one)
