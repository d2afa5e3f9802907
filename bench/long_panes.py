"""CPU per chunk with long answers already in all panes, beside that with short ones.

Two consoles on the same paced stream, in turns: one began with 2,000 tokens in each pane, the other
with 100,000.

    python -m bench.long_panes [--agents 16 --rate 50 --seconds 6 --turns 4]
"""

import argparse

from bench.harness.process import Server, cpu, span
from bench.harness.terminal import Console

SHORT, LONG = 2_000, 100_000
WORDS = 10
"""Tokens in a chunk while panes are filled."""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="long panes beside short ones")
    parser.add_argument("--agents", type=int, default=16)
    parser.add_argument("--rate", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=6)
    parser.add_argument("--turns", type=int, default=4)
    args = parser.parse_args()
    ratios = []
    with (
        Server() as few,
        Server() as many,
        Console([few.url], args.agents) as short,
        Console([many.url], args.agents) as full,
    ):
        for server, console in ((few, short), (many, full)):
            server.joined(args.agents)
            console.settle()
            server.play("mixed", SHORT // WORDS, rate=500, words=WORDS)
        many.play("content", (LONG - SHORT) // WORDS, words=WORDS)
        for _ in range(args.turns):
            little = paced(few, short, args.agents, args.rate, args.seconds)
            much = paced(many, full, args.agents, args.rate, args.seconds)
            ratios.append(much / little)
            print(
                f"{SHORT} tokens: {little:.0f} us/chunk; {LONG} tokens: {much:.0f} us/chunk; "
                f"ratio {much / little:.2f}",
                flush=True,
            )
    print(f"ratio {span(ratios)}")


def paced(server: Server, console: Console, agents: int, rate: int, seconds: float) -> float:
    """Microseconds of CPU per chunk of a paced stretch."""
    console.settle()
    count, before = int(rate * seconds), cpu(console.pid)
    server.play("content", count, rate=rate)
    console.quiet(0.3)
    return (cpu(console.pid) - before) / (count * agents) * 1e6


if __name__ == "__main__":
    main()
