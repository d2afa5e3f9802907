"""One stream as fast as loopback gives, on the screen, beside httpx2 iterating lines without one.

Wall time from the first byte's order to the end: of the console until the stream's last word is
drawn, with keys typed all the while; of `httpx2` until the last line is decoded. In turns.

    python -m bench.burst [--chunks 50000 --runs 3]
"""

import argparse
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from bench.harness.pairs import Plan
from bench.harness.process import Loop, Server, cpu, percentile, span
from bench.harness.rows import Row
from bench.harness.terminal import Console
from bench.harness.wire import END

AGENTS, TOKENS = 16, 20_000
"""Of the burst in which keys wait longest."""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="one burst")
    parser.add_argument("--chunks", type=int, default=50_000)
    parser.add_argument("--runs", type=int, default=3)
    args = parser.parse_args()
    ratios, loads, keys = [], [], []
    for _ in range(args.runs):
        bare, bare_cpu = lines(args.chunks)
        ours, ours_cpu, echoes = console(args.chunks)
        ratios.append(ours / bare)
        loads.append(ours_cpu / bare_cpu)
        keys += echoes
        print(f"httpx2 {bare:.2f} s, CPU {bare_cpu:.2f} s; console {ours:.2f} s, {ours_cpu:.2f} s")
    print(f"ratio of time {span(ratios)}, of CPU {span(loads)}")
    told = [percentile(keys, share) * 1000 for share in (0.5, 0.95, 1)]
    print(
        f"echo of {len(keys)} keys meanwhile: p50 {told[0]:.0f}, p95 {told[1]:.0f}, worst "
        f"{told[2]:.0f} ms"
    )


def rows(plan: Plan) -> Iterator[Row]:
    """The longest wait for a key while many agents get all at once."""
    tokens = int(plan.size(TOKENS))
    runs = plan.turns(partial(waits, tokens))
    both = [one for one in (runs.ours, runs.base) if one]
    told = [f"worst of all runs {max(worst for worst, _ in one):.0f} ms" for one in both]
    keys = percentile([keys for _, keys in runs.ours], 0.5)
    yield Row(
        what=f"longest wait for a key, burst of {AGENTS} x {tokens:,} tokens",
        unit="ms",
        goal=100,
        ours=[worst for worst, _ in runs.ours],
        base=[worst for worst, _ in runs.base],
        note=f"{'; before: '.join(told)}; {keys:.0f} keys a run",
    )


def waits(tokens: int, root: Path | None = None) -> tuple[float, float]:
    """The longest wait for a key in milliseconds, and how many were typed."""
    _, _, echoes = console(tokens, AGENTS, root=root)
    return max(echoes) * 1000, len(echoes)


def lines(chunks: int) -> tuple[float, float]:
    """Seconds and CPU seconds of the bare client."""
    with Server() as server, Loop("httpx2", server.url) as loop:
        server.joined(1)
        time.sleep(0.5)
        before, began = cpu(loop.pid), time.monotonic()
        server.start("mixed", chunks)
        server.played()
        server.end()
        loop.until("read")
        return time.monotonic() - began, cpu(loop.pid) - before


def console(
    chunks: int, agents: int = 1, *, root: Path | None = None
) -> tuple[float, float, list[float]]:
    """Seconds, CPU seconds, and echoes in seconds, of the console."""
    with Server() as server, Console([server.url], agents, root=root) as shown:
        server.joined(agents)
        shown.settle()
        before, began, since = cpu(shown.pid), time.monotonic(), shown.bytes
        server.start("mixed", chunks)
        server.tell('{"end": true}')
        echoes = []
        while shown.seen(END, since) is None:
            echoes.append(shown.echo())
            time.sleep(0.05)
        ended = shown.find(END, agents, since=since)
        return ended - began, cpu(shown.pid) - before, echoes


if __name__ == "__main__":
    main()
