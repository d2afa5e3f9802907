"""CPU per chunk of another program on a terminal, beside ours and the bare typed loop.

The command is run on the same server as the others; `{url}` in it is the server's address. It must
ask once by itself, and its model be called `bench`.

    python -m bench.peer [--rate 100 --seconds 6] COMMAND ...
    python -m bench.peer vllm chat --url {url}/v1 --model-name bench --quick go
"""

import argparse

from bench.harness.process import Loop, Server, cpu
from bench.harness.terminal import Console, Terminal


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="another program on the same streams")
    parser.add_argument("--rate", type=int, default=100)
    parser.add_argument("--seconds", type=float, default=6)
    parser.add_argument("command", nargs=argparse.REMAINDER)
    args = parser.parse_args()
    if not args.command:
        print("no command of a peer given: nothing to measure")
        return
    count = int(args.rate * args.seconds)
    with Server() as server:
        program, *rest = (word.replace("{url}", server.url) for word in args.command)
        with (
            Terminal(rest, program=program) as peer,
            Console([server.url], 1) as ours,
            Loop("sdk", server.url) as bare,
        ):
            server.joined(3)
            ours.settle()
            watched = {program: peer.pid, "massgen-tui": ours.pid, "bare typed loop": bare.pid}
            before = {name: cpu(pid) for name, pid in watched.items()}
            server.play("mixed", count, rate=args.rate)
            ours.quiet(0.3, 2)
            spent = {name: cpu(pid) - before[name] for name, pid in watched.items()}
    for name, seconds in spent.items():
        share = seconds / spent["bare typed loop"]
        print(f"{name:>24}: {seconds / count * 1e6:6.0f} us/chunk, {share:.2f}x the bare loop")


if __name__ == "__main__":
    main()
