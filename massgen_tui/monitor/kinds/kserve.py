"""KServe's own server, seen with 0.21.0 over vLLM.

All of its API is under `/openai/v1`, what names it and its engine's page beside that. When its
engine has died its list and `/v2/health/ready` stay fine: only the model itself tells. One that is
scaled to zero is woken by whatever is asked, and kept awake by it.
"""

from collections.abc import Iterable
from dataclasses import replace
from urllib.parse import quote

from massgen_tui.monitor import series
from massgen_tui.monitor.fetch import Answer
from massgen_tui.monitor.kinds.kind import Kind
from massgen_tui.monitor.kinds.scrape import scrape
from massgen_tui.monitor.looking import ABOVE, Ask, Liveness, ModelState, ServerInfo, pulse_of, said
from massgen_tui.monitor.read import field, text
from massgen_tui.monitor.status import ServerState

PLACE = "/openai"
_MOST = 8
"""Models that are asked whether they are there."""
_LIST = f"{ABOVE}/v1/models"
"""Names alone, by another protocol."""


def may_be(models: Answer, owner: str) -> bool:
    """Whether a list of models may be its: nobody owns them, or another protocol's."""
    told = models.json() if models.ok else None
    return isinstance(told, dict) and not owner and ("data" in told or "models" in told)


async def stands_there(ask: Ask) -> bool:
    """Whether it names itself."""
    return text(field((await ask(f"{ABOVE}/v2")).json(), "name")) == "kserve"


async def details(ask: Ask, card: ServerInfo) -> ServerInfo:
    """Add its version."""
    version = text(field((await ask(f"{ABOVE}/v2")).json(), "version"))
    return replace(card, version=version)


async def pulse(ask: Ask) -> Liveness:
    """Whether it lives, which of its models are ready, and the engine's numbers."""
    answer = await ask(_LIST)
    pulse = pulse_of(answer)
    if pulse.state is not ServerState.UP:
        return pulse
    listed = field(answer.json(), "models")
    names = [name for name in listed if isinstance(name, str)] if isinstance(listed, list) else []
    states = [(name, await _ready(ask, name)) for name in names[:_MOST]]
    pulse = replace(pulse, by_model=tuple(states))
    if states and all(one.state is ServerState.DOWN for _, one in states):
        return replace(pulse, state=ServerState.DOWN, reason=_words(one for _, one in states))
    found, trouble = await scrape(ask, series.VLLM)
    if found is None or found.bare:
        found, trouble = await scrape(ask, series.VLLM, f"{ABOVE}/metrics")
    return replace(pulse, metrics=found, reason=pulse.reason or trouble)


async def _ready(ask: Ask, name: str) -> ModelState:
    """What one model is in; a name with a slash has no page in OpenAI's list."""
    answer = Answer(status=404)
    if "/" not in name:
        answer = await ask(f"{ABOVE}{PLACE}/v1/models/{quote(name, safe='')}")
    if answer.status == 404:
        answer = await ask(f"{ABOVE}/v2/models/{quote(name, safe='')}/ready")
    gone = answer.status == 503 or field(answer.json(), "ready") is False
    words = said(answer) or f"{text(name)} is not ready"
    return ModelState(ServerState.DOWN, words) if gone else ModelState(ServerState.UP)


def _words(states: Iterable[ModelState]) -> str:
    return "; ".join(dict.fromkeys(one.reason for one in states))


KIND = Kind(
    name="KServe",
    pulse=pulse,
    details=details,
    whole_list=True,
    shared_context=True,
    place=PLACE,
    woken=True,
    starts_replicas=True,
)
