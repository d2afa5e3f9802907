"""One look at a server: finds out what it is, then asks what its kind (`kinds`) is asked.

All paths but the list of models are on the server's root.
"""

from dataclasses import dataclass, replace

from massgen_tui.monitor.adapters import with_contexts
from massgen_tui.monitor.fetch import Answer
from massgen_tui.monitor.identify import identify, models_of
from massgen_tui.monitor.kinds import by_type, ray_serve
from massgen_tui.monitor.looking import (
    MODELS,
    NO_MODEL,
    WANTS_KEY,
    Ask,
    Liveness,
    ServerInfo,
    pulse_of,
    said,
)
from massgen_tui.monitor.status import ServerState, ServerStatus


@dataclass(frozen=True, slots=True)
class ProbeResult:
    """What one look found."""

    pulse: Liveness
    card: ServerInfo | None = None
    fresh: bool = False
    """The card was found out by this look."""


async def look_at(ask: Ask, card: ServerInfo | None, *, refresh: bool, hosted: bool) -> ProbeResult:
    """Look at a server.

    Args:
        ask: How its paths are asked.
        card: What is known of it already, or None to find out.
        refresh: Find out again.
        hosted: A provider's API: nothing but its list of models is asked.
    """
    fresh, words = False, ""
    if card is None or refresh:
        answer = await ask(MODELS)
        if not answer.silent or card is None:
            pulse = pulse_of(answer)
            if answer.silent and not hosted and (starting := await ray_serve.starting(ask)):
                return ProbeResult(starting, ServerInfo(kind=ray_serve.KIND), fresh=True)
            known = None if hosted or answer.fault else card.kind if card else None
            if hosted or not _may_tell(answer, pulse):
                found = await identify(ask, answer, hosted=True) if answer.ok else None
                return ProbeResult(_listed(pulse, found), found, fresh=True)
            card, fresh = await identify(ask, answer, hosted=False, known=known), True
            if card.kind is None and not (pulse.state is ServerState.UP or pulse.shut):
                return ProbeResult(pulse, None, fresh=True)
            card = await card.kind.details(ask, card) if card.kind else card
            words = said(answer) if answer.status == 503 else ""
    if card.kind is None or card.kind.pulse is None:
        return await _by_models(ask, card, fresh=fresh)
    pulse = await card.kind.pulse(ask)
    if pulse.kind is not None and pulse.kind is not card.kind:
        card = await pulse.kind.details(ask, replace(card, kind=pulse.kind, version=""))
    pulse = _told(pulse, card, words)
    if pulse.state is ServerState.UP and card.astray:
        pulse = replace(pulse, state=card.astray.state, reason=card.astray.reason, told=True)
    if pulse.shut and card.listed:
        # a gateway lets only some paths through
        look = await _by_models(ask, card, fresh=fresh)
        return replace(look, pulse=replace(look.pulse, metrics=pulse.metrics))
    if pulse.state is ServerState.UP and card.refused_key:
        words = card.trouble or WANTS_KEY
        pulse = replace(pulse, state=ServerState.UNAUTHORIZED, reason=words)
    if card.kind is not None and card.kind.place and not card.listed:
        pulse = _listed(pulse, card)
    return ProbeResult(pulse, card, fresh)


async def peek_at(ask: Ask, type: str) -> ProbeResult | None:
    """Look at a server that must not be disturbed, and of which only the config says what it is.

    Nothing but the paths is asked that tell that kind's numbers, which no kind is disturbed by, and
    never the list of models. None: it did not prove to be that.
    """
    kind = by_type(type)
    if kind is None or kind.pulse is None:
        return None
    pulse = await kind.pulse(ask)
    told = pulse.state is ServerState.UP and pulse.metrics is not None and not pulse.metrics.bare
    return ProbeResult(pulse, ServerInfo(kind=kind)) if told else None


def _may_tell(answer: Answer, pulse: Liveness) -> bool:
    """Whether what it answers may be that of a kind that more can be asked of.

    401 and 404 to this one path say little: other paths may be open. A gateway without a worker
    answers 503, one that wants another key 400 or 500.
    """
    if answer.fault:
        return pulse.state is ServerState.UP
    return answer.ok or answer.shut or answer.status == 400 or answer.status >= 500


def _told(pulse: Liveness, card: ServerInfo, words: str) -> Liveness:
    """A pulse with what the list of models says: its words, or that there is nobody."""
    if pulse.state is ServerState.DOWN and words and words not in pulse.reason:
        return replace(pulse, reason=f"{pulse.reason.partition(':')[0]}: {words}")
    nobody = card.kind is not None and card.kind.empty_is_down and card.listed and not card.models
    if pulse.state is ServerState.UP and nobody:
        return replace(pulse, state=ServerState.DOWN, reason=NO_MODEL)
    return pulse


async def _by_models(ask: Ask, card: ServerInfo, *, fresh: bool) -> ProbeResult:
    """Take the list of models for the sign of life."""
    answer = await ask(MODELS)
    served, _ = await models_of(answer)
    models = card.models if served is None else with_contexts(served, card.adapters)
    card = replace(card, models=models, listed=served is not None)
    pulse = pulse_of(answer)
    if card.kind is not None and card.kind.refuses_key(answer):
        pulse = replace(pulse, state=ServerState.UNAUTHORIZED, reason=WANTS_KEY, shut=False)
    return ProbeResult(_listed(pulse, card), card, fresh)


def _listed(pulse: Liveness, card: ServerInfo | None) -> Liveness:
    if pulse.state is ServerState.UP and not (card and card.listed):
        reason = pulse.reason or "answers, but not with a list of models"
        return replace(pulse, state=ServerState.UNKNOWN, reason=reason)
    return pulse


def unasked(status: ServerStatus) -> ProbeResult:
    """What is known of a server, as a look would find it."""
    reason = "" if status.state is ServerState.UP else status.reason
    return ProbeResult(Liveness(status.state, reason, latency_s=status.latency_s))
