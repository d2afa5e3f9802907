"""The GPUs of a host as rows of the sidebar: two lines each, or one where there are many."""

from collections.abc import Iterable, Iterator, Sequence

from massgen_tui.console.stream.rows import Row, line_rows
from massgen_tui.console.stream.wrap import cells, crop
from massgen_tui.console.widgets import gauges
from massgen_tui.monitor.gpus import STALE
from massgen_tui.monitor.status import GpuSnapshot, GpuStatus

STALE_AFAR = 15.0
"""Seconds after which another machine's numbers are stale: they are asked for less often."""
MANY = 8
"""So many GPUs get one line each, and a line of totals."""
CHOSEN = "•"
"""Beside the number of a GPU that CUDA_VISIBLE_DEVICES names."""
_BARS = 6
"""Columns that a name leaves to the history, its space among them."""
_INDENT = (("  ", "text"),)
_BAD = (("! ", "bad"),)


def gpu_sections(
    snapshot: GpuSnapshot, width: int, now: float, marked: int | None = None
) -> Iterator[tuple[int | None, list[Row]]]:
    """Each GPU's number and rows; what is about all of them, or why there are none, has None.

    Args:
        snapshot: What is known of them.
        width: Cells.
        now: The monitor's time, for ages.
        marked: The number of the GPU that keys act on.
    """
    if snapshot.sampled_at is None:
        yield None, line_rows((("looking for GPUs …", "dim"),), width)
        return
    if snapshot.reason:
        yield None, line_rows(((snapshot.reason, "dim"),), width)
    if age := stale(snapshot, now):
        yield None, line_rows(((f"! {age}", "warn"),), width)
    many = len(snapshot.gpus) >= MANY
    if many:
        yield None, [_total(snapshot.gpus, width)]
    for gpu in snapshot.gpus:
        number = _number(gpu, 2 if many else 0, marked=gpu.index == marked)
        yield gpu.index, [_line(gpu, number, width)] if many else _block(gpu, number, width)


def stale(snapshot: GpuSnapshot, now: float) -> str:
    """How old its numbers are, where they are too old to be believed; else nothing."""
    if not snapshot.gpus or snapshot.sampled_at is None:
        return ""
    age = now - snapshot.sampled_at
    late = age >= (STALE_AFAR if snapshot.host else STALE)
    return f"stale: {gauges.ago(age)} old" if late else ""


def load(gpu: GpuStatus) -> str:
    """Its utilisation in percent."""
    return gauges.UNKNOWN if gpu.utilisation is None else f"{gpu.utilisation}%"


def memory(used: float | None, total: float | None) -> str:
    """Used and total, in GiB."""
    return f"{gauges.gib(used)}/{gauges.gib(total)} GiB"


def _block(gpu: GpuStatus, number: str, width: int) -> list[Row]:
    if gpu.lost:
        why = "" if gpu.note == "lost" else gpu.note
        note = line_rows(((why, "bad"),), width, first=_INDENT, rest=_INDENT) if why else []
        return [_titled(gpu, number, width, "✗ lost"), *note]
    rows = [_titled(gpu, number, width, load(gpu), gpu.history)]
    facts = [memory(gpu.memory_used, gpu.memory_total), _heat(gpu), _power(gpu)]
    rows += _packed([fact for fact in facts if fact], width)
    served = [f"← {server} {gauges.gib(held)} GiB" for server, held in _servers(gpu)]
    rows += _packed(served, width)
    if gpu.throttled:
        held = f"held back: {', '.join(gpu.throttled)}"
        rows += line_rows(((held, "warn"),), width, first=(("! ", "warn"),), rest=_INDENT)
    if gpu.ecc_errors:
        errors = f"{gpu.ecc_errors} memory error{'' if gpu.ecc_errors == 1 else 's'} (ECC)"
        rows += line_rows(((errors, "bad"),), width, first=_BAD, rest=_INDENT)
    if gpu.xid:
        error = f"last driver error: XID {gpu.xid}"
        rows += line_rows(((error, "bad"),), width, first=_BAD, rest=_INDENT)
    if gpu.note:
        rows += line_rows(((gpu.note, "dim"),), width, first=_INDENT, rest=_INDENT)
    parts = [f"{part.name} {memory(part.memory_used, part.memory_total)}" for part in gpu.instances]
    return rows + _packed(parts, width)


def _servers(gpu: GpuStatus) -> Iterable[tuple[str, float | None]]:
    """The servers of ours that hold its memory, and how much each."""
    found: dict[str, float | None] = {}
    for process in gpu.processes:
        if process.server:
            held = found.get(process.server)
            known = [value for value in (held, process.memory) if value is not None]
            found[process.server] = sum(known) if known else None
    return found.items()


def _number(gpu: GpuStatus, width: int, *, marked: bool) -> str:
    return f"{gpu.index:>{width}}{'▸' if marked else CHOSEN if gpu.chosen else ' '}"


def _titled(
    gpu: GpuStatus, number: str, width: int, right: str, history: Sequence[int] = ()
) -> Row:
    room = max(width - cells(number) - cells(right) - 1, 4)
    name = _short(gpu.name or gauges.UNKNOWN, max(room - _BARS, 4) if history else room)
    bars = gauges.spark(history, min(12, room - cells(name) - 1), top=100)
    gap = " " * max(room - cells(name) - cells(bars) - (1 if bars else 0), 0)
    style = "bad" if gpu.lost else "text"
    called = "dim" if gpu.chosen is False else "title"
    spans = [(number, "dim"), (name, called), (f"{gap} ", "text"), (right, style)]
    if bars:
        spans.append((f" {bars}", "good"))
    return Row(tuple(spans))


def _short(name: str, room: int) -> str:
    """The name without the words at its end for which there is no room: `H100 80GB`, `H100`."""
    words = name.removeprefix("NVIDIA ").removeprefix("GeForce ").split(" ")
    while len(words) > 1 and cells(" ".join(words)) > room:
        words.pop()
    return crop(" ".join(words), room)


def _line(gpu: GpuStatus, number: str, width: int) -> Row:
    if gpu.lost:
        return _titled(gpu, number, width, "✗ lost")
    text = f"{load(gpu):>4} {gauges.gib(gpu.memory_used)}/{gauges.gib(gpu.memory_total)}"
    if gpu.temperature is not None:
        text += f" {gpu.temperature}°"
    served = "".join(f" ← {server}" for server, _ in _servers(gpu))
    if cells(number) + cells(text) + cells(served) <= width:
        text += served
    bars = gauges.spark(gpu.history, min(8, width - cells(number) - cells(text) - 1), top=100)
    gap = " " if bars else ""
    text = crop(text, max(width - cells(number), 4))
    return Row(((number, "dim"), (text, "text"), (f"{gap}{bars}", "good")))


def _total(gpus: Sequence[GpuStatus], width: int) -> Row:
    """How many, their mean load, all memory and all power; the least telling gives way."""
    loads = [gpu.utilisation for gpu in gpus if gpu.utilisation is not None]
    mean = f"{sum(loads) / len(loads):.0f}%" if loads else gauges.UNKNOWN
    used, total = _sum(gpu.memory_used for gpu in gpus), _sum(gpu.memory_total for gpu in gpus)
    held = f"{gauges.whole_gib(used)}/{gauges.whole_gib(total)} GiB"
    power = _sum(gpu.power for gpu in gpus)
    drawn = "" if power is None else f" {gauges.watts(power)}"
    told = (
        f"{len(gpus)} GPUs {mean} {held}{drawn}",
        f"{len(gpus)}× {mean} {held}{drawn}",
        f"{mean} {held}{drawn}",
        f"{mean} {held}",
    )
    text = next((text for text in told if cells(text) <= width), told[-1])
    return Row(((crop(text, width), "title"),))


def _sum(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) if known else None


def _heat(gpu: GpuStatus) -> str:
    return "" if gpu.temperature is None else f"{gpu.temperature} °C"


def _power(gpu: GpuStatus) -> str:
    return "" if gpu.power is None else f"{gpu.power:.0f} W"


def _packed(facts: Sequence[str], width: int) -> list[Row]:
    """Facts side by side, in as few rows as they need."""
    lines: list[str] = []
    for fact in facts:
        if lines and cells(lines[-1]) + 2 + cells(fact) <= width:
            lines[-1] += f"  {fact}"
        else:
            lines.append(f"  {fact}")
    return [Row(((crop(line, width), "text"),)) for line in lines]
