"""What routers tell of their workers: who is healthy, and what each of them does."""

import asyncio
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

from massgen_tui.monitor import metrics, series
from massgen_tui.monitor.fetch import Answer
from massgen_tui.monitor.looking import Ask
from massgen_tui.monitor.metrics import Metrics
from massgen_tui.monitor.read import LARGE, count, field, items, number, share, text
from massgen_tui.monitor.workers import Worker

_MOST = 4096
"""Workers that are read."""
_ADDRESS = re.compile(r'\bworker_addr="([^"\\]{1,300})"')
_SUMMED = (
    "running",
    "waiting",
    "generated",
    "throughput",
    "queries",
    "hits",
    "ttft_sum",
    "ttft_count",
    "itl_sum",
    "itl_count",
    "preempted",
    "steps",
    "progress",
)


_NOTHING = Metrics()


@dataclass(frozen=True, slots=True)
class Told:
    """Everything that was told of one worker."""

    worker: Worker
    numbers: Metrics = _NOTHING
    models: tuple[tuple[str, int | None], ...] = ()
    """Its models with their context, in tokens."""


def place(url: str) -> str:
    """A worker's address without scheme and credentials; `@0` is a data-parallel rank of smg's."""
    try:
        parts = urlsplit(url if "//" in url else f"//{url}")
    except ValueError:
        return text(url)
    user, _, host = parts.netloc.rpartition("@")
    return text((parts.netloc if user and host.isdigit() else host) + parts.path.rstrip("/"))


async def registry(ask: Ask) -> dict[str, Told]:
    """The workers that a router knows, by place; a long list is read in a thread."""
    answer = await ask("/workers")
    if len(answer.body) <= LARGE:
        return registered(answer)
    return await asyncio.to_thread(registered, answer)


def registered(answer: Answer) -> dict[str, Told]:
    """The workers of `/workers`, by place: smg 1.13, sglang-router 0.2 and 0.3, vllm-router."""
    found = {}
    for entry in items(field(answer.json(), "workers") if answer.ok else None, _MOST):
        name = place(text(entry.get("url")))
        healthy = entry.get("is_healthy")
        labels = entry.get("labels")
        worker = Worker(
            name,
            healthy=healthy if isinstance(healthy, bool) else None,
            routed=count(entry.get("load")),
            version=text(field(labels, "version")),
        )
        models = tuple(
            (text(model.get("id")), count(model.get("context_length")))
            for model in items(entry.get("models"))
        )
        found[name] = Told(worker, _loads(items(field(entry, "engine_load", "loads"))), models)
    return found


def polled(answer: Answer) -> dict[str, Metrics]:
    """The loads of smg's `/get_loads`, which it asks its workers for every 10 s."""
    ranks: dict[str, list[dict[str, object]]] = {}
    for entry in items(field(answer.json(), "loads") if answer.ok else None, _MOST):
        ranks.setdefault(place(text(entry.get("worker"))), []).append(entry)
    return {name: _loads(entries) for name, entries in ranks.items()}


def _loads(ranks: Iterable[dict[str, object]]) -> Metrics:
    told = [
        Metrics(
            running=_count(rank.get("num_running_reqs")),
            waiting=_count(rank.get("num_waiting_reqs")),
            kv_usage=_share(rank.get("token_usage")),
        )
        for rank in ranks
    ]
    return total(told)


def _count(value: object) -> float | None:
    found = number(value)
    return found if found is not None and found >= 0 else None


def _share(value: object) -> float | None:
    return share(number(value))


async def engine_pages(ask: Ask) -> dict[str, Metrics]:
    """The workers' own series in `/engine_metrics`, by place."""
    answer = await ask("/engine_metrics")
    if not answer.ok:
        return {}
    if len(answer.body) <= LARGE:
        return _by_worker(answer.text())
    return await asyncio.to_thread(_by_worker, answer.text())


def _by_worker(page: str) -> dict[str, Metrics]:
    pages: dict[str, list[str]] = {}
    for line in page.split("\n"):
        if address := _ADDRESS.search(line):
            pages.setdefault(place(address[1]), []).append(line)
    return {name: _read("\n".join(lines)) for name, lines in list(pages.items())[:_MOST]}


def _read(page: str) -> Metrics:
    return metrics.read(page, series.VLLM if page.startswith("vllm") else series.SGLANG)


def total(parts: Sequence[Metrics]) -> Metrics:
    """All workers together; what one of them does not tell is unknown."""
    told: dict[str, Any] = {}
    for name in (*_SUMMED, "kv_usage"):
        values = [getattr(part, name) for part in parts]
        if values and None not in values:
            told[name] = max(values) if name == "kv_usage" else sum(values)
    return replace(_NOTHING, **told)


def joined(worker: Worker, numbers: Metrics) -> Worker:
    """The row of a worker with its numbers."""
    return replace(
        worker,
        running=None if numbers.running is None else round(numbers.running),
        waiting=None if numbers.waiting is None else round(numbers.waiting),
        kv_usage=numbers.kv_usage,
    )


def first_told(sources: Iterable[Mapping[str, Metrics]], name: str) -> Metrics:
    """The numbers of a worker by the first source that tells any."""
    found = (source.get(name, _NOTHING) for source in sources)
    return next((one for one in found if one != _NOTHING), _NOTHING)
