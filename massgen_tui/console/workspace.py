"""What the console works with: one session, its screens, and what joins them.

To import it takes as long as all the rest of a start; the app shows its first frame before.
"""

from collections.abc import Collection
from pathlib import Path

from textual.worker import Worker

from massgen_tui.config.model import AgentConfig, Config
from massgen_tui.console.agent_panes import AgentPanes
from massgen_tui.console.changing import Changing
from massgen_tui.console.chosen_layout import standing
from massgen_tui.console.contain import guarded
from massgen_tui.console.coordinating import Coordinating
from massgen_tui.console.desk import Desk
from massgen_tui.console.endings import at_rest, tell_end
from massgen_tui.console.frame_loop import FrameLoop
from massgen_tui.console.host import Host
from massgen_tui.console.opener import Opener
from massgen_tui.console.own_keys import keys_of, theme_warning
from massgen_tui.console.phrases import hint, how_many, modes, terminal_title
from massgen_tui.console.race import race
from massgen_tui.console.reloading import Reloading, reloading_of
from massgen_tui.console.repeating import Repeating
from massgen_tui.console.screens.main import MainScreen
from massgen_tui.console.services import Services
from massgen_tui.console.widgets.prompt import Prompt
from massgen_tui.console.written import AsWritten, written_agents
from massgen_tui.monitor.alarm import Alarm
from massgen_tui.session.agent import Agent
from massgen_tui.session.coordination_events import Concluded
from massgen_tui.session.events import Ended, Entry
from massgen_tui.session.last_turn import last_turn
from massgen_tui.session.queries import running
from massgen_tui.store.writer import NOT_KEPT
from massgen_tui.supervise.deferred import DeferredSender, WatchedServers
from massgen_tui.supervise.join import Join


class Workspace(Opener):
    """Everything that the app works with."""

    race_shown = False
    """Who is ahead stands above the panes."""
    reloading: Reloading | None = None
    """Looks at the config's file."""

    def __init__(
        self, config: Config, services: Services | None, host: Host, resumes: Path | None = None
    ) -> None:
        """Make them for a config.

        Args:
            config: the agents, and how it looks.
            services: stands in for the real ones in tests.
            host: the app.
            resumes: the file of a session that this one goes on with.
        """
        self.services = services or Services.of(config, warn=self._warn, resumes=resumes)
        self.session = self.services.session
        self._host = host
        self.keys = keys_of(self.config)
        self._beside: list[Worker[None]] = []
        self._alarm = Alarm()
        self._panes = AgentPanes(self.session)
        self.prompt = self._make_prompt()
        self.main = self._make_main()
        self._join = Join(self.session, self.services.watching)
        self.deferred = self._make_deferred()
        self.coordinating = Coordinating(
            self.session, run=host.run_worker, say=host.say, changed=self._changed
        )
        self.repeating = Repeating(self.session, changed=self._changed)
        self.changing = self._make_changing(config)
        self.desk = Desk(
            self.session,
            self.prompt,
            focused=self.focused_agent,
            say=host.say,
            changed=self._changed,
            asked=self.main.grid.show_ends,
            kept=self.services.session_log,
            coordinating=self.coordinating,
        )
        self.pump = FrameLoop(
            busy=lambda: self.session.active,
            open_gate=self.services.gate.open,
            paint=host.paint,
            after_paint=host.call_after_refresh,
            changed=lambda: self.main.grid.drawn,
        )
        self.session.listen(self._hear)

    def _make_deferred(self) -> DeferredSender:
        return DeferredSender(
            self.session,
            WatchedServers(self.services.watching, self.session.clock),
            changed=self._changed,
            guard=guarded,
        )

    def _make_prompt(self) -> Prompt:
        ids = [agent.id for agent in self.session.agents]
        history, keymap = self.services.history, self.keys.keymap
        return Prompt(history, ids, keymap, ask=self._ask, id="prompt")

    def _make_changing(self, config: Config) -> Changing:
        return Changing(
            self.session,
            AsWritten(written_agents(config, self.services.resumed)),
            servers=lambda: self.services.watching.servers,
            change=self.change_agent,
            take_in=self.add_agent,
            kept=self.services.session_log is not None,
        )

    def add_agent(self, config: AgentConfig) -> None:
        """Take in one more agent, behind the others.

        Raises:
            ValueError: its id is taken.
        """
        self.session.add(config)
        self.follow_agents()

    def remove_agent(self, id: str) -> None:
        """Let an agent go, with its conversation; prompts that waited for it come back.

        Raises:
            ValueError: there is none of that id, or no other.
        """
        self.desk.remove(id)
        self.follow_agents()

    def change_agent(self, config: AgentConfig) -> None:
        """Ask the agent of this id otherwise from now on; an answer that runs goes on.

        Raises:
            ValueError: there is none of that id.
        """
        self.session.change(config)
        self.follow_agents()

    def renew_keys(self) -> None:
        """Have the keys of the config from now on."""
        self.keys = keys_of(self.config)
        self.main.take_keys(self.keys.keymap)

    def follow_agents(self) -> None:
        """Let prompt, monitors and panes know the agents that there are now."""
        self.prompt.name_agents([agent.id for agent in self.session.agents])
        self.services.watching.watch(self.session.config)
        self.paint()
        self.show_monitors()

    def _make_main(self) -> MainScreen:
        ui = self.config.ui
        return MainScreen(
            self._panes.make_all(),
            self.prompt,
            self.keys.keymap,
            monitor=self.config.monitor,
            layout=standing(ui, self._host),
        )

    def open(self) -> None:
        """Draw, and begin what goes on beside: frames, and prompts that wait for their servers."""
        self.reloading = reloading_of(self, self._host)
        self.services.gate.active = True
        self.paint()
        if self.session.active:  # a replay plays from the beginning
            self.pump.wake()
        run = self._host.run_worker
        self._beside = [
            run(self.pump.run(), group="pump"),
            run(self.deferred.run(), group="deferred"),
        ]

    def prepare(self) -> None:
        """Begin what takes the processor from what is drawn: imports, log, monitors."""
        self._beside.append(self._host.run_worker(self._start(), group="prepare"))

    async def close(self) -> None:
        """Keep the draft, end all that goes on, and close streams, monitors and the file."""
        self.prompt.keep_draft()
        for worker in self._beside:
            worker.cancel()
        await self.services.stop()

    async def _start(self) -> None:
        await self.services.start()
        self.show_monitors()

    def warnings(self, themes: Collection[str]) -> list[str]:
        """What the config warns of, and what of its `ui` means nothing among these themes."""
        resumed = self.services.resumed
        said = [*(resumed.warnings if resumed else ()), *self.config.warnings]
        return [*said, *theme_warning(self.config, themes), *self.keys.warnings]

    def paint(self) -> bool:
        """Draw what is new in the panes that are seen, and the title; tells whether all stands."""
        now = self.session.clock()
        with guarded():
            self._panes.show(self.main, self.changing)
            self.show_mode()
            self.main.show_rounds(self.coordinating.agreement, self._race())
            self._show_title(now)
            self.main.grid.paint(now)
        return self.main.grid.stands

    def _race(self) -> list[str]:
        """Who is ahead, in at most a quarter of the rows."""
        if not self.race_shown:
            return []
        width, height = self.main.app.size
        return race(self.session.agents, width, max(height // 4, 2))

    def show_mode(self) -> None:
        """Say in the empty prompt what becomes of it."""
        on, agents = self.coordinating.on, self.session.agents
        asked = [agent.id for agent in agents if not agent.paused]
        told = hint(asked, coordinate=on, paused=len(agents) - len(asked))
        if self.main.sends and self.prompt.placeholder != told:
            self.prompt.placeholder = told

    def show_title(self) -> None:
        """Show the title as it is now."""
        self._show_title(self.session.clock())

    def _show_title(self, now: float) -> None:
        turn, title = last_turn(self.session.state, now), self.main.title_bar
        log = self.services.session_log
        trouble = NOT_KEPT if log is not None and log.problem else ""
        name, agents = self._name, self.session.agents
        mode = modes(coordinate=self.coordinating.on, repeats=self.repeating.told)
        answering = sum(running(agent) is not None for agent in agents)
        called = terminal_title(name, answering) if self.config.ui.terminal_title else ""
        self._host.show_terminal_title(called)
        if turn is None:
            paused = sum(agent.paused for agent in agents)
            said = " · ".join([*mode, how_many(len(agents), paused)])
            title.tell(name, said, None, trouble=trouble)
        else:
            said = " · ".join([*mode, f"turn {turn.number}", turn.prompt])
            title.tell(name, said, turn.elapsed, running=turn.running, trouble=trouble)

    def show_monitors(self) -> None:
        """Show what is known of servers and GPUs, and look less often while nobody sees it."""
        if self.config.monitor:
            watching, now = self.services.watching, self.session.clock()
            self._join.update()
            self.main.show_monitors(watching.servers, watching.gpus, now)
            watching.relaxed = self.main.monitors_hidden and not self.session.deferred
            if self._alarm.rings(watching.servers) and self.config.ui.bell:
                self._host.bell()

    def focused_agent(self) -> Agent | None:
        """The agent whose pane has the focus."""
        return self._panes.agent_of(self.main.pane)

    def meant_agent(self) -> Agent | None:
        """The agent that a command is for: the focused one, or the first that is seen."""
        seen = self.main.panes[self.main.grid.arrangement.first]
        return self.focused_agent() or self._panes.agent_of(seen)

    def _ask(self, prompt: str) -> bool:
        return self.desk.ask(prompt)

    def _hear(self, entry: Entry) -> None:
        self.pump.wake()
        if isinstance(entry.event, Ended | Concluded) and self.main.sends:
            step = self.coordinating.running and isinstance(entry.event, Ended)
            if not step and at_rest(self.session.agents):
                agents = self.session.agents
                tell_end(self.config.ui, self._host, name=self._name, agents=agents)

    @property
    def _name(self) -> str:
        return self.session.state.title or self.config.name

    def _changed(self) -> None:
        self.pump.wake()

    def _warn(self, text: str) -> None:
        self._host.say(text, seconds=8, severity="warning")
        self._changed()  # the title says it for as long as it lasts
