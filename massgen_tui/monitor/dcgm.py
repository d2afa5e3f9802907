"""GPUs of other machines, through the DCGM exporter that their cluster already runs.

Behind the exporter of one machine or a Prometheus that gathers many: machines are told apart by
their label, and samples may be as old as their time.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from massgen_tui.config.address import same_origin
from massgen_tui.config.extras import Extra, pairs, with_query
from massgen_tui.config.model import Config
from massgen_tui.monitor.dcgm_page import Page, Told
from massgen_tui.monitor.fetch import Answer, Fault, Fetcher
from massgen_tui.monitor.gpu_inventory import GpuInventory
from massgen_tui.monitor.gpu_state import GpuState
from massgen_tui.monitor.gpu_status import GpuSnapshot
from massgen_tui.net.address import is_loopback

_LARGE = 50_000
"""Bytes of a page from which it is read in a thread: a machine with 8 GPUs sends about 30 kB."""
_MINUTE = 24
"""Looks of a minute."""
_LATE = 60.0
"""Seconds from which the time that a sample bears is believed: clocks of machines differ."""
_NOT_TOLD = "not told any more"
_NO_GPU = "the exporter names no GPU"


@dataclass(slots=True)
class _Machine:
    """One machine over time."""

    roll: GpuInventory = field(default_factory=lambda: GpuInventory(_MINUTE))
    reason: str = ""
    sampled_at: float | None = None


class Exporter:
    """One exporter over time."""

    def __init__(
        self,
        url: str,
        label: str = "",
        *,
        headers: Sequence[Extra] = (),
        wall: Callable[[], float] = time.time,
    ) -> None:
        """Know its address.

        Args:
            url: The address of its page.
            label: Names its machine; else the address does, or its page.
            headers: Those that its server is asked with, where it is of the same origin.
            wall: Seconds since 1970, beside which the times in a page are old.
        """
        self.url = url
        self.label = label or urlsplit(url).hostname or url
        self.snapshots: tuple[GpuSnapshot, ...] = (GpuSnapshot(host=self.label),)
        """One a machine that it tells of, or has told of."""
        self._named = bool(label) or not is_loopback(self.label)
        self._headers = headers
        self._wall = wall
        self._machines: dict[str, _Machine] = {}
        self._patient = False

    async def look(self, fetcher: Fetcher, now: float) -> tuple[GpuSnapshot, ...]:
        """Ask it once. What was there before stays, growing stale, when it tells nothing of it.

        What is more than one machine sends is read in a thread, as it comes.
        """
        page = Page()

        async def take(piece: bytes) -> None:
            if page.size + len(piece) > _LARGE:
                await asyncio.to_thread(page.feed, piece)
            else:
                page.feed(piece)

        answer = await fetcher.read(
            self.url, take, headers=pairs(self._headers), patient=self._patient
        )
        slow = answer.seconds > fetcher.timeout / 2
        self._patient = answer.silent or (self._patient and slow)
        if page.size > _LARGE:
            self.snapshots = await asyncio.to_thread(self._read, answer, page, now)
        else:
            self.snapshots = self._read(answer, page, now)
        return self.snapshots

    def _read(self, answer: Answer, page: Page, now: float) -> tuple[GpuSnapshot, ...]:
        cut = answer.fault is Fault.TOO_LARGE and 200 <= answer.status < 300
        whole = page.end(cut=cut)
        hosts = page.hosts() if answer.ok or cut else {}
        reason = self._reason(answer, page, told=bool(hosts))
        for host, told in hosts.items():
            self._take(self._machines.setdefault(host, _Machine()), told, now)
        for host, machine in self._machines.items():
            machine.reason = "" if host in hosts else reason or _NOT_TOLD
        if cut and hosts:
            first = self._machines[next(iter(hosts))]
            first.reason = f"first {whole:,} GPUs; the page goes on: {self._narrower()}"
        return tuple(
            GpuSnapshot(machine.roll.rows, machine.reason, machine.sampled_at, self._name(host))
            for host, machine in self._machines.items()
        ) or (GpuSnapshot((), reason, now, self.label),)

    def _reason(self, answer: Answer, page: Page, *, told: bool) -> str:
        """Why there are no GPUs, if there are none."""
        if told:
            return ""
        if not answer.ok:
            return answer.words or f"the exporter answers HTTP {answer.status}"
        return f"no DCGM page: {page.maker}'s exporter" if page.maker else _NO_GPU

    def _narrower(self) -> str:
        """What asks for less."""
        if urlsplit(self.url).path.rstrip("/").endswith("federate"):
            return 'ask for match[]={__name__=~"DCGM_FI_DEV_(GPU|FB|POWER).*",Hostname=~"NAME.*"}'
        return "name each machine's own exporter, or let it tell fewer metrics (-f)"

    def _take(self, machine: _Machine, told: Told, now: float) -> None:
        machine.roll.begin()
        for gpu in told.gpus:
            machine.roll.add(gpu)
        machine.roll.end(GpuState.UNREACHABLE, _NOT_TOLD)
        age = self._wall() - told.at if told.at is not None else 0.0
        machine.sampled_at = now - age if age > _LATE else now

    def _name(self, host: str) -> str:
        """What to call a machine: by its own name where ours would not tell which it is."""
        return host if host and (len(self._machines) > 1 or not self._named) else self.label


def exporters_of(config: Config) -> tuple[Exporter, ...]:
    """The distinct exporters that a config names, for machines, servers and agents' servers."""
    found = {source.dcgm: Exporter(source.dcgm, source.label) for source in config.gpus}
    for server in (*config.servers, *(agent.endpoint for agent in config.agents)):
        if url := server.gpu_metrics_url:
            own = same_origin(url, server.base_url)
            url = with_query(url, server.extra_query) if own else url
            headers = server.extra_headers if own else ()
            found.setdefault(url, Exporter(url, headers=headers))
    return tuple(found.values())
