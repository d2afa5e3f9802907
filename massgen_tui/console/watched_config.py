"""The part of the app that looks at the config's file, and asks whether a new one is to count."""

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from massgen_tui.console.actions import Actions
from massgen_tui.console.contain import guarded
from massgen_tui.late import late

if TYPE_CHECKING:
    from massgen_tui.console.screens import question as asking
else:
    asking = late("massgen_tui.console.screens.question")

EVERY = 2.0
"""Seconds between two looks."""
PAUSE = 2.0
"""Seconds without a key after which one may be asked something."""


class WatchedConfig(Actions):
    """An app whose config may change in its file."""

    pressed: float | None = None
    """When a key was pressed last, by the session's clock; None: none was."""
    _due: asyncio.TimerHandle | None = None
    _looking: asyncio.Task[None] | None = None

    @property
    def idle(self) -> bool:
        """Nothing is typed now, stands in the prompt, or stands before it: one may be asked."""
        workspace = self.workspace
        if not self.drawable or self.lent or self.screen is not workspace.main:
            return False
        paused = self.pressed is None or workspace.session.clock() - self.pressed >= PAUSE
        return paused and not workspace.prompt.text

    def ask(self, question: str, answered: Callable[[bool | None], None]) -> None:
        """Ask something that is answered with yes or no."""
        self.push_screen(asking.Question(question), answered)

    def look_at_config(self) -> None:
        """Look whether the config's file has changed."""
        if self.drawable and not self.lent:
            self.run_worker(self._look(), group="reload")

    def follow_config(self) -> None:
        """Look every two seconds from now on."""
        # a timer of Textual's and a worker tell the app five messages a look
        self._due = asyncio.get_running_loop().call_later(EVERY, self._look_again)

    def _look_again(self) -> None:
        self.follow_config()
        if self.drawable and not self.lent:
            self._looking = asyncio.create_task(self._look_guarded())

    async def _look_guarded(self) -> None:
        with guarded():
            await self._look()

    async def on_unmount(self) -> None:
        """Look no more."""
        for going_on in (self._due, self._looking):
            if going_on is not None:
                going_on.cancel()

    async def _look(self) -> None:
        if self.workspace.reloading is not None:
            await self.workspace.reloading.look()

    def on_app_focus(self) -> None:
        """Look at once when one comes back from an editor."""
        self.look_at_config()

    async def action_reload(self) -> None:
        """Read the config's file now, and ask whether what it says is to count."""
        if self.workspace.reloading is None:
            self.say("these agents are not from a config file")
        else:
            await self.workspace.reloading.by_hand()
