"""How soon the console is there, side by side with what it cannot be faster than.

Both on a terminal of 120x36, in turns; printed are medians. The first paint (title, the frames of
both panes, the prompt) beside a bare Textual hello-world: seconds from starting the process, and
CPU seconds until then. A prompt given on the command line, until it is on the wire, beside the time
that `import openai` takes in a process of its own.

    python -m bench.start [--runs 9]
"""

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.harness.process import Server, cpu, percentile
from bench.harness.terminal import Console, Terminal, config_file

SIZE = (120, 36)
HELLO = """
from textual.app import App
from textual.widgets import Static
class Hello(App):
    def compose(self):
        yield Static("hello, world")
Hello().run()
"""
NOBODY = "http://127.0.0.1:9"
FRAME = ("agent0", "agent1", "sk all agents")
Start = tuple[float, float]
"""Seconds, and CPU seconds."""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="time to the first paint and to the first request")
    parser.add_argument("--runs", type=int, default=9)
    runs = parser.parse_args().runs
    # the first of each fills the caches
    in_turns = [(hello(), console(), imported(), asked()) for _ in range(runs + 1)][1:]
    hellos, consoles, imports, requests = zip(*in_turns, strict=True)
    for at, what in enumerate(("seconds", "CPU")):
        bare, ours = (_median([start[at] for start in some]) for some in (hellos, consoles))
        ratio = ours / bare
        print(f"first paint, {what:8} hello {bare:.3f}  console {ours:.3f}  ratio {ratio:.2f}")
    bare, ours = _median(imports), _median(requests)
    print(f"on the wire, seconds  import openai {bare:.3f}  prompt {ours:.3f}  +{ours - bare:.3f}")


def hello() -> Start:
    """A bare Textual app."""
    with Terminal(["-c", HELLO], size=SIZE) as shown:
        return _seen(shown, "hello, world")


def console() -> Start:
    """The console with two agents on a port where nothing listens."""
    with tempfile.TemporaryDirectory() as folder:
        config = config_file(Path(folder), [NOBODY], 2)
        with Terminal(["-m", "massgen_tui", str(config)], size=SIZE) as shown:
            return _seen(shown, *FRAME)


def imported() -> float:
    """Seconds of a process that imports openai's client."""
    began = time.monotonic()
    subprocess.run([sys.executable, "-c", "import openai; openai.AsyncOpenAI"], check=True)
    return time.monotonic() - began


def asked() -> float:
    """Seconds from the start of the console until its server has both requests."""
    with Server() as server, Console([server.url], 2, size=SIZE) as shown:
        server.joined(2)
        return time.monotonic() - shown.began


def _seen(shown: Terminal, *marks: str) -> Start:
    seen = max(shown.find(mark) for mark in marks)
    return seen - shown.began, cpu(shown.pid)


def _median(values: list[float] | tuple[float, ...]) -> float:
    return percentile(values, 0.5)


if __name__ == "__main__":
    main()
