"""Ollama: `/api/version` and `/api/ps` cost nothing and load no model."""

from dataclasses import replace

from massgen_tui.monitor.kinds.kind import Kind
from massgen_tui.monitor.looking import Ask, Liveness, ServerInfo, pulse_of
from massgen_tui.monitor.read import count, field, items, text


async def details(ask: Ask, card: ServerInfo) -> ServerInfo:
    """Add its version, and the context of the models that are loaded now: chosen at loading."""
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


async def pulse(ask: Ask) -> Liveness:
    """Whether it lives; it tells no numbers."""
    return pulse_of(await ask("/api/version"))


def _without_tag(name: str) -> str:
    """A name without a tag is the latest."""
    return name.removesuffix(":latest")


KIND = Kind(
    name="Ollama",
    type="ollama",
    owners=frozenset({"library", "ollama"}),
    pulse=pulse,
    details=details,
    whole_list=True,
    plain=_without_tag,
)
