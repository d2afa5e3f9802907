"""Snapshots that the monitor gives: plain values, None where a thing is not known (never 0)."""

from dataclasses import field, replace
from datetime import datetime
from enum import StrEnum
from urllib.parse import urlsplit

from massgen_tui.config.extras import Extra, identity, replaces_key
from massgen_tui.config.metrics_pages import MetricsPage
from massgen_tui.data_class import dataclass
from massgen_tui.monitor.failure import LastFailure
from massgen_tui.monitor.probe_log import ProbeLogEntry
from massgen_tui.monitor.workers import Worker, Workers

NO_KEY = "EMPTY"
"""What servers without a key are asked with."""


class ServerState(StrEnum):
    """What a server was when it was last looked at."""

    UNKNOWN = "unknown"
    UP = "up"
    LOADING = "loading"
    DOWN = "down"
    UNAUTHORIZED = "unauthorized"


class Condition(StrEnum):
    """What a server is in beside its state, which keeps its five words."""

    ASLEEP = "asleep"
    """It put its model away until it is asked again, or is woken."""
    HUNG = "hung"
    """It answers, and its engine does nothing of what waits."""
    PARTIAL = "partial"
    """Some of its engines or workers are not there, do not move, or sleep."""


@dataclass(frozen=True, slots=True)
class ServerTarget:
    """A server to look at: one per distinct root and headers, whatever the number of agents."""

    root: str
    """Scheme, host and port: `http://localhost:8000`."""
    base_url: str
    dialect: str
    """The name of the dialect the config says; what answers may be another."""
    models: tuple[str, ...]
    """The models that agents ask of it."""
    agents: tuple[str, ...] = ()
    key: str | None = field(default=None, repr=False)
    start_command: str = ""
    """How to start it, to copy; empty for a hosted API. Never holds a key."""
    start_note: str = ""
    """Which parsers the command lacks, as none is known for the model."""
    hosted: bool = False
    """A provider's API: its models are asked for once, then only our own requests tell."""
    thinks: bool = False
    """Some agent asks it for reasoning."""
    longest: tuple[tuple[str, int], ...] = ()
    """The most tokens of one answer that agents ask of a model."""
    problem: str = ""
    """Why nobody can ask it (no key): it is not looked at."""
    headers: tuple[Extra, ...] = field(default=(), repr=False)
    """What it is sent with every look, and so asks for; part of what it is."""
    query: tuple[Extra, ...] = field(default=(), repr=False)
    """Likewise, behind each address."""
    pages: tuple[MetricsPage, ...] = field(default=(), repr=False)
    """Where its engines' numbers are told in its stead."""

    @property
    def id(self) -> str:
        """What tells it apart: its root, and where it has headers or a query a mark of these."""
        mark = identity(self.headers, self.query)
        return f"{self.root} {mark}" if mark else self.root

    @property
    def unasked(self) -> "ServerTarget":
        """The same, without anything of the agents that ask it: how it is looked at."""
        return replace(
            self, models=(), agents=(), start_command="", start_note="", thinks=False, longest=()
        )

    @property
    def title(self) -> str:
        """Its root and what else it is asked with, for people."""
        return " · ".join((self.root, *self.asked_with))

    @property
    def asked_with(self) -> tuple[str, ...]:
        """Its headers and its query, for people."""
        headers = (f"{extra.name}: {extra.shown}" for extra in self.headers)
        return (*headers, *(f"{extra.name}={extra.shown}" for extra in self.query))

    @property
    def keyed(self) -> bool:
        """It is asked with a key, or a header in place of one."""
        return self.key not in (None, NO_KEY) or replaces_key(self.headers)

    @property
    def host(self) -> str:
        """The machine's name."""
        return urlsplit(self.root).hostname or ""

    @property
    def place(self) -> str:
        """Short: `:8000` on this machine, else `host:8000`; with the path that tells it apart."""
        parts = urlsplit(self.root)
        port = f":{parts.port}" if parts.port else ""
        host = f"[{self.host}]" if ":" in self.host and port else self.host
        here = self.host in ("localhost", "127.0.0.1", "::1") and port
        return f"{'' if here else host}{port}{parts.path.rstrip('/')}"


@dataclass(frozen=True, slots=True)
class ServedModel:
    """A model that a server says it serves."""

    id: str
    context_length: int | None = None
    """Tokens."""


@dataclass(frozen=True, slots=True)
class StateChange:
    """A server went from one state to another."""

    at: float
    """Seconds of the monitor's clock."""
    when: datetime
    """The same moment on the wall, local time."""
    root: str
    before: ServerState
    after: ServerState
    reason: str = ""
    news: bool = False
    """It is certain, and another than the last that was: what a bell is for."""


@dataclass(frozen=True, slots=True)
class Load:
    """What a server did at one look, or since the look before; None where it told nothing."""

    tokens_per_s: float | None = None
    """Generated tokens a second."""
    running: float | None = None
    """Requests."""
    waiting: float | None = None
    kv_usage: float | None = None
    """Share of the KV cache in use, 0 to 1."""
    cache_hits: float | None = None
    """Share of prompt tokens found in the prefix cache, 0 to 1."""
    ttft_s: float | None = None
    """Mean time to first token."""
    itl_s: float | None = None
    """Mean time between tokens."""


@dataclass(frozen=True, slots=True)
class ServerStatus:
    """One look at one server."""

    target: ServerTarget
    state: ServerState = ServerState.UNKNOWN
    reason: str = ""
    """Why it is not up, in words; or what is odd though it is up."""
    kind: str = ""
    """What it turned out to be: vLLM, SGLang, llama.cpp, …"""
    version: str = ""
    reasoning_parser: str | None = None
    """SGLang's; empty: none is on; None: it did not tell."""
    models: tuple[ServedModel, ...] = ()
    condition: Condition | None = None
    workers: Workers | None = None
    """None: it has none, or does not tell of them."""
    crew: tuple[Worker, ...] = ()
    """Those workers, where it tells of each."""
    remark: str = ""
    """What is good to know of its kind, and nothing to mend."""
    foreign: bool = False
    """It proved to be another kind than its start command would start."""
    running: int | None = None
    waiting: int | None = None
    kv_usage: float | None = None
    """Share of the KV cache in use, 0 to 1."""
    tokens_per_s: float | None = None
    """Generated tokens a second, over the last two looks."""
    history: tuple[Load, ...] = ()
    """The looks of the last minute, oldest first."""
    latency_s: float | None = None
    """How long the cheap probe took."""
    checked_at: float | None = None
    """Seconds of the monitor's monotonic clock."""
    since: float | None = None
    """When this state began, on the same clock."""
    notes: tuple[str, ...] = ()
    """Pointed out before a prompt is sent: wrong kind, model not served, no reasoning parser."""
    unserved: tuple[str, ...] = ()
    """Models that agents ask of it and that it would refuse now, as far as its list tells."""
    cache_hits: float | None = None
    """Share of prompt tokens found in the prefix cache, 0 to 1."""
    ttft_s: float | None = None
    """Mean time to first token of the last minute's requests, as the server counts."""
    itl_s: float | None = None
    """Mean time between tokens of the last minute, as the server counts."""
    preempted: int | None = None
    """Times that a request lost its KV cache to others in the last minute."""
    starts_replicas: bool = False
    """It may start a replica for a prompt, and sends no byte until that is there."""
    silent: bool = False
    """It did not answer in time, at this look."""
    last_failure: LastFailure | None = None
    """Its last answer was a failure: to a prompt of ours, else to a look."""
    occupied: bool = False
    """Something is there, or no way to it: to start a server would not help."""
    log: tuple[ProbeLogEntry, ...] = field(default=(), compare=False, repr=False)
    """The last questions of its probes, oldest first."""
    changes: tuple[StateChange, ...] = field(default=(), compare=False, repr=False)
    """Its last changes of state, oldest first."""

    @property
    def start_command(self) -> str:
        """How to start it; empty where that would start something else, as at a gateway."""
        return "" if self.foreign else self.target.start_command

    @property
    def startable(self) -> bool:
        """It is down, it is known how to start it, and that would help."""
        down = self.state is ServerState.DOWN and not self.occupied
        return down and bool(self.start_command)

    def context_length(self, model: str) -> int | None:
        """Tokens that `model` takes here, if the server told."""
        for served in self.models:
            if served.id == model:
                return served.context_length
        return self.models[0].context_length if len(self.models) == 1 else None
