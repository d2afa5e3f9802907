"""What the console costs per streamed chunk, beside the bare typed loop that prints nothing.

Both run at the same time on equal streams of one server in a third process: the console on a
terminal of 160x45, and `async for chunk in client.chat.completions.create(stream=True)`. CPU is
that of all threads of each process, from before the first chunk until nothing more is drawn.

Then 64 agents x 25/s on a terminal of 200x60: CPU per chunk, and the echo of keys meanwhile.

    python -m bench.stream [--seconds 6 --runs 3] [--agents 4 --rate 100]
"""

import argparse
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from bench.echo import typed
from bench.harness.pairs import Plan
from bench.harness.process import Loop, Server, cpu, percentile, span
from bench.harness.rows import Row
from bench.harness.terminal import Console
from bench.harness.wire import END

CASES = ((4, 100), (16, 50))
"""Agents, and chunks a second of each."""
GOALS = {(4, 100): 0.40, (16, 50): 0.45}
SECONDS = 6
MANY, SLOW, LARGE = 64, 25, (200, 60)
"""Agents, chunks a second of each, and the terminal they are shown on."""
KEYS = 20
LEAST = 3
"""Seconds from which a chunk costs what it costs, in a quick run too."""


@dataclass(frozen=True, slots=True)
class Cost:
    """One run."""

    console: float
    """Microseconds of CPU per chunk."""
    loop: float
    written: float
    """Bytes to the terminal per chunk."""
    end: float
    """Seconds from the end of the streams until it is drawn in the last pane."""

    @property
    def ratio(self) -> float:
        """The console's cost in that of the bare loop."""
        return self.console / self.loop


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="CPU per streamed chunk")
    parser.add_argument("--seconds", type=float, default=SECONDS)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--agents", type=int)
    parser.add_argument("--rate", type=int, default=100)
    args = parser.parse_args()
    print("agents  chunks/s  console us/chunk  loop us/chunk              ratio  B/chunk  end ms")
    for agents, rate in [(args.agents, args.rate)] if args.agents else CASES:
        runs = [measure(agents, rate, args.seconds) for _ in range(args.runs)]
        ours, bare, written, end = (
            percentile([getattr(run, name) for run in runs], 0.5)
            for name in ("console", "loop", "written", "end")
        )
        print(
            f"{agents:6}  {rate:8}  {ours:16.0f}  {bare:13.0f}  "
            f"{span([run.ratio for run in runs]):>17}  {written:7.0f}  {end * 1000:6.0f}",
            flush=True,
        )
    if not args.agents:
        costs, keys = zip(*(many(args.seconds) for _ in range(args.runs)), strict=True)
        print(
            f"{MANY:6}  {SLOW:8}  {percentile(costs, 0.5):16.0f}  keys p95 {span(keys, '.0f')} ms"
        )


def rows(plan: Plan) -> Iterator[Row]:
    """What a chunk costs, of the bare loop beside it."""
    seconds = max(plan.size(SECONDS), LEAST)
    for agents, rate in CASES:
        runs = plan.turns(partial(measure, agents, rate, seconds))
        costs = [
            f"{percentile([one.console for one in some], 0.5):.0f} us of "
            f"{percentile([one.loop for one in some], 0.5):.0f}"
            for some in (runs.ours, runs.base)
            if some
        ]
        yield Row(
            what=f"CPU per chunk, {agents} x {rate}/s",
            of="the bare typed loop",
            goal=GOALS[agents, rate],
            ours=[run.ratio for run in runs.ours],
            base=[run.ratio for run in runs.base],
            note="; before: ".join(costs),
        )
    crowds = plan.turns(partial(many, seconds))
    for at, (told, unit, goal) in enumerate(
        (("CPU per chunk", "us", 0.65), ("keys p95", "ms", 35))
    ):
        yield Row(
            what=f"{MANY} agents x {SLOW}/s, {LARGE[0]}x{LARGE[1]}: {told}",
            unit=unit,
            goal=goal,
            goal_of_base=unit == "us",
            ours=[run[at] for run in crowds.ours],
            base=[run[at] for run in crowds.base],
        )


def measure(agents: int, rate: int, seconds: float, root: Path | None = None) -> Cost:
    """Stream to both."""
    chunks = int(seconds * rate)
    with (
        Server() as server,
        Console([server.url], agents, root=root) as console,
        Loop("sdk", server.url, agents) as bare,
    ):
        server.joined(2 * agents)
        console.settle()
        before, since = (cpu(console.pid), cpu(bare.pid)), console.bytes
        server.play("mixed", chunks, rate=rate)
        server.end()
        ended = time.monotonic()
        drawn = console.find(END, agents, since=since, limit=5)
        console.quiet(0.3)
        after = cpu(console.pid), cpu(bare.pid)
        written = console.bytes - since
    ours, loop = ((after[at] - before[at]) / (agents * chunks) * 1e6 for at in (0, 1))
    return Cost(ours, loop, written / (agents * chunks), drawn - ended)


def many(seconds: float, root: Path | None = None) -> tuple[float, float]:
    """Of many agents: microseconds of CPU per chunk, then the p95 of keys' echo in milliseconds."""
    chunks = int(seconds * SLOW)
    with Server() as server, Console([server.url], MANY, size=LARGE, root=root) as console:
        server.joined(MANY)
        console.settle()
        before = cpu(console.pid)
        server.play("mixed", chunks, rate=SLOW)
        console.quiet(0.3)
        spent = cpu(console.pid) - before
        server.start("mixed", int((KEYS * 0.15 + 2) * SLOW), rate=SLOW)
        time.sleep(1)
        echoes = typed(console, KEYS)
        server.played()
        return spent / (MANY * chunks) * 1e6, percentile(echoes, 0.95) * 1000


if __name__ == "__main__":
    main()
