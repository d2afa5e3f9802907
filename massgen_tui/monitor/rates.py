"""What two scrapes of one server's counters, or a minute of them, say; and what they cannot."""

from dataclasses import dataclass, replace

from massgen_tui.monitor.metrics import Engine, Metrics
from massgen_tui.monitor.read import share
from massgen_tui.monitor.status import Load

_LEAP = 20_000.0
"""Tokens a second that no server generates."""
_EACH = 1000.0
"""The same for every request that runs."""


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
    """For how long requests have been there while nothing was counted."""
    standing: tuple[tuple[Engine, float], ...] = ()
    """Engines that stand still though others do not, and for how many seconds."""
    mixed: bool = False
    """Several servers answer in turn."""


def most(*scrapes: Metrics) -> float:
    """Tokens a second that the requests of these looks do not come to."""
    running = [scrape.running for scrape in scrapes if scrape.running is not None]
    return min(_LEAP, _EACH * (max(running) + 1)) if running else _LEAP


def unrated(load: Load, scrape: Metrics | None = None) -> Load:
    """The same without what is measured between two scrapes."""
    hits = scrape.hit_rate if scrape is not None and scrape.queries is None else None
    speed = scrape.throughput if scrape is not None and scrape.generated is None else None
    return replace(
        load,
        tokens_per_s=load.tokens_per_s if speed is not None else None,
        cache_hits=hits,
        ttft_s=None,
        itl_s=None,
    )


def load_since(before: tuple[float, Metrics] | None, now: float, scrape: Metrics) -> Load:
    """What happened since the scrape before."""
    then, last = before or (now, Metrics())
    pair = [last, scrape]
    hits = ratio(over(pair, "hits"), over(pair, "queries"))
    return Load(
        tokens_per_s=_speed(now - then, last, scrape),
        running=scrape.running,
        waiting=scrape.waiting,
        kv_usage=scrape.kv_usage,
        cache_hits=share(hits) if scrape.queries is not None else scrape.hit_rate,
        ttft_s=ratio(over(pair, "ttft_sum"), over(pair, "ttft_count")),
        itl_s=ratio(over(pair, "itl_sum"), over(pair, "itl_count")),
    )


def _speed(seconds: float, last: Metrics, scrape: Metrics) -> float | None:
    if scrape.generated is None:
        # old servers leave the gauge as it was when the last request ended
        return 0.0 if scrape.throughput is not None and scrape.running == 0 else scrape.throughput
    if last.generated is None or seconds <= 0:
        return None
    if scrape.steps is not None and last.steps is not None:
        # every step brings each request that runs a token
        each = max(((scrape.running or 0) + (last.running or 0)) / 2, 1.0)
        return (scrape.steps - last.steps) * each / seconds if scrape.steps >= last.steps else None
    return (scrape.generated - last.generated) / seconds


def over(scrapes: list[Metrics], name: str) -> float | None:
    """How much a counter grew since it was first told; None where it was not told twice."""
    last = getattr(scrapes[-1], name)
    if last is None:
        return None
    told = (getattr(scrape, name) for scrape in scrapes[:-1])
    first = next((value for value in told if value is not None), None)
    if first is None:
        return None
    grown: float = last - first
    return grown if grown >= 0 else None


def ratio(part: float | None, whole: float | None) -> float | None:
    """A part of a whole; None where there is no whole."""
    return part / whole if part is not None and whole is not None and whole > 0 else None


def hit_rate(scrapes: list[Metrics]) -> float | None:
    """Share of the prompts found in the cache: of late, else since the server's start."""
    new = scrapes[-1]
    if new.queries is None or new.hits is None:
        return new.hit_rate
    recent = ratio(over(scrapes, "hits"), over(scrapes, "queries"))
    return share(ratio(new.hits, new.queries) if recent is None else recent)
