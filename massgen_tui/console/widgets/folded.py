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
from massgen_tui.monitor.status import GpuSnapshot, GpuStatus, ServerStatus

_EACH = 3
"""So many GPUs of a machine are told one by one."""


def one_line(servers: Mapping[str, ServerStatus], gpus: GpuSnapshot, now: float) -> Text:
    """Servers and GPUs on one line, for terminals without room for a sidebar."""
    line = Text()
    for status in servers.values():
        glyph, _ = GLYPHS[status.state]
        line.append(" │ " if line else " ")
        line.append(f"{glyph} ").append(f"{kind(status)} {status.target.place} {word(status)}")
        if status.running is not None:
            line.append(f" run {status.running}")
        if status.tokens_per_s is not None:
            line.append(f" {gauges.rate(status.tokens_per_s)} tok/s")
    for host in (gpus, *gpus.others):
        for words in _gpu_words(host, now):
            at = f"{host.host} " if host.host else ""
            line.append(" │ " if line else " ").append(f"{at}{words}")
    return line


def _gpu_words(host: GpuSnapshot, now: float) -> Iterator[str]:
    """The GPUs of a machine: trouble first, then each, or all together where there are many."""
    silent = unanswered(host, now)
    if silent:
        yield f"! GPUs: {silent}"
    if age := stale(host, now):
        yield f"! GPUs {age}"
    if len(host.gpus) > _EACH:
        bad = [gpu for gpu in host.gpus if gpu.lost or any(troubles(gpu))]
        if bad:
            yield f"! GPU {','.join(str(gpu.index) for gpu in bad)}: {_first_trouble(bad[0])}"
        yield f"{len(host.gpus)} GPUs {totals(host.gpus)}"
        return
    for gpu in host.gpus:
        trouble = "" if gpu.lost else "".join(f" ! {words}" for words, _ in troubles(gpu))
        used = memory(gpu.memory_used, gpu.memory_total)
        yield f"GPU{gpu.index} {'lost' if gpu.lost else f'{load(gpu)} {used}'}{trouble}"


def _first_trouble(gpu: GpuStatus) -> str:
    return "lost" if gpu.lost else next((words for words, _ in troubles(gpu)), "")
