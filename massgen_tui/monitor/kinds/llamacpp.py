"""llama.cpp's server, 2026: `/health`, `/props` and `/slots` cost nothing."""

from dataclasses import replace

from massgen_tui.monitor import series
from massgen_tui.monitor.kinds.kind import Kind
from massgen_tui.monitor.kinds.scrape import scrape
from massgen_tui.monitor.looking import Ask, Card, Pulse, pulse_of
from massgen_tui.monitor.metrics import Metrics
from massgen_tui.monitor.read import count, field, items, text
from massgen_tui.monitor.status import ServedModel, ServerState


async def details(ask: Ask, card: Card) -> Card:
    """Add its version, and the context that it was started with."""
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


async def pulse(ask: Ask) -> Pulse:
    """Whether it lives, and its numbers."""
    pulse = pulse_of(await ask("/health"))
    if pulse.state is not ServerState.UP:
        return pulse
    found, trouble = await scrape(ask, series.LLAMACPP)
    if found is None or None in (found.running, found.waiting):
        slots = await ask("/slots")
        if slots.ok:
            found = _with_slots(found or Metrics(), list(items(slots.json())))
    elif found.steps is None:
        # an answer under way is in no counter (before n_decode_total of November 2024)
        found = replace(found, progress=None)
    return replace(pulse, metrics=found, reason=pulse.reason or trouble)


def _with_slots(scrape: Metrics, slots: list[dict[str, object]]) -> Metrics:
    busy = sum(slot.get("is_processing") is True for slot in slots)
    return replace(scrape, running=float(busy)) if scrape.running is None else scrape


KIND = Kind(
    name="llama.cpp",
    type="llamacpp",
    owners=frozenset({"llamacpp"}),
    header="llama.cpp",
    prefix="llamacpp:",
    pulse=pulse,
    details=details,
    any_name=True,
)
