"""Numbers as the sidebar writes them: sparklines, shares, sizes, durations. Unknown is `–`."""

from collections.abc import Iterator, Sequence
from functools import partial

UNKNOWN = "–"
_BARS = "▁▂▃▄▅▆▇█"
_GIB = 2**30


def spark(values: Sequence[float | None], width: int, top: float | None = None) -> str:
    """Values as bars in `width` cells at most, the newest at the right.

    Where there are more values than cells, a bar is the mean of some neighbours. `top` is the
    value of a full bar, else the largest shown. What is not known is a gap; nothing is shown where
    nothing is known.
    """
    first = values[0] if values else None
    if width > 0 and first is not None and first % 1 == 0 and values.count(first) == len(values):
        # something idle: all means are the same, and exact
        return _bar(first, full=first if top is None else top) * min(len(values), width)
    shown = list(_folded(values, width)) if width > 0 else []
    known = [value for value in shown if value is not None]
    full = top if top is not None else max(known, default=0)
    return "".join(map(partial(_bar, full=full), shown)) if known else ""


def _folded(values: Sequence[float | None], width: int) -> Iterator[float | None]:
    """The values, or where there are more than `width`, that many means of neighbours."""
    count = len(values)
    bars = min(count, width)
    for at in range(bars):
        yield _mean(values[at * count // bars : (at + 1) * count // bars])


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None


def _bar(value: float | None, *, full: float) -> str:
    if value is None:
        return " "
    last = len(_BARS) - 1
    return _BARS[min(last, max(0, round(value / full * last)))] if full > 0 else _BARS[0]


def whole(value: float | None) -> str:
    """A whole number."""
    return UNKNOWN if value is None else f"{value:.0f}"


def share(value: float | None) -> str:
    """0 to 1 as percent; what is more than nothing is never shown as 0%."""
    if value is None:
        return UNKNOWN
    return "<1%" if 0 < value < 0.005 else f"{value:.0%}"


def rate(value: float) -> str:
    """A number a second, with one decimal where it is small."""
    return f"{value:.1f}" if 0 < value < 10 else f"{value:.0f}"


def gib(value: float | None) -> str:
    """Bytes as GiB, 1024-based, without the unit."""
    return UNKNOWN if value is None else f"{value / _GIB:.1f}"


def whole_gib(value: float | None) -> str:
    """The same in whole numbers, for sums."""
    return UNKNOWN if value is None else f"{value / _GIB:.0f}"


def watts(value: float) -> str:
    """A power: `412 W`, `3.3 kW`."""
    return f"{value:.0f} W" if value < 1000 else f"{value / 1000:.1f} kW"


def tokens(value: int | None) -> str:
    """A context length as its makers write it: `4k` of 4096, `128k` of 128000 or 131072, `1M`."""
    if value is None:
        return UNKNOWN
    for size, unit in ((1_000_000, "M"), (2**20, "M"), (1000, "k"), (1024, "k")):
        if value >= size and value % size == 0:
            return f"{value // size}{unit}"
    return str(value) if value < 10_000 else f"{value / 1000:.0f}k"


def ago(seconds: float) -> str:
    """A duration in its largest unit: `12 s`, `3 min`, `2 h`, `4 d`."""
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= size:
            return f"{int(seconds // size)} {unit}"
    return f"{max(0, int(seconds))} s"


def millis(seconds: float) -> str:
    """A latency: `85 ms`, `1.24 s`."""
    return f"{seconds * 1000:.0f} ms" if seconds < 1 else f"{seconds:.2f} s"
