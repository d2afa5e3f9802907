"""vLLM 0.6 to 0.33: `/health` is its engine's, `/metrics` and `/version` cost nothing."""

from dataclasses import replace

from massgen_tui.monitor import metrics
from massgen_tui.monitor.kinds.kind import Kind
from massgen_tui.monitor.kinds.scrape import scrape
from massgen_tui.monitor.looking import Ask, Card, Pulse, pulse_of
from massgen_tui.monitor.read import field, text
from massgen_tui.monitor.status import ServerState


async def details(ask: Ask, card: Card) -> Card:
    """Add its version."""
    version = text(field((await ask("/version")).json(), "version"))
    return replace(card, version=version or card.version)


async def pulse(ask: Ask) -> Pulse:
    """Whether its engine runs, and its numbers."""
    answer = await ask("/health")
    pulse = pulse_of(answer)
    if pulse.state is ServerState.LOADING:
        reason = "its engine does not run (HTTP 503)"
        return replace(pulse, state=ServerState.DOWN, reason=reason)
    if pulse.state is not ServerState.UP:
        return pulse
    found, trouble = await scrape(ask, metrics.VLLM)
    return replace(pulse, metrics=found, reason=pulse.reason or trouble)


KIND = Kind(
    name="vLLM",
    type="vllm",
    owners=frozenset({"vllm"}),
    prefix="vllm:",
    pulse=pulse,
    details=details,
    shared_context=True,
    dead_at_503=True,
)
