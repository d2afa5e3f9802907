"""What the keys and commands of every screen do."""

from collections.abc import Iterable
from datetime import datetime
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from textual.app import SuspendNotSupported, SystemCommand
from textual.notifications import SeverityLevel
from textual.screen import Screen
from textual.widgets import Input

from massgen_tui.console.action_table import ACTIONS
from massgen_tui.console.agent_actions import AgentActions
from massgen_tui.console.keys import name_of, with_key
from massgen_tui.console.lifecycle import QUIT_GRACE
from massgen_tui.console.mended import Mended
from massgen_tui.console.ordered_keys import OrderedKeys
from massgen_tui.console.remembered import Remembered
from massgen_tui.late import late
from massgen_tui.text import clean

if TYPE_CHECKING:
    from massgen_tui.console import chosen_layout
    from massgen_tui.console.screens.agreement import Wanted
    from massgen_tui.session.agent import Agent
else:
    chosen_layout = late("massgen_tui.console.chosen_layout")


class Actions(OrderedKeys, AgentActions, Mended):
    """The actions of the app, on its workspace."""

    remembered: Remembered
    """What the user chose before."""

    def say(
        self, text: str, *, seconds: float = 4, severity: SeverityLevel = "information"
    ) -> None:
        """Tell the user something for a while; the text is never read as markup."""
        self.notify(clean(text), timeout=seconds, severity=severity, markup=False)

    def greet(self, notice: str) -> None:
        """Say what is to be known at the start."""
        warnings = self.workspace.warnings(self.available_themes)
        more = f"… {len(warnings) - 1} more: palette, Show warnings" if warnings[1:] else ""
        if said := "\n".join(filter(None, [notice, *warnings[:1], more])):
            self.say(said, seconds=8, severity="warning" if warnings else "information")

    def leave(self, sure: bool | None) -> None:
        """End, if that is what is wanted."""
        if sure:
            if self.last_resort is not None:
                self.last_resort.arm(QUIT_GRACE, 0)
            self.exit()

    def action_rerun(self) -> None:
        """Ask again: all, or the focused pane."""
        self.workspace.desk.rerun()

    def action_rerun_cold(self) -> None:
        """Ask again without use of the prefix cache: all, or the focused pane."""
        self.workspace.desk.rerun_cold()

    def action_stop(self) -> None:
        """Close what is open; with nothing open stop all, or the focused pane."""
        if not self.workspace.main.close_open():
            self.workspace.desk.stop()

    def action_halt(self) -> None:
        """Stop what is being answered, take back what waits."""
        self.workspace.desk.halt()

    def action_new(self) -> None:
        """Begin a new conversation with all, or with the focused pane."""
        self.workspace.desk.new()

    def action_retry_failed(self) -> None:
        """Ask those agents again whose answer failed."""
        self.workspace.desk.retry_failed()

    def action_wait(self) -> None:
        """Ask again as soon as the server is up: the focused pane, or all whose was not."""
        self.workspace.desk.wait()

    def action_coordinate(self) -> None:
        """Let the agents agree on what is asked of all, or no more."""
        self.workspace.coordinating.toggle()

    def action_agreement(self) -> None:
        """Show the answers and votes of the last coordination; one can be let win."""
        screen = self.workspace.agreement_screen()
        if screen is None:
            self.say("nothing was agreed on yet: f8, then ask all agents")
        else:
            self.push_screen(screen, self._of_agreement)

    def action_race(self) -> None:
        """Show who is ahead above the panes, or no more."""
        self.workspace.race_shown = not self.workspace.race_shown
        self.workspace.paint()

    def action_layout(self) -> None:
        """Let the panes stand in a grid, or in one row."""
        grid, ui = self.workspace.main.grid, self.workspace.config.ui
        self.say(chosen_layout.change_layout(grid, ui, self.remembered))

    def action_compare(self) -> None:
        """Compare the focused agent's answer with another."""
        screen = self.workspace.compare_screen()
        if screen is None:
            self.say("there are no two answers to compare yet: rerun, or ask several agents")
        else:
            self.push_screen(screen)

    def action_repeat(self) -> None:
        """Ask the focused agent, or the first, its last prompt several times."""
        agent = self.workspace.focused_agent() or self.workspace.session.agents[0]
        if objection := self.workspace.repeat_objection(agent):
            self.say(objection)
        else:
            self.push_screen(self.workspace.count_screen(agent), partial(self._repeat_it, agent))

    def _repeat_it(self, agent: "Agent", times: int | None) -> None:
        if times is not None:
            self.run_worker(self._repeat(agent, times), group="repeat")

    async def _repeat(self, agent: "Agent", times: int) -> None:
        sheet = await self.workspace.repeat(agent, times)
        if self.screen is self.workspace.main:
            self.push_screen(sheet)
        else:
            self.say(sheet.body.plain.partition("\n\n")[2].partition("\n")[0], seconds=8)

    def _of_agreement(self, wanted: "Wanted | None") -> None:
        if wanted is None:
            return
        if wanted.win:
            self.workspace.coordinating.choose(wanted.win)
        elif wanted.compare and (screen := self.workspace.compare_answers(*wanted.compare)):
            self.push_screen(screen)

    def action_help(self) -> None:
        """Show all keys."""
        self.push_screen(self.workspace.help_screen())

    def action_sessions(self) -> None:
        """Show the sessions that were kept."""
        self.push_screen(self.workspace.sessions_screen())

    async def action_request(self) -> None:
        """Show what was sent for the focused agent, or for the first that is seen."""
        self.push_screen(await self.workspace.request_screen())

    def action_edit(self) -> None:
        """Bring an earlier prompt to be asked otherwise: of the focused pane, else the last."""
        main = self.workspace.main
        if self.workspace.desk.edit(main.pane.turn if main.pane else None):
            main.set_focus(main.prompt)

    def action_other_version(self) -> None:
        """Go on with another version of the prompt at which the focused pane stands."""
        pane, agent = self.workspace.main.pane, self.workspace.focused_agent()
        turn = self.workspace.desk.other_version(agent, pane.turn if pane else None)
        if pane is not None and turn is not None:
            pane.go_to(turn)

    def action_go_on(self) -> None:
        """Go on with the cut answer at which the focused pane stands, or with all that were cut."""
        pane, agent = self.workspace.main.pane, self.workspace.focused_agent()
        self.workspace.desk.go_on(agent, pane.turn if pane else None)

    def action_editor(self) -> None:
        """Edit the prompt in the user's own editor; all else goes on."""
        self.run_worker(self._edit(), group="editor")

    async def _edit(self) -> None:
        if self.lent:
            return
        prompt = self.workspace.prompt
        try:
            if self.browser is not None:  # whether an editor is set or not
                raise SuspendNotSupported
            editor = import_module("massgen_tui.console.editor")
            said = await editor.edit_prompt(prompt, self.lent_terminal)
        except SuspendNotSupported:
            said = "an editor wants a terminal, and there is none here: type in the prompt"
        if said:
            self.say(said, seconds=8)

    async def action_copy_curl(self) -> None:
        """Copy what was last sent for that agent as a command for a shell."""
        await self.workspace.copy_curl()

    def action_warnings(self) -> None:
        """Show what the config warns of, and where the log and the session's file are."""
        self.push_screen(self.workspace.warnings_screen(self.available_themes))

    async def action_save(self, form: str = "md", part: str = "session") -> None:
        """Write answers to a file in the working directory: all to Markdown, or as is said."""
        now = datetime.now().astimezone()
        await self.workspace.desk.save(Path.cwd(), now, form, part, download=self.download)

    def action_copy_answer(self) -> None:
        """Copy the focused agent's last answer, or all last answers."""
        one = self.workspace.focused_agent() is not None
        self.copy(self.workspace.desk.answers(), "answer" if one else "answers")

    def action_copy_or_clear(self) -> None:
        """Copy what is selected; else clear the prompt; else say what stops and what quits."""
        if selected := self.screen.get_selected_text():
            self.copy_to_clipboard(selected)
            return
        keymap, main = self.workspace.keys.keymap, self.workspace.main
        leaves = f"{name_of('quit', keymap)} quits"
        if self.screen is not main or not main.sends:
            self.say(f"nothing is selected to copy; {leaves}")
        elif not isinstance(self.focused, Input) and self.workspace.prompt.put_away():
            self.say(f"prompt cleared; in it ctrl+z or {name_of('earlier', keymap)} brings it back")
        else:
            self.say(f"nothing to copy or to clear; {name_of('stop', keymap)} stops, {leaves}")

    async def action_quit(self) -> None:
        """Leave; ask once while agents answer."""
        question = self.workspace.quit_screen(self.screen)
        if question is None:
            self.leave(True)
        else:
            self.push_screen(question, self.leave)

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Everything by name, for the palette."""
        main = self.workspace.main
        in_pane = self.workspace.focused_agent() is not None
        for action in ACTIONS:
            if not action.palette or (action.only_in_pane and not in_pane):
                continue
            run = partial(self.run_action, action.run, main)
            told = with_key(action, self.workspace.keys.keymap)
            yield SystemCommand(action.palette, told, run, not action.searched)
