"""The numbers of one server over time: what they are now, and what is odd about them."""

from dataclasses import replace

from massgen_tui.monitor.condition import Uncounted, condition_of
from massgen_tui.monitor.looking import Liveness
from massgen_tui.monitor.metrics import Metrics
from massgen_tui.monitor.rates import Rates
from massgen_tui.monitor.status import Condition, ServerState, ServerStatus
from massgen_tui.monitor.window import Window

_ONE = 0.5
"""Seconds between two times that are one, told by clocks that differ."""
_GATHERED = 25.0
"""Seconds after which what is the same is believed to be so anew: Ray's agent has it every 10 s."""
_MIXED = "several servers answer here in turn: their counters give no rates"


class Figures:
    """Takes in the numbers of each look."""

    def __init__(self) -> None:
        """None is known."""
        self._window = Window()
        self._uncounted = Uncounted()
        self._told_at: float | None = None

    def take(self, now: float, pulse: Liveness, at: float, *, counting: bool, open: bool) -> bool:
        """Take in one look. Gives False when it is hardly the server that it was.

        Args:
            now: The time.
            pulse: What the look found.
            at: When its numbers were told.
            counting: It told how many requests run, at the look before.
            open: A request of ours is, and brings nothing.
        """
        scrape, up = pulse.metrics, pulse.state is ServerState.UP
        # who tells in its stead is a while behind
        self._uncounted.note(now, scrape, open=open and not pulse.relayed)
        if scrape is None or not up:
            self._window.miss(now, gone=not up)
            return True
        if pulse.relayed:
            if not self._repeats(at, scrape):
                self._window.add(at, scrape)
                self._told_at = at
            return True
        return self._window.add(at, scrape) and not (scrape.bare and counting)

    def _repeats(self, at: float, scrape: Metrics) -> bool:
        """Whether this is what was told before: it may not have been gathered anew yet."""
        if self._told_at is None:
            return False
        same = scrape.progress is None and scrape == self._window.last
        return at - self._told_at < (_GATHERED if same else _ONE)

    def added(
        self, status: ServerStatus, pulse: Liveness, now: float, *, talks: bool
    ) -> ServerStatus:
        """The status with these numbers, and with what is odd of a server that answers its probes.

        `talks`: one of our own streams brought something of late.
        """
        rates = self._window.rates()
        scrape = self._window.last if pulse.metrics else Metrics()
        condition, oddity = self._oddity(pulse, rates, scrape, now, talks=talks)
        return replace(
            status,
            reason=pulse.reason or oddity,
            condition=condition,
            running=_whole(scrape.running),
            waiting=_whole(scrape.waiting),
            kv_usage=scrape.kv_usage,
            tokens_per_s=rates.tokens_per_s,
            history=rates.history,
            cache_hits=rates.hit_rate,
            ttft_s=rates.ttft_s,
            itl_s=rates.itl_s,
            preempted=rates.preempted,
        )

    def _oddity(
        self, pulse: Liveness, rates: Rates, scrape: Metrics, now: float, *, talks: bool
    ) -> tuple[Condition | None, str]:
        if rates.mixed:
            return pulse.condition, _MIXED
        condition, words = condition_of(pulse, rates, scrape)
        if condition is Condition.HUNG and talks:
            return None, ""
        return condition, words or self._uncounted.words(now)


def _whole(value: float | None) -> int | None:
    return None if value is None else round(value)
