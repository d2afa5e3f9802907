"""How soon the console is there, side by side with what it cannot be faster than.

All on a terminal of 120x36, in turns. What is measured against is a bare Textual hello-world: its
first paint, and the echo of a key that was pressed as soon as its terminal was in raw mode. Beside
the first: the first paint (title, the frames of both panes, the prompt), in seconds and CPU. Beside
the second, from starting the process: the whole main screen (from which on all are equal to that of
3 s later, clock and servers aside), `f1` and `ctrl+g 2`, pressed at the first moment, until they
have acted, and the state and model of two loopback servers. A prompt given on the command line,
until it is on the wire, beside the time that `import openai` takes in a process of its own.

    python -m bench.start [--runs 9] [--against FOLDER]

FOLDER holds another build, which is measured in the same turns.
"""

import argparse
import math
import re
import subprocess
import sys
import tempfile
import termios
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean

import pyte

from bench.harness.builds import compiled
from bench.harness.pairs import Plan
from bench.harness.process import ROOT, Server, cpu, own_mb, percentile
from bench.harness.rows import Row
from bench.harness.terminal import Terminal, config_file

SIZE = (120, 36)
HELLO = """
from textual.app import App
from textual.widgets import Static
class Hello(App):
    def compose(self):
        yield Static("hello, world")
    def on_key(self, event):
        self.query_one(Static).update("key " + event.key)
Hello().run()
"""
NOBODY = "http://127.0.0.1:9"
FRAME = ("agent0", "agent1", "sk all agents")
SETTLED = 3.0
"""Seconds after which the screen is the one that the first is compared with."""
CACHED = {"PYTHONDONTWRITEBYTECODE": ""}
"""Python keeps what it compiles, as for users, also where the environment forbids it."""
SIDEBAR = 28
"""Columns of what servers and GPUs are like."""
_UP = re.compile(r"● vLLM \S+ :\d+ +up")
_STATE = re.compile(r"─+ (server not up|ready) ─")
Start = tuple[float, float]
"""Seconds, and CPU seconds."""


@dataclass(frozen=True)
class Build:
    """A build of the console."""

    name: str
    root: Path

    @contextmanager
    def shown(self, *urls: str, prompt: str = "") -> Iterator[Terminal]:
        """It, with two agents on these servers."""
        with tempfile.TemporaryDirectory() as folder:
            config = config_file(Path(folder), urls, 2)
            words = ["-m", "massgen_tui", str(config), *([prompt] if prompt else [])]
            with Terminal(words, size=SIZE, root=self.root, env=CACHED) as terminal:
                yield terminal


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="time to the first paint and to the first request")
    parser.add_argument("--runs", type=int, default=9)
    parser.add_argument("--against", type=Path, help="the folder of another build")
    arguments = parser.parse_args()
    builds = [Build("console", ROOT)]
    if arguments.against is not None:
        builds.append(Build(arguments.against.name, arguments.against.absolute()))
    measured: dict[tuple[str, str], list[float]] = {}
    for run in range(arguments.runs + 1):  # the first of each fills the caches
        for what, name, value in _turn(builds):
            if run:
                measured.setdefault((what, name), []).append(value)
    _tell(measured, builds)


def rows(plan: Plan) -> Iterator[Row]:
    """Each moment of a start, of hello-world's beside it."""
    # the first of each fills the caches; in a quick run other rows have
    runs = plan.turns(_everything, warm=int(plan.pairs > 1))
    builds = [some for some in (runs.ours, runs.base) if some]
    for what, (told, goal) in _GOALS.items():
        of = _AGAINST[what]
        beside = _of_pairs(builds, f"hello {of}")
        figures = [
            [run[what] / one for run, one in zip(some, beside, strict=True)] for some in builds
        ]
        yield Row(
            what=told,
            of=_HELLO_S[of],
            goal=goal,
            ours=figures[0],
            base=figures[-1] if runs.base else (),
            note=_seconds([[run[what] for run in some] for some in builds]),
        )
    beside = _of_pairs(builds, "hello openai")
    later = [[run["wire"] - one for run, one in zip(some, beside, strict=True)] for some in builds]
    yield Row(
        what="a prompt given at the start on the wire, after `import openai` alone",
        unit="s",
        goal=0.12,
        ours=later[0],
        base=later[-1] if runs.base else (),
        note=_seconds([[run["wire"] for run in some] for some in builds]),
    )


def _of_pairs(builds: Sequence[Sequence[Mapping[str, float]]], what: str) -> list[float]:
    """What both builds of a pair are measured beside: the mean of its two runs."""
    return [fmean(run[what] for run in pair) for pair in zip(*builds, strict=True)]


def _everything(root: Path) -> dict[str, float]:
    """One turn of a build; what is hello-world's is told by names of its own."""
    return {
        f"hello {what}" if name == "hello" else what: value
        for what, name, value in _turn([Build("console", root)])
    }


def _seconds(builds: Sequence[Sequence[float]]) -> str:
    return "; before: ".join(f"{percentile(some, 0.5):.2f} s" for some in builds if some)


def _turn(builds: Sequence[Build]) -> Iterator[tuple[str, str, float]]:
    """Everything once: what, of whom, and the value."""
    for build in builds:
        compiled(build.root)
    painted, spent, key = hello()
    yield from (("paint", "hello", painted), ("CPU", "hello", spent), ("key", "hello", key))
    yield "openai", "hello", imported()
    for build in builds:
        painted, spent, whole = first_paint(build)
        yield from (("paint", build.name, painted), ("CPU", build.name, spent))
        yield "whole", build.name, whole
        for what, measure in _KEYS.items():
            yield what, build.name, measure(build)
        known, memory = states(build)
        yield from (("states", build.name, known), ("MB", build.name, memory))
        yield "wire", build.name, asked(build)


def hello() -> tuple[float, float, float]:
    """A bare Textual app: its first paint in seconds and CPU seconds, and its first key drawn."""
    with Terminal(["-c", HELLO], size=SIZE, env=CACHED) as shown:
        since = _press(shown, "x")
        painted, spent = _seen(shown, "hello, world")
        return painted, spent, shown.find("key x", since=since) - shown.began


def first_paint(build: Build) -> tuple[float, float, float]:
    """Of the first frame seconds and CPU seconds; and seconds until the main screen is whole."""
    with build.shown(NOBODY) as shown:
        painted, spent = _seen(shown, *FRAME)
        shown.quiet(SETTLED, limit=SETTLED)
        return painted, spent, _whole(shown)


def help_shown(build: Build) -> float:
    """Seconds until `f1` has shown the keys."""
    with build.shown(NOBODY) as shown:
        _press(shown, "\x1bOP")
        return shown.find("esc close · c copy") - shown.began


def second_pane(build: Build) -> float:
    """Seconds until `ctrl+g 2` has given the second pane the focus."""
    with build.shown(NOBODY) as shown:
        _press(shown, "\x072")
        return shown.find("»") - shown.began


_KEYS: dict[str, Callable[[Build], float]] = {"f1": help_shown, "ctrl+g 2": second_pane}


def states(build: Build) -> tuple[float, float]:
    """Seconds until the states and models of two loopback servers are shown; memory behind it."""
    with Server(2) as server, build.shown(*server.urls) as shown:
        shown.quiet(SETTLED, limit=SETTLED)
        known = next((at for at, rows in _screens(shown) if _knows("\n".join(rows))), math.nan)
        return known - shown.began, own_mb(shown.pid)


def _knows(screen: str) -> bool:
    return len(_UP.findall(screen)) == screen.count("bench 40k") == 2


def asked(build: Build) -> float:
    """Seconds from the start of the console until its server has both requests."""
    with Server() as server, build.shown(server.url, prompt="go") as shown:
        server.joined(2)
        return time.monotonic() - shown.began


def imported() -> float:
    """Seconds of a process that imports openai's client."""
    began = time.monotonic()
    subprocess.run([sys.executable, "-c", "import openai; openai.AsyncOpenAI"], check=True)
    return time.monotonic() - began


def _seen(shown: Terminal, *marks: str) -> Start:
    seen = max(shown.find(mark) for mark in marks)
    return seen - shown.began, cpu(shown.pid)


def _press(shown: Terminal, keys: str) -> int:
    """Type as soon as the terminal is in raw mode; gives how much was written before."""
    while termios.tcgetattr(shown.master)[3] & termios.ICANON:
        time.sleep(0.001)
    shown.write(keys)
    return shown.bytes


def _whole(shown: Terminal) -> float:
    """Seconds until the screen was, but for what servers and clock say, what it is now."""
    looks = [(at, _masked(rows)) for at, rows in _screens(shown)]
    whole, last = looks[-1]
    for at, rows in reversed(looks):
        if rows != last:
            break
        whole = at
    return whole - shown.began


def _screens(shown: Terminal) -> Iterator[tuple[float, list[str]]]:
    """What the terminal showed after each read, with its time."""
    screen = pyte.Screen(*SIZE)
    stream = pyte.ByteStream(screen)
    for at, data in shown.pieces():
        stream.feed(data.replace(b"\x1b[>", b"\x1b[?").replace(b"\x1b[<", b"\x1b[?"))
        yield at, list(screen.display)


def _masked(rows: Sequence[str]) -> list[str]:
    """The screen without the clock, what is in the sidebar's frame, and panes' server states."""
    aside = [row[:-SIDEBAR] if 2 <= at < len(rows) - 3 else row for at, row in enumerate(rows)]
    return [aside[0][:-8], *(_STATE.sub("", row) for row in aside[1:])]


def _tell(measured: dict[tuple[str, str], list[float]], builds: Sequence[Build]) -> None:
    """Print medians, and ratios of each turn with their quartiles."""
    for what, of in _AGAINST.items():
        for build in builds:
            bare, ours = measured[of, "hello"], measured[what, build.name]
            ratios = [our / one for our, one in zip(ours, bare, strict=True)]
            low, middle, high = (percentile(ratios, share) for share in (0.25, 0.5, 0.75))
            print(
                f"{what:9} {build.name:8} {percentile(ours, 0.5):.3f}  {of} of hello"
                f" {percentile(bare, 0.5):.3f}  ratio {middle:.2f} ({low:.2f}-{high:.2f})"
            )
    for build in builds:
        bare, ours = measured["openai", "hello"], measured["wire", build.name]
        later = [our - one for our, one in zip(ours, bare, strict=True)]
        low, middle, high = (percentile(later, share) for share in (0.25, 0.5, 0.75))
        print(
            f"on the wire {build.name:8} {percentile(ours, 0.5):.3f}  import openai"
            f" {percentile(bare, 0.5):.3f}  {middle:+.3f} ({low:+.3f} to {high:+.3f})"
        )
        print(f"own memory  {build.name:8} {percentile(measured['MB', build.name], 0.5):.1f} MB")


_AGAINST = {
    "paint": "paint",
    "CPU": "CPU",
    "whole": "key",
    "f1": "key",
    "ctrl+g 2": "key",
    "states": "key",
}
_HELLO_S = {"paint": "hello-world's", "key": "hello-world's first key"}
_GOALS: dict[str, tuple[str, float | None]] = {
    "paint": ("first paint", None),
    "whole": ("the whole main screen", 2.0),
    "f1": ("`f1` at the start has drawn the help", 2.5),
    "ctrl+g 2": ("`ctrl+g 2` at the start acts", 2.5),
    "states": ("states and models of servers at the start", 3.0),
}


if __name__ == "__main__":
    main()
