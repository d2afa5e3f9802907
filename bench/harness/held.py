"""A conversation of the console without a terminal, held turn by turn, led by lines of its input.

    hold N   so many turns one upon the other, and one more that is measured by itself; says `held`
             and, an object, what that one cost
    memory   says `memory` and MB of its own, after a full collection and `malloc_trim`
    new      presses `ctrl+n`; says `memory` and what is left

Every turn does the same: all agents are given ten pieces, what they said is drawn, thirty times.
"""

import asyncio
import gc
import json
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

from bench.harness.process import own_mb, trim
from bench.harness.scripted import STEPS, Gate, Scripted
from massgen_tui.console.collecting import ROUNDS, YOUNG
from massgen_tui.session.events import Entry
from massgen_tui.store.recording import record
from massgen_tui.store.writer import SessionLog
from tests.support.console import Stage, staged
from tests.support.fakes import config_of

SIZE = (160, 45)
SAMPLE = 32
"""One event in so many is timed: to ask for the time costs as much as to keep an event."""

_LOOKS = 20_000


class LogMeter:
    """CPU that keeping a session costs: what the session hands over, and the writer's thread."""

    def __init__(self, log: SessionLog) -> None:
        """Meter a log that nobody listens for yet."""
        self._log = log
        self._heard = 0
        self._heard_s = 0.0

    def hear(self, entry: Entry) -> None:
        """Hand an event to the log."""
        self._heard += 1
        if self._heard % SAMPLE:
            self._log.hear(entry)
            return
        began = time.thread_time()
        nothing = time.thread_time()
        self._log.hear(entry)
        # of what is timed, asking for the time is as long as it was just before
        self._heard_s += (time.thread_time() - nothing - (nothing - began)) * SAMPLE

    @property
    def cpu_s(self) -> float:
        """Seconds so far."""
        threads = [one for one in threading.enumerate() if one.name == "session log"]
        clocks = [time.pthread_getcpuclockid(one.ident) for one in threads if one.ident]
        return self._heard_s + sum(time.clock_gettime(clock) for clock in clocks)


@dataclass(frozen=True, slots=True)
class Turn:
    """What one turn cost, in CPU seconds of all threads."""

    answer_s: float
    """From the first piece until the last is drawn and kept."""
    log_s: float
    """Of it, the log's."""
    send_s: float
    """From the prompt until all requests are sent and written down."""
    log_bytes: int
    """Of the session's file, behind it."""


class Conversation:
    """A console with some agents, and its session's log."""

    def __init__(self, agents: int) -> None:
        """Make the agents; `open` opens it."""
        self._gate = Gate(agents)
        self._ids = [f"agent{number}" for number in range(1, agents + 1)]
        self._number = 0

    async def open(self, stack: AsyncExitStack) -> Self:
        """Open the console, without a prompt."""
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        backends = Scripted()
        backends.gate = self._gate
        opened = staged(config_of(*self._ids), size=SIZE, backends=backends)
        self._stage: Stage = await stack.enter_async_context(opened)
        self._gate.clock = self._stage.clock
        session = self._stage.session
        self._log = record(session, warn=print, directory=lambda: folder)
        stack.callback(self._log.close)
        self._meter = LogMeter(self._log)
        session.leave(self._log.hear)
        session.listen(self._meter.hear)
        gc.set_threshold(YOUNG, ROUNDS)  # as the console does; what there is is not frozen
        return self

    async def measured(self) -> Turn:
        """One turn by itself: nothing of another is written down meanwhile."""
        await self._kept()
        before = time.process_time()
        await self._ask()
        await self._kept()
        sent, log_before = time.process_time(), self._meter.cpu_s
        await self._answer()
        await self._kept()
        answer_s, log_s = time.process_time() - sent, self._meter.cpu_s - log_before
        size = self._log.path.stat().st_size if self._log.path else 0
        return Turn(answer_s, log_s, sent - before, size)

    async def turn(self) -> None:
        """One prompt and its answers."""
        await self._ask()
        await self._answer()

    async def _ask(self) -> None:
        """One prompt, sent by all agents and drawn."""
        self._number += 1
        self._gate.shut()
        self._stage.session.ask(f"prompt {self._number}")
        await self._gate.reached()
        await self._drawn()

    async def _answer(self) -> None:
        """All that the agents say to it, drawn."""
        for _ in range(STEPS - 1):
            self._gate.open()
            await self._gate.reached()
            await self._drawn()
        self._gate.open()
        await until(lambda: not self._stage.session.busy, 0)
        await self._drawn()
        self._stage.watching.heard_of.clear()

    async def _drawn(self) -> None:
        """Draw until all panes have taken in what came."""
        documents = [pane._document for pane in self._stage.app.main.panes]
        self._stage.app.paint()
        while any(one.waiting or one.stale for one in documents):
            await asyncio.sleep(0.002)
            self._stage.app.paint()

    async def _kept(self) -> None:
        """Wait until the log's thread has nothing to do."""
        await until(lambda: self._log.settled, 0.002)

    async def new(self) -> None:
        """Begin another conversation."""
        await self._stage.press("ctrl+n")
        for _ in range(20):
            await self._stage.settle()


async def until(so: Callable[[], bool], seconds: float) -> None:
    """Look every so often whether it is so, for some time."""
    for _ in range(_LOOKS):
        if so():
            return
        await asyncio.sleep(seconds)
    raise TimeoutError("a turn does not come to its end")


def memory() -> float:
    """MB that are this process's own."""
    trim()
    return own_mb()


async def led(agents: int) -> None:
    """Do what the lines of the input say."""
    async with AsyncExitStack() as stack:
        conversation = await Conversation(agents).open(stack)
        print(f"memory {memory()}", flush=True)
        while words := (await asyncio.to_thread(sys.stdin.readline)).split():
            if words[0] == "hold":
                for _ in range(int(words[1])):
                    await conversation.turn()
                print(f"held {json.dumps(asdict(await conversation.measured()))}", flush=True)
                continue
            if words[0] == "new":
                await conversation.new()
            print(f"memory {memory()}", flush=True)


if __name__ == "__main__":
    asyncio.run(led(int(sys.argv[1])))
