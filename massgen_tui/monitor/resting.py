"""When a server is let rest that a look would wake, or keep awake (KServe's scale to zero)."""

from massgen_tui.monitor.kinds.kind import Kind
from massgen_tui.monitor.status import ServerState, ServerStatus

WAKEFUL = 60.0
"""Seconds after a prompt of ours, or the first look, in which it is looked at."""
WORDS = "not looked at without prompts: a look would wake it where it is scaled to zero"
_THERE = (ServerState.UP, ServerState.UNKNOWN)


class Resting:
    """Keeps when a prompt of ours was last open at one server."""

    def __init__(self) -> None:
        """None was."""
        self._ours_at: float | None = None

    def now(self, now: float, kind: Kind | None, state: ServerState, *, awaited: bool) -> bool:
        """Whether it is to be let rest; `awaited`: a prompt of ours is open."""
        if self._ours_at is None or awaited:
            self._ours_at = now
        woken = kind is not None and kind.woken and state in _THERE
        return woken and now - self._ours_at > WAKEFUL


def unseen(status: ServerStatus, notes: tuple[str, ...]) -> ServerStatus:
    """What is left of the status of one that is not looked at any more."""
    return ServerStatus(
        status.target,
        reason=WORDS,
        kind=status.kind,
        version=status.version,
        models=status.models,
        foreign=status.foreign,
        checked_at=status.checked_at,
        notes=notes,
        log=status.log,
    )
