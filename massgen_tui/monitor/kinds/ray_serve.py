"""Ray Serve LLM, seen with 2.60.0: an ingress over replicas of vLLM.

`/-/healthz` is its proxy's and says nothing of the model; the list of models stands also while no
replica runs. With direct streaming vLLM's own `/health` is there, without it 404. Nothing that is
asked here reaches a replica. The proxy's paths are the server's own, beside an application that
stands under a path (`route_prefix`).

A start: no connection, then for some seconds 404 to all and no table of routes, then the list is
silent until the ingress runs, then it answers, then a replica starts.
"""

from dataclasses import replace

from massgen_tui.monitor.fetch import Answer
from massgen_tui.monitor.kinds.kind import Kind
from massgen_tui.monitor.looking import (
    ORIGIN,
    Ask,
    Liveness,
    ModelState,
    ServerInfo,
    pulse_of,
    said,
)
from massgen_tui.monitor.read import field, text
from massgen_tui.monitor.status import ServerState

OWNERS = frozenset({"organization-owner", "vllm"})
"""What its list says; the second with direct streaming."""
UNSEEN = "whether a replica runs is not known from here"
NO_ENGINE = "its engine's numbers are on Ray's metrics agent, not here"
STARTING = "its proxy answers, its application does not yet"
NOTHING_YET = "it has no application yet"
NO_ROUTE = "it has no application under this path"
_NO_PATH = "-/routes for available routes"
"""What its proxy says of a path that no application has."""
_MOST = 8
"""Routes that are named."""


async def stands_there(ask: Ask, owner: str) -> bool:
    """Whether its proxy tells its routes, beside a list that may be its."""
    return owner in OWNERS and bool(await routes(ask))


async def routes(ask: Ask) -> tuple[str, ...]:
    """The paths of its applications: its proxy tells them while they do not answer, too.

    It may stand above an application's path, where such a question is silent with that.
    """
    answer = await ask(f"{ORIGIN}-/routes")
    if answer.shut:
        answer = await ask("/-/routes")
    told = answer.json()
    if not isinstance(told, dict) or not all(path.startswith("/") for path in told):
        return ()
    return tuple(text(path) for path in told)


async def starting(ask: Ask) -> Liveness | None:
    """What is there while the list of models is silent, where that is its proxy."""
    return Liveness(ServerState.LOADING, STARTING, told=True) if await routes(ask) else None


def lacks_route(models: Answer) -> bool:
    """Whether its proxy says that no application has the path of the list of models."""
    return models.status == 404 and _NO_PATH in said(models)


async def details(ask: Ask, card: ServerInfo) -> ServerInfo:
    """Add vLLM's version, which it tells with direct streaming, or where its applications are."""
    if not card.listed and not card.refused_key:
        return replace(card, astray=_astray(await routes(ask)))
    return replace(card, version=text(field((await ask("/version")).json(), "version")))


def _astray(found: tuple[str, ...]) -> ModelState:
    if not found:
        return ModelState(ServerState.LOADING, NOTHING_YET)
    return ModelState(ServerState.UNKNOWN, f"{NO_ROUTE}, only under {', '.join(found[:_MOST])}")


async def pulse(ask: Ask) -> Liveness:
    """Whether its proxy lives and, with direct streaming, an engine."""
    answer = await ask("/-/healthz")
    if answer.shut:
        answer = await ask(f"{ORIGIN}-/healthz")
    pulse = pulse_of(answer)
    if pulse.state is not ServerState.UP:
        return pulse
    answer = await ask("/health")
    if answer.status == 503:
        words = said(answer) or "its engine does not run (HTTP 503)"
        return replace(pulse, state=ServerState.DOWN, reason=words)
    words = NO_ENGINE if answer.ok else UNSEEN
    return replace(pulse, reason=words, unseen=True)


KIND = Kind(
    name="Ray Serve",
    pulse=pulse,
    details=details,
    whole_list=True,
    shared_context=True,
    starts_replicas=True,
    wakes=True,
    remark="for its numbers set metrics_url to Ray's metrics agents, http://node:8080/metrics",
)
