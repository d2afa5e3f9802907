"""The sidebar on one line, for terminals without room for it: trouble before numbers."""

from collections.abc import Iterator, Mapping

from rich.text import Text

from massgen_tui.console.widgets import gauges
from massgen_tui.console.widgets.gpu_gauges import load, memory
from massgen_tui.console.widgets.gpu_rows import (
    stale,
    totals,
    troubles,
    unanswered,
)
from massgen_tui.console.widgets.server_rows import GLYPHS, kind, word
from massgen_tui.monitor.status import GpuSnapshot, GpuStatus, ServerState, ServerStatus

_EACH = 3
"""So many GPUs of a machine are told one by one."""


def one_line(servers: Mapping[str, ServerStatus], gpus: GpuSnapshot, now: float) -> Text:
    """Servers and GPUs on one line, for terminals without room for a sidebar."""
    told = [(status.state is not ServerState.UP, _server(status)) for status in servers.values()]
    for host in (gpus, *gpus.others):
        at = f"{host.host} " if host.host else ""
        told += [(bad, f"{at}{words}") for bad, words in _gpu_words(host, now)]
    # what does not fit is cut at the right
    first = sorted(told, key=lambda one: not one[0])
    return Text(" " + " │ ".join(words for _, words in first) if first else "")


def _server(status: ServerStatus) -> str:
    glyph, _ = GLYPHS[status.state]
    words = f"{glyph} {kind(status)} {status.target.place} {word(status)}"
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
        bad = [gpu for gpu in host.gpus if gpu.lost or any(troubles(gpu))]
        if bad:
            numbers = ",".join(str(gpu.index) for gpu in bad)
            yield True, f"! GPU {numbers}: {_first_trouble(bad[0])}"
        yield False, f"{len(host.gpus)} GPUs {totals(host.gpus)}"
        return
    for gpu in host.gpus:
        if gpu.lost:
            yield True, f"! GPU{gpu.index} lost"
            continue
        wrong = "; ".join(words for words, _ in troubles(gpu))
        said = f"{load(gpu)} {memory(gpu.memory_used, gpu.memory_total)}"
        yield bool(wrong), f"! GPU{gpu.index} {wrong} {said}" if wrong else f"GPU{gpu.index} {said}"


def _first_trouble(gpu: GpuStatus) -> str:
    return "lost" if gpu.lost else next((words for words, _ in troubles(gpu)), "")
