"""What is measured of a GPU, in words, and its last minute as bars. Unknown is `–`."""

from collections.abc import Sequence
from functools import partial

from massgen_tui.console.stream.rows import Row
from massgen_tui.console.stream.wrap import Span, crop
from massgen_tui.console.terminal.width import cells
from massgen_tui.console.widgets import gauges
from massgen_tui.console.widgets.columns import MOST_BARS, Measured
from massgen_tui.monitor.gpu_status import GpuStatus

_LEAST_BARS, _BESIDE_BARS = 4, 48


def load(gpu: GpuStatus) -> str:
    """Its utilisation in percent."""
    return gauges.UNKNOWN if gpu.utilisation is None else f"{gpu.utilisation}%"


def memory(used: float | None, total: float | None) -> str:
    """Used and total, in GiB."""
    return f"{gauges.gib(used)}/{gauges.gib(total)} GiB"


def heat(gpu: GpuStatus) -> str:
    """Its temperature; empty where it is not told."""
    return "" if gpu.temperature is None else f"{gpu.temperature} °C"


def power(gpu: GpuStatus) -> str:
    """What it draws; empty where it is not told. An instance is told of with its card's."""
    whose = "card " if gpu.part else ""
    return "" if gpu.power is None else f"{whose}{gpu.power:.0f} W"


def clock(gpu: GpuStatus) -> str:
    """What its multiprocessors run at; empty where it is not told."""
    return "" if gpu.sm_clock is None else f"{gpu.sm_clock} MHz"


def measured(gpu: GpuStatus) -> list[Measured]:
    """What there is a minute of: its load, its memory, its power."""
    found = [
        Measured(f"load {load(gpu)}", _bars(gpu.history, 100)),
        Measured(memory(gpu.memory_used, gpu.memory_total), _bars(gpu.memory_history, 1)),
    ]
    if power(gpu) or any(watts is not None for watts in gpu.power_history):
        limit = f" of {gpu.power_limit:.0f}" if gpu.power_limit else ""
        words = f"{power(gpu) or gauges.UNKNOWN}{limit}"
        found.append(Measured(words, _bars(gpu.power_history, gpu.power_limit or None)))
    return found


def lined(gpu: GpuStatus, number: str, served: str, width: int) -> Row:
    """All of it in one line, each number at the same place for every GPU up to 999 GiB.

    A part of a GPU has no power of its own.
    """
    bars = min(max((width - _BESIDE_BARS) // 3, _LEAST_BARS), MOST_BARS)
    spans: list[Span] = [(number, "dim")]
    held = f"{gauges.gib(gpu.memory_used)}/{gauges.gib(gpu.memory_total)}"
    drawn = "" if gpu.part else power(gpu)
    powers = () if gpu.part else gpu.power_history
    for text, minute in (
        (f"{load(gpu):>4}", _bars(gpu.history, 100)),
        (f"{held:>11}", _bars(gpu.memory_history, 1)),
        (f"{drawn or gauges.UNKNOWN:>6}", _bars(powers, gpu.power_limit or None)),
    ):
        spans += [(f" {text} ", "text"), (f"{minute(bars):<{bars}}", "good")]
    part = f" {gpu.note.removeprefix('MIG ')}" if gpu.part else ""
    room = width - sum(cells(text) for text, _ in spans)
    spans.append((crop(f" {heat(gpu):>6}{part}{served}".rstrip(), max(room, 1)), "text"))
    return Row(tuple(spans))


def _bars(history: Sequence[float | None], top: float | None) -> partial[str]:
    return partial(gauges.spark, history, top=top)
