"""The states that a server went through: since when it is what it is, and what was news."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from massgen_tui.monitor.status import ServerState, ServerStatus, StateChange

Wall = Callable[[], datetime]
"""The local time of day."""

_KEPT = 30
"""Changes of state that are kept."""
_CERTAIN = frozenset({ServerState.UP, ServerState.DOWN, ServerState.UNAUTHORIZED})


class Course:
    """Follows one server from status to status."""

    def __init__(self, wall: Wall) -> None:
        """Know of no state that is certain."""
        self._wall = wall
        self._certain: ServerState | None = None

    def went(self, before: ServerStatus, status: ServerStatus, now: float) -> ServerStatus:
        """The new status, with since when it holds and what changed."""
        # silence that is death now began when it was doubt
        doubted = before.state is ServerState.UNKNOWN and before.silent
        dead = status.state is ServerState.DOWN and status.silent
        same = status.state is before.state or (doubted and dead)
        changes = before.changes
        if status.state is not before.state:
            changes = (*changes, self._change(before, status, now))[-_KEPT:]
        since = now if before.since is None or not same else before.since
        return replace(status, since=since, changes=changes)

    def _change(self, before: ServerStatus, status: ServerStatus, now: float) -> StateChange:
        news = False
        if status.state in _CERTAIN:
            news = self._certain not in (None, status.state)
            self._certain = status.state
        root = status.target.root
        return StateChange(now, self._wall(), root, before.state, status.state, status.reason, news)
