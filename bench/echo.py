"""How fast a key is echoed while 16 agents stream, beside an idle bare Textual app with an Input.

python -m bench.echo [--agents 16 --rate 50 --keys 40]
"""

import argparse
import random
import time
from itertools import pairwise

from bench.harness.process import Server, percentile
from bench.harness.terminal import Console, Terminal

BARE = """
from textual.app import App
from textual.widgets import Input
class Bare(App):
    def compose(self):
        yield Input(placeholder="type here")
Bare().run()
"""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="echo of a key")
    parser.add_argument("--agents", type=int, default=16)
    parser.add_argument("--rate", type=int, default=50)
    parser.add_argument("--keys", type=int, default=40)
    args = parser.parse_args()
    print("                           p50 ms  p95 ms  worst   gap between frames: p95  worst")
    with Terminal(["-c", BARE]) as bare:
        bare.find("type here")
        bare.settle()
        print(line("idle bare Textual, Input", typed(bare, args.keys), []))
    with Server() as server, Console([server.url], args.agents) as console:
        server.joined(args.agents)
        console.settle()
        server.start("mixed", int((args.keys * 0.15 + 3) * args.rate), rate=args.rate)
        time.sleep(1.5)
        since = console.bytes
        echoes = typed(console, args.keys)
        gaps = console.frames(since)
        server.played()
        print(line(f"{args.agents} agents x {args.rate}/s", echoes, gaps))


def typed(terminal: Terminal, keys: int) -> list[float]:
    """Echo times of keys at uneven moments."""
    chance = random.Random(7)
    echoes = []
    for _ in range(keys):
        time.sleep(0.05 + 0.1 * chance.random())
        echoes.append(terminal.echo())
    return echoes


def line(name: str, echoes: list[float], frames: list[float]) -> str:
    """A line of the table."""
    echo = [percentile(echoes, share) * 1000 for share in (0.5, 0.95, 1)]
    gaps = [after - before for before, after in pairwise(frames)]
    told = "  ".join(f"{percentile(gaps, share) * 1000:6.0f}" for share in (0.95, 1) if gaps)
    return f"{name:26} {echo[0]:6.1f}  {echo[1]:6.1f}  {echo[2]:6.1f}  {told:>28}"


if __name__ == "__main__":
    main()
