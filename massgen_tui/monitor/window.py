"""The last minute of one server's counters as rates.

A counter that fell means that the server started anew, or that several servers answer at one
address in turn: their counters have nothing to do with each other, so there are no rates then.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from operator import attrgetter

from massgen_tui.monitor.metrics import Metrics, merged
from massgen_tui.monitor.status import Load

SPAN = 60.0
"""Seconds that are remembered."""
_NOTHING = Load()
_COUNTERS = ("generated", "queries", "hits", "ttft_count", "itl_count", "preempted")
_FALLS = 3
"""Falls in the time that is remembered which no server's starts explain."""
_LEAP = 20_000.0
"""Tokens a second to above where the counter fell from that no server generates."""


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
    """Times that a request lost its KV cache in the last minute."""
    stalled_s: float = 0.0
    """For how long requests have been running without a token."""
    mixed: bool = False
    """Several servers answer in turn."""


class Window:
    """Collects scrapes of one server."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._scrapes: deque[tuple[float, Metrics]] = deque()
        self._loads: deque[tuple[float, Load]] = deque()
        self._known = Metrics()
        """The last that was told of each counter."""
        self._falls: deque[tuple[float, Metrics]] = deque()
        """When counters fell, and from where."""
        self._mixed_at: float | None = None

    def add(self, now: float, scrape: Metrics) -> bool:
        """Take in one scrape. Gives False when its counters fell: the server started anew."""
        self._forget(now)
        steady = not self._fell(scrape)
        leapt = self._leapt(now, scrape)
        if not steady:
            self._falls.append((now, self._known))
        if not steady or leapt:
            self._scrapes.clear()
            self._known = Metrics()
        if leapt or len(self._falls) >= _FALLS:
            self._mixed_at = now
        before = self._scrapes[-1] if self._scrapes and not self._mixed else None
        self._scrapes.append((now, scrape))
        self._loads.append((now, _load(before, now, scrape)))
        self._known = merged(scrape, self._known)
        return steady

    def miss(self, now: float, *, gone: bool) -> None:
        """Note a look that brought no scrape; what was seen stays in the history.

        Counters of a server that is `gone` are forgotten: another may come in its place.
        """
        if gone:
            self._scrapes.clear()
            self._known = Metrics()
        self._forget(now)
        if any(load != _NOTHING for _, load in self._loads):
            self._loads.append((now, _NOTHING))
        else:
            self._loads.clear()

    def rates(self) -> Rates:
        """What the scrapes of the last minute say."""
        history = tuple(load for _, load in self._loads)
        if not self._scrapes:
            return Rates(history=history)
        if self._mixed:
            return Rates(history=history, mixed=True)
        scrapes = [scrape for _, scrape in self._scrapes]
        new = scrapes[-1]
        lost = _over(scrapes, "preempted")
        return Rates(
            tokens_per_s=history[-1].tokens_per_s if history else None,
            history=history,
            hit_rate=_hit_rate(scrapes[0], new),
            ttft_s=_ratio(_over(scrapes, "ttft_sum"), _over(scrapes, "ttft_count")),
            itl_s=_ratio(_over(scrapes, "itl_sum"), _over(scrapes, "itl_count")),
            preempted=None if lost is None else round(lost),
            stalled_s=self._stalled(),
        )

    def _stalled(self) -> float:
        # a gauge may rest for a while, a counter does not
        if not self._loads or self._known.generated is None:
            return 0.0
        since = now = self._loads[-1][0]
        for at, load in reversed(self._loads):
            if not load.running or load.tokens_per_s != 0:
                break
            since = at
        return now - since

    @property
    def _mixed(self) -> bool:
        return self._mixed_at is not None

    def _forget(self, now: float) -> None:
        for kept in (self._scrapes, self._loads, self._falls):
            while kept and kept[0][0] < now - SPAN:
                kept.popleft()
        if self._mixed_at is not None and self._mixed_at < now - SPAN:
            self._mixed_at = None

    def _fell(self, scrape: Metrics) -> bool:
        return any(_less(get(scrape), get(self._known)) for get in _GETTERS)

    def _leapt(self, now: float, scrape: Metrics) -> bool:
        """It is above where it fell from, faster than any server: that one still counts on."""
        if not self._falls or not self._scrapes:
            return False
        (_, high), (then, _) = self._falls[-1], self._scrapes[-1]
        low, told = self._known.generated, scrape.generated
        if low is None or told is None or high.generated is None or now <= then:
            return False
        return told >= high.generated and (told - low) / (now - then) > _LEAP


_GETTERS: tuple[Callable[[Metrics], float | None], ...] = tuple(map(attrgetter, _COUNTERS))


def _less(new: float | None, old: float | None) -> bool:
    return new is not None and old is not None and new < old


def _load(before: tuple[float, Metrics] | None, now: float, scrape: Metrics) -> Load:
    """What happened since the scrape before."""
    then, last = before or (now, Metrics())
    pair = [last, scrape]
    hits = _ratio(_over(pair, "hits"), _over(pair, "queries"))
    return Load(
        tokens_per_s=_speed(now - then, last, scrape),
        running=scrape.running,
        waiting=scrape.waiting,
        kv_usage=scrape.kv_usage,
        cache_hits=_share(hits) if scrape.queries is not None else scrape.hit_rate,
        ttft_s=_ratio(_over(pair, "ttft_sum"), _over(pair, "ttft_count")),
        itl_s=_ratio(_over(pair, "itl_sum"), _over(pair, "itl_count")),
    )


def _speed(seconds: float, last: Metrics, scrape: Metrics) -> float | None:
    if scrape.generated is None:
        # old servers leave the gauge as it was when the last request ended
        return 0.0 if scrape.throughput is not None and scrape.running == 0 else scrape.throughput
    if last.generated is None or seconds <= 0:
        return None
    tokens = scrape.generated + scrape.underway - last.generated - last.underway
    # an answer that is broken off is never counted
    return tokens / seconds if tokens >= 0 else None


def _over(scrapes: list[Metrics], name: str) -> float | None:
    """How much a counter grew since it was first told; None where it was not told twice."""
    values = [getattr(scrape, name) for scrape in scrapes]
    told = [value for value in values if value is not None]
    if values[-1] is None or len(told) < 2:
        return None
    grown: float = told[-1] - told[0]
    return grown if grown >= 0 else None


def _ratio(part: float | None, whole: float | None) -> float | None:
    return part / whole if part is not None and whole is not None and whole > 0 else None


def _hit_rate(old: Metrics, new: Metrics) -> float | None:
    if new.queries is None or new.hits is None:
        return new.hit_rate
    recent = _ratio(new.hits - (old.hits or 0), new.queries - (old.queries or 0))
    return _share(_ratio(new.hits, new.queries) if recent is None else recent)


def _share(value: float | None) -> float | None:
    return None if value is None else min(1.0, max(0.0, value))
