"""What a pane imports once there is a turn: Markdown and code, half of what it imports at all."""

from typing import TYPE_CHECKING

from massgen_tui.late import late

if TYPE_CHECKING:
    from massgen_tui.console.stream import highlight, structure, turn_view
else:
    highlight = late("massgen_tui.console.stream.highlight")
    structure = late("massgen_tui.console.stream.structure")
    turn_view = late("massgen_tui.console.stream.turn_view")

__all__ = ["highlight", "structure", "turn_view"]
