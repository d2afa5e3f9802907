"""The last minute of one server's counters as rates; a counter that fell means a restart."""

from collections import deque
from dataclasses import dataclass

from massgen_tui.monitor.metrics import Metrics

SPAN = 60.0
"""Seconds that are remembered."""


@dataclass(frozen=True, slots=True)
class Rates:
    """What the counters say; None where there is nothing to say it from."""

    tokens_per_s: float | None = None
    """Between the last two looks."""
    history: tuple[float, ...] = ()
    """tokens_per_s of the last minute, oldest first."""
    hit_rate: float | None = None
    """Prefix cache: hits in tokens looked up, over the minute, else since the server's start."""
    ttft_s: float | None = None
    """Mean over the requests of the last minute."""
    itl_s: float | None = None
    """Mean time between tokens over the last minute."""


class Window:
    """Collects scrapes of one server."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._scrapes: deque[tuple[float, Metrics]] = deque()
        self._rates: deque[tuple[float, float]] = deque()

    def clear(self) -> None:
        """Forget the counters (the server went away); what was seen stays in the history."""
        self._scrapes.clear()

    def add(self, now: float, scrape: Metrics) -> bool:
        """Take in one scrape. Gives False when its counters fell: the server started anew."""
        steady = not self._fell(scrape)
        if not steady:
            self.clear()
        rate = self._rate(now, scrape)
        self._scrapes.append((now, scrape))
        if rate is not None:
            self._rates.append((now, rate))
        for kept in (self._scrapes, self._rates):
            while kept and kept[0][0] < now - SPAN:
                kept.popleft()
        return steady

    def rates(self) -> Rates:
        """What the scrapes of the last minute say."""
        if not self._scrapes:
            return Rates(history=self._history())
        (_, old), (now, new) = self._scrapes[0], self._scrapes[-1]
        fresh = self._rates and self._rates[-1][0] == now
        return Rates(
            tokens_per_s=self._rates[-1][1] if fresh else None,
            history=self._history(),
            hit_rate=_hit_rate(old, new),
            ttft_s=_mean(old.ttft_sum, new.ttft_sum, old.ttft_count, new.ttft_count),
            itl_s=_mean(old.itl_sum, new.itl_sum, old.itl_count, new.itl_count),
        )

    def _history(self) -> tuple[float, ...]:
        return tuple(rate for _, rate in self._rates)

    def _fell(self, scrape: Metrics) -> bool:
        if not self._scrapes:
            return False
        last = self._scrapes[-1][1]
        pairs = (
            (last.generated, scrape.generated),
            (last.queries, scrape.queries),
            (last.ttft_count, scrape.ttft_count),
        )
        return any(a is not None and b is not None and b < a for a, b in pairs)

    def _rate(self, now: float, scrape: Metrics) -> float | None:
        if scrape.generated is None:
            # old servers leave the gauge as it was when the last request ended
            return (
                0.0 if scrape.throughput is not None and scrape.running == 0 else scrape.throughput
            )
        if not self._scrapes:
            return None
        then, last = self._scrapes[-1]
        if last.generated is None or now <= then:
            return None
        return (scrape.generated - last.generated) / (now - then)


def _mean(
    old_sum: float | None, new_sum: float | None, old_count: float | None, new_count: float | None
) -> float | None:
    if old_sum is None or new_sum is None or old_count is None or new_count is None:
        return None
    count = new_count - old_count
    return (new_sum - old_sum) / count if count > 0 else None


def _hit_rate(old: Metrics, new: Metrics) -> float | None:
    if new.queries is None or new.hits is None:
        return new.hit_rate
    queries, hits = new.queries - (old.queries or 0), new.hits - (old.hits or 0)
    if queries <= 0:
        queries, hits = new.queries, new.hits
    return min(1.0, max(0.0, hits / queries)) if queries > 0 else None
