"""One look at a server, by its kind: which paths are asked, and how their answers read.

Paths and meanings as of vLLM 0.6 to 0.33, SGLang 0.4 to 0.5.23, llama.cpp 2026 and Ollama. All on
the server's root. SGLang's `/health` runs a generation of a second or more and its `/server_info`
holds its key: neither is ever asked.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace

from massgen_tui.dialects import Probe
from massgen_tui.monitor import metrics
from massgen_tui.monitor.fetch import Answer
from massgen_tui.monitor.identify import identify, models_of
from massgen_tui.monitor.looking import MODELS, WANTS_KEY, Ask, Card, Pulse, pulse_of
from massgen_tui.monitor.metrics import Metrics
from massgen_tui.monitor.read import LARGE, count, field, items, number, text
from massgen_tui.monitor.status import ServedModel, ServerState

_NO_METRICS = (404, 405, 501)
"""What is answered where there are none, or they are not switched on."""


@dataclass(frozen=True, slots=True)
class Look:
    """What one look found."""

    pulse: Pulse
    card: Card | None = None
    fresh: bool = False
    """The card was found out by this look."""


async def look_at(ask: Ask, card: Card | None, *, refresh: bool, hosted: bool) -> Look:
    """Look at a server.

    Args:
        ask: How its paths are asked.
        card: What is known of it already, or None to find out.
        refresh: Find out again.
        hosted: A provider's API: nothing but its list of models is asked.
    """
    fresh = False
    if card is None or refresh:
        answer = await ask(MODELS)
        if not answer.silent or card is None:
            pulse = pulse_of(answer)
            # 401 and 404 to this one path say little: other paths may be open
            if hosted or not (pulse.state is ServerState.UP or answer.status in (401, 403, 404)):
                found = await identify(ask, answer, hosted=True) if answer.ok else None
                return Look(_listed(pulse, found), found, fresh=True)
            card, fresh = await _details(ask, await identify(ask, answer, hosted=False)), True
    if card.kind is None or card.kind is Probe.MODELS:
        return await _by_models(ask, card, fresh=fresh)
    pulse = await _PULSES[card.kind](ask)
    if pulse.shut and card.listed:
        # a gateway lets only some paths through
        look = await _by_models(ask, card, fresh=fresh)
        return replace(look, pulse=replace(look.pulse, metrics=pulse.metrics))
    if pulse.state is ServerState.UP and card.refused_key:
        pulse = replace(pulse, state=ServerState.UNAUTHORIZED, reason=WANTS_KEY)
    return Look(pulse, card, fresh)


async def _by_models(ask: Ask, card: Card, *, fresh: bool) -> Look:
    """Take the list of models for the sign of life."""
    answer = await ask(MODELS)
    served, _ = await models_of(answer)
    models = card.models if served is None else served
    card = replace(card, models=models, listed=served is not None)
    return Look(_listed(pulse_of(answer), card), card, fresh)


def _listed(pulse: Pulse, card: Card | None) -> Pulse:
    if pulse.state is ServerState.UP and not (card and card.listed):
        reason = pulse.reason or "answers, but not with a list of models"
        return replace(pulse, state=ServerState.UNKNOWN, reason=reason)
    return pulse


async def _details(ask: Ask, card: Card) -> Card:
    """Add what only this kind of server tells."""
    match card.kind:
        case Probe.VLLM:
            version = text(field((await ask("/version")).json(), "version"))
            return replace(card, version=version or card.version)
        case Probe.SGLANG:
            return await _sglang_details(ask, card)
        case Probe.LLAMACPP:
            return await _llamacpp_details(ask, card)
        case Probe.OLLAMA:
            return await _ollama_details(ask, card)
    return card


async def _sglang_details(ask: Ask, card: Card) -> Card:
    answer = await first_found(ask, ("/model_info", "/get_model_info"))
    info = answer.json() if answer.ok else None
    parser = None
    if isinstance(info, dict) and "reasoning_parser" in info:
        parser = text(info["reasoning_parser"])
    loads = await ask("/v1/loads")
    version = text(field(loads.json(), "version")) if loads.ok else ""
    name = text(field(info, "served_model_name")) or text(field(info, "model_path"))
    models = card.models or ((ServedModel(name),) if name else ())
    return replace(card, version=version, parser=parser, models=models)


async def _llamacpp_details(ask: Ask, card: Card) -> Card:
    answer = await ask("/props")
    props = answer.json() if answer.ok else None
    length = count(field(props, "default_generation_settings", "n_ctx"))
    name = text(field(props, "model_alias"))
    models = card.models or ((ServedModel(name),) if name else ())
    if length:
        models = tuple(replace(one, context_length=length) for one in models)
    # its list of models is open to all, what runs prompts is not
    refused = card.refused_key or answer.refused_key
    version = text(field(props, "build_info"))
    return replace(card, version=version, models=models, refused_key=refused)


async def _ollama_details(ask: Ask, card: Card) -> Card:
    """Its context is known of the models that are loaded now: it is chosen at loading."""
    version = text(field((await ask("/api/version")).json(), "version"))
    loaded = await ask("/api/ps")
    lengths = {
        text(entry.get("name")): count(entry.get("context_length"))
        for entry in (items(field(loaded.json(), "models")) if loaded.ok else ())
    }
    models = tuple(
        replace(model, context_length=lengths.get(model.id) or model.context_length)
        for model in card.models
    )
    return replace(card, version=version or card.version, models=models)


async def first_found(ask: Ask, paths: tuple[str, ...]) -> Answer:
    """The answer of the first path that exists, else of the last."""
    answer = Answer()
    for path in paths:
        answer = await ask(path)
        if answer.status != 404:
            break
    return answer


async def _scrape(ask: Ask, series: Mapping[str, metrics.Series]) -> tuple[Metrics | None, str]:
    """The metrics, and in words why there are none; None: this time."""
    answer = await ask("/metrics")
    if answer.fault:
        return None, f"/metrics: {answer.words}"
    if answer.status in _NO_METRICS:
        return Metrics(), ""
    if not answer.ok:
        return None, f"/metrics: HTTP {answer.status}"
    page = answer.text()
    if len(page) <= LARGE:
        return metrics.read(page, series), ""
    if await asyncio.to_thread(metrics.too_many, page, series):
        return Metrics(), "/metrics: more engines than are read"
    return await asyncio.to_thread(metrics.read, page, series), ""


async def _vllm(ask: Ask) -> Pulse:
    answer = await ask("/health")
    pulse = pulse_of(answer)
    if pulse.state is ServerState.LOADING:
        reason = "its engine does not run (HTTP 503)"
        return replace(pulse, state=ServerState.DOWN, reason=reason)
    if pulse.state is not ServerState.UP:
        return pulse
    scrape, trouble = await _scrape(ask, metrics.VLLM)
    return replace(pulse, metrics=scrape, reason=pulse.reason or trouble)


async def _sglang(ask: Ask) -> Pulse:
    pulse = pulse_of(await first_found(ask, ("/ready", "/ping", "/get_model_info")))
    if pulse.state is not ServerState.UP:
        return pulse
    scrape, trouble = await _scrape(ask, metrics.SGLANG)
    loads = await ask("/v1/loads")
    if loads.ok:
        scrape = metrics.merged(scrape or Metrics(), _loads(loads))
    return replace(pulse, metrics=scrape, reason=pulse.reason or trouble)


def _loads(answer: Answer) -> Metrics:
    """SGLang's /v1/loads: one entry a data-parallel rank."""
    ranks = list(items(field(answer.json(), "loads")))

    def column(name: str) -> list[float]:
        return [value for rank in ranks if (value := number(rank.get(name))) is not None]

    def total(name: str) -> float | None:
        values = column(name)
        return sum(values) if values else None

    usage = column("token_usage")
    return Metrics(
        running=total("num_running_reqs"),
        waiting=total("num_waiting_reqs"),
        kv_usage=min(1.0, max(0.0, *usage, 0.0)) if usage else None,
        throughput=total("gen_throughput"),
    )


async def _llamacpp(ask: Ask) -> Pulse:
    pulse = pulse_of(await ask("/health"))
    if pulse.state is not ServerState.UP:
        return pulse
    scrape, trouble = await _scrape(ask, metrics.LLAMACPP)
    slots = await ask("/slots")
    if slots.ok:
        scrape = _with_slots(scrape or Metrics(), list(items(slots.json())))
    return replace(pulse, metrics=scrape, reason=pulse.reason or trouble)


def _with_slots(scrape: Metrics, slots: list[dict[str, object]]) -> Metrics:
    """Add the tokens of answers under way: llama.cpp's counter takes an answer in when it ends."""
    busy = [slot for slot in slots if slot.get("is_processing") is True]
    running = scrape.running if scrape.running is not None else float(len(busy))
    return replace(scrape, running=running, underway=float(sum(map(_decoded, busy))))


def _decoded(slot: dict[str, object]) -> int:
    told = slot.get("next_token")
    # a list since 2025, one object before
    entries = told if isinstance(told, list) else [told]
    return sum(count(field(entry, "n_decoded")) or 0 for entry in entries[:16])


async def _ollama(ask: Ask) -> Pulse:
    return pulse_of(await ask("/api/version"))


_PULSES: Mapping[Probe, Callable[[Ask], Awaitable[Pulse]]] = {
    Probe.VLLM: _vllm,
    Probe.SGLANG: _sglang,
    Probe.LLAMACPP: _llamacpp,
    Probe.OLLAMA: _ollama,
}
