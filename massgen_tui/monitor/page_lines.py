"""The lines of wanted names on pages that come again and again, with little changed on them.

Which lines of a page are wanted is found out once. Of the next one of the same process only what
lies between its first and its last change is looked at: where each line there has the name that
stood there, the wanted ones stand where they stood. Of an idle vLLM's 640 lines that are 15.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from massgen_tui.monitor.prometheus_text import named_lines, wanted_name

_BORN = "\nprocess_start_time_seconds "
_LONGEST, _MOST = 1 << 17, 1 << 23
"""Characters of a page that is remembered, and of all of them."""
_MOST_PAGES = 256
Named = tuple[str, str]
"""A name, and a line of it."""


@dataclass(frozen=True, slots=True)
class _Page:
    text: str
    wanted: dict[int, Named]
    """What is wanted of it, by the number of the line."""


class PageLines:
    """Finds lines of wanted names."""

    def __init__(self, wanted: Collection[str]) -> None:
        """Know no page."""
        self._wanted = wanted
        self._pages: dict[tuple[str, str], _Page] = {}
        """The last of each process. Threads may take in pages at the same time: one is kept."""
        self._size = 0

    def named(self, text: str) -> Iterable[Named]:
        """The lines of these names, with their names."""
        if len(text) > _LONGEST:
            return named_lines(text, self._wanted)
        key = _whose(text)
        before = self._pages.get(key)
        wanted = self._again(before, text) if before is not None else None
        if wanted is None:
            lines = enumerate(text.split("\n"))
            found = ((at, wanted_name(line, self._wanted), line) for at, line in lines)
            wanted = {at: (name, line) for at, name, line in found if name}
        if before is None:
            self._size += len(text)
            if self._size > _MOST or len(self._pages) >= _MOST_PAGES:
                self._pages.clear()
                self._size = len(text)
        self._pages[key] = _Page(text, wanted)
        return wanted.values()

    def _again(self, before: _Page, text: str) -> dict[int, Named] | None:
        """What is wanted of a page after one; None: other series stand there."""
        old = before.text
        start, stop, end = _changed(old, text)
        was, now = old[start:stop].split("\n"), text[start:end].split("\n")
        if len(was) != len(now):
            return None
        wanted, first = before.wanted, old.count("\n", 0, start)
        told = {at: line for at, line in enumerate(now, first) if line != was[at - first]}
        names = {at: wanted_name(line, self._wanted) for at, line in told.items()}
        if any(name != wanted.get(at, _NONE)[0] for at, name in names.items()):
            return None
        return wanted | {at: (name, told[at]) for at, name in names.items() if name}


_NONE: Named = "", ""


def _whose(text: str) -> tuple[str, str]:
    """What tells a page of one process from another's: its start, and the last series there is."""
    at = text.find(_BORN)
    born = text[at : text.find("\n", at + 1)] if at >= 0 else ""
    return born, text[text.rfind("\n", 0, -1) + 1 :].rpartition(" ")[0]


def _changed(old: str, new: str) -> tuple[int, int, int]:
    """Where whole lines begin to differ, and where they end to: in the old text, in the new."""
    most = min(len(old), len(new))
    low, high = 0, most
    while low < high:
        middle = (low + high + 1) // 2
        if old[low:middle] == new[low:middle]:
            low = middle
        else:
            high = middle - 1
    start = old.rfind("\n", 0, low) + 1
    same, high = 0, most - start
    while same < high:
        middle = (same + high + 1) // 2
        if old[len(old) - middle : len(old) - same] == new[len(new) - middle : len(new) - same]:
            same = middle
        else:
            high = middle - 1
    # up to the end of the last line that differs
    stop = old.find("\n", len(old) - same)
    stop = len(old) if stop < 0 else stop
    return start, stop, stop + len(new) - len(old)
