"""`massgen-tui` alone, on a terminal: the screen of beginnings, and then what was chosen there."""

import importlib
import os
from pathlib import Path

from massgen_tui.cli.opening import open_file
from massgen_tui.config.variables import gather


def start() -> int:
    """Show what one may begin with, open it, and give its exit code."""
    room = importlib.import_module("massgen_tui.console.start")
    begun, code = room.choose()
    if begun is None:
        return int(code)
    if begun.config is not None:
        return open_file(str(begun.config))
    if begun.demo:
        return int(importlib.import_module("massgen_tui.demo_command").run_demo())
    running = importlib.import_module("massgen_tui.console.running")
    if begun.session is not None:
        return int(running.open_session(begun.session))
    values = importlib.import_module("massgen_tui.discover.values")
    variables, _ = gather(os.environ, [Path.cwd()])
    return int(running.open_console(values.config_of(begun.choices, variables)))
