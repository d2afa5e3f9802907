"""From a token on the wire to the screen: the time from the server's write to the terminal's bytes.

Every tenth chunk is a word that is found again in what the terminal was sent.

    python -m bench.latency [--seconds 6]
"""

import argparse

from bench.harness.process import Server, percentile
from bench.harness.terminal import Console


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="from the wire to the screen")
    parser.add_argument("--seconds", type=float, default=6)
    seconds = parser.parse_args().seconds
    print("agents  chunks/s   p50 ms  p95 ms  worst   marks seen")
    for agents, rate in ((4, 100), (16, 50)):
        print(line(agents, rate, seconds), flush=True)


def line(agents: int, rate: int, seconds: float) -> str:
    """A line of the table."""
    with Server() as server, Console([server.url], agents) as console:
        server.joined(agents)
        console.settle()
        server.start("content", int(seconds * rate), rate=rate, marks=10)
        sent = server.played()
        console.quiet(0.5)
        shown = {word: console.seen(word) for word in sent}
    late = [at - sent[word] for word, at in shown.items() if at is not None]
    p50, p95, worst = (percentile(late, share) * 1000 for share in (0.5, 0.95, 1))
    return f"{agents:6}  {rate:8}  {p50:7.1f} {p95:7.1f} {worst:6.1f}   {len(late)} of {len(sent)}"


if __name__ == "__main__":
    main()
