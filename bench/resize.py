"""A resize with 16 full panes: when the first frame comes, when it is whole, whether keys answer.

python -m bench.resize [--agents 16 --tokens 20000 --runs 6]
"""

import argparse
import time

from bench.harness.process import Server, percentile, span
from bench.harness.terminal import SIZE, Console

WORDS = 10
OTHER = (120, 36)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="resize")
    parser.add_argument("--agents", type=int, default=16)
    parser.add_argument("--tokens", type=int, default=20_000)
    parser.add_argument("--runs", type=int, default=6)
    args = parser.parse_args()
    with Server() as server, Console([server.url], args.agents) as console:
        server.joined(args.agents)
        console.settle()
        server.play("mixed", args.tokens // WORDS, words=WORDS)
        console.settle()
        first, whole, echoes = [], [], []
        for run in range(args.runs):
            since = console.bytes
            began = console.resize(SIZE if run % 2 else OTHER)
            echoes += typed(console)
            ended = console.quiet(0.3, 3)
            first.append((console.frames(since)[0] - began) * 1000)
            whole.append((ended - began) * 1000)
            time.sleep(0.5)
    print(f"{args.agents} panes of {args.tokens} tokens, {SIZE} to {OTHER} and back")
    print(
        f"first frame {span(first, '.0f')} ms, nothing more to draw after {span(whole, '.0f')} ms"
    )
    told = [percentile(echoes, share) * 1000 for share in (0.5, 1)]
    print(f"echo of keys meanwhile: p50 {told[0]:.0f}, worst {told[1]:.0f} ms")


def typed(console: Console) -> list[float]:
    """Echoes of three keys at once after a resize."""
    return [console.echo() for _ in range(3)]


if __name__ == "__main__":
    main()
