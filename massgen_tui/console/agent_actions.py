"""The actions of the app that change agents while it runs."""

import importlib
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from textual.notifications import SeverityLevel

from massgen_tui.console.page import PageApp
from massgen_tui.late import late

if TYPE_CHECKING:
    from massgen_tui.console.screens import question as asking
    from massgen_tui.console.screens.parameters import Wanted
    from massgen_tui.console.stream.pane import AgentPane
    from massgen_tui.console.widgets.sidebar import Sidebar
    from massgen_tui.console.workspace import Workspace
    from massgen_tui.discover.found import Choice, Found
    from massgen_tui.session.agent import Agent
else:
    asking = late("massgen_tui.console.screens.question")

_NO_PANE = "no agent's pane is seen: tab or ctrl+g goes to one"


class AgentActions(PageApp):
    """What keys and commands do to the agents of the workspace."""

    workspace: "Workspace"
    """There as soon as anything acts."""

    def say(
        self, text: str, *, seconds: float = 4, severity: SeverityLevel = "information"
    ) -> None:
        """Tell the user something for a while."""
        raise NotImplementedError

    def on_agent_pane_copy_requested(self, message: "AgentPane.CopyRequested") -> None:
        """Copy something of a pane."""
        self.copy(message.text, message.what)

    def on_sidebar_copy_requested(self, message: "Sidebar.CopyRequested") -> None:
        """Copy what starts a server."""
        self.copy(message.text, "start command")

    def action_parameters(self) -> None:
        """Show what the focused agent, or the first that is seen, is asked with."""
        self._show_form(clone=False)

    def _show_form(self, *, clone: bool) -> None:
        agent = self.workspace.meant_agent()
        if agent is None:
            self.say(_NO_PANE)
        elif why := self.workspace.changing.objection(agent):
            self.say(f"{agent.id}: {why}", seconds=8)
        else:
            screen = self.workspace.changing.form(agent, clone=clone)
            self.push_screen(screen, partial(self._of_form, agent))

    def _of_form(self, agent: "Agent", wanted: "Wanted | None") -> None:
        if wanted is None:
            return
        changing = self.workspace.changing
        clones = wanted.what == "clone"
        told = changing.clone(wanted.changed) if clones else changing.ask_so(agent, wanted.changed)
        self.say(told, seconds=8 if wanted.changed.warnings else 4)
        if wanted.what == "save":
            self.action_save_config()

    def action_clone(self) -> None:
        """Show what the focused agent is asked with: another one is to be asked so."""
        self._show_form(clone=True)

    def action_pause_agent(self) -> None:
        """Send the focused agent, or the first that is seen, no prompts, or again."""
        agent = self.workspace.meant_agent()
        if agent is None:
            self.say(_NO_PANE)
        else:
            self.say(self.workspace.changing.pause(agent))

    def action_remove_agent(self) -> None:
        """Let the focused agent, or the first that is seen, go; asks where it answers."""
        agent = self.workspace.meant_agent()
        if agent is None:
            self.say(_NO_PANE)
        elif question := self.workspace.changing.question(agent):
            self.push_screen(asking.Question(question), partial(self._remove, agent))
        else:
            self._remove(agent, True)

    def _remove(self, agent: "Agent", yes: bool | None) -> None:
        if not yes:
            return
        try:
            self.workspace.remove_agent(agent.id)
        except ValueError as error:
            self.say(str(error))

    def action_add_agent(self) -> None:
        """Ask for the address of another agent's server."""
        room = importlib.import_module("massgen_tui.console.screens.add_agent")
        self.push_screen(room.AddAgentScreen(self.workspace.changing.look), self._found)

    def _found(self, found: "Found | None") -> None:
        if found is None:
            return
        if found.decided:
            self._add([self.workspace.changing.choice(found)])
        else:
            room = importlib.import_module("massgen_tui.console.screens.servers_found")
            self.push_screen(room.ServersFound([found], self.say), self._add)

    def _add(self, chosen: "Sequence[Choice] | None") -> None:
        if chosen:
            self.say(self.workspace.changing.add(chosen), seconds=8)

    def action_save_config(self) -> None:
        """Ask for the name of a new config file, for the agents as they are asked now."""
        room = importlib.import_module("massgen_tui.console.screens.file_name")
        usual = self.workspace.changing.usual_name()
        self.push_screen(room.FileNameScreen("all agents to a new config", usual), self._save)

    def _save(self, name: str | None) -> None:
        if name is None:
            return
        saved = self.workspace.changing.save_as(name)
        if saved.question:
            self.push_screen(asking.Question(saved.question), partial(self._save_over, name))
        else:
            self.say(saved.told, seconds=8)

    def _save_over(self, name: str, yes: bool | None) -> None:
        if yes:
            self.say(self.workspace.changing.save_as(name, over=True).told, seconds=8)
        else:
            self.say(f"{name} stays as it is")
