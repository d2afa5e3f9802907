"""What 16 answers of 20,000 tokens leave in memory, over a fresh start.

The fresh start is the console with all streams open and nothing said yet.

    python -m bench.memory [--agents 16 --tokens 20000]
"""

import argparse

from bench.harness.process import Server, rss
from bench.harness.terminal import Console
from bench.harness.wire import END

WORDS = 5
"""Tokens in a chunk, to be done sooner; the rows are the same."""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="memory of long answers")
    parser.add_argument("--agents", type=int, default=16)
    parser.add_argument("--tokens", type=int, default=20_000)
    args = parser.parse_args()
    with Server() as server, Console([server.url], args.agents) as console:
        server.joined(args.agents)
        console.settle()
        fresh, since = rss(console.pid), console.bytes
        server.play("mixed", args.tokens // WORDS, rate=1000, words=WORDS)
        server.end()
        console.find(END, args.agents, since=since)
        console.settle()
        full = rss(console.pid)
    print(
        f"fresh {fresh:.0f} MB, after {args.agents} x {args.tokens} tokens {full:.0f} MB, "
        f"+{full - fresh:.0f} MB"
    )


if __name__ == "__main__":
    main()
