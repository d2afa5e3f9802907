"""Opens the console on a config file, without click: what is started most should be there first."""

import gc
import importlib
import sys
from pathlib import Path

from massgen_tui import terminal
from massgen_tui.cli.configs import ENDINGS


def is_plain(words: list[str]) -> bool:
    """Whether a command line is `CONFIG [PROMPT]` on a terminal, without options or errors."""
    return (
        0 < len(words) < 3
        and words[0].endswith(ENDINGS)
        and not any(word.startswith("-") for word in words)
        and _is_text(words[1:])
        and not terminal.undrawable()
        and Path(words[0]).is_file()
    )


def _is_text(words: list[str]) -> bool:
    """Whether the system gave these words as the UTF-8 that they are."""
    there = "".join(words)
    utf_8 = sys.getfilesystemencoding() == "utf-8"
    return there.isascii() or (utf_8 and not any("\ud800" <= one <= "\udfff" for one in there))


def open_file(config: str, prompt: str | None = None, *, coordinate: bool = False) -> int:
    """Open the console with the agents of a config file and give its exit code.

    Raises:
        ConfigError: the file cannot be read as a config.
    """
    gc.disable()  # until the first frame: nothing that is imported is garbage
    with terminal.taken() as before:
        running = importlib.import_module("massgen_tui.console.running")
        code: int = running.open_file(
            Path(config), prompt=prompt, before=before, coordinate=coordinate
        )
        return code
