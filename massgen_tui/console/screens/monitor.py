"""Everything that is known of one server, or of the GPUs: a sheet that stays up to date."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from rich.text import Text
from textual.widgets import Static

from massgen_tui.console.screens.text_modal import TextModal
from massgen_tui.console.widgets import gauges
from massgen_tui.console.widgets.gpu_gauges import load, memory
from massgen_tui.console.widgets.gpu_names import gpus_by_id
from massgen_tui.console.widgets.gpu_rows import unanswered
from massgen_tui.console.widgets.server_gauges import ALL, Gauge
from massgen_tui.console.widgets.server_rows import WORDS, failed_words, glyph, kind, word
from massgen_tui.monitor.gpu_status import GpuSnapshot, GpuStatus
from massgen_tui.monitor.status import ServerState, ServerStatus, StateChange
from massgen_tui.monitor.workers import Worker

_MINUTE = 30
"""Cells of a minute: on a terminal of 80 columns a sheet holds it beside its number."""


class DetailSheet(TextModal):
    """A sheet whose text is made anew every second."""

    def __init__(self, title: str, tell: Callable[[], str]) -> None:
        """Show what `tell` gives."""
        super().__init__(title, tell())
        self._tell = tell

    def on_mount(self) -> None:
        """Keep it up to date."""
        self.set_interval(1.0, self.again)

    def again(self) -> None:
        """Say what is known now."""
        said = self._tell()
        if said != self.body.plain:
            self.body = Text(said)
            self.query_one("#sheet-text", Static).update(self.body)


def server_detail(status: ServerStatus, now: float) -> str:
    """A server in full: what it is, its numbers, what is odd, how to start it, what was asked."""
    return "\n".join(_server_lines(status, now))


def events_text(servers: Mapping[str, ServerStatus]) -> str:
    """Which servers went where and when, the newest first."""
    told = [
        (change, f"{kind(status)} {status.target.place} ")
        for status in servers.values()
        for change in status.changes
    ]
    told.sort(key=lambda pair: pair[0].at, reverse=True)
    return "\n".join(_change(*pair) for pair in told) or "Nothing has happened yet."


def detail(name: str, servers: Mapping[str, ServerStatus], gpus: GpuSnapshot, now: float) -> str:
    """All about a server by its id, a GPU by its `gpu_id`, else about all GPUs."""
    if name in servers:
        return server_detail(servers[name], now)
    found = gpus_by_id(gpus).get(name)
    return host_detail(found[0], now, found[1]) if found else gpu_detail(gpus, now)


def gpu_detail(snapshot: GpuSnapshot, now: float) -> str:
    """All GPUs in full, host by host."""
    hosts = [host_detail(one, now) for one in (snapshot, *snapshot.others)]
    return "\n\n".join(hosts)


def host_detail(snapshot: GpuSnapshot, now: float, only: GpuStatus | None = None) -> str:
    """The GPUs of one host in full, or this one."""
    lines = [f"on {snapshot.host or 'this host'}"]
    silent = unanswered(snapshot, now)
    lines += [silent or snapshot.reason] if silent or snapshot.reason else []
    if snapshot.sampled_at is not None:
        lines.append(f"sampled {gauges.ago(now - snapshot.sampled_at)} ago")
    for gpu in snapshot.gpus:
        if only is None or only is gpu:
            lines += ["", *_gpu_lines(gpu)]
    return "\n".join(lines)


def _server_lines(status: ServerStatus, now: float) -> Iterator[str]:
    sign, _ = glyph(status)
    since = "" if status.since is None else f" for {gauges.ago(now - status.since)}"
    reason = f": {status.reason}" if status.reason else ""
    yield f"{sign} {word(status)}{since}{reason}"
    yield ""
    yield from _table([*_known(status)])
    yield ""
    if status.last_failure is not None:
        told = [failed_words(status, now), status.last_failure.message]
        yield from _section("last failure", [text for text in told if text])
    yield from _section(
        "models", [_model(model.id, model.context_length) for model in status.models]
    )
    yield from _section("to mend", status.notes)
    yield from _section("workers", [_worker(one) for one in status.crew])
    yield from _section("good to know", [status.remark] if status.remark else [])
    if status.start_command:
        host = status.target.host
        title = "start it" if status.startable else "start command"
        lines = [line for line in (status.start_command, status.target.start_note) if line]
        yield from _section(f"{title} (on {host})", lines)
    yield from _section("changes", [_change(change) for change in reversed(status.changes)])
    yield from _section(
        "asked",
        [
            f"{gauges.ago(now - asked.at):>6} ago  {asked.path:<16} "
            f"{asked.words or asked.status}  {gauges.millis(asked.seconds)}"
            for asked in reversed(status.log)
        ],
    )


def _known(status: ServerStatus) -> Iterator[tuple[str, str]]:
    target = status.target
    yield "address", target.base_url
    yield from (("asked with", line) for line in target.asked_with)
    yield from (("numbers from", page.place) for page in target.pages)
    yield "kind", f"{kind(status)} {status.version}".strip()
    yield "agents", ", ".join(target.agents) or "none"
    if status.workers:
        yield "workers", str(status.workers)
    yield from _numbers(status)
    yield "probe", _time(status.latency_s)


def _gpu_lines(gpu: GpuStatus) -> Iterator[str]:
    away = f"  ✗ {gpu.state}" if gpu.away else ""
    yield f"{gpu.index}  {gpu.name or gauges.UNKNOWN}{away}"
    yield from _table(
        (
            ("id", gpu.uuid or gauges.UNKNOWN),
            ("load", _with(load(gpu), gpu.history, 100)),
            ("memory", _with(memory(gpu.memory_used, gpu.memory_total), gpu.memory_history, 1)),
            ("temperature", gauges.UNKNOWN if gpu.temperature is None else f"{gpu.temperature} °C"),
            ("power", _with(_power(gpu), gpu.power_history, gpu.power_limit)),
            ("clocks", f"{_clock(gpu.sm_clock)} SM, {_clock(gpu.memory_clock)} memory"),
            ("held back", _held(gpu.throttled)),
            ("ECC errors", gauges.whole(gpu.ecc_errors)),
            ("last XID", gauges.whole(gpu.xid)),
            ("note", gpu.note or "none"),
        )
    )
    if gpu.chosen is not None:
        yield f"  {'named' if gpu.chosen else 'not named'} by CUDA_VISIBLE_DEVICES"
    for part in gpu.instances:
        yield f"  instance {part.name} {memory(part.memory_used, part.memory_total)}"
    if gpu.processes is None and not gpu.away:
        yield f"  processes {gauges.UNKNOWN}"
    for process in gpu.processes or ():
        whose = f", the server {process.server}" if process.server else ""
        held = f"{gauges.gib(process.memory)} GiB"
        name = f" {process.name}" if process.name else ""
        yield f"  process {process.pid}{name} {held}{whose}"


def _table(facts: Sequence[tuple[str, str]]) -> Iterator[str]:
    widest = max(len(name) for name, _ in facts)
    for name, value in facts:
        yield f"  {name:<{widest}}  {value}"


def _section(title: str, lines: Sequence[str]) -> Iterator[str]:
    if lines:
        yield title
        yield from (f"  {line}" for line in lines)
        yield ""


def _change(change: StateChange, who: str = "") -> str:
    reason = f": {change.reason}" if change.reason else ""
    state = WORDS.get(change.after, change.after.value)
    return f"{change.when:%H:%M:%S}  {who}{state}{reason}"


def _model(name: str, length: int | None) -> str:
    return name if length is None else f"{name}  {length} tokens of context"


def _worker(worker: Worker) -> str:
    """One worker: whether the router holds it healthy, then what is known of its load."""
    health = {True: "●", False: "✗ not healthy", None: "○"}[worker.healthy]
    load = [
        f"{name} {gauges.whole(value)}"
        for name, value in (("run", worker.running), ("wait", worker.waiting))
        if value is not None
    ]
    load += [] if worker.kv_usage is None else [f"KV {worker.kv_usage:.0%}"]
    load += [] if load or worker.routed is None else [f"{worker.routed} open from here"]
    return "  ".join(part for part in (worker.name, worker.version, health, *load) if part)


def _numbers(status: ServerStatus) -> Iterator[tuple[str, str]]:
    told = status.preempted is not None or any(gauge.known(status) for gauge in ALL)
    if status.state is ServerState.UP and status.reason and not told:
        # the reason says where they are, or why there are none
        yield "numbers", "none are told"
        return
    yield from ((gauge.name, _measured(gauge, status)) for gauge in ALL)
    yield "preempted", gauges.whole(status.preempted)


def _measured(gauge: Gauge, status: ServerStatus) -> str:
    return f"{gauge.say(status):<8} {gauge.bars(status, _MINUTE)}".rstrip()


def _time(seconds: float | None) -> str:
    return gauges.UNKNOWN if seconds is None else gauges.millis(seconds)


def _with(said: str, history: Sequence[float | None], top: float | None) -> str:
    return f"{said:<17} {gauges.spark(history, _MINUTE, top)}".rstrip()


def _held(reasons: Sequence[str] | None) -> str:
    return gauges.UNKNOWN if reasons is None else ", ".join(reasons) or "no"


def _power(gpu: GpuStatus) -> str:
    return f"{_watts(gpu.power)} of {_watts(gpu.power_limit)}"


def _watts(value: float | None) -> str:
    return f"{gauges.whole(value)} W"


def _clock(value: int | None) -> str:
    return f"{gauges.whole(value)} MHz"
