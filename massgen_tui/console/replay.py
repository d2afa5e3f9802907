"""The console that shows a kept session again, with the times that it had."""

from typing import ClassVar

from textual import events
from textual.binding import BindingType
from textual.widgets import Input

from massgen_tui.config.model import Config
from massgen_tui.console.action import Scope
from massgen_tui.console.app import ConsoleApp
from massgen_tui.console.keys import bindings
from massgen_tui.console.services import Services
from massgen_tui.session.replay import NOTHING_SENT, ReplaySession
from massgen_tui.supervise.kept_watching import KeptWatching

SEEK = 5.0
"""Seconds that an arrow goes."""
FACTOR = 2.0
_MOVES = frozenset({"pause", "step", "seek", "skip", "edge", "speed"})


class ReplayApp(ConsoleApp, inherit_bindings=False):
    """A console whose session is played; its keys move the time."""

    BINDINGS: ClassVar[list[BindingType]] = [*ConsoleApp.BINDINGS, *bindings(Scope.REPLAY)]

    def __init__(self, config: Config, session: ReplaySession, name: str) -> None:
        """Play a session that is called `name`."""
        super().__init__(config, Services(session, KeptWatching(session.state)))
        self._player = session.player
        self._called = name
        self.prompt.disabled = True
        self.main.sends = False
        self._show_place()

    def paint(self) -> bool:
        """Draw what has happened by now; tells whether all of it stands on the screen."""
        self._player.advance()
        self._show_place()
        return super().paint()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Let the keys that move the time be letters where something is typed or read."""
        if action in _MOVES and (self.screen is not self.main or isinstance(self.focused, Input)):
            return False
        return super().check_action(action, parameters)

    def take(self, event: events.Key | events.Paste) -> bool:
        """Nothing is typed."""
        return False

    def action_pause(self) -> None:
        """Stand still, or play on."""
        self._player.pause()
        self._moved()

    def action_step(self, by: int) -> None:
        """Go to where something happened next, or before."""
        self._player.step(by)
        self._moved()

    def action_seek(self, by: int) -> None:
        """Go some seconds on, or back."""
        self._player.seek(self._player.position + by * SEEK)
        self._moved()

    def action_skip(self, by: int) -> None:
        """Go to the next prompt, or the one before."""
        self._player.skip(by)
        self._moved()

    def action_edge(self, by: int) -> None:
        """Go to the beginning, or the end."""
        self._player.seek(self._player.end if by > 0 else self._player.begin)
        self._moved()

    def action_speed(self, by: int) -> None:
        """Play faster, or slower."""
        self._player.faster(FACTOR**by)
        self._moved()

    def action_rerun(self) -> None:
        """Nothing is sent."""
        self.say(NOTHING_SENT)

    action_rerun_cold = action_new = action_halt = action_retry_failed = action_wait = (
        action_repeat
    ) = action_editor = action_edit = action_other_version = action_go_on = action_rerun
    action_parameters = action_clone = action_pause_agent = action_add_agent = (
        action_remove_agent
    ) = action_save_config = action_rerun

    async def action_quit(self) -> None:
        """End; there is nothing to lose."""
        self.leave(True)

    def _moved(self) -> None:
        self.paint()
        self.workspace.pump.wake()

    def _show_place(self) -> None:
        player = self._player
        now, whole = player.position - player.begin, player.end - player.begin
        state = f"×{player.speed:g}" if player.playing else "paused"
        if not player.playing and player.position >= player.end:
            state = "at its end"
        elif player.skips:
            state += "  a long pause is cut short"
        told = f"replay of {self._called}  {_clock(now)} of {_clock(whole)}  {state}"
        if self.prompt.placeholder != told:
            self.prompt.placeholder = told


def _clock(seconds: float) -> str:
    minutes, rest = divmod(max(seconds, 0.0), 60)
    return f"{int(minutes)}:{rest:04.1f}"
