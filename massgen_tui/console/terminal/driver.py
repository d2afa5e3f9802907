"""Textual's driver for a terminal, with our keyboard, and with threads that never end in silence.

In Textual 8.2 a byte that is not UTF-8 ends the thread that reads the keys, and with it the
program, with exit code 0 (textual#6456); an error while writing ends the thread that draws, and
the program waits for it for ever.
"""

import asyncio
import importlib
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BufferedWriter, RawIOBase, TextIOWrapper
from select import select
from selectors import EVENT_READ, SelectSelector
from types import TracebackType
from typing import TYPE_CHECKING, Any

from textual import events
from textual.app import App, SuspendNotSupported
from textual.driver import Driver
from textual.drivers.linux_driver import LinuxDriver

from massgen_tui.console import AppPart, textual_private
from massgen_tui.console.terminal.ending import Ending
from massgen_tui.console.terminal.keyboard import Key, Keyboard
from massgen_tui.console.terminal.title import TerminalTitle
from massgen_tui.terminal import in_browser

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

    from massgen_tui.console.terminal.browser import BrowserDriver

STDERR = 2
"""What Textual draws on."""
SECOND_STOP = "f10"
"""Does what esc does: GNU screen hands on no esc of its own while the mouse is reported."""
_BEGINS, _ENDS = "\x1b[?2026h", "\x1b[?2026l"
"""What stands around a frame, where the terminal draws frames whole."""
_PACE = 0.1
"""Seconds for which a terminal that takes nothing now is waited for at once."""
_MOST = 1 << 16
"""Bytes read at once."""


class TerminalApp(AppPart):
    """An app on our driver."""

    failed: BaseException | None = None
    """What ended the app though it should not have."""
    ending: bool = False
    """A signal has come that ends the app, with an exit code of its own."""
    lent: bool = False
    """Another program has the terminal."""
    terminal: "ConsoleDriver | None" = None
    """What draws on a terminal, where that is drawn on."""
    browser: "BrowserDriver | None" = None
    """What draws on a page of a browser, where that is drawn on."""

    async def on_event(self, event: events.Event) -> None:
        """Take the second stop key for the first wherever it means nothing of its own."""
        second = isinstance(event, events.Key) and event.key == SECOND_STOP
        if second and SECOND_STOP not in self.screen.active_bindings:
            event = Key("escape", "\x1b")
        await super().on_event(event)

    def get_driver_class(self) -> type[Driver]:
        """Our driver."""
        if in_browser():
            room = importlib.import_module("massgen_tui.console.terminal.browser")
            driver: type[Driver] = room.BrowserDriver
            return driver
        return ConsoleDriver

    def show_terminal_title(self, text: str) -> None:
        """Let the terminal's window, or the page, be called so; empty: as before."""
        if self.terminal is not None:
            self.terminal.title.show(text)
        elif self.browser is not None and text:
            self.browser.tell(title=text)

    def notify_desktop(self, way: str, title: str, text: str) -> None:
        """Let the terminal show a notification, unless it has the focus: one sees it then."""
        if not self.app_focus and not self.lent:
            room = importlib.import_module("massgen_tui.console.terminal.notification")
            self.write_to_terminal(room.notification(way, title, text))

    def write_to_terminal(self, text: str) -> None:
        """Write a sequence to the terminal, where there is one."""
        if self.terminal is not None:
            self.terminal.write(text)

    @property
    def sets_terminal_title(self) -> bool:
        """The terminal's window is called by us."""
        return self.terminal is not None and self.terminal.title.set

    @contextmanager
    def lent_terminal(self) -> Iterator[None]:
        """A context in which another program has the terminal: we read and draw nothing.

        The app runs on. Where it ends meanwhile (`CancelledError`) the terminal is not taken back.

        Raises:
            SuspendNotSupported: there is no terminal that could be lent.
        """
        driver = self.terminal
        if driver is None or not driver.can_suspend:
            raise SuspendNotSupported("there is no terminal to lend")
        self.app_suspend_signal.publish(self)
        ends = False
        try:
            with driver.no_automatic_restart(), _interrupts_passed_on():
                driver.suspend_application_mode()
                self.lent = True
                yield
        except asyncio.CancelledError:
            ends = True
            raise
        finally:
            if not ends:
                self.lent = False
                driver.resume_application_mode()
                self.app_resume_signal.publish(self)

    def lose_terminal(self, error: BaseException) -> None:
        """End with exit code 1 and a report: the terminal cannot be read or written any more."""
        if not self.ending and self.failed is None:
            self.failed = error
            self.exit(return_code=1)


class ConsoleDriver(LinuxDriver):
    """Reads and writes a terminal."""

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
        # Textual's own can only be looked at again and again
        self.exit_event: threading.Event = Ending()
        self._shown = app
        self._told = Told(self._tell)
        self._frame: list[str] = []  # begun: Textual writes it whole, in one go
        # UTF-8 whatever the locale says: what is drawn is not in any other
        raw = BufferedWriter(Output(STDERR, self._told), _MOST)
        textual_private.draw_on(self, TextIOWrapper(raw, "utf-8", "replace", newline=""))
        self.title = TerminalTitle(self.write)
        """What the terminal's window is called."""
        if isinstance(app, TerminalApp):
            app.terminal = self

    def start_application_mode(self) -> None:
        """Take the terminal, as Textual does, and give its window our title."""
        start: Callable[[], None] = super().start_application_mode
        start()
        if textual_private.is_taken(self):
            self.title.begin()

    def stop_application_mode(self) -> None:
        """Give the terminal back, with the title of before."""
        self.title.end()
        super().stop_application_mode()

    def write(self, data: str) -> None:
        """Write to the terminal, but where another program has it; a frame all at once.

        Textual writes a frame in three pieces, and each would wake the thread that writes.
        """
        if self._frame or data == _BEGINS:
            self._frame.append(data)
            if data != _ENDS:
                return
            data, self._frame = "".join(self._frame), []
        if not (isinstance(self._shown, TerminalApp) and self._shown.lent):
            super().write(data)

    def _tell(self, error: BaseException) -> None:
        if isinstance(self._shown, TerminalApp):
            self._shown.call_later(self._shown.lose_terminal, error)

    def run_input_thread(self) -> None:
        """Read keys until the app ends."""
        with self._told:
            if textual_private.known:
                self._read_keys()
            else:
                super().run_input_thread()

    def _read_keys(self) -> None:
        keyboard = Keyboard()
        with SelectSelector() as selector:
            selector.register(self.fileno, EVENT_READ)
            if isinstance(self.exit_event, Ending):
                selector.register(self.exit_event, EVENT_READ)
            while not self.exit_event.is_set():
                due = keyboard.due
                wait = None if due is None else max(due - time.monotonic(), 0.0)
                ready = [key.fd for key, _ in selector.select(wait)]
                if self.fileno in ready:
                    messages = keyboard.sent(_read(self.fileno), time.monotonic())
                else:
                    messages = keyboard.later(time.monotonic())
                for message in messages:
                    self.process_message(message)


@contextmanager
def _interrupts_passed_on() -> Iterator[None]:
    """A context in which ctrl+c and ctrl+\\ in another program's terminal do not end us.

    A handler, since what is ignored would be ignored by that program too.
    """
    before = {
        number: signal.signal(number, lambda *_: None) for number in (signal.SIGINT, signal.SIGQUIT)
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _read(file: int) -> bytes:
    """What waits in the terminal.

    Raises:
        EOFError: it is gone.
        OSError: it cannot be read.
    """
    try:
        data = os.read(file, _MOST)
    except BlockingIOError:
        return b""
    if not data:
        raise EOFError("the terminal is gone")
    return data


class Told:
    """A context whose first error is told, and ends nothing but the context."""

    def __init__(self, tell: Callable[[BaseException], None]) -> None:
        """Tell errors to `tell`."""
        self._tell = tell
        self.broken = False
        """An error has come."""

    def __enter__(self) -> None:
        """Begin."""

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> bool:
        """Tell what went wrong."""
        if error is not None and not self.broken:
            self.broken = True
            self._tell(error)
        return error is not None


class Output(RawIOBase):
    """What is drawn on; after an error it takes everything and writes nothing."""

    def __init__(self, file: int, told: Told) -> None:
        """Write to `file`; what goes wrong is told to `told`."""
        super().__init__()
        self._to = file
        self._told = told

    def fileno(self) -> int:
        """The file it writes to."""
        return self._to

    def writable(self) -> bool:
        """It is written to."""
        return True

    def write(self, data: "ReadableBuffer", /) -> int:
        """Write what the terminal takes now, which may be less than all."""
        with self._told:
            while not self._told.broken:
                try:
                    return os.write(self._to, data)
                except BlockingIOError:  # whoever started us shares the terminal without blocking
                    select([], [self._to], [], _PACE)
        return memoryview(data).nbytes
