#!/bin/sh
# Textual 8.2.8, Python 3.11 on Linux.
# Behaviour: `Strip.divide` keeps its result in the strip's own cache. Where the only cut is at the strip's end, the result is
# `[self]`: the strip then holds itself, and is memory that only the garbage collector gives back, with its segments. The
# compositor cuts each line of a widget that no other widget divides in just this way, so that every row ever drawn is one.
# Output seen:
#   cropped only: gone at once
#   divided at its end: kept until a collection
#   500 lines drawn by an app, each once: 500 strips kept until a collection
# Exits non-zero if any of it is otherwise.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q 'textual==8.2.8'
cd "$folder"
"$folder/venv/bin/python" - <<'PY'
import asyncio
import gc

from rich.segment import Segment
from textual.app import App, ComposeResult
from textual.strip import Strip
from textual.widget import Widget


def strips() -> int:
    return sum(isinstance(thing, Strip) for thing in gc.get_objects())


class Lines(Widget):
    number = 0

    def render_line(self, y: int) -> Strip:
        return Strip([Segment(f"line {self.number} {y}")]).adjust_cell_length(self.size.width)


class Demo(App[None]):
    def compose(self) -> ComposeResult:
        yield Lines()


async def drawn() -> int:
    async with Demo().run_test(size=(40, 10)) as pilot:
        lines = pilot.app.query_one(Lines)
        await pilot.pause()
        gc.collect()
        gc.disable()
        before = strips()
        for lines.number in range(50):
            lines.refresh()
            await pilot.pause()
        kept = strips() - before
        gc.collect()
        left = strips() - before
        gc.enable()
        assert left < 100, left
        return kept


gc.disable()
first = strips()
strip = Strip([Segment("a line")])
strip.crop(0, 3)
del strip
assert strips() == first
print("cropped only: gone at once")
strip = Strip([Segment("a line")])
strip.divide([6])
del strip
assert strips() == first + 1
gc.collect()
assert strips() == first
print("divided at its end: kept until a collection")
gc.enable()
kept = asyncio.run(drawn())
assert kept >= 500, kept
print("500 lines drawn by an app, each once: 500 strips kept until a collection")
PY
