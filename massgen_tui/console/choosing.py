"""Asks before the console which models are meant, where servers at addresses serve several."""

from collections.abc import Sequence

from massgen_tui.console.beginning import Beginning
from massgen_tui.console.contain import exit_code
from massgen_tui.console.lifecycle import ForcedExit
from massgen_tui.console.screens.servers_found import ServersFound
from massgen_tui.discover.found import Choice, Found
from massgen_tui.terminal import Modes, on_signals


class ChoosingApp(Beginning):
    """The models of servers, to choose from by keys."""

    def __init__(self, found: Sequence[Found]) -> None:
        """Offer what was found."""
        super().__init__()
        self.chosen: list[Choice] | None = None
        self._found = found

    def on_mount(self) -> None:
        """Show the list at once."""
        self.push_screen(ServersFound(self._found, self.say), self._end)

    def _end(self, chosen: list[Choice] | None) -> None:
        self.chosen = chosen
        self.exit()


def choose(found: Sequence[Found], modes: Modes | None = None) -> tuple[list[Choice] | None, int]:
    """Let the user choose; what was chosen, and the exit code where nothing was."""
    app = ChoosingApp(found)
    app.wear_own_theme()
    app.last_resort = ForcedExit(modes)
    with on_signals(app.end_by_signal):
        app.run()
        app.last_resort.disarm()
    return app.chosen, exit_code(app)
