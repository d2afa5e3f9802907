"""Ray Serve LLM, seen with 2.60.0: an ingress over replicas of vLLM.

`/-/healthz` is its proxy's and says nothing of the model; the list of models stands also while no
replica runs. With direct streaming vLLM's own `/health` is there, without it 404. Nothing that is
asked here reaches a replica.
"""

from dataclasses import replace

from massgen_tui.monitor.kinds.kind import Kind
from massgen_tui.monitor.looking import Ask, Card, Pulse, pulse_of, said
from massgen_tui.monitor.read import field, text
from massgen_tui.monitor.status import ServerState

OWNERS = frozenset({"organization-owner", "vllm"})
"""What its list says; the second with direct streaming."""
UNSEEN = "whether a replica runs is not known from here"
NO_ENGINE = "its engine's numbers are on Ray's metrics agent, not here"


async def stands_there(ask: Ask, owner: str) -> bool:
    """Whether its proxy tells its routes, beside a list that may be its."""
    if owner not in OWNERS:
        return False
    answer = await ask("/-/routes")
    routes = answer.json() if answer.ok else None
    return isinstance(routes, dict) and all(path.startswith("/") for path in routes)


async def details(ask: Ask, card: Card) -> Card:
    """Add vLLM's version, which it tells with direct streaming."""
    return replace(card, version=text(field((await ask("/version")).json(), "version")))


async def pulse(ask: Ask) -> Pulse:
    """Whether its proxy lives and, with direct streaming, an engine."""
    pulse = pulse_of(await ask("/-/healthz"))
    if pulse.state is not ServerState.UP:
        return pulse
    answer = await ask("/health")
    if answer.status == 503:
        words = said(answer) or "its engine does not run (HTTP 503)"
        return replace(pulse, state=ServerState.DOWN, reason=words)
    return replace(pulse, reason=NO_ENGINE if answer.ok else UNSEEN)


KIND = Kind(
    name="Ray Serve",
    pulse=pulse,
    details=details,
    whole_list=True,
    shared_context=True,
)
