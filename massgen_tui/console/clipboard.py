"""Copying over any terminal: OSC 52, passed through tmux and screen, tmux's buffer, a private file.

No terminal tells whether it took an OSC 52, so nothing here is called copied that was only sent.
"""

import asyncio
import base64
import contextlib
import itertools
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from massgen_tui import paths
from massgen_tui.console.terminal.driver import TerminalApp
from massgen_tui.late import late

if TYPE_CHECKING:
    from massgen_tui import descriptors
    from massgen_tui.config.model import Config
    from massgen_tui.console.stream.pane import AgentPane
    from massgen_tui.console.terminal import passing
    from massgen_tui.console.terminal.browser import BrowserDriver
    from massgen_tui.console.widgets.sidebar import Sidebar
else:
    descriptors = late("massgen_tui.descriptors")
    passing = late("massgen_tui.console.terminal.passing")

LIMIT = 74_000
"""Bytes of text beyond which common terminals drop an OSC 52."""
PAGE_TAKES = 3.0
"""Seconds in which a page says whether it copied."""
INSECURE = "insecure"
"""What a page says that may not copy: it is not from this machine, and not encrypted."""
_NUMBERS = itertools.count(1)
"""Of copies in a browser."""
TMUX_TAKES = 2.0
"""Seconds that tmux may take."""


def sequences(text: str, environ: Mapping[str, str] | None = None) -> list[str]:
    """The escape sequences that put `text` on the terminal's clipboard; none when it is too long.

    tmux by default does not take an application's own OSC 52. The wrapped one is passed to the
    terminal where `allow-passthrough` is on, and ignored where it is not.
    """
    plain = osc52(text)
    return [passing.passed_on(plain, environ)] if plain else []


def osc52(text: str) -> str:
    """The sequence that asks a terminal to take `text`; empty where that is too long."""
    data = text.encode("utf-8", "replace")
    coded = base64.b64encode(data).decode("ascii")
    return f"\x1b]52;c;{coded}\a" if len(data) <= LIMIT else ""


def into_tmux(text: str) -> bool:
    """Put `text` into tmux's buffer, from where it also goes to the terminal; whether it is there.

    `-w`, since tmux 3.2, hands it on to the terminal unless `set-clipboard` is off.
    """
    data = text.encode("utf-8", "replace")
    for options in (["-w"], []):
        try:
            subprocess.run(
                descriptors.as_before(["tmux", "load-buffer", *options, "-"]),
                input=data,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                timeout=TMUX_TAKES,
                check=True,
            )
        except subprocess.CalledProcessError:
            continue
        except (OSError, subprocess.TimeoutExpired):
            return False
        return True
    return False


def keep(text: str) -> Path | None:
    """Write the text to a private file, for terminals that take no OSC 52; gives its path."""
    try:
        path = paths.state_dir() / "clipboard.txt"
        with paths.open_private(path, "w") as out:
            out.write(text)
    except OSError:
        return None
    return path


def told(what: str, size: int, *, sent: bool, in_tmux: bool, file: Path | None) -> str:
    """Where a copy is, as far as anybody knows."""
    it = f"{what} ({size} characters)"
    if in_tmux:
        also = f"; also in {file}" if file else ""
        return f"{it} is in tmux's buffer, which offers it to the terminal's clipboard{also}"
    if sent:
        return f"{it} sent to the terminal's clipboard{f'; also in {file}' if file else ''}"
    if file:
        return f"{it} is too long for the terminal's clipboard: it is in {file}"
    return f"{it} is too long for the terminal's clipboard: nothing was copied"


def told_by_browser(what: str, size: int, why: str | None) -> str:
    """What came of a copy in a browser.

    Args:
        what: was to be copied.
        size: characters of it.
        why: it was not, in the browser's words; empty: it was; None: the page said nothing.
    """
    it = f"{what} ({size} characters)"
    if why == "":
        return f"{it} copied"
    if why is None:
        return f"the page has not said whether it copied {it}"
    if why == INSECURE:
        return (
            f"{it} not copied: a browser lets no page of another machine copy over plain http; "
            "open it as localhost (ssh -L), or by https"
        )
    return f"{it} not copied: the browser says: {why}"


class CopyingApp(TerminalApp):
    """An app whose copies reach the clipboard through tmux and screen too."""

    def __init__(self) -> None:
        """Nothing was copied yet."""
        super().__init__()
        self._copies: dict[int, asyncio.Future[str]] = {}
        self._copied = ""

    @property
    def clipboard(self) -> str:
        """What ctrl+v puts into the prompt: the newest copy."""
        return self._copied

    def copy_to_clipboard(self, text: str) -> None:
        """Copy what is selected, as Textual asks for it, and say where it is."""
        self._copy(text, "the selection")

    def copy(self, text: str, what: str) -> None:
        """Copy `text` and say where it is."""
        if text:
            self._copy(text, what)
        else:
            self.notify(f"no {what} to copy yet", markup=False)

    def on_agent_pane_copy_requested(self, message: "AgentPane.CopyRequested") -> None:
        """Copy something of a pane."""
        self.copy(message.text, message.what)

    def on_sidebar_copy_requested(self, message: "Sidebar.CopyRequested") -> None:
        """Copy what starts a server."""
        self.copy(message.text, "start command")

    def _copy(self, text: str, what: str) -> None:
        self._copied = text
        if self.browser is not None:
            self.run_worker(self._ask_browser(self.browser, text, what), group="copy")
            return
        ways = sequences(text)
        self._send(ways)
        self.run_worker(self._hand_over(text, what, sent=bool(ways)), group="copy")

    async def _hand_over(self, text: str, what: str, *, sent: bool) -> None:
        """Do what may take a moment, and say where the text is."""
        in_tmux = bool(os.environ.get("TMUX")) and await asyncio.to_thread(into_tmux, text)
        if os.environ.get("TMUX") and not in_tmux:
            self._send([osc52(text)])
        file = await asyncio.to_thread(keep, text) if self._keeps else None
        said = told(what, len(text), sent=sent, in_tmux=in_tmux, file=file)
        self.notify(said, timeout=4 if sent or in_tmux else 8, markup=False)

    async def _ask_browser(self, browser: "BrowserDriver", text: str, what: str) -> None:
        """Have the page copy, and say what came of it."""
        number, why = next(_NUMBERS), None
        answer: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._copies[number] = answer
        browser.copy(number, text)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(PAGE_TAKES):
                why = await answer
        del self._copies[number]
        said = told_by_browser(what, len(text), why)
        self.notify(said, timeout=4 if why == "" else 8, markup=False)

    def copied(self, number: int, why: str) -> None:
        """Take what the page says of a copy: why it was none, or nothing."""
        answer = self._copies.get(number)
        if answer is not None and not answer.done():
            answer.set_result(why)

    def _send(self, ways: list[str]) -> None:
        for sequence in ways:
            self.write_to_terminal(sequence)

    @property
    def _keeps(self) -> bool:
        """The config lets us write files."""
        config: Config | None = getattr(self, "config", None)
        return config is not None and config.ui.logging_enabled
