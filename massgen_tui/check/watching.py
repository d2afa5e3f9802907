"""`massgen-tui watch --once` and `--format jsonl`: servers and GPUs as text or JSON, no screen."""

import asyncio
import json
import signal
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import IO

from massgen_tui.check.report import masked, server_report
from massgen_tui.check.text import server_text
from massgen_tui.config.model import Config
from massgen_tui.monitor.gpu_status import GpuSnapshot, GpuStatus
from massgen_tui.monitor.status import ServerState, ServerStatus
from massgen_tui.supervise.monitoring import Monitors
from massgen_tui.supervise.watching import Watching
from massgen_tui.text import clean, one_line

Record = dict[str, object]
FIRST = 20.0
"""Seconds that the first look may take, as long as a look of a server may."""
GPUS = 3.0
"""Seconds that a GPU driver may take beside."""
PACE = 2.5
"""Seconds between two lines."""
_TICK = 0.05
_GIB = 1024**3


async def once(
    config: Config, out: IO[str], *, as_json: bool, watching: Watching | None = None
) -> int:
    """Look once at every server and GPU, and print it.

    Returns:
        0: all servers are up; 2: some are not; 3: none is.
    """
    looking = watching or Monitors(config)
    await looking.start()
    try:
        await _looked(looking)
        servers, gpus = looking.servers, looking.gpus
    finally:
        await looking.stop()
    report = look_report(config, servers, gpus)
    out.write(json.dumps(report, indent=2) + "\n" if as_json else _text(report))
    up = [status.state is ServerState.UP for status in servers.values()]
    return 0 if all(up) else 2 if any(up) else 3


async def follow(config: Config, out: IO[str], *, watching: Watching | None = None) -> int:
    """Print a line of JSON a look, until the program is interrupted; gives its exit code.

    Raises:
        BrokenPipeError: the reader has gone.
    """
    looking, stop = watching or Monitors(config), asyncio.Event()
    code = 0

    def interrupted(number: int) -> None:
        nonlocal code
        code = 128 + number
        stop.set()

    loop = asyncio.get_running_loop()
    with suppress(NotImplementedError):
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, interrupted, int(number))
    await looking.start()
    try:
        await _looked(looking, stop.is_set)
        while not stop.is_set():
            at: Record = {"at": datetime.now(UTC).isoformat(timespec="milliseconds")}
            line = at | look_report(config, looking.servers, looking.gpus)
            out.write(json.dumps(line, separators=(",", ":")) + "\n")
            out.flush()
            with suppress(TimeoutError):
                async with asyncio.timeout(PACE):
                    await stop.wait()
    finally:
        await looking.stop()
    return code


async def _looked(watching: Watching, stopped: Callable[[], bool] = lambda: False) -> None:
    """Wait until every server was looked at, and then a little for the GPUs; or it is stopped."""
    await _until(lambda: stopped() or all(map(_known, watching.servers.values())), FIRST)
    await _until(lambda: stopped() or watching.gpus.sampled_at is not None, GPUS)


async def _until(seen: Callable[[], bool], seconds: float) -> None:
    """Return when it is so, or the time is over."""
    for _ in range(round(seconds / _TICK)):
        if seen():
            return
        await asyncio.sleep(_TICK)


def _known(status: ServerStatus) -> bool:
    return status.checked_at is not None or bool(status.target.problem)


def look_report(config: Config, servers: Mapping[str, ServerStatus], gpus: GpuSnapshot) -> Record:
    """`{"servers": as in check, "gpus": […], "gpu_note"}`, without any key."""
    report: Record = {
        "servers": [server_report(one.target, one) for one in servers.values()],
        "gpus": [_gpu(host, one) for host, one in _gpus(gpus)],
        "gpu_note": gpus.reason or None,
    }
    return masked(report, config)


def _gpus(snapshot: GpuSnapshot) -> Iterator[tuple[str, GpuStatus]]:
    for each in (snapshot, *snapshot.others):
        yield from ((each.host, one) for one in each.gpus)


def _gpu(host: str, gpu: GpuStatus) -> Record:
    return {
        "host": host or None,
        "index": gpu.index,
        "name": gpu.name,
        "uuid": gpu.uuid,
        "state": gpu.state.value,
        "note": gpu.note or None,
        "utilisation": gpu.utilisation,
        "memory_used": gpu.memory_used,
        "memory_total": gpu.memory_total,
        "temperature_c": gpu.temperature,
        "power_w": gpu.power,
        "power_limit_w": gpu.power_limit,
        "throttled": None if gpu.throttled is None else list(gpu.throttled),
        "ecc_errors": gpu.ecc_errors,
        "servers": sorted({one.server for one in gpu.processes or () if one.server}),
    }


def _text(report: Record) -> str:
    servers, gpus = report["servers"], report["gpus"]
    lines = [line for one in _items(servers) for line in server_text(one)]
    lines += [_gpu_line(one) for one in _items(gpus)]
    if not lines or not _items(gpus):
        lines.append(f"  – GPUs: {report['gpu_note'] or 'none is known'}")
    return clean("\n".join(lines)) + "\n"


def _items(value: object) -> list[Record]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _gpu_line(gpu: Record) -> str:
    used, total = gpu["memory_used"], gpu["memory_total"]
    host = f"{gpu['host']} " if gpu["host"] else ""
    facts = [one_line(str(gpu["name"] or "GPU"), 60)]
    if gpu["state"] != "there":
        facts.append(str(gpu["state"]))
    if gpu["utilisation"] is not None:
        facts.append(f"{gpu['utilisation']}%")
    if isinstance(used, int) and isinstance(total, int):
        facts.append(f"{used / _GIB:.1f} of {total / _GIB:.0f} GiB")
    if isinstance(gpu["power_w"], float | int):
        facts.append(f"{gpu['power_w']:.0f} W")
    if gpu["temperature_c"] is not None:
        facts.append(f"{gpu['temperature_c']} °C")
    if gpu["note"]:
        facts.append(one_line(str(gpu["note"]), 120))
    sign = "●" if gpu["state"] == "there" else "✗"
    return f"  {sign} {host}GPU {gpu['index']} {' · '.join(facts)}"
