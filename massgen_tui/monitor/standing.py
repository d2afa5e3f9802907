"""Since when a server, or one of its engines, has done nothing of what it was asked."""

from typing import Protocol


class Work(Protocol):
    """What something has to do, and a counter of what it did; None: not known."""

    @property
    def running(self) -> float | None:
        """Requests."""
        ...

    @property
    def waiting(self) -> float | None:
        """Requests."""
        ...

    @property
    def progress(self) -> float | None:
        """Grows while anything is done."""
        ...

    @property
    def kv_usage(self) -> float | None:
        """Fills while a long prompt is read, of which no counter tells before its end (vLLM)."""
        ...


class Standing:
    """Watches several by name. Gauges may rest for a while, counters do not."""

    def __init__(self) -> None:
        """Know of none."""
        self._done: dict[str, tuple[float, float | None]] = {}
        self._since: dict[str, float] = {}

    def take(self, now: float, works: dict[str, Work]) -> None:
        """Take in one look at all of them."""
        last, since = self._done, self._since
        self._done = {
            name: (work.progress, work.kv_usage)
            for name, work in works.items()
            if work.progress is not None
        }
        still = [
            name
            for name, work in works.items()
            if (work.running or work.waiting)
            and name in last
            and self._done.get(name) == last[name]
        ]
        self._since = {name: since.get(name, now) for name in still}

    def forget(self) -> None:
        """Nothing was told this time."""
        self._since.clear()

    def seconds(self, name: str, now: float) -> float:
        """For how long this one has stood still; 0 when it does not."""
        return now - self._since.get(name, now)

    def moved(self, name: str, work: Work) -> bool | None:
        """Whether it has done anything since the last look; None: that cannot be told."""
        before = self._done.get(name)
        if before is None or work.progress is None:
            return None
        return (work.progress, work.kv_usage) != before
