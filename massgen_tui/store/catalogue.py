"""The kept sessions, at a glance, and what is found in them: by the index, or without one."""

import importlib
import logging
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Protocol, TypeVar

from massgen_tui import paths
from massgen_tui.store.find import begun_first
from massgen_tui.store.hits import MOST, NOTHING, Found, Hit, stands_in
from massgen_tui.store.summary import Passage, Summary

log = logging.getLogger(__name__)
FAILS = "the index of the sessions fails: the files are read"
Answer = TypeVar("Answer")


class Catalogue(Protocol):
    """What is asked about kept sessions, in any thread."""

    def sessions(self) -> Iterator[Summary]:
        """All, the one that began last first; what is new is read as it is asked for."""
        ...

    def unread(self) -> int:
        """How many files are to be read before everything is found fast."""
        ...

    def by_words(self, query: str, most: int = MOST) -> Found:
        """Fast: what has all words of a query, of what was read by now."""
        ...

    def by_look(self, query: str, most: int = MOST) -> Found:
        """Every text in which a query stands as it is, inside words too."""
        ...

    def search(self, query: str, most: int = MOST) -> Found:
        """Both."""
        ...

    def forget(self, *removed: Path) -> None:
        """Sessions were removed."""
        ...

    def close(self) -> None:
        """It is asked no more."""
        ...


def open_catalogue(folder: Path | None = None) -> Catalogue:
    """The user's sessions, or those in `folder`; with an index, where there can be one."""
    folder = folder or paths.sessions_dir()
    try:
        # a Python may have no SQLite
        index: Index = importlib.import_module("massgen_tui.store.index").open_index(folder)
    except Exception:
        log.warning("there is no index of the sessions", exc_info=True)
        return Unindexed(folder)
    return Indexed(index, Unindexed(folder))


class Index(Catalogue, Protocol):
    """A catalogue that can break."""

    def failed(self, error: Exception) -> None:
        """Throw it away, if that error means that it is broken: it is made anew next time."""
        ...


class Indexed:
    """Asks an index; where that fails (broken, locked, a full disk), the files from then on."""

    def __init__(self, index: Index, files: "Unindexed") -> None:
        """Begin with the index."""
        self._index: Index | None = index
        self._files = files

    def sessions(self) -> Iterator[Summary]:
        """All, the one that began last first."""
        seen: set[Path] = set()
        index = self._index
        if index is not None:
            try:
                for one in index.sessions():
                    seen.add(one.path)
                    yield one
                return
            except Exception as error:
                log.warning(FAILS, exc_info=True)
                self._give_up(index, error)
        yield from (one for one in self._files.sessions() if one.path not in seen)

    def unread(self) -> int:
        """How many files are to be read before everything is found fast."""
        return self._ask(lambda one: one.unread())

    def by_words(self, query: str, most: int = MOST) -> Found:
        """Fast: what has all words of a query."""
        return self._ask(lambda one: one.by_words(query, most))

    def by_look(self, query: str, most: int = MOST) -> Found:
        """Every text in which a query stands as it is."""
        return self._ask(lambda one: one.by_look(query, most))

    def search(self, query: str, most: int = MOST) -> Found:
        """Both."""
        return self._ask(lambda one: one.search(query, most))

    def forget(self, *removed: Path) -> None:
        """Sessions were removed."""
        self._ask(lambda one: one.forget(*removed))

    def close(self) -> None:
        """It is asked no more."""
        self._ask(lambda one: one.close())

    def _ask(self, ask: Callable[[Catalogue], Answer]) -> Answer:
        index = self._index
        if index is not None:
            try:
                return ask(index)
            except Exception as error:
                log.warning(FAILS, exc_info=True)
                self._give_up(index, error)
        return ask(self._files)

    def _give_up(self, index: Index, error: Exception) -> None:
        self._index = None
        with suppress(Exception):
            index.failed(error)


class Unindexed:
    """Reads every file each time."""

    def __init__(self, folder: Path) -> None:
        """Look into this folder."""
        self._folder = folder

    def sessions(self) -> Iterator[Summary]:
        """All, the one that began last first."""
        for summary, _ in self._read():
            yield summary.now()

    def unread(self) -> int:
        """None ever is."""
        return 0

    def by_words(self, query: str, most: int = MOST) -> Found:
        """Nothing is fast."""
        return NOTHING

    def by_look(self, query: str, most: int = MOST) -> Found:
        """What stands in the files."""
        hits: list[Hit] = []
        for summary, passages in self._read():
            found = [one for one in passages if stands_in(one.text, query)]
            if found:
                hits.append(Hit(summary.now(), found[0], len(found) - 1))
        return Found(hits[:most], max(len(hits) - most, 0))

    def search(self, query: str, most: int = MOST) -> Found:
        """What stands in the files."""
        return self.by_look(query, most)

    def forget(self, *removed: Path) -> None:
        """Nothing was kept of them."""

    def close(self) -> None:
        """Nothing is open."""

    def _read(self) -> Iterator[tuple[Summary, list[Passage]]]:
        glance = importlib.import_module("massgen_tui.store.glance")
        for one in begun_first(self._folder):
            with suppress(OSError, ValueError):  # it is no session's
                yield glance.summarise(one.path)
