"""The sidebar on one line, for terminals without room for it: trouble before numbers."""

from collections.abc import Iterator, Mapping, Sequence

from rich.text import Text

from massgen_tui.console.widgets import gauges
from massgen_tui.console.widgets.gpu_gauges import load, memory
from massgen_tui.console.widgets.gpu_rows import (
    begun_to_look,
    how_many,
    stale,
    totals,
    troubles,
    unanswered,
)
from massgen_tui.console.widgets.server_rows import glyph, kind, word
from massgen_tui.console.widgets.unseen import asking_line
from massgen_tui.monitor.gpu_status import GpuSnapshot, GpuStatus
from massgen_tui.monitor.status import Condition, ServerState, ServerStatus

_TROUBLES = (Condition.HUNG, Condition.PARTIAL)
_EACH = 3
"""So many GPUs of a machine are told one by one."""
_NAMED = 6
"""So many numbers of those that have one trouble are named."""


def one_line(servers: Mapping[str, ServerStatus], gpus: GpuSnapshot, now: float) -> Text:
    """Servers and GPUs on one line, for terminals without room for a sidebar."""
    told = [(_troubled(status), _server(status)) for status in servers.values()]
    for host in (gpus, *gpus.others):
        at = f"{host.host} " if host.host else ""
        told += [(bad, f"{at}{words}") for bad, words in _gpu_words(host, now)]
    # what does not fit is cut at the right
    first = sorted(told, key=lambda one: not one[0])
    if not servers and not begun_to_look(gpus):
        return asking_line()
    return Text(" " + " │ ".join(words for _, words in first) if first else "")


def _troubled(status: ServerStatus) -> bool:
    return status.state is not ServerState.UP or status.condition in _TROUBLES


def _server(status: ServerStatus) -> str:
    sign, _ = glyph(status)
    words = f"{sign} {kind(status)} {status.target.place} {word(status)}"
    if status.workers is not None and status.workers.partial:
        words += f" {status.workers}"
    if status.running is not None:
        words += f" run {status.running}"
    if status.tokens_per_s is not None:
        words += f" {gauges.rate(status.tokens_per_s)} tok/s"
    return words


def _gpu_words(host: GpuSnapshot, now: float) -> Iterator[tuple[bool, str]]:
    """The GPUs of a machine, each or all together where there are many, and whether it is bad."""
    silent = unanswered(host, now)
    if silent:
        yield True, f"! GPUs: {silent}"
    if age := stale(host, now):
        yield True, f"! GPUs {age}"
    if len(host.gpus) > _EACH:
        yield from ((True, f"! {who}: {wrong}") for who, wrong in _all_troubles(host.gpus))
        yield False, f"{how_many(host.gpus)} {totals(host.gpus)}"
        return
    for gpu in host.gpus:
        wrong = "; ".join(words for words, _ in troubles(gpu))
        if gpu.away:
            yield True, f"! GPU{gpu.index} {wrong}"
            continue
        said = f"{load(gpu)} {memory(gpu.memory_used, gpu.memory_total)}"
        yield bool(wrong), f"! GPU{gpu.index} {wrong} {said}" if wrong else f"GPU{gpu.index} {said}"


def _all_troubles(gpus: Sequence[GpuStatus]) -> Iterator[tuple[str, str]]:
    """Who has each trouble, and what it is; those that tell no number first."""
    found: dict[str, list[int]] = {}
    for gpu in sorted(gpus, key=lambda gpu: not gpu.away):
        for words, _ in troubles(gpu):
            found.setdefault(words, []).append(gpu.index)
    for words, numbers in found.items():
        many = len(numbers) > _NAMED
        yield f"{len(numbers)} GPUs" if many else f"GPU {','.join(map(str, numbers))}", words
