"""Work that can wait its turn: of all that asks for it, one is done in a pass of the event loop.

A key takes some passes of the loop from the terminal to the screen. Where many panes have much to
take in at once, each of these passes would wait for a step of every one of them.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from weakref import WeakKeyDictionary

from textual.message_pump import MessagePump

_Step = tuple[MessagePump, Callable[[], object]]
_waiting: WeakKeyDictionary[asyncio.AbstractEventLoop, deque[_Step]] = WeakKeyDictionary()


def in_turn(target: MessagePump, callback: Callable[[], object]) -> None:
    """Call `callback` in the turn of `target`, while it runs, when those before it have begun."""
    loop = asyncio.get_running_loop()
    steps = _waiting.setdefault(loop, deque())
    steps.append((target, callback))
    if len(steps) == 1:
        loop.call_soon(_next, loop)


def _next(loop: asyncio.AbstractEventLoop) -> None:
    steps = _waiting[loop]
    target, callback = steps[0]
    if target.is_running:
        target.call_next(callback)
    steps.popleft()
    if steps:
        loop.call_soon(_next, loop)
