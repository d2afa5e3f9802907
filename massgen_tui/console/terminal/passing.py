"""What is meant for the terminal itself, passed on by the multiplexer that the console runs in.

tmux hands on what is wrapped where `allow-passthrough` is on, and ignores it where it is not; GNU
screen hands on what comes in pieces that it can hold.
"""

import os
from collections.abc import Mapping

_PIECE = 240
"""Characters of a string that GNU screen holds."""


def passed_on(sequence: str, environ: Mapping[str, str] | None = None) -> str:
    """An escape sequence in the form in which it reaches the terminal."""
    environ = os.environ if environ is None else environ
    if environ.get("TMUX"):
        return "\x1bPtmux;" + sequence.replace("\x1b", "\x1b\x1b") + "\x1b\\"
    if environ.get("STY"):
        pieces = (sequence[at : at + _PIECE] for at in range(0, len(sequence), _PIECE))
        return "".join(f"\x1bP{piece}\x1b\\" for piece in pieces)
    return sequence
