"""Copying over any terminal: OSC 52, passed through tmux and screen, and a private file."""

import base64
import os
from collections.abc import Mapping
from pathlib import Path

from massgen_tui import paths
from massgen_tui.console.terminal.driver import TerminalApp

LIMIT = 74_000
"""Bytes of text beyond which common terminals drop an OSC 52."""


def sequences(text: str, environ: Mapping[str, str] | None = None) -> list[str]:
    """The escape sequences that put `text` on the terminal's clipboard; none when it is too long.

    tmux by default does not hand on an application's own OSC 52, so it is sent a second time,
    wrapped; a tmux without `allow-passthrough` ignores that one.
    """
    data = text.encode("utf-8", "replace")
    if len(data) > LIMIT:
        return []
    environ = os.environ if environ is None else environ
    plain = f"\x1b]52;c;{base64.b64encode(data).decode('ascii')}\a"
    if environ.get("TMUX"):
        return [plain, "\x1bPtmux;" + plain.replace("\x1b", "\x1b\x1b") + "\x1b\\"]
    if environ.get("STY"):
        chunks = (plain[at : at + 240] for at in range(0, len(plain), 240))
        return ["".join(f"\x1bP{chunk}\x1b\\" for chunk in chunks)]
    return [plain]


def keep(text: str) -> Path | None:
    """Write the text to a private file, for terminals that take no OSC 52; gives its path."""
    try:
        path = paths.state_dir() / "clipboard.txt"
        with paths.open_private(path, "w") as out:
            out.write(text)
    except OSError:
        return None
    return path


class CopyingApp(TerminalApp, inherit_bindings=False):
    """An app whose copies reach the clipboard through tmux and screen too."""

    def copy_to_clipboard(self, text: str) -> None:
        """Copy over the terminal."""
        self._clipboard = text  # what ctrl+v puts into the prompt
        if self._driver is not None:
            for sequence in sequences(text):
                self._driver.write(sequence)
