"""What is imported off the event loop, or behind the first frame."""

import importlib
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from massgen_tui.config.model import Config
    from massgen_tui.console.app import ConsoleApp


_PLUGINS = "PYDANTIC_DISABLE_PLUGINS"
_REST = (
    "console.stream.turn_view",
    "console.screens.help",
    "console.screens.request",
    "coordinate.conductor",
    "store.encoder",
)
"""What is used once there is a prompt, and what is opened by a key: each takes 5 to 50 ms."""


@contextmanager
def _without_plugins() -> Iterator[None]:
    """Let pydantic look for plugins no earlier than for what is imported behind the first screen.

    It looks through all that is installed for them.
    """
    if _PLUGINS in os.environ:
        yield
        return
    os.environ[_PLUGINS] = "__all__"
    try:
        yield
    finally:
        os.environ.pop(_PLUGINS, None)


def begin_to_import() -> None:
    """Import in a thread what a request needs and the first screen does not.

    A half of it is OpenSSL's reading of certificates, for which Python lets other threads run.
    """
    threading.Thread(target=importlib.import_module, args=("aiohttp",), daemon=True).start()


def read_config(path: Path) -> "Config":
    """Import the works and read a config, off the event loop.

    Raises:
        ConfigError: it cannot be read as a config.
    """
    # streams and monitors need it, the first frame does not
    importlib.import_module("massgen_tui.descriptors").raise_limit()
    with _without_plugins():
        config: Config = importlib.import_module("massgen_tui.config.loader").load_config(path)
        config = importlib.import_module("massgen_tui.config.own_settings").with_own(config)
        # what tells of a fault is there before anything can fail, when no file can be opened
        for room in ("workspace", "crash"):
            importlib.import_module(f"massgen_tui.console.{room}")
    return config


def import_rest() -> None:
    """Import what was left out of the start, in the order in which it is likely to be wanted."""
    for room in _REST:
        importlib.import_module(f"massgen_tui.{room}")


def rooms() -> ModuleType:
    """What takes as long to import as all the rest of a start."""
    return importlib.import_module("massgen_tui.console.workspace")


async def put_in_place(app: "ConsoleApp", path: Path) -> None:
    """Put a kept session in the place of the one that is seen, as `reopening` does it."""
    await importlib.import_module("massgen_tui.console.reopening").put_in_place(app, path)
