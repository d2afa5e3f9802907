"""What 16 answers of 20,000 tokens leave in memory, over a fresh start.

The fresh start is the console with all streams open and nothing said yet.

    python -m bench.memory [--agents 16 --tokens 20000]
"""

import argparse
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from bench.harness.pairs import Plan
from bench.harness.process import Server, rss
from bench.harness.rows import Row
from bench.harness.terminal import Console
from bench.harness.wire import END

WORDS = 5
"""Tokens in a chunk, to be done sooner; the rows are the same."""


AGENTS, TOKENS = 16, 20_000


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="memory of long answers")
    parser.add_argument("--agents", type=int, default=AGENTS)
    parser.add_argument("--tokens", type=int, default=TOKENS)
    args = parser.parse_args()
    fresh, full = measure(args.agents, args.tokens)
    print(
        f"fresh {fresh:.0f} MB, after {args.agents} x {args.tokens} tokens {full:.0f} MB, "
        f"+{full - fresh:.0f} MB"
    )


def rows(plan: Plan) -> Iterator[Row]:
    """Memory of a fresh start, and what the answers add."""
    tokens = int(plan.size(TOKENS))
    runs = plan.turns(partial(measure, AGENTS, tokens))
    yield Row(
        what="memory after the start",
        unit="MB",
        goal=1.0,
        goal_of_base=True,
        ours=[fresh for fresh, _ in runs.ours],
        base=[fresh for fresh, _ in runs.base],
    )
    yield Row(
        what=f"growth by {AGENTS} x {tokens:,} tokens",
        unit="MB",
        goal=plan.size(25),
        ours=[full - fresh for fresh, full in runs.ours],
        base=[full - fresh for fresh, full in runs.base],
    )


def measure(agents: int, tokens: int, root: Path | None = None) -> tuple[float, float]:
    """MB after a fresh start, and after the answers."""
    with Server() as server, Console([server.url], agents, root=root) as console:
        server.joined(agents)
        console.settle()
        fresh, since = rss(console.pid), console.bytes
        server.play("mixed", tokens // WORDS, rate=1000, words=WORDS)
        server.end()
        console.find(END, agents, since=since)
        console.settle()
        return fresh, rss(console.pid)


if __name__ == "__main__":
    main()
