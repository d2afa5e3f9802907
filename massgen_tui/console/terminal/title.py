"""The title of the terminal's window or tab: OSC 0, with the one of before kept and put back.

xterm keeps titles on a stack (CSI 22 ; 0 t and CSI 23 ; 0 t), as do tmux, VTE, kitty and others.
Where there is none the title is emptied, which most terminals take for their own.
"""

import os
from collections.abc import Callable, Mapping

from massgen_tui.text import one_line

_KEEP = "\x1b[22;0t"
PUT_BACK = "\x1b]0;\a\x1b[23;0t"
"""Ends our title."""
_LONGEST = 120
"""Characters."""
_WITHOUT = ("linux", "cons", "vt", "sun", "eterm", "ansi", "dumb", "unknown")
"""How the names of terminals begin that have no title, and may show what should set it."""


class TerminalTitle:
    """Sets the title while the terminal is ours."""

    def __init__(
        self, write: Callable[[str], None], environ: Mapping[str, str] | None = None
    ) -> None:
        """Write to a terminal by `write`."""
        kind = (os.environ if environ is None else environ).get("TERM", "")
        self._able = bool(kind) and not kind.startswith(_WITHOUT)
        self._write = write
        self._text = self._told = ""
        self._ours = False
        self.set = False
        """The terminal shows our title, and keeps the one of before."""

    def show(self, text: str) -> None:
        """Have this title from now on; empty: the one of before."""
        if text == self._told:
            return
        self._told, text = text, one_line(text, _LONGEST)
        if self._able and text != self._text:
            self._text = text
            if self._ours:
                self._draw()

    def begin(self) -> None:
        """The terminal is ours, for the first time or again."""
        self._ours = True
        self._draw()

    def end(self) -> None:
        """The terminal is somebody else's: it gets the title of before."""
        if self.set:
            self._write(PUT_BACK)
        self._ours = self.set = False

    def _draw(self) -> None:
        if not self._text:
            if self.set:
                self._write(PUT_BACK)
                self.set = False
            return
        if not self.set:
            self._write(_KEEP)
            self.set = True
        self._write(f"\x1b]0;{self._text}\a")
