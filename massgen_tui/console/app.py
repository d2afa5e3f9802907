"""The console: a session on a screen, and everything behind it."""

import asyncio
import gc
import sys
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import cast

from textual import events, on
from textual.app import SystemCommand
from textual.binding import Binding
from textual.drivers.linux_driver import LinuxDriver
from textual.notifications import SeverityLevel
from textual.screen import Screen

from massgen_tui.config.loader import load_config
from massgen_tui.config.schema import Config
from massgen_tui.console import clipboard
from massgen_tui.console.alarm import Alarm
from massgen_tui.console.commands import commands
from massgen_tui.console.crash import report
from massgen_tui.console.desk import Desk
from massgen_tui.console.holding import Holding
from massgen_tui.console.keys import ALL_KEYS, APP_KEYS, bindings, keys_of, name_of
from massgen_tui.console.lifecycle import QUIT_GRACE, SIGNAL_GRACE, LastResort
from massgen_tui.console.order import InOrder
from massgen_tui.console.pump import Pump
from massgen_tui.console.screens.help import help_screen
from massgen_tui.console.screens.main import MainScreen
from massgen_tui.console.screens.quit import QuitScreen
from massgen_tui.console.screens.request import request_screen
from massgen_tui.console.screens.warnings import warnings_screen
from massgen_tui.console.services import Services
from massgen_tui.console.stream.pane import AgentPane
from massgen_tui.console.turn import turn_of
from massgen_tui.console.widgets.panes import PaneGrid
from massgen_tui.console.widgets.prompt import Prompt, tell_alt_enter_apart
from massgen_tui.console.widgets.sidebar import Sidebar
from massgen_tui.session.agent import Agent
from massgen_tui.session.observed import Observed
from massgen_tui.terminal import Before, on_signals
from massgen_tui.text import clean


class ConsoleApp(InOrder, inherit_bindings=False):
    """Several agents side by side."""

    TITLE = "massgen-tui"
    CSS_PATH = "console.tcss"
    BINDINGS = bindings(APP_KEYS)

    def __init__(
        self,
        config: Config,
        services: Services | None = None,
        *,
        prompt: str | None = None,
        notice: str = "",
        before: Before | None = None,
    ) -> None:
        """Make the console of a config.

        Args:
            config: the agents, and how it looks.
            services: the session and what stands behind it; None makes the real ones.
            prompt: asked at once, as if it had been typed.
            notice: shown at the start.
            before: how the terminal was before it was taken; None: it is not taken.
        """
        super().__init__()
        self.config = config
        self.services = services or Services.of(config, warn=self._warn)
        self.session = self.services.session
        self.last_resort: LastResort | None = None
        """Ends the process by force; None where the process is not ours (tests)."""
        self.failed: BaseException | None = None
        """What ended the console though it should not have."""
        self.alarm = Alarm()
        self.before = before or Before()
        self._held: list[events.Event] | None = keys_of(self.before.typed)
        self._first = (prompt, notice)
        self._events: asyncio.AbstractEventLoop | None = None
        self.prompt = self._make_prompt()
        self.main = self._make_main()
        self.holding = Holding(self.session, self.services.watching, changed=self._changed)
        self.desk = Desk(
            self.session,
            self.prompt,
            focused=self._focused_agent,
            say=self.say,
            changed=self._changed,
        )
        self.pump = Pump(
            busy=lambda: self.session.active,
            open_gate=self.services.gate.open,
            paint=self.paint,
            after_paint=self.call_after_refresh,
        )
        self.session.observe(self._observe)

    def _make_prompt(self) -> Prompt:
        ids = [agent.id for agent in self.session.agents]
        keymap = self.config.ui.keymap
        return Prompt(self.services.history, ids, keymap, ask=self._ask, id="prompt")

    def _make_main(self) -> MainScreen:
        panes = [
            AgentPane(agent, number, clock=self.session.clock, id=f"pane-{number}")
            for number, agent in enumerate(self.session.agents, 1)
        ]
        keymap = self.config.ui.keymap
        return MainScreen(panes, self.prompt, keymap, monitor=self.config.monitor)

    def get_default_screen(self) -> Screen[object]:
        """The main screen is the first: nothing is built before it."""
        self.main.stand(self.size)
        return cast("Screen[object]", self.main)

    def on_mount(self) -> None:
        """Take over theme and keys; everything that takes time comes after the first paint."""
        self._events = asyncio.get_running_loop()
        self._show_title(self.session.clock())
        if self.config.ui.theme in self.available_themes:
            self.theme = self.config.ui.theme
        if self.config.ui.keymap:
            self.set_keymap(dict(self.config.ui.keymap))
        if self.before.modes is not None and isinstance(self._driver, LinuxDriver):
            # what suspends us leaves the terminal so
            self._driver.attrs_before = self.before.modes
        # Textual resumes a suspended process without drawing it again
        self.app_resume_signal.subscribe(self, lambda _: self.refresh(layout=True))
        self.call_after_refresh(self._after_first_paint)

    async def on_event(self, event: events.Event) -> None:
        """Keep keys until there is something that they mean anything to."""
        if self._held is not None and isinstance(event, events.Key | events.Paste):
            self._held.append(event)
        else:
            await super().on_event(event)

    async def _release_keys(self) -> None:
        """Let the keys act that were typed by now, in their order."""
        held, self._held = self._held or [], None
        for event in held:
            await super().on_event(event)

    async def _after_first_paint(self) -> None:
        # what was imported lives as long as we do: fewer and shorter collections while painting
        gc.freeze()
        gc.set_threshold(50_000, 20, 100)
        self.services.gate.active = True
        self.paint()
        self.run_worker(self.pump.run(), group="pump")
        self.run_worker(self._prepare(), group="prepare")
        self.run_worker(self.holding.run(), group="holding")
        self.set_interval(1.0, self.show_monitors)
        prompt, notice = self._first
        if notice:
            self.say(notice, seconds=8)
        if warnings := self.warnings:
            more = f"\n… {len(warnings) - 1} more: palette, Show warnings" if warnings[1:] else ""
            self.say(f"{warnings[0]}{more}", seconds=8, severity="warning")
        if prompt:
            self.desk.ask(prompt)
        await self._release_keys()

    async def _prepare(self) -> None:
        await self.services.start()
        self.show_monitors()

    @property
    def warnings(self) -> list[str]:
        """What the config warns of, and what of its `ui` means nothing here."""
        ui = self.config.ui
        said = list(self.config.warnings)
        if ui.theme and ui.theme not in self.available_themes:
            themes = ", ".join(sorted(self.available_themes))
            said.append(f"ui.theme: there is no theme {ui.theme!r}; there are {themes}")
        known = {key.id for key in ALL_KEYS} | {str(binding.id) for binding in self._widgets_keys}
        unknown = sorted(id for id in ui.keymap if id not in known)
        if unknown:
            said.append(f"ui.keymap: no key is named {', '.join(unknown)}; f1 shows the names")
        return said

    def paint(self) -> None:
        """Draw what is new in the panes that are seen, and the title."""
        now = self.session.clock()
        with self.batch_update():
            for index in self.main.grid.arrangement.visible:
                self.main.panes[index].paint(now)
            self._show_title(now)

    def _show_title(self, now: float) -> None:
        turn = turn_of(self.session.agents, now)
        if turn is None:
            count = len(self.session.agents)
            said = "1 agent" if count == 1 else f"{count} agents"
            self.main.title_bar.tell(self.config.name, said, None)
        else:
            said = f"turn {turn.number} · {turn.prompt}"
            running = turn.running
            self.main.title_bar.tell(self.config.name, said, turn.elapsed, running=running)

    def show_monitors(self) -> None:
        """Show what is known of servers and GPUs, and look less often while nobody sees it."""
        if self.config.monitor:
            watching, now = self.services.watching, self.session.clock()
            watching.follow(self.session.agents)
            self.holding.learn()
            self.main.show_monitors(watching.servers, watching.gpus, now)
            watching.relaxed = self.main.monitors_hidden and not self.session.held
            if self.alarm.rings(watching.servers) and self.config.ui.bell:
                self.bell()

    def _observe(self, observed: Observed) -> None:
        self.pump.wake()
        ended = observed.event is None and observed.attempt.status.ended
        if ended:
            self.services.watching.heard(observed.agent, observed.attempt)
        if ended and self.config.ui.bell and not self.session.active:
            self.bell()

    def _changed(self) -> None:
        self.pump.wake()

    def _focused_agent(self) -> Agent | None:
        pane = self.main.pane
        return pane.agent if pane else None

    def say(
        self, text: str, *, seconds: float = 4, severity: SeverityLevel = "information"
    ) -> None:
        """Tell the user something for a while; the text is never read as markup."""
        self.notify(clean(text), timeout=seconds, severity=severity, markup=False)

    def _warn(self, text: str) -> None:
        self.say(text, seconds=8, severity="warning")

    def _ask(self, prompt: str) -> None:
        self.desk.ask(prompt)

    @on(PaneGrid.Arranged)
    def _arranged(self) -> None:
        self.pump.wake()

    @on(AgentPane.CopyRequested)
    def _copy_of_pane(self, message: AgentPane.CopyRequested) -> None:
        self.copy(message.text, message.what)

    @on(Sidebar.CopyRequested)
    def _copy_of_sidebar(self, message: Sidebar.CopyRequested) -> None:
        self.copy(message.text, "start command")

    def action_rerun(self) -> None:
        """Ask again: all, or the focused pane."""
        self.desk.rerun()

    def action_stop(self) -> None:
        """Close what is open; with nothing open stop all, or the focused pane."""
        if not self.main.close_open():
            self.desk.stop()

    def action_new(self) -> None:
        """Begin a new conversation with all, or with the focused pane."""
        self.desk.new()

    def action_retry(self) -> None:
        """Ask the focused agent again."""
        self.desk.rerun()

    def action_wait(self) -> None:
        """Ask again as soon as the server is up: the focused pane, or all whose was not."""
        self.desk.wait()

    def action_help(self) -> None:
        """Show all keys."""
        self.push_screen(help_screen(self.config.ui.keymap, self._widgets_keys))

    @property
    def _widgets_keys(self) -> list[Binding]:
        """What panes and sidebar bind for themselves."""
        both = (*AgentPane.BINDINGS, *Sidebar.BINDINGS)
        return [binding for binding in both if isinstance(binding, Binding)]

    def action_request(self) -> None:
        """Show what was sent for the focused agent, or for the first that is seen."""
        seen = self.main.panes[self.main.grid.arrangement.first]
        agent = self._focused_agent() or seen.agent
        energy = self.services.watching.energy(agent.current) if agent.current else None
        self.push_screen(request_screen(agent, energy))

    def action_warnings(self) -> None:
        """Show what the config warns of, and where the log and the session's file are."""
        self.push_screen(warnings_screen(self.warnings, self.services))

    def action_save(self) -> None:
        """Write all answers to a Markdown file in the working directory."""
        self.desk.save(Path.cwd(), datetime.now())

    def action_copy_answer(self) -> None:
        """Copy the focused agent's last answer, or all last answers."""
        self.copy(self.desk.answers(), "answer" if self._focused_agent() else "answers")

    def copy(self, text: str, what: str) -> None:
        """Copy `text` and say so."""
        if not text:
            self.say(f"no {what} to copy yet")
            return
        self.copy_to_clipboard(text)
        place = clipboard.keep(text) if self.config.ui.logging_enabled else None
        also = f"; also in {place}" if place else ""
        self.say(f"{what} copied ({len(text)} characters{also})")

    def copy_to_clipboard(self, text: str) -> None:
        """Copy over the terminal, through tmux and screen too."""
        self._clipboard = text
        if self._driver is not None:
            for sequence in clipboard.sequences(text):
                self._driver.write(sequence)

    def action_help_quit(self) -> None:
        """Say that ctrl+c copies, and what quits."""
        key = name_of("quit", self.config.ui.keymap)
        self.say(f"nothing is selected to copy; {key} quits")

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Everything by name, for the palette."""
        for command in commands(self):
            yield SystemCommand(command.name, command.help, command.run)

    async def action_quit(self) -> None:
        """Leave; ask once while agents answer."""
        if self.desk.answering and not isinstance(self.screen, QuitScreen):
            key, kept = name_of("quit", self.config.ui.keymap), self.config.ui.logging_enabled
            held = len(self.session.held)
            answering = len(self.desk.answering) - held
            self.push_screen(QuitScreen(answering, key, kept=kept, held=held), self._leave)
        else:
            self._leave(True)

    def _leave(self, sure: bool | None) -> None:
        if sure:
            if self.last_resort is not None:
                self.last_resort.arm(QUIT_GRACE, 0)
            self.exit()

    def end_by_signal(self, code: int) -> None:
        """End within 2 s with this exit code; called from a signal's handler."""
        if self.last_resort is not None:
            self.last_resort.arm(SIGNAL_GRACE, code)
        if self._events is not None:
            self._events.call_soon_threadsafe(self._end, code)

    def _end(self, code: int) -> None:
        self.run_worker(self._end_with(code), group="end")

    async def _end_with(self, code: int) -> None:
        # what came is on disk before the terminal, which may be gone, is touched
        await self.services.stop()
        self.exit(return_code=code)

    async def on_unmount(self) -> None:
        """Close streams and monitors, keep the draft; the terminal is whole again by now."""
        self.prompt.keep_draft()
        await self.services.stop()

    def _fatal_error(self) -> None:
        # Textual would print a traceback with the values of all variables, keys among them.
        self.failed = self._exception
        self._close_messages_no_wait()


def open_file(path: Path, *, prompt: str | None, before: Before) -> int:
    """Run the console with the agents of a config file.

    Args:
        path: the file.
        prompt: asked at once.
        before: how the terminal was before it was taken.

    Raises:
        ConfigError: it cannot be read as a config.
    """
    return open_console(load_config(path), prompt=prompt, before=before)


def open_console(
    config: Config, *, prompt: str | None = None, notice: str = "", before: Before | None = None
) -> int:
    """Run the console on this terminal until the user quits.

    Args:
        config: what to run.
        prompt: asked at once.
        notice: shown at the start.
        before: how the terminal was before it was taken; None: it is not taken.

    Returns:
        The exit code: 0, 1 after an unforeseen error, 143 and 129 after SIGTERM and SIGHUP.
    """
    tell_alt_enter_apart()
    app = ConsoleApp(config, prompt=prompt, notice=notice, before=before)
    app.last_resort = LastResort(app.before.modes)
    with on_signals(app.end_by_signal):
        app.run()
        app.last_resort.disarm()
    if app.failed is not None:
        print(report(app.failed, config), file=sys.stderr)
    return app.return_code or 0
