"""Modules that are imported when something of them is first used.

What neither the first frame nor the first key needs is taken in so:

    if TYPE_CHECKING:
        from massgen_tui.export import forms
    else:
        forms = late("massgen_tui.export.forms")
"""

import importlib


class Late:
    """Stands for a module."""

    def __init__(self, module: str) -> None:
        """Import nothing yet."""
        self._module = module

    def __getattr__(self, name: str) -> object:
        # asked for each time: tests put others in the place of a module's names
        return getattr(importlib.import_module(self._module), name)


def late(module: str) -> Late:
    """What stands for the module of this name."""
    return Late(module)
