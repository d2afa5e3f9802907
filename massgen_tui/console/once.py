"""A call after a while that comes, however long the program stood still."""

from asyncio import TimerHandle, get_running_loop
from collections.abc import Callable

from textual.message_pump import MessagePump


def once(target: MessagePump, seconds: float, callback: Callable[[], object]) -> TimerHandle:
    """Call `callback` in the turn of `target` after some seconds, while it runs; can be cancelled.

    Textual's `set_timer` never calls where the program stands still for longer than `seconds` as
    the timer begins (8.2.8, `Timer._run`: a tick that is late is skipped, and it was the only one).
    """

    def due() -> None:
        if target.is_running:
            target.call_next(callback)

    return get_running_loop().call_later(seconds, due)
