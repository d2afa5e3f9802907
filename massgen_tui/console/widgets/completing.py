"""Completion of paths in a prompt, as far as what was typed decides them."""

import re
from collections.abc import Sequence
from itertools import takewhile

from textual.widgets import TextArea

from massgen_tui.console.file_mentions import FileMentions
from massgen_tui.session.mentions import is_path
from massgen_tui.text import clean

_FILE = re.compile(r'(?:^|[\s(])@("?)([^\s"]*|(?<=")[^"]*)$')
"""A path that is being typed, at the end of what stands before the cursor."""
_LISTED = 20
"""Files that are listed, at most."""


def complete_file(area: TextArea, files: FileMentions) -> bool:
    """Complete the path before the cursor, or list those it may be; False: there is none."""
    row, column = area.cursor_location
    match = _FILE.search(area.document.get_line(row)[:column])
    typed = match[2] if match else ""
    if match is None or not typed:
        return False
    found = files.completions(typed)
    if not found:
        if is_path(typed):
            area.notify(f"no file begins with {clean(typed)}", markup=False, timeout=4)
        return is_path(typed)
    path = shared(found)
    whole = len(found) == 1 and not path.endswith("/")
    quote = '"' if match[1] or " " in path else ""
    said = f"{quote}{path}{quote} " if whole else f"{quote}{path}"
    begin = (row, match.start(1))
    area.move_cursor(area.replace(said, begin, area.cursor_location).end_location)
    if found[1:]:
        names = "  ".join(one.rstrip("/").rpartition("/")[2] for one in found[:_LISTED])
        more = f"  … {len(found) - _LISTED} more" if len(found) > _LISTED else ""
        area.notify(names + more, title=f"{len(found)} files", markup=False, timeout=4)
    return True


def shared(names: Sequence[str]) -> str:
    """How all of them begin."""
    pairs = zip(min(names), max(names), strict=False)
    return "".join(one for one, _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
