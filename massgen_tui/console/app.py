"""The console: a session on a screen, and everything behind it."""

import asyncio
import itertools
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, cast

from textual import events
from textual.app import App
from textual.notifications import SeverityLevel
from textual.screen import Screen

from massgen_tui.config.errors import ConfigError
from massgen_tui.config.outline import Outline
from massgen_tui.console.action import Scope
from massgen_tui.console.collecting import collect_in_steps
from massgen_tui.console.held_keys import HeldKeys
from massgen_tui.console.keys import bindings, keymap_of, keys_of, quits
from massgen_tui.console.late import begin_to_import, put_in_place, read_config, rooms
from massgen_tui.console.layout import first_of
from massgen_tui.console.refresher import Refresher
from massgen_tui.console.remembered import LAYOUT, Remembered
from massgen_tui.console.screens.opening import OpeningScreen
from massgen_tui.console.textual_private import styled_once
from massgen_tui.terminal import Before

if TYPE_CHECKING:
    from massgen_tui.config.model import Config
    from massgen_tui.console.services import Services
    from massgen_tui.console.workspace import Workspace

WRITTEN = 0.03
"""Seconds in which requests are written to servers nearby, before the processor draws."""
_NUMBERS = itertools.count(1)
"""Of the modes, which hold a main screen each and what is over it."""


class ConsoleApp(HeldKeys, App[None], inherit_bindings=False):
    """Several agents side by side.

    Of a config file it shows the outline first, and keeps the keys until the session is there.
    """

    TITLE = "massgen-tui"
    CSS_PATH = "console.tcss"
    BINDINGS = bindings(Scope.APP)

    def __init__(
        self,
        config: "Config | Outline",
        services: "Services | None" = None,
        *,
        prompt: str | None = None,
        notice: str = "",
        before: Before | None = None,
        resumes: Path | None = None,
        coordinate: bool = False,
        remembered: Remembered | None = None,
    ) -> None:
        """Make the console of a config.

        Args:
            config: the agents, and how it looks; or the outline of the file that says so.
            services: the session and what stands behind it; None makes the real ones.
            prompt: asked at once, as if it had been typed.
            notice: shown at the start.
            before: how the terminal was before it was taken; None: it is not taken.
            resumes: the file of a session that goes on.
            coordinate: let the agents agree on what all are asked, whatever the config says.
            remembered: what the user chose before; None remembers nothing.
        """
        super().__init__()
        self.refused: ConfigError | None = None
        """What is wrong with the config, where that ended the console."""
        self.before = before or Before()
        self.remembered = remembered or Remembered()
        self.hold_keys(keys_of(self.before.typed))
        self._first = (prompt, notice)
        self._unsaid: list[Callable[[], None]] = []
        self._unsent = ""
        """What was given and could not be sent: it is left for the prompt."""
        self._refresher = Refresher(self.show_monitors)
        self._coordinate = coordinate
        self._opening: OpeningScreen | None = None
        if isinstance(config, Outline):
            self._outline = config
            self._opening = OpeningScreen(
                config, first_of(config.layout, self.remembered.get(LAYOUT))
            )
        else:
            self.attach_workspace(rooms().Workspace(config, services, self, resumes))

    def attach_workspace(self, workspace: "Workspace") -> None:
        """Let this be the workspace that is shown and acts."""
        self.workspace = workspace
        self.config, self.services = workspace.config, workspace.services
        self.session, self.desk = self.workspace.session, self.workspace.desk
        self.main, self.prompt = self.workspace.main, self.workspace.prompt
        self.services.watching.listen(self._refresher.learned)
        workspace.coordinating.on = workspace.coordinating.on or self._coordinate
        workspace.show_mode()

    @property
    def known_config(self) -> "Config | None":
        """The config, as soon as there is one, with the agents as they are now."""
        workspace: Workspace | None = getattr(self, "workspace", None)
        return workspace.config if workspace is not None else super().known_config

    def get_default_screen(self) -> Screen[object]:
        """The first screen; nothing is built before it."""
        if self._opening is None:
            self.main.prepare(self.size)
        return cast("Screen[object]", self._opening or self.main)

    def on_mount(self) -> None:
        """Take over the terminal; everything that takes time comes after the first paint."""
        if self.before.modes is not None and self.terminal is not None:
            # what suspends us leaves the terminal so
            self.terminal.attrs_before = self.before.modes
        # Textual resumes a suspended process without drawing it again
        self.app_resume_signal.subscribe(self, lambda _: self.refresh(layout=True))
        if self._opening is None:
            self.apply_ui()
            self.call_after_refresh(self._begin)
        else:
            self.wear(self._outline.theme)
            self._show_held()
            self.call_after_refresh(self._after_first, self._opening)

    def apply_ui(self, *, theme: bool = True) -> None:
        """Take over title, keys and, with `theme`, the colours of the config."""
        self.workspace.show_title()
        if theme:
            self.wear(self.workspace.config.ui.theme)
        self.set_keymap(keymap_of(self.workspace.keys.keymap))

    def _after_first(self, opening: OpeningScreen) -> None:
        opening.seen(self._held or ())
        # who has typed waits for what the keys do, not for a picture that tells more
        if self._held:
            self._read_on()
        else:
            opening.tell(self._read_on)

    def _read_on(self) -> None:
        self.run_worker(self._open(self._outline.path), group="open")

    async def _open(self, path: Path) -> None:
        """Read the config whole and put the main screen in the place of the outline."""
        if self._opening is not None and self._opening.helps:
            await self._drawn()  # before imports take the processor
        if self._first[0] or not self._held:  # what keys do comes before what servers say
            begin_to_import()
        try:
            config = await asyncio.to_thread(read_config, path)
        except ConfigError as error:
            self.refused = error
            self.exit(return_code=1)
            return
        self.attach_workspace(rooms().Workspace(config, None, self))
        if self._first[0]:
            await self._ask_first()
        helps = self._opening is not None and self._opening.helps
        self._opening = None
        await self.show_main(helps=helps)
        self.call_after_refresh(self._begin)

    async def _drawn(self) -> None:
        """Return when what is to be seen by now is."""
        drawn = asyncio.Event()
        if self.call_after_refresh(drawn.set):
            await drawn.wait()

    async def _ask_first(self) -> None:
        """Ask what is given before what is drawn; what cannot be sent is left for the screen."""
        await self.services.warm_up()
        self._send_first()
        if self.session.active:
            await asyncio.sleep(WRITTEN)

    def say(
        self, text: str, *, seconds: float = 4, severity: SeverityLevel = "information"
    ) -> None:
        """Tell the user something for a while; only the newest is shown, so behind the greeting."""
        if self._opening is None:
            super().say(text, seconds=seconds, severity=severity)
        else:
            self._unsaid.append(partial(self.say, text, seconds=seconds, severity=severity))

    def _send_first(self) -> None:
        prompt, notice = self._first
        if prompt and not self.prompt.sent_given(prompt):
            self._unsent = prompt
        self._first = (None, notice)

    async def show_main(self, *, helps: bool = False) -> None:
        """Put the main screen of the workspace in the place of what is seen.

        With `helps` the help is over both: the key that asked for it has acted.
        """
        self.apply_ui()
        self.main.prepare(self.size)
        main = cast("Screen[object]", self.main)
        mode = f"session {next(_NUMBERS)}"
        self.add_mode(mode, lambda: main)
        styled_once(self, main)
        with self.batch_update():
            await self.switch_mode(mode)
            if helps:
                self.drop_first_key()
                await self.push_screen(self.workspace.help_screen())

    def hold(self, event: events.Event, held: list[events.Event]) -> None:
        """Keep a key that is typed before the session is there, and show what it will do."""
        if self._opening is not None and quits(event, held):
            self.leave(True)
        else:
            super().hold(event, held)
            self._show_held()

    def take(self, event: events.Key | events.Paste) -> bool:
        """Let what is typed outside the prompt go there, and what comes behind it too."""
        return self._opening is None and self.screen is self.main and self.main.take(event)

    def _show_held(self) -> None:
        if self._opening is not None and self._held is not None:
            self._opening.show(self._held)

    async def _begin(self) -> None:
        collect_in_steps()
        self.workspace.open()
        self._refresher.start()
        self.follow_config()
        self.greet(self._first[1])
        for say in self._unsaid:
            say()
        self._send_first()
        if self._unsent:
            self.prompt.offer(self._unsent)
        pressed = bool(self._held)
        await self.release_keys()
        if pressed:  # what they open is drawn before imports take the processor
            self.call_after_refresh(self.call_after_refresh, self.workspace.prepare)
        else:
            self.workspace.prepare()

    def open_session(self, path: Path) -> None:
        """Put a kept session in the place of this one, which ends and stays kept."""
        if not self.holds_keys:
            self.run_worker(put_in_place(self, path), group="open")

    def paint(self) -> bool:
        """Draw what is new in the panes that are seen, and the title; tells whether all stands."""
        drawn = self.lent or self.workspace.paint()
        if self.browser is not None:
            log = self.services.session_log
            self.tell_page(busy=self.session.active, session=log.path if log is not None else None)
        return drawn

    def show_monitors(self) -> None:
        """Show what is known of servers and GPUs."""
        self.workspace.show_monitors()

    def on_pane_grid_arranged(self) -> None:
        """Draw panes that were not seen before."""
        self.main.show_keys()
        self.workspace.pump.wake()

    def end(self, code: int) -> None:
        """Write what came, and end with this exit code."""
        self.run_worker(self._end_with(code), group="end")

    async def _end_with(self, code: int) -> None:
        # what came is on disk before the terminal, which may be gone, is touched
        await self._stop()
        self.exit(return_code=code)

    async def on_unmount(self) -> None:
        """Close streams and monitors, keep the draft; the terminal is whole again by now."""
        self._refresher.stop()
        try:
            if self._opening is None:
                self.prompt.keep_draft()
        finally:
            await self._stop()

    async def _stop(self) -> None:
        if hasattr(self, "services"):
            await self.services.stop("quit" if self.failed is None else "failed")

    @property
    def drawable(self) -> bool:
        """There is something to draw, and keys act on it."""
        return super().drawable and self._held is None

    def open_log_file(self) -> Path | None:
        """The session's log, begun where it was not."""
        return self.services.open_log()
