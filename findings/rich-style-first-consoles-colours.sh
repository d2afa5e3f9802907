#!/bin/sh
# Rich 15.0.0, Python 3.11 on Linux.
# Behaviour: a `Style` remembers the codes of the console that first drew it, whatever colours the next console has. Styles are
# shared (`Style.parse` and `from_color` give the same object for the same words), so a program that draws for a terminal of 16
# colours and for one of 16 million in one process gives the second the first one's colours, or the first codes that it may
# not know. A copy whose codes were taken away does not help in `print`: the sum with the console's own style, which is what is
# drawn, is looked up by equality and has them still.
# Output seen (codes alone):
#   truecolor first, then 16 colours: 38;2;224;96;32 and 38;2;224;96;32
#   16 colours first, then truecolor: 33 and 33
#   a copy without its codes, printed: 33
# Exits non-zero if any of it is otherwise.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q 'rich==15.0.0'
cd "$folder"
"$folder/venv/bin/python" - <<'PY'
import io

from rich.console import Console
from rich.style import Style
from rich.text import Text


def codes(style: Style, colours: str) -> str:
    out = io.StringIO()
    console = Console(file=out, force_terminal=True, color_system=colours, _environ={})
    console.print(Text("x", style), end="")
    return out.getvalue().partition("[")[2].partition("m")[0]


first = codes(Style.parse("#e06020"), "truecolor"), codes(Style.parse("#e06020"), "standard")
print("truecolor first, then 16 colours:", *first[:1], "and", *first[1:])
assert first == ("38;2;224;96;32",) * 2, first
other = codes(Style.parse("#d06010"), "standard"), codes(Style.parse("#d06010"), "truecolor")
print("16 colours first, then truecolor:", *other[:1], "and", *other[1:])
assert other[0] == other[1] and not other[0].startswith("38;2"), other
again = Style.parse("#d06010").copy()
again._ansi = None
told = codes(again, "truecolor")
print("a copy without its codes, printed:", told)
assert told == other[0], told
PY
