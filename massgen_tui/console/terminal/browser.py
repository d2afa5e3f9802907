"""Draws on a page of a browser instead of a terminal: Textual's web driver, with our keyboard.

What is written goes to `massgen_tui.serve`, which has started us. Textual's own driver would take
the signals over and end by them with exit code 0, and stop reading at a byte that is not UTF-8.
"""

import asyncio
import contextlib
import os
import signal
import time
from select import select
from threading import Thread
from typing import Any

from textual import events
from textual.app import App
from textual.drivers.web_driver import WebDriver
from textual.geometry import Size

from massgen_tui.console import textual_private
from massgen_tui.console.terminal.driver import TerminalApp
from massgen_tui.console.terminal.keyboard import Keyboard
from massgen_tui.serve.packets import DATA, HELLO, Unpacker, meta, packed, pieces, values_of
from massgen_tui.text import one_line

_STDIN = 0
_MOST = 1 << 16
"""Bytes read at once."""
_PACE = 0.1
"""Seconds between two looks at whether to end."""
_BEGIN = (
    "\x1b[?1049h"  # the other screen
    "\x1b[?25l"  # no cursor
    "\x1b[?2004h"  # pastes in brackets
    "\x1b[?1000h\x1b[?1003h\x1b[?1015h\x1b[?1006h"  # the mouse
    "\x1b[?2026$p"  # are frames drawn at once?
)


class BrowserDriver(WebDriver):
    """Reads and writes packets of Textual's web driver, and ours: `page`, `copy` and `copied`."""

    output = 1
    """The file that packets are written to."""

    def __init__(
        self,
        app: App[Any],
        *,
        debug: bool = False,
        mouse: bool = True,
        size: tuple[int, int] | None = None,
    ) -> None:
        """A driver for `app`; the arguments are Textual's."""
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        self._shown = app
        if isinstance(app, TerminalApp):
            app.browser = self
        self._first_size = Size(*size) if size else _size()
        self._gone = False
        self._told: dict[str, object] = {}

    def _write_all(self, data: bytes, /) -> int:
        """Write all of it; once nobody reads any more, nothing."""
        rest = memoryview(data)
        while rest and not self._gone:
            try:
                rest = rest[os.write(self.output, rest) :]
            except OSError:
                self._hang_up()
        return len(data)

    def write(self, data: str) -> None:
        """Draw."""
        drawn = data.encode("utf-8", "replace")
        self._write_all(packed(DATA, drawn))

    def write_meta(self, data: dict[str, object]) -> None:
        """Tell the server, or the page."""
        self._write_all(meta(data))

    def write_binary_encoded(self, data: tuple[str | bytes, ...]) -> None:
        """Hand out a piece of a file."""
        self._write_all(pieces(data))

    def tell(self, **facts: object) -> None:
        """Let the page know what is new of these: `busy`, `title`, `session`."""
        new = {name: fact for name, fact in facts.items() if self._told.get(name) != fact}
        if new:
            self._told |= new
            self.write_meta({"type": "page", **new})

    def copy(self, number: int, text: str) -> None:
        """Have the browser copy a text; it answers with the number."""
        self.write_meta({"type": "copy", "number": number, "text": text})

    def start_application_mode(self) -> None:
        """Begin to draw and to read."""
        loop = asyncio.get_running_loop()
        self._write_all(HELLO)
        self.write(_BEGIN)
        asyncio.run_coroutine_threadsafe(self._begin(), loop)
        # until the page says that it has the focus
        self._shown.call_later(self._shown.post_message, events.AppBlur())

    async def _begin(self) -> None:
        """Tell the size, and only then what the page says, which may be another."""
        size = self._first_size
        self._shown.post_message(events.Resize(size, size))
        Thread(target=self.run_input_thread, name="textual-input").start()

    def run_input_thread(self) -> None:
        """Read keys, and what the page tells, until the app ends."""
        if textual_private.known:
            self._read_packets()
        else:
            super().run_input_thread()

    def _read_packets(self) -> None:
        keyboard, unpacker = Keyboard(), Unpacker(greeted=True)
        while not self.exit_event.is_set():
            now = time.monotonic()
            due = now + _PACE if keyboard.due is None else keyboard.due
            there, _, _ = select([_STDIN], [], [], min(max(due - now, 0.0), _PACE))
            if not there:
                for message in keyboard.later(time.monotonic()):
                    self.process_message(message)
                continue
            try:
                data = os.read(_STDIN, _MOST)
            except OSError:
                data = b""
            if not data:
                self._hang_up()
                return
            for kind, payload in unpacker.feed(data):
                if kind == DATA:
                    for message in keyboard.sent(payload, time.monotonic()):
                        self.process_message(message)
                else:
                    with contextlib.suppress(ValueError):
                        values = values_of(payload)
                        self.on_meta(str(values.get("type", "")), values)

    def on_meta(self, packet_type: str, payload: dict[str, object]) -> None:
        """Take what the page tells."""
        if packet_type == "copied":
            number, why = payload.get("number"), one_line(str(payload.get("why", "")))
            if isinstance(number, int) and (heard := getattr(self._shown, "copied", None)):
                self._shown.call_later(heard, number, why)
        else:
            super().on_meta(packet_type, payload)

    def _hang_up(self) -> None:
        """The server is gone: end as when a terminal is."""
        if not self._gone:
            self._gone = True
            os.kill(os.getpid(), signal.SIGHUP)


def _size() -> Size:
    """The size that the server has begun with."""
    try:
        return Size(int(os.environ.get("COLUMNS", "80")), int(os.environ.get("ROWS", "24")))
    except ValueError:
        return Size(80, 24)
