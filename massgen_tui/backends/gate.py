"""Reads by the frame: connections that are read once a tick of the screen, not once a packet.

Waking up for every packet is most of what a stream costs; a screen draws 12.5 times a second
at most. While a gate is active a connection that was read rests until it opens; packets gather
in the kernel. It costs at most a frame of latency. Nothing is lost: a full socket makes the server
wait.

A connection that brings much at once does not rest so long, but only until its turn comes: of all
such connections one is read at a time, so that keys are heard in between.

What rests is read when the gate opens, and most of it rests again at once: asyncio's own way, to
wait for it anew and to wait no more, takes as long as the reading.
"""

import asyncio
from collections import deque
from collections.abc import Callable

FRAME = 0.125
"""Seconds for which connections rest where nothing is drawn."""


class ReadGate:
    """Holds the connections that have been read since it last opened."""

    __slots__ = ("_active", "_held", "_opened", "_opening", "_queue", "frame")

    def __init__(self, frame: float | None = None) -> None:
        """Begin inactive: reads are plain.

        Args:
            frame: seconds after a rest has begun in which the gate opens by itself, for streams
                that bring much in so long; None: who draws opens it, and all streams rest.
        """
        self.frame = frame
        self._active = False
        self._opening: asyncio.TimerHandle | None = None
        self._held: set[asyncio.ReadTransport] = set()
        self._opened: set[asyncio.ReadTransport] = set()
        """Those that were just read, and rest unless they bring nothing."""
        self._queue: deque[asyncio.ReadTransport] = deque()

    @property
    def active(self) -> bool:
        """Whether connections rest after each read; turning it off opens the gate."""
        return self._active

    @active.setter
    def active(self, value: bool) -> None:
        self._active = value
        if not value:
            self.open()
            self._resume()
            while self._queue:
                self._queue.popleft().resume_reading()

    def open(self) -> None:
        """Let every connection be read again."""
        if self._opening is not None:
            self._opening.cancel()
            self._opening = None
        if self._held:
            held, self._held = self._held, set()
            for transport in held:
                if (read := _reader(transport)) is None:
                    transport.resume_reading()
                else:
                    self._opened.add(transport)
                    read()
            if self._opened:  # behind those who take what was read
                asyncio.get_running_loop().call_soon(self._resume)

    def _resume(self) -> None:
        """Wait for what has brought nothing, or does not rest any more."""
        while self._opened:
            self._opened.pop().resume_reading()

    def pause(self, transport: asyncio.ReadTransport) -> None:
        """Let this connection rest until the gate opens."""
        transport.pause_reading()
        self._opened.discard(transport)
        self._held.add(transport)
        if self.frame is not None and self._opening is None:
            self._opening = asyncio.get_running_loop().call_later(self.frame, self.open)

    def take_turns(self, transport: asyncio.ReadTransport) -> None:
        """Let this connection rest until those that rest so already have been read."""
        transport.pause_reading()
        self._opened.discard(transport)
        self._queue.append(transport)
        if len(self._queue) == 1:
            asyncio.get_running_loop().call_soon(self._next)

    def _next(self) -> None:
        if self._queue:
            self._queue.popleft().resume_reading()
        if self._queue:
            asyncio.get_running_loop().call_soon(self._next)

    def release(self, transport: asyncio.ReadTransport) -> bool:
        """Let this connection be read again, and say whether it rested.

        A connection that goes back to the pool at rest would hang the next request on it.
        """
        if transport in self._queue:
            self._queue.remove(transport)
        elif transport not in self._held and transport not in self._opened:
            return False
        self._held.discard(transport)
        self._opened.discard(transport)
        transport.resume_reading()
        return True


def _reader(transport: asyncio.ReadTransport) -> Callable[[], None] | None:
    """What asyncio calls when something has come (3.11 to 3.14), of a connection without TLS."""
    read: Callable[[], None] | None = getattr(transport, "_read_ready", None)
    return read if read is not None and not transport.is_closing() else None
