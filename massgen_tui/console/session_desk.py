"""What can be done with a kept session on the screen: read, go on, rename, remove."""

import logging
from asyncio import to_thread
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeVar

from textual.notifications import SeverityLevel
from textual.screen import Screen

from massgen_tui.console.comparing.sides import Side, against, sides_of
from massgen_tui.console.screens.compare import CompareScreen
from massgen_tui.console.screens.question import Question
from massgen_tui.console.screens.text_modal import TextModal
from massgen_tui.console.screens.title import TitleScreen
from massgen_tui.console.session_finder import SessionFinder
from massgen_tui.export.document import document_of
from massgen_tui.export.kept import info_of
from massgen_tui.export.markdown import to_markdown
from massgen_tui.session.agent import Agent
from massgen_tui.store.reader import read_session
from massgen_tui.store.rename import rename
from massgen_tui.store.summary import RUNNING, Summary
from massgen_tui.text import clean, one_line

log = logging.getLogger(__name__)
Result = TypeVar("Result")


class Host(Protocol):
    """What the app does."""

    def say(
        self, text: str, *, seconds: float = 4, severity: SeverityLevel = "information"
    ) -> None:
        """Tell the user something for a while."""

    def open_session(self, path: Path) -> None:
        """Put a kept session in the place of this one."""

    async def push_screen_wait(self, screen: Screen[Result]) -> Result | None:
        """Show a screen and wait for what it gives; in a worker."""
        ...


@dataclass(frozen=True, slots=True)
class Own:
    """The session that the console runs."""

    path: Callable[[], Path | None]
    """Its file; None: it has none."""
    rename: Callable[[str], None]
    answering: Callable[[], int]
    """How many agents answer."""
    agents: Callable[[], Sequence[Agent]] = tuple
    """Who was asked in it."""


class SessionDesk:
    """Does it, and asks before."""

    def __init__(self, host: Host, own: Own, finder: SessionFinder) -> None:
        """Work on the sessions of `finder`, beside `own`."""
        self._host, self._own, self._finder = host, own, finder

    async def read(self, one: Summary) -> None:
        """Show all that was said in it."""
        try:
            text = await to_thread(_text, one.path)
        except (OSError, ValueError) as error:
            self._say_no(f"it cannot be read: {error}")
            return
        await self._host.push_screen_wait(TextModal(f"{one.id} · {one_line(one.title, 60)}", text))

    async def compare(self, one: Summary, keymap: Mapping[str, str]) -> None:
        """Show what was said in it beside what is said here."""
        if one.path == self._own.path():
            self._host.say("this session is the one that is open: d in a pane compares in it")
            return
        try:
            kept = await to_thread(read_session, one.path, keep_past=True)
        except (OSError, ValueError) as error:
            self._say_no(f"it cannot be read: {error}")
            return
        there = sides_of(kept.state.agents.values(), one.id)

        def sides() -> list[Side]:
            return [*sides_of(self._own.agents()), *there]

        two = against(there, sides_of(self._own.agents()))
        if two is None:
            self._host.say("there are no two answers to compare")
            return
        await self._host.push_screen_wait(CompareScreen(sides, two, keymap))

    async def may_resume(self, one: Summary) -> bool:
        """Whether it may be gone on with; asks where something would be lost."""
        if one.path == self._own.path():
            self._host.say("this session is the one that is open")
            return False
        answering = self._own.answering()
        if answering:
            agents = "1 agent is" if answering == 1 else f"{answering} agents are"
            return await self._ask(
                f"{agents} still answering here, and will be stopped.\n\n"
                f"y or enter: go on with {one.id}\nesc or n: stay"
            )
        return one.now().end != RUNNING or await self._ask(
            f"{one.id} is running in another console.\n"
            "To go on here makes a second one of what it is by now.\n\n"
            "y or enter: go on\nesc or n: stay"
        )

    def resume(self, one: Summary) -> None:
        """Go on with it, in the place of the session that is open."""
        self._host.open_session(one.path)

    async def rename(self, one: Summary) -> bool:
        """Ask for another title; gives whether it has one now."""
        title = await self._host.push_screen_wait(TitleScreen(one.title))
        if not title or title == one.title:
            return False
        if one.path == self._own.path():
            self._own.rename(title)
            return True
        try:
            await to_thread(rename, one.path, title)
        except (OSError, ValueError) as error:
            self._say_no(f"not renamed: {error}")
            return False
        return True

    async def remove(self, one: Summary) -> bool:
        """Ask, and remove it; gives whether it is gone."""
        if one.path == self._own.path():
            self._host.say("this session is the one that is open: it is kept")
            return False
        running = one.now().end == RUNNING
        sure = await self._ask(
            f"Remove session {one.id} for good?\n{one_line(one.prompt, 60)}\n"
            f"{'It is running, and its console will write it anew.' if running else ''}\n"
            "y or enter: remove\nesc or n: keep"
        )
        if not sure:
            return False
        try:
            await to_thread(one.path.unlink)
        except OSError as error:
            self._say_no(f"not removed: {error.strerror}")
            return False
        await self._finder.forget(one.path)
        return True

    async def _ask(self, question: str) -> bool:
        yes: bool | None = await self._host.push_screen_wait(Question(question))
        return bool(yes)

    def _say_no(self, words: str) -> None:
        self._host.say(words, seconds=8, severity="warning")


def _text(path: Path) -> str:
    """All that was said in a session."""
    kept = read_session(path, keep_past=True)
    document = document_of(tuple(kept.state.agents.values()), info_of(kept))
    return clean(to_markdown(document))
