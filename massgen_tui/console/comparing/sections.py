"""What is compared of two answers: their texts, part by part, and their numbers."""

from collections.abc import Callable, Iterable

from massgen_tui.compare.differences import differences
from massgen_tui.compare.table import Table
from massgen_tui.console.comparing.laid import Section
from massgen_tui.console.comparing.sides import Side, of_turn
from massgen_tui.session.measured import COLUMNS, line_of
from massgen_tui.text import clean


def sections_of(
    two: tuple[Side, Side], *, progress: Callable[[float], None], stopped: Callable[[], bool]
) -> tuple[Section, ...]:
    """Compare two answers as they are now, and what was thought for them; for a thread.

    Raises:
        Stopped: `stopped` said so.
    """
    left, right = two
    parts = (
        ("answer", left.content, right.content),
        ("reasoning", left.reasoning, right.reasoning),
    )
    return tuple(
        Section(name, differences(clean(one), clean(other), progress=progress, stopped=stopped))
        for name, one, other in parts
        if one or other or name == "answer"
    )


def table_of(two: tuple[Side, Side], sides: Callable[[], Iterable[Side]]) -> Table:
    """The numbers of both, and of what all of `sides` said to the same prompt."""
    left, right = two
    lines = {side.id: side for side in two}
    if left.turn.serial == right.turn.serial and left.session == right.session:
        others = [side for side in of_turn(sides(), left) if side.id not in lines]
        lines |= {side.id: side for side in others}
    told = (line_of(side.name, side.attempt, id) for id, side in lines.items())
    return Table(COLUMNS, tuple(told))
