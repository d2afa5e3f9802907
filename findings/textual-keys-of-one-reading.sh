#!/bin/sh
# Textual 8.2.8, Python 3.11 on Linux.
# Behaviour: keys that come in one reading of the terminal, as over a slow line, do not act in the order in which they were typed.
# A key goes to the widget with the focus and, unless it means something there, comes up parent by parent to the app, which only
# then does what is bound to it; keys behind it are handed to widgets meanwhile. So text typed behind a key that closes a screen
# goes to the screen that is about to close and is lost, and text typed behind a key that empties a line is in it before that.
# The same keys with a pause between them do what they say. Bindings with `priority` are looked at before, and keep the order.
# Output seen:
#   closes a screen, apart: 'hi'; in one reading: ''
#   empties the line, apart: 'hi'; in one reading: ''
#   closes a screen, by a binding with priority, in one reading: 'hi'
# Exits non-zero if any of it is otherwise.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q 'textual==8.2.8'
cd "$folder"
cat > demo.py <<'PY'
import sys

from textual.app import App
from textual.binding import Binding
from textual.screen import ModalScreen
from textual.widgets import Input, Static

FIRST = sys.argv[1] == "first"


class Sheet(ModalScreen[None]):
    BINDINGS = [Binding("f2", "dismiss", priority=FIRST)]

    def compose(self):
        yield Static("a sheet")


class Demo(App[None]):
    BINDINGS = [Binding("f3", "sheet", priority=True), Binding("f4", "empty"), Binding("f5", "leave", priority=True)]

    def compose(self):
        yield Input()

    def action_sheet(self):
        self.push_screen(Sheet())

    def action_empty(self):
        self.query_one(Input).value = ""

    def action_leave(self):
        self.exit(message=f"value={self.query_one(Input).value!r}")


Demo().run()
PY
cat > play.py <<'PY'
import os
import pty
import re
import select
import sys
import time

F2, F3, F4, F5 = b"\x1bOQ", b"\x1bOR", b"\x1bOS", b"\x1b[15~"


def value(first: str, *writes: bytes) -> str:
    """What stands in the line after these keys, each in a reading of its own."""
    pid, terminal = pty.fork()
    if not pid:
        os.environ["TERM"] = "xterm-256color"
        os.execv(sys.executable, [sys.executable, "demo.py", first])
    drawn = read(terminal, 2.0)
    for keys in (*writes, F5):
        os.write(terminal, keys)
        drawn += read(terminal, 1.0)
    os.waitpid(pid, 0)
    found = re.search(rb"value=('[^']*')", drawn)
    return found[1].decode() if found else "none"


def read(terminal: int, seconds: float) -> bytes:
    """What is drawn in so many seconds."""
    drawn, end = b"", time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        if select.select([terminal], [], [], left)[0]:
            try:
                drawn += os.read(terminal, 65536)
            except OSError:
                break
    return drawn


closing = value("", F3, F2, b"hi"), value("", F3, F2 + b"hi")
emptying = value("", b"x", F4, b"hi"), value("", b"x", F4 + b"hi")
first = value("first", F3, F2 + b"hi")
print(f"closes a screen, apart: {closing[0]}; in one reading: {closing[1]}")
print(f"empties the line, apart: {emptying[0]}; in one reading: {emptying[1]}")
print(f"closes a screen, by a binding with priority, in one reading: {first}")
assert (closing, emptying, first) == (("'hi'", "''"), ("'hi'", "''"), "'hi'")
PY
"$folder/venv/bin/python" play.py
