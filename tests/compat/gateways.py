"""The gateways that are tried: where they come from, how they start, what is true of them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.compat.worker import CONTEXT, MODEL, Worker

Shown = Mapping[str, object]
"""Fields of a server in `check --json` with their right values."""
KEY = "sk-compat"
_UNTOLD: Shown = {"running": None, "waiting": None, "kv_usage": None}
_QUICK = ("--health-check-interval-secs", "1", "--health-failure-threshold", "1")


@dataclass(frozen=True, slots=True)
class Situation:
    """Something that a gateway is brought into, and what is right to show then."""

    name: str
    right: Shown
    alive: int = 2
    """How many of its two workers there are."""
    key: str = KEY


@dataclass(frozen=True, slots=True)
class Place:
    """Where a gateway is to serve, and for whom."""

    port: int
    other: int
    """A port for its own metrics."""
    workers: Sequence[Worker]
    folder: Path
    """For what it wants to read or write."""


@dataclass(frozen=True, slots=True)
class Gateway:
    """One gateway."""

    name: str
    requirement: str
    """Pinned."""
    program: Callable[[Place], Sequence[str]]
    """Its command; the first word is a program of its environment."""
    situations: Sequence[Situation]
    engine: str = "vllm"
    counts: bool = True
    """`/readiness` counts its workers."""
    needs: Sequence[str] = field(default=())
    """What it needs beside and does not say."""


def _router(*words: str, more: Sequence[str] = ()) -> Callable[[Place], Sequence[str]]:
    def command(place: Place) -> Sequence[str]:
        ports = ("--port", str(place.port), "--prometheus-port", str(place.other))
        urls = [worker.url for worker in place.workers]
        return (*words, "--host", "127.0.0.1", *ports, *_QUICK, *more, "--worker-urls", *urls)

    return command


def _litellm(place: Place) -> Sequence[str]:
    entries = "".join(
        f"  - model_name: {MODEL}\n    litellm_params: "
        f"{{model: hosted_vllm/{MODEL}, api_base: '{worker.url}/v1', api_key: x}}\n"
        for worker in place.workers
    )
    config = place.folder / "litellm.yaml"
    config.write_text(f"model_list:\n{entries}general_settings: {{master_key: {KEY}}}\n")
    return ("litellm", "--config", str(config), "--host", "127.0.0.1", "--port", str(place.port))


def _by_workers(kind: str, both: Shown, one: Shown) -> list[Situation]:
    """The same three for every router; with one worker left both numbers are its."""
    up: Shown = {"state": "up", "kind": kind}
    none: Shown = {"state": "down", "kind": kind, "condition": None, **_UNTOLD}
    whole: Shown = {"condition": None, "workers": {"healthy": 2, "of": 2}}
    half: Shown = {"condition": "partial", "workers": {"healthy": 1, "of": 2}}
    return [
        Situation("both workers", {**up, **whole, **both}),
        Situation("one of two", {**up, **half, **one}, alive=1),
        Situation("no worker", {**none, "workers": {"healthy": 0, "of": 2}}, alive=0),
    ]


_SUMS: Shown = {"running": 7, "waiting": 3, "kv_usage": 0.9}
_FIRST: Shown = {"running": 2, "waiting": 0, "kv_usage": 0.25}
_SERVED: Shown = {"models": [{"id": MODEL, "context_length": CONTEXT}]}
_LITELLM: Shown = {"kind": "LiteLLM", "workers": None}

GATEWAYS = (
    Gateway(
        "LiteLLM",
        "litellm[proxy]==1.108.7",
        _litellm,
        (
            Situation("both workers", {"state": "up", **_LITELLM, **_SERVED}),
            Situation("a wrong key", {"state": "unauthorized", **_LITELLM}, key="sk-wrong"),
            Situation("no key", {"state": "unauthorized", **_LITELLM}, key=""),
        ),
        counts=False,
    ),
    Gateway(
        "smg",
        "smg==1.13.0",
        _router("smg", "launch"),
        _by_workers("smg", {**_SUMS, **_SERVED}, _FIRST),
        engine="sglang",
    ),
    Gateway(
        "smg with a key",
        "smg==1.13.0",
        _router("smg", "launch", more=("--api-key", KEY)),
        (
            Situation("the right key", {"state": "up", "kind": "smg", **_SUMS}),
            Situation("a wrong key", {"state": "unauthorized", "kind": "smg"}, key="sk-wrong"),
        ),
        engine="sglang",
    ),
    Gateway(
        "smg with tenants",
        "smg==1.13.0",
        _router("smg", "launch", more=("--tenant-api-key", f"tenant:{KEY}")),
        (
            Situation("a tenant's key", {"state": "up", "kind": "smg", **_SUMS}),
            Situation("a wrong key", {"state": "unauthorized", "kind": "smg"}, key="sk-wrong"),
        ),
        engine="sglang",
    ),
    Gateway(
        "sglang-router",
        "sglang-router==0.3.2",
        _router("sglang-router", "launch", more=("--prometheus-host", "127.0.0.1")),
        _by_workers("sglang-router", _SUMS, _FIRST),
        engine="sglang",
    ),
    Gateway(
        "vllm-router",
        "vllm-router==0.1.17",
        _router("vllm-router"),
        _by_workers("vllm-router", {**_UNTOLD, **_SERVED}, _UNTOLD),
    ),
)
