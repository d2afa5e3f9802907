"""`run --format json` of 64 agents on one server, beside 64 bare SDK streams.

Both at the same time on equal streams. CPU from the moment all streams are open until everything
is printed; and that of the whole process, with its imports.

    python -m bench.headless [--agents 64 --rate 20 --seconds 5]
"""

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from bench.harness.process import ROOT, Loop, Server, cpu
from bench.harness.terminal import config_file


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="many agents without a screen")
    parser.add_argument("--agents", type=int, default=64)
    parser.add_argument("--rate", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--runs", type=int, default=3)
    args = parser.parse_args()
    print("streaming: ours s  SDK s  ratio   whole process: ours s  SDK s  ratio")
    for _ in range(args.runs):
        ours, bare, whole, bare_whole = measure(args.agents, args.rate, args.seconds)
        print(
            f"{ours:17.2f} {bare:6.2f} {ours / bare:6.2f} {whole:22.2f} {bare_whole:6.2f} "
            f"{whole / bare_whole:6.2f}",
            flush=True,
        )


def measure(agents: int, rate: int, seconds: float) -> tuple[float, float, float, float]:
    """CPU seconds: ours and the SDK's while streaming, ours and the SDK's in all."""
    with (
        tempfile.TemporaryDirectory() as folder,
        Server() as server,
        Loop("sdk", server.url, agents) as bare,
    ):
        config = config_file(Path(folder), [server.url], agents)
        command = [
            sys.executable,
            "-m",
            "massgen_tui",
            "run",
            "--format",
            "json",
            str(config),
            "go",
        ]
        ours = subprocess.Popen(
            command,
            cwd=ROOT,
            stdout=subprocess.DEVNULL,
            env=os.environ | {"XDG_STATE_HOME": folder},
        )
        server.joined(2 * agents)
        before, bare_before = cpu(ours.pid), cpu(bare.pid)
        server.play("mixed", int(rate * seconds), rate=rate)
        server.end()
        bare.until("read")
        _, status, usage = os.wait4(ours.pid, 0)
        if status:
            raise SystemExit(f"run ended with status {status}")
        whole, bare_whole = usage.ru_utime + usage.ru_stime, cpu(bare.pid)
        return whole - before, bare_whole - bare_before, whole, bare_whole


if __name__ == "__main__":
    main()
