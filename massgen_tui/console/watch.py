"""`massgen-tui watch`: servers and GPUs as a full screen, without any agent being asked."""

import logging
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import ClassVar

from textual.app import App, ComposeResult
from textual.binding import BindingType

from massgen_tui import paths
from massgen_tui.config.model import Config
from massgen_tui.config.own_settings import read_own, with_own
from massgen_tui.console.action import Scope
from massgen_tui.console.clipboard import CopyingApp
from massgen_tui.console.contain import exit_code
from massgen_tui.console.keys import bindings, keymap_of
from massgen_tui.console.lifecycle import ForcedExit
from massgen_tui.console.mended import Mended
from massgen_tui.console.ordered_keys import OrderedKeys
from massgen_tui.console.own_keys import keys_of
from massgen_tui.console.refresher import Refresher
from massgen_tui.console.screens.help import keys_in
from massgen_tui.console.widgets.sidebar import Sidebar
from massgen_tui.monitor.alarm import Alarm
from massgen_tui.session.redact import redactor_of
from massgen_tui.store.program_log import FILE, close_log, open_log
from massgen_tui.supervise.monitoring import Monitors
from massgen_tui.supervise.watching import Watching
from massgen_tui.terminal import Modes, on_signals


class WatchApp(OrderedKeys, CopyingApp, Mended, App[None], inherit_bindings=False):
    """The sidebar alone."""

    TITLE = "massgen-tui watch"
    CSS = "Sidebar { width: 1fr; height: 1fr; }"
    BINDINGS: ClassVar[list[BindingType]] = bindings(Scope.WATCH)

    def __init__(
        self,
        config: Config,
        watching: Watching | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
        told: Sequence[str] = (),
    ) -> None:
        """Watch the servers of a config; in tests `watching` stands in for the real monitors.

        Args:
            config: Whose servers and GPUs.
            watching: What looks at them.
            clock: The monitors' time, in seconds.
            told: Warnings of the user's settings.
        """
        super().__init__()
        self._clock_of_monitors = clock
        self.watching = watching or Monitors(config)
        self.config = config
        self._keys = keys_of(config)
        self._told = [*told, *self._keys.warnings]
        self._refresher = Refresher(self.show_monitors)
        self.sidebar = Sidebar(self._keys.keymap)
        self.alarm = Alarm()
        self._log_file: logging.Handler | None = None
        self.wear(config.ui.theme)

    def compose(self) -> ComposeResult:
        """Nothing but the sidebar."""
        yield self.sidebar

    def on_mount(self) -> None:
        """Take over the user's keys; look after the first paint."""
        self.set_keymap(keymap_of(self._keys.keymap))
        self.sidebar.focus()
        self.call_after_refresh(self._begin)

    async def _begin(self) -> None:
        self.sidebar.show_hints()
        if self._told:
            self.notify("\n".join(self._told[:3]), timeout=8, severity="warning", markup=False)
        self.watching.listen(self._refresher.learned)
        await self.watching.start()
        self._refresher.start()
        self.show_monitors()

    def show_monitors(self) -> None:
        """Show what is known now."""
        if self.alarm.rings(self.watching.servers) and self.config.ui.bell:
            self.bell()
        self.sidebar.show(self.watching.servers, self.watching.gpus, self._clock_of_monitors())

    def action_help(self) -> None:
        """Show all keys."""
        self.push_screen(keys_in(self.config.ui.keymap, Scope.SIDEBAR, Scope.WATCH))

    async def on_unmount(self) -> None:
        """Look no more."""
        self._refresher.stop()
        await self.watching.stop()
        if self._log_file is not None:
            close_log(self._log_file)

    def open_log_file(self) -> Path | None:
        """The program's log; nothing is written into it before something fails."""
        if not self.config.ui.logging_enabled:
            return None
        try:
            folder = paths.state_dir()
            self._log_file = self._log_file or open_log(redactor_of(self.config), folder)
        except OSError:
            return None
        return folder / FILE


def open_watch(config: Config, *, modes: Modes | None = None) -> int:
    """Watch the servers of a config on this terminal until the user quits; gives the exit code.

    `modes` are the terminal's of before, if it has others now.
    """
    own = read_own()
    app = WatchApp(with_own(config, own), told=own.warnings)
    app.last_resort = ForcedExit(modes)
    with on_signals(app.end_by_signal):
        app.run()
        app.last_resort.disarm()
    return exit_code(app)
