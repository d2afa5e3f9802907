"""Hours of streaming in minutes: 8 agents, prompt after prompt, each a new conversation.

By default the tokens of 2 hours at 100 tokens/s an agent, in larger chunks and without pauses.
After each prompt's answers tasks, threads, file descriptors, objects and memory are counted inside
the console; what grows from the first quarter to the last is printed.

    python -m bench.soak [--agents 8 --hours 2 --prompts 24]
"""

import argparse
import json
import signal
import tempfile
import time
from pathlib import Path

from bench.harness.inside import WHERE
from bench.harness.process import Server
from bench.harness.terminal import Console
from bench.harness.wire import END

PACE = 100
"""Tokens a second that an agent is meant to say."""
WORDS = 50
"""Tokens in a chunk."""
NEW, SEND = "\x0e", "go\r"


def main() -> None:
    """Stream, count, print."""
    parser = argparse.ArgumentParser(description="a soak")
    parser.add_argument("--agents", type=int, default=8)
    parser.add_argument("--hours", type=float, default=2)
    parser.add_argument("--prompts", type=int, default=24)
    args = parser.parse_args()
    chunks = int(args.hours * 3600 * PACE / WORDS / args.prompts)
    began = time.monotonic()
    counts = soaked(args.agents, args.prompts, chunks)
    part = max(len(counts) // 4, 1)
    tokens = args.prompts * chunks * WORDS * args.agents
    print(
        f"{args.agents} agents, {args.prompts} prompts, {tokens / 1e6:.1f} million tokens in "
        f"{time.monotonic() - began:.0f} s"
    )
    print("              after the 1st   mean of the 1st quarter   of the last   most")
    for what in counts[0]:
        values = [count[what] for count in counts]
        first, last = (sum(some) / part for some in (values[:part], values[-part:]))
        print(f"{what:>10} {values[0]:16.0f} {first:25.1f} {last:13.1f} {max(values):6.0f}")


def soaked(agents: int, prompts: int, chunks: int) -> list[dict[str, float]]:
    """What was counted after each prompt's answers."""
    with tempfile.TemporaryDirectory() as folder:
        told = Path(folder) / "counts"
        told.touch()
        env = {WHERE: str(told)}
        with (
            Server() as server,
            Console(
                [server.url], agents, prompt="", env=env, module="bench.harness.inside"
            ) as console,
        ):
            console.find("sk all agents")
            for number in range(1, prompts + 1):
                answered(server, console, agents, chunks)
                console.process.send_signal(signal.SIGUSR1)
                while len(told.read_text(encoding="ascii").splitlines()) < number:
                    time.sleep(0.01)
        return [json.loads(line) for line in told.read_text(encoding="ascii").splitlines()]


def answered(server: Server, console: Console, agents: int, chunks: int) -> None:
    """A new conversation, one prompt, its answers until they are drawn."""
    console.write(NEW)
    console.quiet(0.2)
    since = console.bytes
    console.write(SEND)
    server.joined(agents)
    server.play("mixed", chunks, words=WORDS)
    server.end()
    console.find(END, agents, since=since)
    console.quiet(0.2)


if __name__ == "__main__":
    main()
