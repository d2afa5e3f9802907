"""Tells when a server went down or came back, for the bell."""

from collections.abc import Mapping

from massgen_tui.monitor.status import ServerStatus, StateChange


class Alarm:
    """Compares what is known with what was known before."""

    def __init__(self) -> None:
        """Nothing was known before."""
        self._last: dict[str, StateChange | None] = {}

    def rings(self, servers: Mapping[str, ServerStatus]) -> bool:
        """Whether some server certainly went to another state since this was last asked."""
        last = {root: _news(status) for root, status in servers.items()}
        rings = any(
            news is not None and news != self._last.get(root) for root, news in last.items()
        )
        self._last = last
        return rings


def _news(status: ServerStatus) -> StateChange | None:
    return next((change for change in reversed(status.changes) if change.news), None)
