"""What an answer means of one server, of which more is known than the answer tells."""

from dataclasses import replace

from massgen_tui.monitor.kinds.kind import Kind
from massgen_tui.monitor.looking import (
    NOT_READY,
    WANTS_KEY,
    Liveness,
    speaks_of_loading,
    speaks_of_scaling,
)
from massgen_tui.monitor.status import ServerState


def worded(pulse: Liveness, slow: str, kind: Kind | None, *, keyed: bool, was_up: bool) -> Liveness:
    """The pulse as this server means it.

    Args:
        pulse: What its answer says.
        slow: What is said where nothing else is; empty: it is not slow.
        kind: What it proved to be.
        keyed: It is asked with a key.
        was_up: It was up since it last was not there at all.
    """
    # only a 503 leaves in doubt whether it loads
    sure = pulse.told or bool(pulse.by_model) or speaks_of_scaling(pulse.reason)
    if pulse.state is ServerState.LOADING and sure:
        return pulse
    if pulse.state is ServerState.LOADING and kind and kind.dead_at_503:
        # it takes no connections while it loads
        reason = f"{pulse.reason}: its engine does not run, or a gateway has no server for it"
        return replace(pulse, state=ServerState.DOWN, reason=reason)
    # a start begins with nothing to connect to, or says that it is one
    starts = speaks_of_loading(pulse.reason) and pulse.reason != NOT_READY
    if pulse.state is ServerState.LOADING and was_up and not starts:
        reason = "answers HTTP 503" if pulse.reason == NOT_READY else pulse.reason
        return replace(pulse, state=ServerState.DOWN, reason=reason)
    if pulse.reason == WANTS_KEY and keyed:
        return replace(pulse, reason="it refuses our key")
    return replace(pulse, reason=pulse.reason or slow)
