"""A comparison as Markdown, to be pasted into a report."""

from collections.abc import Iterator, Sequence

from massgen_tui.compare.differences import Differences
from massgen_tui.compare.table import Table
from massgen_tui.console.comparing.laid import Section
from massgen_tui.console.comparing.numbers import LEGEND, View
from massgen_tui.text import one_line

_MOST = 20
"""Differences that are told one by one."""
_BEFORE = 8
"""Words that are told before a difference."""
_LONG = 400
"""Characters of a side of one that are told."""


def to_markdown(title: str, sections: Sequence[Section], table: Table, view: View) -> str:
    """The numbers, where the texts part, and the first differences."""
    parts = [f"**{_cell(title)}**", _table(table, view)]
    for section in sections:
        told = list(_told(section.found))
        parts.append(f"{section.name}: {section.found.headline}")
        if told:
            lines = "\n".join(told)
            fence = "```"
            while fence in lines:
                fence += "`"
            parts.append(f"{fence}diff\n{lines}\n{fence}")
    return "\n\n".join(parts) + "\n"


def _table(table: Table, view: View) -> str:
    ordered, columns = view.ordered(table), table.known()
    base = next((line for line in ordered.lines if line.id == view.baseline), None)
    rows = [["", *(column.name for column in columns)], ["---"] * (len(columns) + 1)]
    for line in ordered.lines:
        mark = "▸ " if line is base else ""
        cells = (ordered.cell(line, column, base).text for column in columns)
        rows.append([f"{mark}{line.name}", *cells])
    lines = [f"| {' | '.join(map(_cell, row))} |" for row in rows]
    return "\n".join([*lines, "", LEGEND])


def _cell(text: str) -> str:
    return one_line(text).replace("\\", "\\\\").replace("|", "\\|").replace("`", "\\`")


def _told(found: Differences) -> Iterator[str]:
    """A line for what stands before each difference, and one for each side of it."""
    before: tuple[str, ...] = ()
    count = 0
    for run in found.runs:
        if run.same:
            before = run.one[-_BEFORE:]
            continue
        count += 1
        if count > _MOST:
            yield f"… {found.count - _MOST} more"
            return
        if before:
            yield f"  … {one_line(''.join(before), _LONG)}"
        for sign, words in (("-", run.one), ("+", run.two)):
            yield f"{sign} {one_line(''.join(words[:_LONG]), _LONG)}"
