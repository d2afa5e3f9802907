"""One look at a server: finds out what it is, then asks what its kind (`kinds`) is asked.

All paths but the list of models are on the server's root.
"""

from dataclasses import dataclass, replace

from massgen_tui.monitor.identify import identify, models_of
from massgen_tui.monitor.looking import MODELS, WANTS_KEY, Ask, Card, Pulse, pulse_of
from massgen_tui.monitor.status import ServerState


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
            card, fresh = await identify(ask, answer, hosted=False), True
            card = await card.kind.details(ask, card) if card.kind else card
    if card.kind is None or card.kind.pulse is None:
        return await _by_models(ask, card, fresh=fresh)
    pulse = await card.kind.pulse(ask)
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
