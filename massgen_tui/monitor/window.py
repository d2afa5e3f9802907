"""The last minute of one server's counters as rates; a counter that fell means a restart."""

from collections import deque
from dataclasses import dataclass

from massgen_tui.monitor.metrics import Metrics
from massgen_tui.monitor.status import Load

SPAN = 60.0
"""Seconds that are remembered."""
_NOTHING = Load()


@dataclass(frozen=True, slots=True)
class Rates:
    """What the counters say; None where there is nothing to say it from."""

    tokens_per_s: float | None = None
    """Between the last two looks."""
    history: tuple[Load, ...] = ()
    """The looks of the last minute, oldest first."""
    hit_rate: float | None = None
    """Prefix cache: hits in tokens looked up, over the minute, else since the server's start."""
    ttft_s: float | None = None
    """Mean over the requests of the last minute."""
    itl_s: float | None = None
    """Mean time between tokens over the last minute."""
    preempted: int | None = None
    """Requests that lost their KV cache in the last minute."""


class Window:
    """Collects scrapes of one server."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._scrapes: deque[tuple[float, Metrics]] = deque()
        self._loads: deque[tuple[float, Load]] = deque()

    def add(self, now: float, scrape: Metrics) -> bool:
        """Take in one scrape. Gives False when its counters fell: the server started anew."""
        steady = not self._fell(scrape)
        if not steady:
            self._scrapes.clear()
        before = self._scrapes[-1] if self._scrapes else None
        self._scrapes.append((now, scrape))
        self._loads.append((now, _load(before, now, scrape)))
        self._forget(now)
        return steady

    def miss(self, now: float, *, gone: bool) -> None:
        """Note a look that brought no scrape; what was seen stays in the history.

        Counters of a server that is `gone` are forgotten: another may come in its place.
        """
        if gone:
            self._scrapes.clear()
        self._forget(now)
        if self._loads:
            self._loads.append((now, _NOTHING))

    def rates(self) -> Rates:
        """What the scrapes of the last minute say."""
        history = tuple(load for _, load in self._loads)
        if not self._scrapes:
            return Rates(history=history)
        (_, old), (_, new) = self._scrapes[0], self._scrapes[-1]
        lost = _grown(old.preempted, new.preempted) if len(self._scrapes) > 1 else None
        return Rates(
            tokens_per_s=history[-1].tokens_per_s,
            history=history,
            hit_rate=_hit_rate(old, new),
            ttft_s=_mean(old.ttft_sum, new.ttft_sum, old.ttft_count, new.ttft_count),
            itl_s=_mean(old.itl_sum, new.itl_sum, old.itl_count, new.itl_count),
            preempted=None if lost is None else round(lost),
        )

    def _forget(self, now: float) -> None:
        while self._scrapes and self._scrapes[0][0] < now - SPAN:
            self._scrapes.popleft()
        while self._loads and self._loads[0][0] < now - SPAN:
            self._loads.popleft()

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


def _load(before: tuple[float, Metrics] | None, now: float, scrape: Metrics) -> Load:
    """What happened since the scrape before."""
    then, last = before or (now, Metrics())
    queries = _grown(last.queries, scrape.queries)
    hits = _grown(last.hits, scrape.hits)
    return Load(
        tokens_per_s=_speed(now - then, last, scrape),
        running=scrape.running,
        waiting=scrape.waiting,
        kv_usage=scrape.kv_usage,
        cache_hits=_share(hits, queries) if scrape.queries is not None else scrape.hit_rate,
        ttft_s=_mean(last.ttft_sum, scrape.ttft_sum, last.ttft_count, scrape.ttft_count),
        itl_s=_mean(last.itl_sum, scrape.itl_sum, last.itl_count, scrape.itl_count),
    )


def _speed(seconds: float, last: Metrics, scrape: Metrics) -> float | None:
    if scrape.generated is None:
        # old servers leave the gauge as it was when the last request ended
        return 0.0 if scrape.throughput is not None and scrape.running == 0 else scrape.throughput
    tokens = _grown(last.generated, scrape.generated)
    return tokens / seconds if tokens is not None and seconds > 0 else None


def _grown(old: float | None, new: float | None) -> float | None:
    return None if old is None or new is None else new - old


def _mean(
    old_sum: float | None, new_sum: float | None, old_count: float | None, new_count: float | None
) -> float | None:
    total, count = _grown(old_sum, new_sum), _grown(old_count, new_count)
    return total / count if total is not None and count is not None and count > 0 else None


def _hit_rate(old: Metrics, new: Metrics) -> float | None:
    if new.queries is None or new.hits is None:
        return new.hit_rate
    recent = _share(new.hits - (old.hits or 0), new.queries - (old.queries or 0))
    return _share(new.hits, new.queries) if recent is None else recent


def _share(part: float | None, whole: float | None) -> float | None:
    if part is None or whole is None or whole <= 0:
        return None
    return min(1.0, max(0.0, part / whole))
