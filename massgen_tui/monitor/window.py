"""The last minute of one server's counters as rates.

A counter that fell means that the server started anew, or that several servers answer at one
address in turn: their counters have nothing to do with each other, so there are no rates then. As
such counters rise every other time, a rise counts only where the page tells whose it is, or where
nothing fell over three looks.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import replace
from operator import attrgetter
from typing import TypedDict

from massgen_tui.monitor.metrics import Engine, Metrics, merged
from massgen_tui.monitor.rates import Rates, hit_rate, load_since, most, over, ratio, unrated
from massgen_tui.monitor.standing import Standing
from massgen_tui.monitor.status import Load

SPAN = 60.0
"""Seconds that are remembered."""
_NOTHING = Load()
_COUNTERS = ("generated", "queries", "hits", "ttft_count", "itl_count", "preempted")
_FALLS = 3
"""Falls in the time that is remembered which no server's starts explain."""
_SURE = 3
"""Looks without a fall after which one process is believed to have told them all."""
_SUDDEN, _FAST = 8.0, 1000.0
"""So many times the speed of the last minute, from this many tokens a second on, is believed when
it comes twice."""
_YOUNG = 1000.0
"""Tokens after which a server that was started anew could have counted the same by chance."""
_WHOLE = ""
"""The whole server, among its engines."""


class _Still(TypedDict):
    stalled_s: float
    standing: tuple[tuple[Engine, float], ...]


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
        self._unbroken = 0
        """Scrapes since a counter fell."""
        self._speed: float | None = None
        """Of the last look, as it was measured."""
        self._standing = Standing()

    @property
    def last(self) -> Metrics:
        """The last scrape, as far as its parts agree."""
        return self._scrapes[-1][1] if self._scrapes else Metrics()

    def add(self, now: float, scrape: Metrics) -> bool:
        """Take in one scrape. Gives False when its counters fell: the server started anew."""
        self._forget(now)
        if self._scrapes and self.last.tellers != scrape.tellers:
            # sums of other workers: no step from those before, and no fall either
            self._begin_anew()
            self._standing.forget()
        scrape = self._agreed(scrape)
        # of an idle server the same record comes again and again
        same = bool(self._scrapes) and self.last is scrape
        steady = same or not self._fell(scrape)
        leapt = not same and (self._leapt(now, scrape) or self._returned(now, scrape))
        if not steady:
            self._falls.append((now, self._known))
        if not steady or leapt:
            self._begin_anew()
        if leapt or len(self._falls) >= _FALLS:
            self._mix(now)
        self._unbroken += 1
        self._scrapes.append((now, scrape))
        self._loads.append((now, self._load(now, scrape)))
        self._known = self._known if same else merged(scrape, self._known)
        self._standing.take(now, {_WHOLE: scrape, **{one.name: one for one in scrape.engines}})
        return steady

    def miss(self, now: float, *, gone: bool) -> None:
        """Note a look that brought no scrape; what was seen stays in the history.

        Counters of a server that is `gone` are forgotten: another may come in its place.
        """
        if gone:
            self._begin_anew()
        self._forget(now)
        self._standing.forget()
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
        speed = history[-1].tokens_per_s if history else None
        scrapes = [scrape for _, scrape in self._scrapes]
        if not self._sure:
            return Rates(speed, history, hit_rate(scrapes[-1:]), **self._still())
        lost = over(scrapes, "preempted")
        return Rates(
            tokens_per_s=speed,
            history=history,
            hit_rate=hit_rate(scrapes),
            ttft_s=ratio(over(scrapes, "ttft_sum"), over(scrapes, "ttft_count")),
            itl_s=ratio(over(scrapes, "itl_sum"), over(scrapes, "itl_count")),
            preempted=None if lost is None else round(lost),
            **self._still(),
        )

    def _still(self) -> _Still:
        """What stands still: the whole, or some of its engines."""
        now, new = self._scrapes[-1][0], self.last
        found = [(one, self._standing.seconds(one.name, now)) for one in new.engines]
        standing = tuple((engine, seconds) for engine, seconds in found if seconds)
        if len(standing) < len(new.engines) and standing:
            return _Still(stalled_s=0.0, standing=standing)
        # where nothing runs no long prompt can be what holds it up
        told = new.generated is not None or not new.running
        stalled = self._standing.seconds(_WHOLE, now) if told else 0.0
        return _Still(stalled_s=stalled, standing=())

    def _load(self, now: float, scrape: Metrics) -> Load:
        """What is told, and what happened since the scrape before where that can be known."""
        last = self._scrapes[-2] if len(self._scrapes) > 1 else None
        told = load_since(last, now, scrape)
        past = [load.tokens_per_s for _, load in self._loads if load.tokens_per_s is not None]
        speed, before = told.tokens_per_s, self._speed
        self._speed = speed
        if self._mixed or not self._sure:
            return unrated(told, scrape)
        fastest = max((*past, before or 0.0), default=0.0)
        least = min(max(_FAST, _SUDDEN * fastest), most(scrape, last[1] if last else scrape))
        odd = scrape.born is None and speed is not None and speed > least
        return unrated(told, scrape) if odd else told

    @property
    def _sure(self) -> bool:
        """One and the same process told all scrapes since the last fall."""
        return self._unbroken >= _SURE or self.last.born is not None

    def _agreed(self, scrape: Metrics) -> Metrics:
        """Believe the source that says that nothing is there, where nothing moves."""
        moved = self._standing.moved(_WHOLE, scrape)
        if moved is None:
            moved = bool(scrape.throughput)
        idle = scrape.idle and not moved
        return replace(scrape, running=0.0, waiting=0.0) if idle else scrape

    def _begin_anew(self) -> None:
        self._scrapes.clear()
        self._known = Metrics()
        self._unbroken = 0
        self._speed = None

    def _mix(self, now: float) -> None:
        """Several answer in turn: what was measured across them never was a rate."""
        self._mixed_at = now
        self._loads = deque((at, unrated(load)) for at, load in self._loads)

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
        other = None not in (scrape.born, self._known.born) and scrape.born != self._known.born
        return other or any(_less(get(scrape), get(self._known)) for get in _GETTERS)

    def _returned(self, now: float, scrape: Metrics) -> bool:
        """It fell to just above where it was a while ago, or to an older process: two tell."""
        if _less(scrape.born, self._known.born):
            return True
        told, high = scrape.generated, self._known.generated
        if told is None or high is None or told >= high or scrape.born is not None:
            return False
        return any(
            _YOUNG <= old.generated <= told
            and told - old.generated <= most(scrape, old) * (now - at)
            for at, old in self._scrapes
            if old.generated is not None
        )

    def _leapt(self, now: float, scrape: Metrics) -> bool:
        """It is above where it fell from, faster than any server: that one still counts on."""
        if not self._falls or not self._scrapes:
            return False
        (_, high), (then, _) = self._falls[-1], self._scrapes[-1]
        low, told = self._known.generated, scrape.generated
        if low is None or told is None or high.generated is None or now <= then:
            return False
        speed = (told - low) / (now - then)
        return told >= high.generated and speed > most(scrape, self.last)


_GETTERS: tuple[Callable[[Metrics], float | None], ...] = tuple(map(attrgetter, _COUNTERS))


def _less(new: float | None, old: float | None) -> bool:
    return new is not None and old is not None and new < old
