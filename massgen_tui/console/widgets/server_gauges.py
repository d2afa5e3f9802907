"""What is measured of a server: the number now, a minute of it, and from where on it is a worry."""

import math
from collections.abc import Callable
from typing import NamedTuple

from massgen_tui.console.widgets import gauges
from massgen_tui.monitor.status import ServerStatus


class Gauge(NamedTuple):
    """One of the numbers that `ServerStatus` and, look by look, `Load` hold under one name."""

    field: str
    name: str
    """As the details call it."""
    short: str
    """As the sidebar does."""
    write: Callable[[float], str]
    top: float | None = None
    """The value of a full bar; None: the largest seen."""
    worry: float = math.inf
    """From here on it is pointed out."""

    def value(self, status: ServerStatus) -> float | None:
        """The number now."""
        found: float | None = getattr(status, self.field)
        return found

    def say(self, status: ServerStatus) -> str:
        """The number now, in words."""
        value = self.value(status)
        return gauges.UNKNOWN if value is None else self.write(value)

    def style(self, status: ServerStatus) -> str:
        """The style of that number."""
        return "warn" if (self.value(status) or 0) >= self.worry else "text"

    def known(self, status: ServerStatus) -> bool:
        """It was told at this look, or at some of the last minute."""
        told = [getattr(load, self.field) for load in status.history]
        return self.value(status) is not None or any(value is not None for value in told)

    def bars(self, status: ServerStatus, width: int) -> str:
        """The last minute of it; empty where nothing is known."""
        return gauges.spark([getattr(load, self.field) for load in status.history], width, self.top)


RUNNING = Gauge("running", "running", "run", gauges.whole)
WAITING = Gauge("waiting", "waiting", "wait", gauges.whole, worry=1)
KV = Gauge("kv_usage", "KV cache", "KV", gauges.share, 1.0, 0.95)
CACHE = Gauge("cache_hits", "cache hits", "cache", gauges.share, 1.0)
SPEED = Gauge("tokens_per_s", "server's tokens/s", "server tok/s", gauges.rate)
TTFT = Gauge("ttft_s", "TTFT", "TTFT", gauges.millis)
ITL = Gauge("itl_s", "ITL", "ITL", gauges.millis)
ALL = (RUNNING, WAITING, KV, CACHE, SPEED, TTFT, ITL)
