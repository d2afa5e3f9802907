"""What a router's models are in, as the state of a server of which only some are asked."""

from collections.abc import Collection
from dataclasses import replace

from massgen_tui.monitor.looking import Liveness, ModelState
from massgen_tui.monitor.status import Condition, ServerState


def of_those_asked_for(pulse: Liveness, models: Collection[str]) -> Liveness:
    """The pulse as the models that agents ask for make it."""
    told = [state for name, state in pulse.by_model if name in models]
    if pulse.state is not ServerState.UP or not told:
        return pulse
    there = [one for one in told if one.state is ServerState.UP]
    reason = "; ".join(one.reason for one in told if one.reason)
    if not there:
        return replace(pulse, state=told[0].state, reason=reason)
    return replace(pulse, reason=pulse.reason or reason, condition=_condition(told, there))


def _condition(told: Collection[ModelState], there: Collection[ModelState]) -> Condition | None:
    if len(there) < len(told):
        return Condition.PARTIAL
    asleep = all(one.condition is Condition.ASLEEP for one in there)
    return Condition.ASLEEP if asleep else None
