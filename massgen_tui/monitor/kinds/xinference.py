"""Xinference, seen with 4.1.0: a supervisor that starts a process for each model.

Its page of metrics is open to all, and says what each model is in, up to 15 s late; its list has
those that answer now, so what is listed is there. A model whose process ended leaves the list, and
is started again. Its workers tell what runs, at a port of their own.
"""

from collections.abc import Iterator
from dataclasses import replace

from massgen_tui.monitor import prometheus_text
from massgen_tui.monitor.kinds.kind import Kind
from massgen_tui.monitor.kinds.scrape import page_of
from massgen_tui.monitor.looking import MODELS, Ask, Liveness, ModelState, ServerInfo, pulse_of
from massgen_tui.monitor.read import field, items, text
from massgen_tui.monitor.status import ServerState

_BUILD, _STATUS = "xinference:build_info", "xinference:model_status"
_STATES = {
    "CREATING": ModelState(ServerState.LOADING, "is being loaded"),
    "UPDATING": ModelState(ServerState.LOADING, "is being loaded"),
    "TERMINATING": ModelState(ServerState.DOWN, "is being stopped"),
    "TERMINATED": ModelState(ServerState.DOWN, "was stopped"),
    "ERROR": ModelState(ServerState.DOWN, "has failed"),
}
"""What its words for a model mean; any other, such as READY: it is there."""


async def details(ask: Ask, card: ServerInfo) -> ServerInfo:
    """Add its version."""
    page, _ = await page_of(ask)
    told = prometheus_text.samples(page or "", (_BUILD,))
    version = next((text(sample.labels.get("version")) for sample in told), "")
    return replace(card, version=version)


async def pulse(ask: Ask) -> Liveness:
    """Whether it lives, and what each of its models is in."""
    answer = await ask("/metrics")
    pulse = pulse_of(answer)
    if pulse.state is not ServerState.UP:
        return pulse
    states = tuple(_states(answer.text()))
    if any(one.state is not ServerState.UP for _, one in states):
        listed = {
            text(entry.get("id")) for entry in items(field((await ask(MODELS)).json(), "data"))
        }
        there = ModelState(ServerState.UP)
        states = tuple((name, there if name in listed else one) for name, one in states)
    pulse = replace(pulse, by_model=states)
    away = [one for _, one in states if one.state is not ServerState.UP]
    if away and len(away) == len(states):
        return replace(pulse, state=away[0].state, reason="; ".join(one.reason for one in away))
    return pulse


def _states(page: str) -> Iterator[tuple[str, ModelState]]:
    for sample in prometheus_text.samples(page, (_STATUS,)):
        name, status = text(sample.labels.get("model_uid")), sample.labels.get("status", "")
        if name and sample.value > 0:
            state = _STATES.get(status.upper(), ModelState(ServerState.UP))
            yield name, replace(state, reason=f"{name} {state.reason}" if state.reason else "")


KIND = Kind(
    name="Xinference",
    owners=frozenset({"xinference"}),
    prefix="xinference:",
    pulse=pulse,
    details=details,
    whole_list=True,
)
