"""CPU per chunk of another program on a terminal, beside ours and the bare typed loop.

The command is run in a folder of its own on the same server as the others; `{url}` in it is the
server's address, and its model must be called `bench`. It asks by itself, or is made to by keys
that are typed when it stands still, a step an option. One agent each: none shows more at a time.

    python -m bench.peer [--rate 100 --seconds 6 --runs 3] [--keys STEP ...] -- COMMAND ...
    python -m bench.peer -- massgen --backend vllm --model bench --base-url {url}/v1 go
"""

import argparse
import codecs
import time
from pathlib import Path

from bench.harness.process import Loop, Server, cpu, percentile, span
from bench.harness.terminal import Console, Terminal

STANDS = 2.0
"""Seconds without output after which a program waits for keys."""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="another program on the same streams")
    parser.add_argument("--rate", type=int, default=100)
    parser.add_argument("--seconds", type=float, default=6)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--keys", nargs="*", default=[], help="steps, with escapes: '\\x0e'")
    parser.add_argument("command", nargs="*")
    args = parser.parse_args()
    if not args.command:
        print("no command of a peer given: nothing to measure")
        return
    keys = [codecs.decode(step, "unicode_escape") for step in args.keys]
    runs = [measure(args.command, keys, args.rate, args.seconds) for _ in range(args.runs)]
    for name in runs[0]:
        cost = percentile([run[name] for run in runs], 0.5)
        ratios = [run[name] / run[_BARE] for run in runs]
        print(f"{name:>20}: {cost:6.0f} us/chunk, {span(ratios)}x the bare loop")


_BARE = "bare typed loop"


def measure(command: list[str], keys: list[str], rate: int, seconds: float) -> dict[str, float]:
    """Microseconds of CPU per chunk, of each."""
    count = int(rate * seconds)
    with Server() as server:
        program, *rest = (word.replace("{url}", server.url) for word in command)
        with Terminal(rest, program=program, inside=True) as peer:
            for step in keys:
                peer.quiet(STANDS)
                peer.write(step)
            try:
                server.joined(1)
            except TimeoutError as error:
                raise SystemExit(f"{error}\nits screen:\n{peer.screen()}") from None
            with Console([server.url], 1) as ours, Loop("sdk", server.url) as bare:
                server.joined(3)
                ours.settle()
                time.sleep(1)
                watched = {Path(program).name: peer.pid, "massgen-tui": ours.pid, _BARE: bare.pid}
                before = {name: cpu(pid) for name, pid in watched.items()}
                server.play("mixed", count, rate=rate)
                ours.quiet(0.3, 2)
                return {n: (cpu(pid) - before[n]) / count * 1e6 for n, pid in watched.items()}


if __name__ == "__main__":
    main()
