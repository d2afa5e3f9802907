"""What is imported off the event loop, or behind the first frame."""

import importlib
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from massgen_tui.config.model import Config


def read_config(path: Path) -> "Config":
    """Import the works and read a config, off the event loop.

    Raises:
        ConfigError: it cannot be read as a config.
    """
    config: Config = importlib.import_module("massgen_tui.config.loader").load_config(path)
    config = importlib.import_module("massgen_tui.config.own_settings").with_own(config)
    # what tells of a fault is there before anything can fail, when no file can be opened any more
    for room in ("workspace", "crash"):
        importlib.import_module(f"massgen_tui.console.{room}")
    return config


def rooms() -> ModuleType:
    """What takes as long to import as all the rest of a start."""
    return importlib.import_module("massgen_tui.console.workspace")
