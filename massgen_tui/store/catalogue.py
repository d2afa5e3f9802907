"""The kept sessions of a folder, at a glance, and what is found in them."""

import logging
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from massgen_tui.store.find import session_files
from massgen_tui.store.hits import stands_in
from massgen_tui.store.reader import NoSessionError
from massgen_tui.store.summary import Passage, Summary, summarise

log = logging.getLogger(__name__)


class Found(NamedTuple):
    """A session in which something was found."""

    session: Summary
    first: Passage
    """The text that it was found in first."""
    more: int
    """Other texts of the session that it stands in."""


def sessions(folder: Path) -> Iterator[Summary]:
    """All kept sessions, the one that began last first."""
    for summary, _ in _read(folder):
        yield summary.now()


def search(folder: Path, query: str) -> Iterator[Found]:
    """The sessions in which a text stands, without an index."""
    for summary, passages in _read(folder):
        hits = [one for one in passages if stands_in(one.text, query)]
        if hits:
            yield Found(summary.now(), hits[0], len(hits) - 1)


def _read(folder: Path) -> Iterator[tuple[Summary, list[Passage]]]:
    for one in session_files(folder):
        with suppress(OSError, NoSessionError):
            yield summarise(one.path)
