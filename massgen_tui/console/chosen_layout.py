"""The layout that counts: the config's, else the user's, else what was chosen last."""

from typing import TYPE_CHECKING

from massgen_tui.console.host import Host
from massgen_tui.console.layout import Layout, first_of
from massgen_tui.console.remembered import LAYOUT, Remembered

if TYPE_CHECKING:
    from massgen_tui.config.model import UiConfig
    from massgen_tui.console.widgets.panes import PaneGrid


def standing(ui: "UiConfig", host: Host) -> Layout:
    """In what the panes of a console stand at its beginning."""
    return first_of(ui.layout, host.remembered.get(LAYOUT))


def change_layout(grid: "PaneGrid", ui: "UiConfig", remembered: Remembered) -> str:
    """Let the panes stand in the other layout, here and, where files are kept, later too.

    Gives what is to be said.
    """
    grid.stand(grid.standing.other)
    if ui.logging_enabled:
        remembered.keep(LAYOUT, grid.standing)
    return f"panes in {'one row' if grid.standing is Layout.COLUMNS else 'a grid'}"
