"""The command `massgen-tui`. A command's own room is imported only when it is called."""

import gc
import importlib


def main() -> None:
    """Run the command line and leave with its exit code."""
    gc.disable()  # nothing of what is imported is garbage
    importlib.import_module("massgen_tui.cli.program").run()
