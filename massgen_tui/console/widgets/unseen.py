"""What the sidebar says before anything was looked at, and in what frame: rows of plain texts.

The first frame draws them too: what this imports, it waits for.
"""

from rich.text import Text

from massgen_tui.console.stream.rows import Row, line_rows
from massgen_tui.console.widgets.edge import edge

ASKING = "asking …"
"""Nothing has answered yet."""
SERVERS, GPUS = "Servers", "GPUs"


def asking() -> Row:
    """The servers, of which none has been looked at."""
    return Row(((ASKING, "dim"),))


def asking_line() -> Text:
    """All of it on one line, for terminals without room for a sidebar."""
    return Text(f" {ASKING}")


def of_gpus(host: str = "") -> str:
    """What is above the GPUs of a host, or of this one."""
    return f"{GPUS} ({host or 'this host'})"


def looking(width: int) -> list[Row]:
    """The GPUs, which have not been asked for."""
    return line_rows((("looking for GPUs …", "dim"),), width)


def upper(title: str, width: int, frame: str) -> Row:
    """The upper edge of the frame."""
    return edge("┌", title, "┐", width, frame)


def middle(title: str, width: int, frame: str) -> Row:
    """An edge within the frame."""
    return edge("├", title, "┤", width, frame)


def lower(told: str, width: int, frame: str) -> Row:
    """The lower edge of the frame."""
    return edge("└", told, "┘", width, frame)


def unseen_sidebar(width: int, inner: int, height: int) -> list[Row]:
    """The sidebar before anything is known, row by row, in a frame around `inner` cells."""
    frame = "frame"
    rows = [asking(), middle(of_gpus(), width, frame), *looking(inner)]
    room = max(height - 2, 0)
    below = len(rows) - room
    body = rows[:room] + [Row()] * (room - len(rows))
    end = lower(more(below), width, frame)
    return [upper(SERVERS, width, frame), *body, end][:height]


def more(below: int) -> str:
    """How many rows there are below; nothing where there is none."""
    return f"{below} more below" if below > 0 else ""
