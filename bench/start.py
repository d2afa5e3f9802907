"""Time to the first paint of the console, side by side with a bare Textual hello-world.

Both run on a pseudo-terminal of 120x36, in turns; printed are the medians of the seconds from
starting the process to its first whole frame, of its CPU seconds until then, and their ratios.
The console's frame is whole when both pane titles and the prompt stand in it. Its session, which
takes the keys that were typed by then, is there when the keys stand in the foot line.

    python -m bench.start [--runs 9]
"""

import argparse
import json
import os
import statistics
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.support.terminal import Terminal

ROOT = Path(__file__).parents[1]
HELLO = """
from textual.app import App
from textual.widgets import Static
class Hello(App):
    def compose(self):
        yield Static("hello, world")
Hello().run()
"""


@dataclass(frozen=True, slots=True)
class Start:
    """One start."""

    seconds: float
    cpu: float


def started(
    command: Sequence[str], marks: Sequence[str], env: Mapping[str, str], folder: Path
) -> Start:
    """Start a program and wait until all `marks` stand in what it wrote."""
    began = time.monotonic()
    with Terminal(command, env=env, cwd=folder) as terminal:
        wanted = [mark.encode() for mark in marks]
        while not all(mark in terminal.raw for mark in wanted):
            terminal.read(0.5)
            if terminal.process.poll() is not None:
                raise SystemExit(f"it ended by itself:\n{terminal.text}")
        seconds = time.monotonic() - began
        return Start(seconds, _cpu(terminal.process.pid))


def _cpu(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def two_agents(folder: Path) -> Path:
    """A config with two agents on ports where nothing listens."""
    backends = [
        {"type": "vllm", "model": "Qwen/Qwen3-4B", "base_url": "http://localhost:9/v1"},
        {"type": "sglang", "model": "Qwen/Qwen3-4B", "base_url": "http://localhost:10/v1"},
    ]
    agents = [{"id": f"qwen{n}", "backend": backend} for n, backend in enumerate(backends, 1)]
    path = folder / "two.yaml"
    path.write_text(json.dumps({"agents": agents}), encoding="utf-8")
    return path


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="time to first paint")
    parser.add_argument("--runs", type=int, default=9)
    runs = parser.parse_args().runs
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        env = {**os.environ, "TERM": "xterm-256color", "PYTHONPATH": str(ROOT)}
        env |= {"XDG_STATE_HOME": name}
        for size in ("LINES", "COLUMNS"):
            env.pop(size, None)
        (folder / "hello.py").write_text(HELLO, encoding="utf-8")
        console = ["-m", "massgen_tui", str(two_agents(folder))]
        frame = ["1 qwen1", "2 qwen2", "sk all agents"]
        hello, ours, ready = [], [], []
        for run in range(runs + 1):
            three = (
                started(["hello.py"], ["hello, world"], env, folder),
                started(console, frame, env, folder),
                started(console, [*frame, "ctrl+r"], env, folder),
            )
            if run:  # the first ones fill the caches
                hello.append(three[0])
                ours.append(three[1])
                ready.append(three[2])
    for what in ("seconds", "cpu"):
        bare = statistics.median(getattr(start, what) for start in hello)
        full = statistics.median(getattr(start, what) for start in ours)
        print(f"{what:8} hello {bare:.3f}  console {full:.3f}  ratio {full / bare:.2f}")
    session = statistics.median(start.seconds for start in ready)
    print(f"seconds  session {session:.3f}")


if __name__ == "__main__":
    main()
