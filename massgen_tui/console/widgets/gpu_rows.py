"""The GPUs of a host as rows of the sidebar: some lines each, or one where there are many."""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import partial

from massgen_tui.console.stream.rows import Row, line_rows
from massgen_tui.console.stream.wrap import Span, crop
from massgen_tui.console.terminal.width import cells
from massgen_tui.console.widgets import gauges
from massgen_tui.console.widgets.columns import WIDE, columns
from massgen_tui.console.widgets.gpu_gauges import (
    clock,
    heat,
    lined,
    load,
    measured,
    memory,
    power,
)
from massgen_tui.console.widgets.kept_rows import BARS, KeptRows
from massgen_tui.console.widgets.unseen import looking
from massgen_tui.monitor.gpu_status import STALE, GpuSnapshot, GpuStatus

STALE_AFAR = 15.0
"""Seconds after which another machine's numbers are stale: they are asked for less often."""
MANY = 8
"""So many GPUs get one line each, and a line of totals."""
CHOSEN = "•"
"""Beside the number of a GPU that CUDA_VISIBLE_DEVICES names."""
_BARS = 6
"""Columns that a name leaves to the history, its space among them."""
_INDENT = (("  ", "text"),)
_BESIDES = re.compile(
    r"\d+GB|HBM\d\w*|PCIe|NVL|SXM\d?|GPU|Blackwell|Server|Workstation|Edition|Generation"
)
"""Words at the end of a name that stand beside what the card is called."""


def gpu_sections(
    snapshot: GpuSnapshot,
    width: int,
    now: float,
    marked: int | None = None,
    kept: KeptRows | None = None,
) -> Iterator[tuple[int | None, list[Row]]]:
    """Each GPU's place among them and its rows; what is about all, or why there are none, has None.

    Args:
        snapshot: What is known of them.
        width: Cells.
        now: The monitor's time, for ages.
        marked: The place of the GPU that keys act on.
        kept: Has the rows of the last time.
    """
    silent = unanswered(snapshot, now)
    if silent:
        yield None, line_rows(((f"! {silent}", "warn"),), width)
    elif snapshot.sampled_at is None:
        yield None, looking(width)
    elif snapshot.reason:
        yield None, line_rows(((snapshot.reason, "dim"),), width)
    if age := stale(snapshot, now):
        yield None, line_rows(((f"! {age}", "warn"),), width)
    many = len(snapshot.gpus) >= MANY
    if many:
        total = partial(_total, snapshot.gpus, width)
        own = kept.of_all(snapshot.host, snapshot.gpus, width, total) if kept else total()
        yield None, [own]
    for place, gpu in enumerate(snapshot.gpus):
        number = _number(gpu, 2 if many else 0, marked=place == marked)
        if gpu.away:
            yield place, _away(gpu, number, width, snapshot.reason)
        else:
            yield place, _lined(gpu, number, width, kept) if many else _block(gpu, number, width)


def begun_to_look(snapshot: GpuSnapshot) -> bool:
    """Whether anything was asked for yet; the servers come first."""
    return snapshot.asked_at is not None or snapshot.sampled_at is not None


def unanswered(snapshot: GpuSnapshot, now: float) -> str:
    """For how long a driver that was never heard, or not since it was gone, has been silent."""
    if snapshot.asked_at is None or any(not gpu.away for gpu in snapshot.gpus):
        return ""
    silent = now - snapshot.asked_at
    return f"the driver has not answered for {gauges.ago(silent)}" if silent >= STALE else ""


def stale(snapshot: GpuSnapshot, now: float) -> str:
    """How old its numbers are, where they are too old to be believed; else nothing."""
    if snapshot.sampled_at is None or all(gpu.away for gpu in snapshot.gpus):
        return ""
    age = now - snapshot.sampled_at
    late = age >= (STALE_AFAR if snapshot.host else STALE)
    return f"stale: {gauges.ago(age)} old" if late else ""


def _block(gpu: GpuStatus, number: str, width: int) -> list[Row]:
    rows = list(_wide(gpu, number, width) if width >= WIDE else _narrow(gpu, number, width))
    served = [f"← {server} {gauges.gib(held)} GiB" for server, held in _servers(gpu)]
    rows += _packed(served, width)
    rows += _troubles(gpu, width)
    if gpu.note:
        rows += line_rows(((gpu.note, "dim"),), width, first=_INDENT, rest=_INDENT)
    parts = [f"{part.name} {memory(part.memory_used, part.memory_total)}" for part in gpu.instances]
    return rows + _packed(parts, width)


def _away(gpu: GpuStatus, number: str, width: int, said: str) -> list[Row]:
    """A GPU that tells no number: what it is called, its state, and why unless that was `said`."""
    row = _titled(gpu, number, width, f"✗ {gpu.state}")
    if gpu.note in ("", said):
        return [row]
    return [row, *line_rows(((gpu.note, "bad"),), width, first=_INDENT, rest=_INDENT)]


def _wide(gpu: GpuStatus, number: str, width: int) -> Iterator[Row]:
    facts = [fact for fact in (heat(gpu), clock(gpu)) if fact]
    yield _titled(gpu, number, width, "  ".join(facts))
    yield from columns(measured(gpu), width)


def _narrow(gpu: GpuStatus, number: str, width: int) -> Iterator[Row]:
    yield _titled(gpu, number, width, load(gpu), gpu.history)
    facts = [memory(gpu.memory_used, gpu.memory_total), heat(gpu), power(gpu)]
    yield from _packed([fact for fact in facts if fact], width)


def _troubles(gpu: GpuStatus, width: int) -> Iterator[Row]:
    """What an operator must see of a GPU, with what stands out for how bad it is."""
    for words, style in troubles(gpu):
        yield from line_rows(((words, style),), width, first=(("! ", style),), rest=_INDENT)


def troubles(gpu: GpuStatus) -> Iterator[Span]:
    """What is wrong with a GPU, in words with a style."""
    if gpu.away:
        yield f"{gpu.state} ({gpu.note})" if gpu.note else gpu.state.value, "bad"
    if gpu.throttled:
        yield f"held back: {', '.join(gpu.throttled)}", "warn"
    if gpu.ecc_errors:
        yield f"{gpu.ecc_errors} memory error{'' if gpu.ecc_errors == 1 else 's'} (ECC)", "bad"
    if gpu.xid:
        # it stays until the next, and may be a program's fault
        yield f"last driver error: XID {gpu.xid}", "warn"


def _servers(gpu: GpuStatus) -> Iterable[tuple[str, float | None]]:
    """The servers of ours that hold its memory, and how much each."""
    found: dict[str, float | None] = {}
    for process in gpu.processes or ():
        if process.server:
            held = found.get(process.server)
            known = [value for value in (held, process.memory) if value is not None]
            found[process.server] = sum(known) if known else None
    return found.items()


def _number(gpu: GpuStatus, width: int, *, marked: bool) -> str:
    return f"{gpu.index:>{width}}{'▸' if marked else CHOSEN if gpu.chosen else ' '}"


def _titled(
    gpu: GpuStatus, number: str, width: int, right: str, history: Sequence[float | None] = ()
) -> Row:
    room = max(width - cells(number) - cells(right) - 1, 4)
    name = _short(gpu.name or gauges.UNKNOWN, max(room - _BARS, 4) if history else room)
    bars = gauges.spark(history, min(12, room - cells(name) - 1), top=100)
    gap = " " * max(room - cells(name) - cells(bars) - (1 if bars else 0), 0)
    style = "bad" if gpu.away else "text"
    called = "dim" if gpu.chosen is False else "title"
    spans = [(number, "dim"), (name, called), (f"{gap} ", "text"), (right, style)]
    if bars:
        spans.append((f" {bars}", "good"))
    return Row(tuple(spans))


def _short(name: str, room: int) -> str:
    """The name without what tells no card from another, where there is no room for it."""
    words = name.removeprefix("NVIDIA ").removeprefix("GeForce ").split(" ")
    while len(words) > 1 and cells(" ".join(words)) > room and _BESIDES.fullmatch(words[-1]):
        words.pop()
    return crop(" ".join(words), room)


def _lined(gpu: GpuStatus, number: str, width: int, kept: KeptRows | None) -> list[Row]:
    if kept is None or width >= WIDE:
        return _one_line(gpu, number, width)
    return kept.of_gpu(gpu, (number, width), partial(_one_line, gpu, number, width))


def _one_line(gpu: GpuStatus, number: str, width: int) -> list[Row]:
    """A GPU among many: one line, and what is wrong with it."""
    rows = [_line(gpu, number, width), *_troubles(gpu, width)]
    if gpu.note and not gpu.part:
        rows += line_rows(((gpu.note, "dim"),), width, first=_INDENT, rest=_INDENT)
    return rows


def _line(gpu: GpuStatus, number: str, width: int) -> Row:
    served = "".join(f" ← {server}" for server, _ in _servers(gpu))
    if width >= WIDE:
        return lined(gpu, number, served, width)
    text = f"{load(gpu):>4} {gauges.gib(gpu.memory_used)}/{gauges.gib(gpu.memory_total)}"
    if gpu.temperature is not None:
        text += f" {gpu.temperature}°"
    if cells(number) + cells(text) + cells(served) <= width:
        text += served
    bars = gauges.spark(gpu.history, min(BARS, width - cells(number) - cells(text) - 1), top=100)
    gap = " " if bars else ""
    text = crop(text, max(width - cells(number), 4))
    return Row(((number, "dim"), (text, "text"), (f"{gap}{bars}", "good")))


def _total(gpus: Sequence[GpuStatus], width: int) -> Row:
    """How many, their mean load, all memory and all power; the least telling gives way."""
    said = totals(gpus)
    watts = _sum(gpu.power for gpu in _whole(gpus))
    drawn = "" if watts is None else f" {gauges.watts(watts)}"
    told = (
        f"{how_many(gpus)} {said}{drawn}",
        f"{len(_whole(gpus))}× {said}{drawn}",
        f"{said}{drawn}",
        said,
    )
    text = next((text for text in told if cells(text) <= width), told[-1])
    return Row(((crop(text, width), "title"),))


def how_many(gpus: Sequence[GpuStatus]) -> str:
    """How many there are, and how many of them the numbers are about."""
    whole = _whole(gpus)
    there = sum(not gpu.away for gpu in whole)
    return f"{len(whole)} GPUs" if there == len(whole) else f"{there} of {len(whole)} GPUs"


def totals(gpus: Sequence[GpuStatus]) -> str:
    """The mean load and all memory of GPUs that are there."""
    there = [gpu for gpu in gpus if not gpu.away]
    loads = [gpu.utilisation for gpu in there if gpu.utilisation is not None]
    mean = f"{sum(loads) / len(loads):.0f}%" if loads else gauges.UNKNOWN
    whole = {gpu.index for gpu in there if not gpu.part}
    # an instance holds memory of its GPU; where that is the system's, all have the same
    counted = [gpu for gpu in there if not gpu.part or gpu.index not in whole]
    shared = [gpu for gpu in counted if gpu.shared]
    counted = [gpu for gpu in counted if not gpu.shared] + shared[:1]
    used, total = (
        _sum(gpu.memory_used for gpu in counted),
        _sum(gpu.memory_total for gpu in counted),
    )
    return f"{mean} {gauges.whole_gib(used)}/{gauges.whole_gib(total)} GiB"


def _whole(gpus: Sequence[GpuStatus]) -> Sequence[GpuStatus]:
    """Each GPU once: of one that is told in parts only, the first, whose power is that of all."""
    found: dict[int, GpuStatus] = {}
    for gpu in gpus:
        known = found.get(gpu.index)
        if known is None or (known.part and not gpu.part):
            found[gpu.index] = gpu
    return list(found.values())


def _sum(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) if known else None


def _packed(facts: Sequence[str], width: int) -> list[Row]:
    """Facts side by side, in as few rows as they need."""
    lines: list[str] = []
    for fact in facts:
        if lines and cells(lines[-1]) + 2 + cells(fact) <= width:
            lines[-1] += f"  {fact}"
        else:
            lines.append(f"  {fact}")
    return [Row(((crop(line, width), "text"),)) for line in lines]
