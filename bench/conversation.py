"""What one long conversation costs: memory, log and CPU of its last turns beside its first.

The console without a terminal, agents that are scripted in this process, no network: answers of
16.7 kB in some 300 pieces, every 10 ms of the session's clock. Memory is what is the process's own
after a full collection and `malloc_trim`; CPU is that of all threads from an answer's first piece
to the last one's frame, sending is told apart. At the end `ctrl+n` is pressed.

    python -m bench.conversation [--turns 239 --agents 4] [--json]
"""

import argparse
import asyncio
import json
import tempfile
import threading
import time
from array import array
from collections.abc import AsyncGenerator, Iterator, Sequence
from dataclasses import astuple, dataclass, field, fields
from pathlib import Path
from typing import cast

from bench.harness.builds import measured
from bench.harness.pairs import Plan
from bench.harness.process import own_mb, trim
from bench.harness.rows import Row
from massgen_tui.backends.base import Backend, ChatRequest
from massgen_tui.backends.call import Call
from massgen_tui.backends.events import (
    ContentDelta,
    Finished,
    Opened,
    RequestSent,
    StreamEvent,
    UsageReported,
)
from massgen_tui.config.model import AgentConfig
from massgen_tui.session.events import Entry
from massgen_tui.store.recording import record
from massgen_tui.store.writer import SessionLog
from tests.support.console import Stage, staged
from tests.support.fakes import Backends, FakeBackend, FakeClock, config_of

TURNS, AGENTS = 239, 4
PIECES = 300
READ = 10
"""Pieces that one reading brings."""
PARAGRAPH = (
    "Turn {turn}, agent {agent}, paragraph {number}: the *cost* of a turn is what it adds and not "
    "what is **already there**, so that a long `conversation` is as quick at its end as it was at "
    "its beginning, whatever was said until then by anyone.\n\n"
)
SPAN = 40
"""Turns at each end that are compared."""


SAMPLE = 32
"""One event in so many is timed: to ask for the time costs as much as to keep an event."""


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


def _deltas(read: list[str]) -> list[ContentDelta]:
    """The pieces of one reading as this build's backends give them to a console."""
    if any(one.name == "pieces" for one in fields(ContentDelta)):
        return [ContentDelta("".join(read), len(read))]
    return [ContentDelta(text) for text in read]


@dataclass
class Gate:
    """Holds the answers until all requests are sent."""

    open: asyncio.Event = field(default_factory=asyncio.Event)
    all_sent: asyncio.Event = field(default_factory=asyncio.Event)
    missing: int = 0

    def shut(self, agents: int) -> None:
        """Hold the answers of so many agents."""
        self.missing = agents
        self.open.clear()
        self.all_sent.clear()

    async def passed(self) -> None:
        """Return when it is open; the last to come says so."""
        self.missing -= 1
        if not self.missing:
            self.all_sent.set()
        await self.open.wait()


class Paced(FakeBackend):
    """Answers at length, a reading each step of the event loop."""

    gate: Gate
    clock: FakeClock
    turn: int = 0

    def request(self, call: Call) -> ChatRequest:
        """Keep nothing."""
        self.turn += 1
        body = {
            "model": self.model,
            "messages": [{"role": one.role, "content": one.content} for one in call.messages],
        }
        return ChatRequest(body)

    async def stream(self, request: ChatRequest) -> AsyncGenerator[StreamEvent, None]:
        """Wait for the gate, then say it all."""
        turn = self.turn
        text = "".join(
            PARAGRAPH.format(turn=turn, agent=self.agent, number=number) for number in range(72)
        )
        size = -(-len(text) // PIECES)
        pieces = [text[at : at + size] for at in range(0, len(text), size)]
        yield RequestSent(request.body)
        yield Opened()
        await self.gate.passed()
        for at in range(0, len(pieces), READ):
            read = pieces[at : at + READ]
            self.clock.tick(0.01 / 4 * len(read))
            for delta in _deltas(read):
                yield delta
            await asyncio.sleep(0)
        yield Finished("stop")
        yield UsageReported(prompt=turn * 4000, completion=PIECES)


class Scripted(Backends):
    """Makes agents that answer at length."""

    def __call__(self, agent: AgentConfig) -> Backend:
        """Make one."""
        self.by_agent[agent.id] = Paced(agent.id)
        return self.by_agent[agent.id]


@dataclass(frozen=True, slots=True)
class Turn:
    """What one turn cost."""

    mb: float
    log_bytes: float
    answer_s: float
    """CPU from the first piece to the last frame."""
    log_s: float
    """Of it, the log's."""
    send_s: float
    """CPU from the prompt until all requests are sent and written down."""


class Costs:
    """What all turns cost, in a place that is there from the beginning.

    One small object a turn that stays would keep its surroundings from the system after `ctrl+n`.
    """

    def __init__(self, turns: int) -> None:
        """Have place for so many."""
        self._size = len(fields(Turn))
        self._numbers = array("d", bytes(8 * self._size * turns))

    def put(self, turn: int, cost: Turn) -> None:
        """Note one, from 1."""
        at = (turn - 1) * self._size
        self._numbers[at : at + self._size] = array("d", astuple(cost))

    @property
    def all(self) -> list[Turn]:
        """In their order."""
        places = range(0, len(self._numbers), self._size)
        return [Turn(*self._numbers[at : at + self._size]) for at in places]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="a long conversation")
    parser.add_argument("--turns", type=int, default=TURNS)
    parser.add_argument("--agents", type=int, default=AGENTS)
    parser.add_argument(
        "--json", action="store_true", help="end with a line for the table of goals"
    )
    args = parser.parse_args()
    found = asyncio.run(measure(args.turns, args.agents))
    if args.json:
        print(json.dumps(found))


def rows(plan: Plan) -> Iterator[Row]:
    """Memory and CPU at the end, and what the log costs."""
    turns = int(plan.size(TURNS + 1))
    runs = plan.turns(
        lambda root: measured(root, "bench.conversation", "--turns", turns, "--json"), most=3
    )
    for name, what, unit, goal in (
        ("mb", f"a conversation of {turns} turns, {AGENTS} agents: own memory", "MB", 120),
        ("cpu", f"the same: CPU per chunk of its last {min(SPAN, turns // 2)} turns", "x", 1.1),
        ("log", "the same: the log's own CPU", "%", 3),
    ):
        yield Row(
            what=what,
            unit=unit,
            of={"cpu": "the first", "log": "the console's"}.get(name, ""),
            goal=goal,
            ours=[run[name] for run in runs.ours],
            base=[run[name] for run in runs.base],
            note=runs.missing and f"before: {runs.missing}",
        )


async def measure(turns: int, agents: int) -> dict[str, float]:
    """Hold the conversation and print what it cost; gives what the table of goals tells."""
    gate = Gate()
    ids = [f"agent{number}" for number in range(1, agents + 1)]
    backends = Scripted()
    with tempfile.TemporaryDirectory() as folder:
        async with staged(config_of(*ids), size=(160, 45), backends=backends) as stage:
            for backend in backends.by_agent.values():
                cast("Paced", backend).gate, cast("Paced", backend).clock = gate, stage.clock
            log = record(stage.session, warn=print, directory=lambda: Path(folder))
            meter = LogMeter(log)
            stage.session.leave(log.hear)
            stage.session.listen(meter.hear)
            costs, begun = Costs(turns), memory()
            for number in range(1, turns + 1):
                cost = await one_turn(stage, log, meter, gate, agents, number)
                costs.put(number, cost)
                stage.watching.heard_of.clear()
                if number in (1, SPAN, turns - SPAN) or number % SPAN == 0:
                    print(f"turn {number}: {cost.mb:.1f} MB own", flush=True)
            found = report(costs.all, begun, agents)
            await given_back(stage, cost.mb, begun)
            log.close()
            return found


async def one_turn(
    stage: Stage, log: SessionLog, meter: LogMeter, gate: Gate, agents: int, number: int
) -> Turn:
    """One prompt and its answers, drawn and written down."""
    gate.shut(agents)
    before = time.process_time()
    stage.session.ask(f"prompt {number}")
    await gate.all_sent.wait()
    await written(log)
    sent, log_before = time.process_time(), meter.cpu_s
    gate.open.set()
    while stage.session.busy or not drawn(stage):
        stage.app.paint()
        await stage.pilot.pause()
    await written(log)
    done = time.process_time()
    size = log.path.stat().st_size if log.path else 0
    return Turn(memory(), size, done - sent, meter.cpu_s - log_before, sent - before)


def drawn(stage: Stage) -> bool:
    """All panes have taken in what came."""
    documents = [pane._document for pane in stage.app.main.panes]
    return not any(one.waiting or one.stale for one in documents)


async def written(log: SessionLog) -> None:
    """Wait until the log's thread has nothing to do."""
    for _ in range(1000):
        if log.settled:
            break
        await asyncio.sleep(0.01)


def memory() -> float:
    """MB that are this process's own."""
    trim()
    return own_mb()


def report(costs: Sequence[Turn], begun: float, agents: int) -> dict[str, float]:
    """Print the first turns beside the last."""
    span = min(SPAN, len(costs) // 2)
    first, last = costs[:span], costs[-span:]
    mb = (first[-1].mb - begun, last[-1].mb - costs[-span - 1].mb)
    size = (first[-1].log_bytes, last[-1].log_bytes - costs[-span - 1].log_bytes)
    pieces = span * agents * PIECES
    cpu = [sum(one.answer_s for one in some) / pieces * 1e6 for some in (first, last)]
    text = len(costs) * agents * 16_700 / 1e6
    print(f"                    first {span}   last {span}   ratio")
    print(f"own memory, MB      {mb[0]:8.1f} {mb[1]:9.1f} {mb[1] / mb[0]:7.2f}")
    print(f"log, kB             {size[0] / 1e3:8.0f} {size[1] / 1e3:9.0f} {size[1] / size[0]:7.2f}")
    print(f"CPU a piece, us     {cpu[0]:8.0f} {cpu[1]:9.0f} {cpu[1] / cpu[0]:7.2f}")
    send = costs[-1].send_s * 1000 / (len(costs) * agents * 16_700 / 1e6)
    share = sum(one.log_s for one in costs) / sum(one.answer_s for one in costs)
    print(f"sending, the last turn: {send:.1f} ms per MB of body")
    print(f"log: {share:.1%} of the CPU; {costs[-1].log_bytes / 1e6:.1f} MB of {text:.1f} MB text")
    print(f"memory: {begun:.0f} MB before, {costs[-1].mb:.0f} MB at the end")
    return {"mb": costs[-1].mb, "cpu": cpu[1] / cpu[0], "log": share * 100}


async def given_back(stage: Stage, full: float, begun: float) -> None:
    """Begin a new conversation and print what came back."""
    await stage.press("ctrl+n")
    for _ in range(20):
        await stage.settle()
    left = memory()
    back = (full - left) / (full - begun)
    print(f"after ctrl+n: {left:.0f} MB, {back:.0%} of the growth is back")


if __name__ == "__main__":
    main()
