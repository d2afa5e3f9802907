"""The screens that are opened over the main one, made of what a workspace works with."""

import asyncio
import importlib
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from textual.screen import Screen

from massgen_tui.config.model import Config
from massgen_tui.console.coordinating import Coordinating
from massgen_tui.console.desk import Desk
from massgen_tui.console.host import Host
from massgen_tui.console.keys import name_of
from massgen_tui.console.own_keys import OwnKeys
from massgen_tui.console.repeating import MOST, USUAL, Repeating, told
from massgen_tui.console.screens.help import help_screen
from massgen_tui.console.screens.main import MainScreen
from massgen_tui.console.screens.quit import QuitScreen
from massgen_tui.console.screens.text_modal import TextModal
from massgen_tui.console.screens.warnings import warnings_screen
from massgen_tui.console.services import Services
from massgen_tui.late import late
from massgen_tui.session.agent import Agent
from massgen_tui.session.session import Session
from massgen_tui.text import one_line

if TYPE_CHECKING:
    from massgen_tui.console.screens import request
    from massgen_tui.console.screens.agreement import Wanted
else:
    request = late("massgen_tui.console.screens.request")


class Opener:
    """Makes screens; a workspace is one, and has what they show."""

    services: Services
    session: Session
    main: MainScreen
    keys: OwnKeys
    desk: Desk
    coordinating: Coordinating
    repeating: Repeating
    _host: Host

    @property
    def config(self) -> Config:
        """The config, with the agents as they are now."""
        return self.session.config

    def focused_agent(self) -> Agent | None:
        """The agent whose pane has the focus."""
        raise NotImplementedError

    def warnings(self, themes: Collection[str]) -> list[str]:
        """What the config warns of, and what of its `ui` means nothing among these themes."""
        raise NotImplementedError

    def agreement_screen(self) -> Screen["Wanted | None"] | None:
        """The answers and votes of the last coordination; None where there was none."""
        agreement = self.coordinating.agreement
        if agreement is None:
            return None
        # what it is made of takes time to import, and the first frame does not need it
        room = importlib.import_module("massgen_tui.console.screens.agreement")
        made: Screen[Wanted | None] = room.AgreementScreen(
            agreement, running=self.coordinating.running
        )
        return made

    def compare_screen(self) -> Screen[None] | None:
        """The focused agent's answer beside another; None where there are no two."""
        # what it is made of takes time to import, and the first frame does not need it
        sides = importlib.import_module("massgen_tui.console.comparing.sides")
        room = importlib.import_module("massgen_tui.console.screens.compare")
        agent = self.focused_agent()

        def there() -> Sequence[object]:
            found: Sequence[object] = sides.sides_of(self.session.agents)
            return found

        two = sides.first_two(there(), agent.id if agent else "")
        if two is None:
            return None
        made: Screen[None] = room.CompareScreen(there, two, self.keys.keymap)
        return made

    def compare_answers(self, one: str, other: str) -> Screen[None] | None:
        """Two answers of the last coordination side by side, by their names."""
        agreement = self.coordinating.agreement
        sides = importlib.import_module("massgen_tui.console.comparing.sides")
        room = importlib.import_module("massgen_tui.console.screens.compare")
        named = {} if agreement is None else agreement.given_by

        def there() -> Sequence[object]:
            found: Sequence[object] = sides.sides_of(self.session.agents)
            return found

        by_attempt = {side.attempt.serial: side for side in sides.sides_of(self.session.agents)}
        two = tuple(by_attempt.get(named.get(name, 0)) for name in (one, other))
        if None in two:
            return None
        made: Screen[None] = room.CompareScreen(there, two, self.keys.keymap)
        return made

    def repeat_objection(self, agent: Agent) -> str:
        """Why an agent cannot be asked several times now; empty: it can."""
        if self.coordinating.running:
            return "the agents have not agreed yet"
        return self.repeating.objection(agent)

    def count_screen(self, agent: Agent) -> Screen[int | None]:
        """How many times an agent is asked again."""
        # what it is made of takes time to import, and the first frame does not need it
        room = importlib.import_module("massgen_tui.console.screens.count")
        title = f"ask @{one_line(agent.id, 24)} its last prompt so many times"
        made: Screen[int | None] = room.CountScreen(title, USUAL, MOST)
        return made

    async def repeat(self, agent: Agent, times: int) -> TextModal:
        """Ask an agent its last prompt so many times; gives what came of it."""
        found, why = await self.repeating.run(agent, times)
        return TextModal("Repeat", told(one_line(agent.id, 40), times, found, why))

    def help_screen(self) -> TextModal:
        """All keys."""
        return help_screen(self.keys.keymap)

    def sessions_screen(self) -> Screen[None]:
        """The sessions that were kept."""
        # what it is made of takes time to import, and the first frame does not need it
        room = importlib.import_module("massgen_tui.console.screens.sessions")
        desk = importlib.import_module("massgen_tui.console.session_desk")
        finder = importlib.import_module("massgen_tui.console.session_finder").SessionFinder()
        log = self.services.session_log
        own = desk.Own(
            path=lambda: log.path if log is not None else None,
            rename=self.session.rename,
            answering=lambda: len(self.desk.answering),
            agents=lambda: self.session.agents,
        )
        made: Screen[None] = room.SessionsScreen(
            finder, desk.SessionDesk(self._host, own, finder), self.keys.keymap
        )
        return made

    async def request_screen(self) -> TextModal:
        """What was sent for the focused agent, or for the first that is seen."""
        agent = self._read_agent
        energy = self.services.watching.energy(agent.current) if agent.current else None
        title, body = await asyncio.to_thread(
            request.request_text, agent, energy, self.session.redact
        )
        return request.RequestScreen(agent, title, body, self.session.redact)

    async def copy_curl(self) -> None:
        """Copy what was last sent for that agent as a command for a shell."""
        await request.copy_curl(self.main.app, self._read_agent, self.session.redact)

    @property
    def _read_agent(self) -> Agent:
        """The agent whose pane has the focus, or is the first that is seen."""
        return self.focused_agent() or self.main.panes[self.main.grid.arrangement.first].agent

    def warnings_screen(self, themes: Collection[str]) -> TextModal:
        """What the config warns of, and where the log and the session's file are."""
        return warnings_screen(self.warnings(themes), self.services)

    def quit_screen(self, screen: Screen[object]) -> QuitScreen | None:
        """The question whether to quit; None where it need not be asked, or stands on `screen`."""
        answering = len(self.desk.answering)
        if not answering or isinstance(screen, QuitScreen):
            return None
        key, kept = name_of("quit", self.keys.keymap), self.config.ui.logging_enabled
        held = len(self.session.deferred)
        return QuitScreen(answering - held, key, kept=kept, held=held)
