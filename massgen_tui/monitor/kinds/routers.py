"""Routers over vLLM and SGLang: smg, sglang-router and vllm-router, which grew from one source.

Seen with smg 1.13.0, sglang-router 0.3.2 and vllm-router 0.1.17. Their `/health` is 200 without any
worker, or 503 with one of two; their list of models is a registry that outlives its workers, or one
worker's. `/readiness` counts healthy workers, costs nothing, and wants no key. `/engine_metrics`
hands on the `/metrics` of each worker; nothing that is asked here begins a generation.
"""

from dataclasses import replace

from massgen_tui.monitor.fetch import Answer
from massgen_tui.monitor.kinds.crew import (
    Told,
    engine_pages,
    first_told,
    joined,
    polled,
    registry,
    total,
)
from massgen_tui.monitor.kinds.kind import Kind
from massgen_tui.monitor.looking import WANTS_KEY, Ask, Liveness, ServerInfo, pulse_of, said
from massgen_tui.monitor.metrics import Engine, Metrics
from massgen_tui.monitor.read import count, field, text
from massgen_tui.monitor.status import ServedModel, ServerState
from massgen_tui.monitor.workers import Worker, Workers

NO_WORKER = "no healthy worker"
_KEYED = "/v1/conversations/none"
"""A path of smg's data plane that looks something up: 401 to a wrong key, 404 `not_found` else.

`/workers` alone does not tell: `--control-plane-api-keys` and `--tenant-api-key` shut it to keys
that may chat.
"""


def is_readiness(answer: Answer) -> bool:
    """Whether this is what `/readiness` of a router says."""
    told = answer.json()
    if answer.status not in (200, 503) or not isinstance(told, dict):
        return False
    counts = "healthy_workers" in told or "total_workers" in told
    return counts or ("worker" in text(told.get("reason")) and "status" in told)


def is_vllm_router(health: Answer) -> bool:
    """Whether this is what `/health` of vllm-router says, in words; vLLM's has none."""
    return health.text().startswith(("All servers healthy", "Unhealthy servers"))


async def which(ask: Ask, owner: str) -> tuple[Kind | None, str]:
    """Which router stands there, and its version; None: it is none.

    `owner` is what its list of models says, which may be one worker's.
    """
    if not is_readiness(await ask("/readiness")):
        return None, ""
    loads = await ask("/get_loads")
    version = text(field(loads.json(), "version"))
    unknown = field(loads.json(), "error", "code") == "unknown_url"
    if version.startswith("smg") or unknown or owner == "self_hosted":
        return SMG, version.removeprefix("smg-")
    if owner == "vllm":
        return VLLM_ROUTER, ""
    # an old sglang-router hands /health on to a worker, whose /health runs a generation
    if not owner and is_vllm_router(await ask("/health")):
        return VLLM_ROUTER, ""
    return SGLANG_ROUTER, ""


async def _ready(ask: Ask) -> tuple[Liveness, Answer]:
    """Whether there is a healthy worker."""
    answer = await ask("/readiness")
    pulse = pulse_of(answer)
    if answer.status != 503 or answer.fault:
        return pulse, answer
    reason = text(field(answer.json(), "reason")) or said(answer)
    words = f"{NO_WORKER}: {reason}" if reason else NO_WORKER
    return replace(pulse, state=ServerState.DOWN, reason=words), answer


def _counted(answer: Answer, crew: dict[str, Told]) -> Workers | None:
    """How many of them are healthy, by `/readiness`, else by the registry; None: not told."""
    told = answer.json()
    of = count(field(told, "total_workers"))
    if of is None and not crew:
        return None
    healthy = count(field(told, "healthy_workers"))
    if healthy is None:
        ready = answer.status != 503
        healthy = sum(one.worker.healthy is True for one in crew.values()) if ready else 0
    of = len(crew) if of is None else of
    return Workers(healthy, of) if healthy <= of else None


async def _look(ask: Ask, *, numbers: bool) -> Liveness:
    pulse, ready = await _ready(ask)
    if pulse.state not in (ServerState.UP, ServerState.DOWN) or ready.fault:
        return pulse
    crew = await registry(ask)
    pulse = replace(pulse, workers=_counted(ready, crew), crew=_rows(crew))
    if not numbers or pulse.state is not ServerState.UP:
        return pulse
    return await _with_numbers(ask, pulse, crew)


def _rows(crew: dict[str, Told]) -> tuple[Worker, ...]:
    return tuple(joined(one.worker, one.numbers) for one in crew.values())


async def _with_numbers(ask: Ask, pulse: Liveness, crew: dict[str, Told]) -> Liveness:
    """Add run, wait and KV of all healthy workers; of some of them they would be no sum."""
    pages = await engine_pages(ask)
    sources = [pages, {name: one.numbers for name, one in crew.items()}]
    healthy = {name for name, one in crew.items() if one.worker.healthy is not False}
    names = healthy or set(pages)
    wanted = max(len(names), pulse.workers.healthy if pulse.workers else 0)
    if _tellers(sources, names) < wanted:
        sources.append(polled(await ask("/get_loads")))
        names = healthy or set(pages) | set(sources[-1])
    found = {name: first_told(sources, name) for name in sorted(names)}
    told = [one for one in found.values() if one != Metrics()]
    crew = crew or {name: Told(Worker(name)) for name in found}
    rows = tuple(
        joined(one.worker, found.get(name, one.numbers) if name in found else Metrics())
        for name, one in crew.items()
    )
    if not told or len(told) < wanted:
        lacking = f"only {len(told)} of {wanted} workers tell their numbers" if told else ""
        return replace(pulse, crew=rows, metrics=Metrics(), reason=pulse.reason or lacking)
    engines = tuple(
        Engine(name, one.running, one.waiting, one.progress, one.kv_usage)
        for name, one in found.items()
    )
    summed = replace(total(told), tellers=frozenset(found), engines=engines[1:] and engines)
    return replace(pulse, crew=rows, metrics=summed)


def _tellers(sources: list[dict[str, Metrics]], names: set[str]) -> int:
    return sum(first_told(sources, name) != Metrics() for name in names)


async def _smg(ask: Ask) -> Liveness:
    pulse = await _look(ask, numbers=True)
    if pulse.state is ServerState.UP and await _refuses_key(ask):
        return replace(pulse, state=ServerState.UNAUTHORIZED, reason=WANTS_KEY)
    return pulse


async def _refuses_key(ask: Ask) -> bool:
    """Whether prompts with our key are refused: the list of models is open to all."""
    if not (await ask("/workers")).refused_key:
        return False
    answer = await ask(_KEYED)
    known = answer.ok or (answer.status == 404 and _code(answer) == "not_found")
    return not known


def _code(answer: Answer) -> str:
    return text(field(answer.json(), "error", "code"))


async def _sglang_router(ask: Ask) -> Liveness:
    return await _look(ask, numbers=True)


async def vllm_router(ask: Ask) -> Liveness:
    """Whether it has workers; its numbers are one worker's, another's each time: none."""
    return replace(await _look(ask, numbers=False), kind=VLLM_ROUTER)


async def _smg_details(ask: Ask, card: ServerInfo) -> ServerInfo:
    """Add its version, and the context that its workers have."""
    version = text(field((await ask("/get_loads")).json(), "version")).removeprefix("smg-")
    known: dict[str, int] = {}
    for one in (await registry(ask)).values():
        for name, length in one.models:
            if length:
                known[name] = min(length, known.get(name, length))
    models = tuple(
        ServedModel(model.id, model.context_length or known.get(model.id)) for model in card.models
    )
    return replace(card, version=version or card.version, models=models)


SMG = Kind(
    name="smg",
    owners=frozenset({"self_hosted"}),
    pulse=_smg,
    details=_smg_details,
    whole_list=True,
    shared_context=True,
)
SGLANG_ROUTER = Kind(name="sglang-router", pulse=_sglang_router, shared_context=True)
VLLM_ROUTER = Kind(
    name="vllm-router",
    pulse=vllm_router,
    shared_context=True,
    remark="no numbers: its /metrics is one worker's page, another's in turn",
)
KINDS = (SMG, SGLANG_ROUTER, VLLM_ROUTER)
