"""Finds out what a server is from what it says, not from what the config believes."""

import asyncio
from collections.abc import Iterator

from massgen_tui.monitor import prometheus_text
from massgen_tui.monitor.adapters import adapters_of, with_contexts
from massgen_tui.monitor.fetch import Answer, Fault
from massgen_tui.monitor.kinds import (
    KINDS,
    by_header,
    by_owner,
    dynamo,
    litellm,
    ollama,
    others,
    portkey,
    routers,
    sglang,
    small,
    stacks,
    vllm,
)
from massgen_tui.monitor.kinds.kind import Kind
from massgen_tui.monitor.looking import Ask, ServerInfo, said
from massgen_tui.monitor.read import LARGE, count, field, items, text
from massgen_tui.monitor.status import ServedModel

_SLOW = 1.0
"""Seconds of an answer from which a server is asked no more than needs be."""


async def identify(
    ask: Ask, models: Answer, *, hosted: bool, known: Kind | None = None
) -> ServerInfo:
    """Read the list of models, and ask further where it does not say who serves it.

    Args:
        ask: How paths are asked.
        models: What the list of models was.
        hosted: A provider's API: nothing more is asked.
        known: What it proved to be before.
    """
    served, owner = await models_of(models)
    adapters = await adapters_of(models)
    kind = None if hosted else await small.by_health(ask, models)
    kind, version = kind or by_owner(owner) or by_header(models.server), ""
    if not hosted and kind not in (*others.KINDS, *small.KINDS):
        told = served is not None
        kind, version = await _further(ask, models, kind, owner, known=known, told=told)
    return ServerInfo(
        kind=kind,
        version=version,
        models=with_contexts(served or (), adapters),
        adapters=adapters,
        refused_key=models.refused_key or bool(kind and kind.refuses_key(models)),
        listed=served is not None,
        trouble=_header(models) if kind is portkey.KIND else _trouble(models, served, kind),
    )


async def _further(
    ask: Ask, models: Answer, kind: Kind | None, owner: str, *, known: Kind | None, told: bool
) -> tuple[Kind | None, str]:
    """What stands there, where a router may be in front of what the list of models names."""
    if kind in (vllm.KIND, sglang.KIND) and (known is kind or models.seconds > _SLOW):
        # once is enough: each question is a 404 in its log, and costs a slow one its time
        return kind, ""
    if stack := await stacks.which(ask, models, owner, kind):
        return stack, ""
    if kind in (None, vllm.KIND, sglang.KIND, routers.SMG):
        router, version = await routers.which(ask, owner)
        if router is not None:
            return router, version
    if kind is not None:
        return kind, ""
    if models.status != 200 and not models.shut:
        gateway = litellm.KIND if await litellm.stands_there(ask, models) else None
        return gateway or await small.by_paths(ask), ""
    kind, version = await _by_paths(ask, models, told=told, empty=told and not owner)
    return kind or await small.by_paths(ask), version


def _header(models: Answer) -> str:
    """What it says of a header that it lacks."""
    return f"{said(models)}: set extra_headers" if portkey.lacks_header(models) else ""


def _trouble(answer: Answer, served: tuple[ServedModel, ...] | None, kind: Kind | None) -> str:
    if answer.fault is Fault.TOO_LARGE:
        return "its list of models is too long to be read"
    unread = answer.ok and served is None and not (kind and kind.place)
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
    if owner == "me" and "permissions" not in entries[0]:
        # llama-cpp-python has both, and others may say so too
        owner = ""
    return served, owner


def _model(entry: dict[str, object]) -> ServedModel:
    lengths: Iterator[int | None] = (
        count(value)
        for value in (
            entry.get("max_model_len"),
            field(entry, "meta", "n_ctx"),
            entry.get("context_length"),
            entry.get("context_window"),
            entry.get("max_input_tokens"),
            # Ray Serve LLM
            field(entry, "metadata", "max_request_context_length"),
        )
    )
    return ServedModel(text(entry.get("id")), next((length for length in lengths if length), None))


async def _by_paths(
    ask: Ask, models: Answer, *, told: bool, empty: bool
) -> tuple[Kind | None, str]:
    """Find out by what only one kind has.

    `told` when it showed its models, and not whose; `empty` when it named no owner at all.
    """
    metrics_page = await ask("/metrics")
    if metrics_page.ok:
        page = metrics_page.text()
        for kind in KINDS:
            if kind.prefix and prometheus_text.mentions(page, kind.prefix):
                return kind, ""
    if await litellm.stands_there(ask, models):
        return litellm.KIND, ""
    # others have a version too: LocalAI; vLLM names itself in its list, but may keep that from us
    version = text(field((await ask("/version")).json(), "version"))
    if version and not told:
        return vllm.KIND, version
    for path in ("/model_info", "/get_model_info"):
        if field((await ask(path)).json(), "model_path"):
            return sglang.KIND, ""
    if version := text(field((await ask("/api/version")).json(), "version")):
        return ollama.KIND, version
    # what /health does is known of all that are ruled out by now
    return (dynamo.KIND if empty and await dynamo.stands_there(ask) else None), ""
