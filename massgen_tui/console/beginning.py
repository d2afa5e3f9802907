"""What apps before the console have in common: they say something, and end with nothing chosen."""

import importlib
from typing import ClassVar

from textual.app import App
from textual.binding import BindingType

from massgen_tui import paths
from massgen_tui.config.outline import own_looks
from massgen_tui.console.action import Scope
from massgen_tui.console.action_table import acting_in
from massgen_tui.console.clipboard import CopyingApp
from massgen_tui.console.keys import bindings, shown
from massgen_tui.console.mended import Mended
from massgen_tui.console.ordered_keys import OrderedKeys

_HELP = """\
What one may begin with

  an address  of a server of yours: localhost:8000, http://host:port;
              several with blanks between
  a config    a YAML file that names agents; MassGen's open too
  a session   one that was kept, to go on with
  the demo    a small real model on this machine: no server, no key

Here

  enter                      open what is pointed at, or what was typed
  tab                        from the list to the line, and back
{here}

Among the servers that were found

{found}

massgen-tui --help has the commands, f1 in the console its keys."""


class Beginning(OrderedKeys, CopyingApp, Mended, App[None], inherit_bindings=False):
    """Something to choose from before there is a console."""

    TITLE = "massgen-tui"
    BINDINGS: ClassVar[list[BindingType]] = bindings(Scope.START)

    def wear_own_theme(self) -> None:
        """Have the colours of the user's settings."""
        self.wear(own_looks(paths.settings_file())[0])

    def say(self, text: str, seconds: float = 6) -> None:
        """Tell the user something."""
        self.notify(text, timeout=seconds, markup=False)

    def action_help(self) -> None:
        """Show what one may begin with, and the keys."""
        # the first frame does not need it
        made = importlib.import_module("massgen_tui.console.screens.text_modal").TextModal
        self.push_screen(made("Help", _help()))

    def action_leave(self) -> None:
        """Choose nothing."""
        self.exit()


def _help() -> str:
    here, found = (
        "\n".join(f"  {shown(one.keys):<26} {one.text}" for one in acting_in(scope))
        for scope in (Scope.START, Scope.FOUND)
    )
    return _HELP.format(here=here, found=found)
