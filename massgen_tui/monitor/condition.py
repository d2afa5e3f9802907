"""What a server is in beside its state: what its counters show, in words."""

from massgen_tui.monitor.looking import Liveness
from massgen_tui.monitor.metrics import Engine, Metrics
from massgen_tui.monitor.rates import Rates
from massgen_tui.monitor.status import Condition

STALLED = 20.0
"""Seconds in which nothing moves, though there are requests, from which that is pointed out."""
_MOST_NAMES = 4
_UNCOUNTED = "a request of ours is open, but it counts none: another replica, or a hung engine"


class Uncounted:
    """Notes since when a server counts no request, though one of ours is open."""

    def __init__(self) -> None:
        """None is open."""
        self._since: float | None = None

    def note(self, now: float, scrape: Metrics | None, *, open: bool) -> None:
        """Take in one look; `open`: a request of ours is, and brings nothing."""
        idle = scrape is not None and (scrape.running, scrape.waiting) == (0, 0)
        if not (idle and open):
            self._since = None
        elif self._since is None:
            self._since = now

    def words(self, now: float) -> str:
        """What is odd; empty: nothing."""
        odd = self._since is not None and now - self._since >= STALLED
        return _UNCOUNTED if odd else ""


def condition_of(pulse: Liveness, rates: Rates, scrape: Metrics) -> tuple[Condition | None, str]:
    """The condition and why; None and empty where nothing is odd."""
    if pulse.condition:
        return pulse.condition, ""
    if pulse.workers is not None and pulse.workers.partial:
        return Condition.PARTIAL, str(pulse.workers)
    return _moving(rates, scrape)


def _moving(rates: Rates, scrape: Metrics) -> tuple[Condition | None, str]:
    standing = [(engine, seconds) for engine, seconds in rates.standing if seconds >= STALLED]
    if standing:
        return Condition.PARTIAL, _standing(standing, len(scrape.engines))
    if rates.stalled_s < STALLED:
        return None, ""
    still = f"no token came for {rates.stalled_s:.0f} s"
    if scrape.running:
        # a cache that does not fill either says that no prompt is being read
        hung = Condition.HUNG if scrape.kv_usage is not None else None
        return hung, f"requests run, but {still}: a long prompt, or a hung engine"
    return Condition.HUNG, f"requests wait and none runs, and {still}: a hung engine"


def _standing(standing: list[tuple[Engine, float]], of: int) -> str:
    names = ", ".join(engine.name for engine, _ in standing[:_MOST_NAMES])
    more = " …" if len(standing) > _MOST_NAMES else ""
    running = sum(engine.running or 0 for engine, _ in standing)
    waiting = sum(engine.waiting or 0 for engine, _ in standing)
    longest = max(seconds for _, seconds in standing)
    some, verb = ("engine", "stands") if len(standing) == 1 else ("engines", "stand")
    return (
        f"{some} {names}{more} of {of} {verb} still: {running:.0f} run, {waiting:.0f} wait, "
        f"no token for {longest:.0f} s"
    )
