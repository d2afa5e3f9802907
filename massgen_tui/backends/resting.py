"""One connection's rests between readings, and when what they brought had come.

Imported when a backend is first used, with the stream that it is of.
"""

import asyncio
import time
from collections.abc import Callable

from massgen_tui.backends.events import Arrived
from massgen_tui.backends.gate import ReadGate
from massgen_tui.backends.wire import Dating

_BURST = 32 * 1024
"""Bytes in one read: a stream that brings more is behind, and only rests for its turn."""
_YOUNG = 0.25
"""Seconds from the first piece in which a stream is read as it comes where nobody draws it."""
_SLOW = 1.5
"""Frames between two readings in which a stream brings too little to rest."""


class Resting:
    """Lets a connection rest as its gate wants it."""

    def __init__(self, gate: ReadGate | None, clock: Callable[[], float] = time.monotonic) -> None:
        """Rest behind this gate; without one never. `clock` gives monotonic seconds."""
        self._gate = gate
        self._dating = Dating()
        self.transport: asyncio.Transport | None = None
        """The connection, once it stands."""
        self._clock = clock
        self._since = self._last = 0.0
        self._rested = False

    def date(self) -> Arrived | None:
        """When what was just read came; None: now, or nobody knows."""
        gate = self._gate
        if gate is None:
            return None
        framed = gate.active and (gate.frame is None or self._rested)
        return self._dating.date(self.transport, framed=framed)

    def rest(self, size: int) -> None:
        """Rest behind a reading of so many bytes, with text in it."""
        gate, transport = self._gate, self.transport
        if gate is None or not gate.active or transport is None:
            return
        if gate.frame is not None:
            self._rested = self._is_steady(gate.frame)
            if not self._rested:
                return
        rest = gate.take_turns if size > _BURST else gate.pause
        rest(transport)

    def _is_steady(self, frame: float) -> bool:
        """Whether a rest loses nothing: the system dates what comes, and much of that comes."""
        now, last = self._clock(), self._last
        self._last = now
        self._since = self._since or now
        if now - self._since < _YOUNG or now - last > _SLOW * frame:
            return False
        return self._rested or self._dating.knows(self.transport)

    def free(self) -> bool:
        """Rest no more; gives whether it rested."""
        gate, transport = self._gate, self.transport
        return gate is not None and transport is not None and gate.release(transport)
