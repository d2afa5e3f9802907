"""The table of goals: this build and another one, measured in turns in the same run.

Every script of this folder that has a `rows(plan)` gives rows of it. Prints how far it is on
standard error and the table on standard output; nothing is asserted. The other build is a revision
of this repository, unpacked under `$XDG_CACHE_HOME/massgen-tui-bench`; where git or the revision
is missing its column says so.

    python -m bench.table [--quick] [--pairs 9] [--base REV] [--only stream start] [--json FILE]
    python -m bench.table --markdown FILE ...   prints what --json kept, later files over earlier
    python -m bench.table --readme FILE ...     writes it into bench/README.md
"""

import argparse
import ast
import sys
import time
from collections.abc import Callable
from functools import reduce
from importlib import import_module
from pathlib import Path

from bench.harness.builds import BASE, Missing, compiled, unpacked
from bench.harness.layout import Table, as_markdown, expected, for_terminal
from bench.harness.machine import this_machine
from bench.harness.pairs import FAILED, Plan
from bench.harness.process import ROOT

FOLDER = ROOT / "bench"
ORDER = (
    *("stream", "start", "burst", "idle", "memory", "prompts", "conversation", "steps"),
    "exporters",
)
"""The scripts whose rows come first, in this order; all others behind them."""
PAIRS = 9
QUICK_SHARE = 1 / 6
BEGIN, END = "<!-- the table of goals, by bench.table -->", "<!-- its end -->"


def main() -> None:
    """Measure and print, or print what was measured."""
    args = arguments()
    if kept := args.markdown or args.readme:
        table = reduce(Table.merged, (Table.from_json(file.read_text("utf-8")) for file in kept))
        told = "\n".join(as_markdown(table))
        if args.readme:
            fill(FOLDER / "README.md", f"{told}\n\n{about(table)}")
        else:
            print(f"{told}\n\n{about(table)}")
        return
    say = Progress()
    table, plan = begun(args, say)
    for name in args.only or scripts(FOLDER):
        thought = "" if args.quick else expected(name, plan.pairs)
        say(f"bench.{name}{thought and f', some {thought} minutes'}")
        began = time.monotonic()
        measure(name, plan, table, say)
        table.took[name] = round(time.monotonic() - began, 1)
        if args.json:
            args.json.write_text(table.as_json(), "utf-8")
    say("done")
    print(*for_terminal(table), sep="\n")


def arguments() -> argparse.Namespace:
    """What was asked for."""
    parser = argparse.ArgumentParser(description="the table of goals")
    parser.add_argument("--quick", action="store_true", help="every row once, long ones at a sixth")
    parser.add_argument("--pairs", type=int, default=PAIRS)
    parser.add_argument("--base", default=BASE, help="revision of the build beside ours")
    parser.add_argument("--only", nargs="+", metavar="SCRIPT", choices=scripts(FOLDER))
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all numbers there too")
    parser.add_argument("--markdown", type=Path, nargs="+", metavar="FILE")
    parser.add_argument("--readme", type=Path, nargs="+", metavar="FILE")
    return parser.parse_args()


def begun(args: argparse.Namespace, say: Callable[[str], None]) -> tuple[Table, Plan]:
    """An empty table, and the plan of its rows."""
    machine, missing, base = this_machine(), "", None
    compiled(ROOT)
    try:
        base = unpacked(args.base)
        compiled(base)
    except Missing as why:
        missing = str(why)
    if machine.busy:
        say(f"others are at work here (load {machine.load:.2f}): times will be too long")
    pairs = 1 if args.quick else args.pairs
    table = Table(
        machine=str(machine),
        load=machine.load,
        revision=args.base,
        pairs=pairs,
        quick=args.quick,
        began=time.strftime("%Y-%m-%d %H:%M"),
        missing=missing,
    )
    share = QUICK_SHARE if args.quick else 1.0
    return table, Plan(pairs=pairs, base=base, share=share, peers=not args.quick, say=say)


def scripts(folder: Path) -> list[str]:
    """The scripts that give rows, in the table's order."""
    named = [path.stem for path in sorted(folder.glob("*.py")) if gives_rows(path)]
    return sorted(named, key=lambda name: ORDER.index(name) if name in ORDER else len(ORDER))


def gives_rows(path: Path) -> bool:
    """Whether a script has a function `rows`, without importing it."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return any(isinstance(node, ast.FunctionDef) and node.name == "rows" for node in tree.body)


def measure(name: str, plan: Plan, table: Table, say: Callable[[str], None]) -> None:
    """Put a script's rows into the table; a script that fails costs only its own."""
    try:
        for row in import_module(f"bench.{name}").rows(plan):
            table.rows.append(row)
            say(f"  {row.what}")
    except (*FAILED, ImportError, TypeError) as failure:
        table.failed[name] = f"{type(failure).__name__}: {str(failure).partition(chr(10))[0]}"
        say(f"  {table.failed[name]}")


class Progress:
    """Says on standard error how far it is, with the minutes and seconds since it began."""

    def __init__(self) -> None:
        self._began = time.monotonic()

    def __call__(self, line: str) -> None:
        """Say a line."""
        minutes, seconds = divmod(int(time.monotonic() - self._began), 60)
        print(f"{minutes:3}:{seconds:02} {line}", file=sys.stderr, flush=True)


def about(table: Table) -> str:
    """The sentence under the Markdown table."""
    rule = "one run a row, long rows at a sixth" if table.quick else f"{table.pairs} pairs in turns"
    return f"{table.machine}; {table.began}, load before {table.load:.2f}, {rule}."


def fill(readme: Path, text: str) -> None:
    """Put the table between its two marks."""
    told = readme.read_text(encoding="utf-8")
    before, _, rest = told.partition(BEGIN)
    _, _, after = rest.partition(END)
    readme.write_text(f"{before}{BEGIN}\n{text}\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
