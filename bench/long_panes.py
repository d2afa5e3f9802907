"""CPU per chunk with long answers already in all panes, beside that with short ones.

The same console, on the same paced stream: first with 2,000 tokens in each pane, then with 100,000.

    python -m bench.long_panes [--agents 16 --rate 50 --seconds 6 --runs 2]
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
    parser.add_argument("--runs", type=int, default=2)
    args = parser.parse_args()
    ratios = []
    for _ in range(args.runs):
        short, full = both(args.agents, args.rate, args.seconds)
        ratios.append(full / short)
        print(
            f"{SHORT} tokens: {short:.0f} us/chunk; {LONG} tokens: {full:.0f} us/chunk; "
            f"ratio {full / short:.2f}",
            flush=True,
        )
    print(f"ratio {span(ratios)}")


def both(agents: int, rate: int, seconds: float) -> tuple[float, float]:
    """Microseconds of CPU per chunk, short and long."""
    with Server() as server, Console([server.url], agents) as console:
        server.joined(agents)
        console.settle()
        server.play("mixed", SHORT // WORDS, rate=500, words=WORDS)
        short = paced(server, console, agents, rate, seconds)
        server.play("content", (LONG - SHORT) // WORDS, words=WORDS)
        return short, paced(server, console, agents, rate, seconds)


def paced(server: Server, console: Console, agents: int, rate: int, seconds: float) -> float:
    """Microseconds of CPU per chunk of a paced stretch."""
    console.settle()
    count, before = int(rate * seconds), cpu(console.pid)
    server.play("content", count, rate=rate)
    console.quiet(0.3)
    return (cpu(console.pid) - before) / (count * agents) * 1e6


if __name__ == "__main__":
    main()
