"""The longest step of the event loop for runaway answers, and for each key on them.

In the console on a terminal, two agents that both give the answer: while it streams, then for each
key, until nothing is left to do. Wall and CPU milliseconds of the longest step, and of the longest
pass of the loop, for which a key may have to wait; beside another build's where its tree is given.

    python -m bench.steps [--forms code table --keys i c --base ../before --stacks]
"""

import argparse
import contextlib
import json
import os
import signal
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import TracebackType

from bench.harness.answers import Answers
from bench.harness.forms import FORMS
from bench.harness.pairs import Plan
from bench.harness.process import ROOT, cpu
from bench.harness.rows import Row
from bench.harness.terminal import SIZE, Terminal, config_file
from bench.harness.wire import END

PROBE = ROOT / "bench" / "harness" / "probe.py"
OTHER = (120, 36)
ESC, ENTER = "\x1b", "\r"
FOCUS = "\x072"
NEW, ENDED = "\x0e", "Two words."
LONG_MS = 100
KEYS: dict[str, tuple[str, ...]] = {
    "i": ("i",),
    "i, G": ("G",),
    "i, copied": ("c",),
    "i left": (ESC,),
    "y": ("y",),
    "c": ("c",),
    "Y": ("Y",),
    "T": ("T",),
    "g, G": ("g", "G"),
    "pages up": ("\x1b[5~",) * 5,
    "/": ("/", "e", "x", "item"),
    "/, n": (ENTER, "n", "N"),
    "/ left": (ESC,),
    "ctrl+f": ("\x06", "e", "9"),
    "ctrl+f left": (ESC,),
    "t": (FOCUS, "t", "t"),
    "z": ("z", "z"),
    "+": ("+",),
    "e": ("e",),
    "e left": (ESC, FOCUS),
    "d": ("d",),
    "d, G": ("G",),
    "d left": (ESC,),
    "palette": ("\x10",),
    "export": ("export as html", ENTER),
    "resize": ("",),
    "resize back": ("",),
    "f5": ("\x1b[15~",),
    "f5 left": (ESC,),
    "rerun": (FOCUS, "r"),
    "[": ("[", "]"),
    "follow-up": ("\x0f\x0f", "\t", "more", ENTER),
    "ctrl+n": (NEW,),
}
"""What is typed, with a pause behind each, in this order."""
TABLE_KEYS = (
    *("i", "i, G", "i left", "c", "/", "/, n", "/ left", "e", "e left", "d", "d left"),
    *("resize", "resize back"),
)
"""Those of the table of goals; the others stream it all once more, or take no time."""
QUICK_FORMS = ["code", "headings", "tokens"]
QUICK_KEYS = ["i", "i left", "c", "resize"]


@dataclass(frozen=True)
class Step:
    """The longest of a time, in milliseconds."""

    wall: float
    cpu: float
    a_pass: float
    collecting: float
    what: str
    stacks: list[str]


class Stepped(Terminal):
    """A build's console whose steps are timed."""

    def __init__(self, root: Path, url: str, *, stacks: bool) -> None:
        """Open that of the build in `root`."""
        self._config = tempfile.TemporaryDirectory()
        folder = Path(self._config.name)
        self._told = folder / "steps"
        self._told.touch()
        self._lines = 0
        path = config_file(folder, [url], 2)
        env = {"BENCH_STEPS": str(self._told)} | ({"BENCH_STACKS": "1"} if stacks else {})
        super().__init__([str(PROBE), str(path)], env=env, inside=True, root=root)

    def step(self) -> Step:
        """Wait until nothing is left to do; gives the longest step since the last time."""
        self.rest()
        self.process.send_signal(signal.SIGUSR1)
        self._lines += 1
        while len(lines := self._told.read_text(encoding="utf-8").splitlines()) < self._lines:
            time.sleep(0.01)
        said = json.loads(lines[-1])
        wall, used = said["wall"] * 1000, said["cpu"] * 1000
        a_pass, collecting = said["pass_wall"] * 1000, said["collecting"] * 1000
        return Step(wall, used, a_pass, collecting, said["what"], said["stacks"])

    def rest(self, seconds: float = 0.3, share: float = 0.2, limit: float = 120) -> None:
        """Wait until it takes less than this share of a core."""
        end = time.monotonic() + limit
        while time.monotonic() < end:
            before = cpu(self.pid)
            time.sleep(seconds)
            if cpu(self.pid) - before < share * seconds:
                return

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        super().__exit__(kind, error, trace)
        self._config.cleanup()


def steps(console: Stepped, form: str, keys: list[str]) -> Iterator[tuple[str, Step]]:
    """The longest step while a form streams, and for each key on it."""
    console.find("sk all agents")
    console.step()
    since = console.bytes
    console.write(f"{form}{ENTER}")
    with contextlib.suppress(TimeoutError):
        console.find(END, 2, since=since, limit=100)
    yield "stream", console.step()
    console.write(FOCUS)
    console.step()
    for name in keys:
        if name == "ctrl+n":
            console.write(FOCUS)
        for typed in KEYS[name]:
            if name.startswith("resize"):
                console.resize(OTHER if name == "resize" else SIZE)
            console.write(typed)
            if len(KEYS[name]) > 1:
                console.rest(0.1)
        yield name, console.step()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="longest steps")
    parser.add_argument("--forms", nargs="+", choices=FORMS, default=list(FORMS))
    parser.add_argument("--keys", nargs="*", choices=KEYS, default=list(KEYS))
    parser.add_argument("--base", type=Path, help="the folder of another build")
    parser.add_argument("--stacks", action="store_true", help="say where long steps were")
    args = parser.parse_args()
    builds = [ROOT, *([args.base.absolute()] if args.base else [])]
    print(f"{'form':10} {'key':12} {'step ms':>8} {'CPU ms':>8} {'pass ms':>8}   the other's")
    for form in args.forms:
        measured = [measured_in(root, form, args.keys, stacks=args.stacks) for root in builds]
        for name, ours in measured[0].items():
            told = [line(one[name]) if name in one else "" for one in measured]
            mark = "!" if ours.wall > LONG_MS else " "
            print(f"{form:10} {name:12} {'   '.join(told)} {mark}", flush=True)
            if args.stacks and ours.wall > LONG_MS:
                print(
                    f"collecting {ours.collecting:.0f} ms",
                    ours.what,
                    *ours.stacks[:: max(len(ours.stacks) // 3, 1)],
                    sep="\n",
                )


def measured_in(
    root: Path, form: str, keys: list[str], *, share: float = 1.0, stacks: bool = False
) -> dict[str, Step]:
    """All of one form in one build."""
    with Answers(share) as server, Stepped(root, server.url, stacks=stacks) as console:
        return dict(steps(console, form, keys))


def rows(plan: Plan) -> Iterator[Row]:
    """The longest step for each form while keys are typed; in a quick run a few forms and keys."""
    quick = plan.share < 1
    keys = QUICK_KEYS if quick else list(TABLE_KEYS)
    for form in QUICK_FORMS if quick else FORMS:
        runs = plan.turns(partial(longest, form=form, keys=keys, share=plan.share), most=1)
        key, step = runs.ours[0]
        yield Row(
            what=f"longest step of the event loop, runaway {form}",
            unit="ms",
            goal=LONG_MS,
            ours=[step.wall for _, step in runs.ours],
            base=[step.wall for _, step in runs.base],
            note=f"at {key!r}, CPU {step.cpu:.0f} ms",
        )


def longest(root: Path, form: str, keys: list[str], share: float) -> tuple[str, Step]:
    """The key of the longest step, and that."""
    found = measured_in(root, form, keys, share=share)
    return max(found.items(), key=lambda one: one[1].wall)


def line(step: Step) -> str:
    """Its numbers."""
    return f"{step.wall:8.0f} {step.cpu:8.0f} {step.a_pass:8.0f}"


if __name__ == "__main__":
    print(f"{os.cpu_count()} cores")
    main()
