"""Finds out what a server is from what it says, not from what the config believes."""

import asyncio
from collections.abc import Iterator

from massgen_tui.monitor.fetch import Answer, Fault
from massgen_tui.monitor.kinds import KINDS, by_header, by_owner, ollama, sglang, vllm
from massgen_tui.monitor.kinds.kind import Kind
from massgen_tui.monitor.looking import Ask, Card
from massgen_tui.monitor.metrics import mentions
from massgen_tui.monitor.read import LARGE, count, field, items, text
from massgen_tui.monitor.status import ServedModel


async def identify(ask: Ask, models: Answer, *, hosted: bool) -> Card:
    """Read the list of models, and ask further where it does not say who serves it."""
    served, owner = await models_of(models)
    kind = by_owner(owner) or by_header(models.server)
    version = ""
    if kind is None and not hosted:
        kind, version = await _by_paths(ask, told=served is not None)
    return Card(
        kind=kind,
        version=version,
        models=served or (),
        refused_key=models.refused_key,
        listed=served is not None,
        trouble=_trouble(models, served),
    )


def _trouble(answer: Answer, served: tuple[ServedModel, ...] | None) -> str:
    if answer.fault is Fault.TOO_LARGE:
        return "its list of models is too long to be read"
    unread = answer.ok and served is None
    return "its list of models cannot be read" if unread else ""


async def models_of(answer: Answer) -> tuple[tuple[ServedModel, ...] | None, str]:
    """The models of a `/v1/models` answer (None when it is no list), and who owns the first."""
    if len(answer.body) <= LARGE:
        return _read_models(answer)
    return await asyncio.to_thread(_read_models, answer)


def _read_models(answer: Answer) -> tuple[tuple[ServedModel, ...] | None, str]:
    told = answer.json() if answer.ok else None
    if not isinstance(told, dict) or "data" not in told:
        return None, ""
    # Ollama says null where it has none
    entries = list(items(told["data"]))
    served = tuple(_model(entry) for entry in entries if text(entry.get("id")))
    owner = text(entries[0].get("owned_by")).lower() if entries else ""
    return served, owner


def _model(entry: dict[str, object]) -> ServedModel:
    lengths: Iterator[int | None] = (
        count(value)
        for value in (
            entry.get("max_model_len"),
            field(entry, "meta", "n_ctx"),
            entry.get("context_length"),
            entry.get("context_window"),
        )
    )
    return ServedModel(text(entry.get("id")), next((length for length in lengths if length), None))


async def _by_paths(ask: Ask, *, told: bool) -> tuple[Kind | None, str]:
    """Find out by what only one kind has; `told` when it showed its models, and not whose."""
    metrics = await ask("/metrics")
    if metrics.ok:
        page = metrics.text()
        for kind in KINDS:
            if kind.prefix and mentions(page, kind.prefix):
                return kind, ""
    # others have a version too: LocalAI; vLLM names itself in its list, but may keep that from us
    version = text(field((await ask("/version")).json(), "version"))
    if version and not told:
        return vllm.KIND, version
    for path in ("/model_info", "/get_model_info"):
        if field((await ask(path)).json(), "model_path"):
            return sglang.KIND, ""
    if version := text(field((await ask("/api/version")).json(), "version")):
        return ollama.KIND, version
    return None, ""
