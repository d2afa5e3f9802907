"""What the keys and commands do to the session."""

import re
from collections.abc import Callable, Collection
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from massgen_tui.console.coordinating import Coordinating
from massgen_tui.console.earlier import Earlier
from massgen_tui.console.file_mentions import FileProblemError
from massgen_tui.console.pausing import paused
from massgen_tui.console.widgets.prompt import Prompt
from massgen_tui.late import late
from massgen_tui.session.agent import Agent
from massgen_tui.session.answers import last_answers
from massgen_tui.session.mentions import (
    names_near,
    split_address,
    unescaped,
    unknown_name,
)
from massgen_tui.session.outcome import may_wait
from massgen_tui.session.queries import is_busy, newest
from massgen_tui.session.session import Session
from massgen_tui.session.status import Status
from massgen_tui.store.writer import SessionLog

if TYPE_CHECKING:
    from massgen_tui.console import saving
    from massgen_tui.console.saving import Download
else:
    saving = late("massgen_tui.console.saving")

_COMMAND = re.compile(r"/[A-Za-z][\w-]*(?!\S)")
"""What other programs take for a command: no path, which goes on with a slash or a dot."""


class Desk(Earlier):
    """Asks, stops and reruns: all agents, or the one whose pane has the focus."""

    def __init__(
        self,
        session: Session,
        prompt: Prompt,
        *,
        focused: Callable[[], Agent | None],
        say: Callable[[str], None],
        changed: Callable[[], None],
        asked: Callable[[Collection[str] | None], None],
        kept: SessionLog | None,
        coordinating: Coordinating,
    ) -> None:
        """Work on `session`.

        Args:
            session: the agents.
            prompt: where prompts come from, and go to when they are taken back.
            focused: the agent whose pane has the focus.
            say: tells the user something.
            changed: told that there is something new to draw.
            asked: told whom a prompt went to, by id; None: to all.
            kept: where the session is kept, if it is.
            coordinating: lets the agents agree on what all are asked, where it is on.
        """
        self._session = session
        self._prompt = prompt
        self._focused = focused
        self._say = say
        self._changed = changed
        self._asked = asked
        self._kept = kept
        self._coordinating = coordinating
        self._asked_about: set[str] = set()
        """What looked like commands, and may be sent by now."""

    @property
    def answering(self) -> list[Agent]:
        """The agents that have something running or waiting."""
        return [agent for agent in self._session.agents if is_busy(agent)]

    def ask(self, typed: str) -> bool:
        """Send a prompt to those it names, or to all; False, and told why, when it was not sent."""
        ids = [agent.id for agent in self._session.agents]
        to, prompt = split_address(typed, ids)
        if objection := self._objection(typed, prompt, ids) or paused(self._session, to):
            self._say(objection)
            return False
        try:
            prompt = unescaped(self._prompt.files.insert(prompt))
        except FileProblemError as problem:
            self._say(str(problem))
            return False
        edits = self._prompt.edits
        if edits is not None:
            if objection := self._edit(edits.turn, edits.number, prompt, to):
                self._say(objection)
                return False
        elif self._coordinating.on and to is None:
            self._coordinating.ask(prompt)
        else:
            self._session.ask(prompt, to)
        self._asked(to)
        self._changed()
        return True

    def _objection(self, typed: str, prompt: str, ids: list[str]) -> str:
        """Why a prompt is not sent as it stands; empty: it is."""
        if not prompt.strip():
            return "nothing to ask: write the prompt after the name"
        if (name := unknown_name(typed, ids)) is not None:
            if Path(name).is_file():
                return f"not sent: no agent is called {name}; @./{name} is the file"
            meant = " ".join(f"@{id}" for id in names_near(name, ids))
            return f"not sent: no agent is called {name} ({meant}); @@{name} is a plain @"
        command = _COMMAND.match(prompt)
        if command and command[0] not in self._asked_about:
            self._asked_about.add(command[0])
            return f"{command[0]} is no command here (ctrl+p has all): enter sends it as text"
        return ""

    def rerun(self) -> None:
        """Ask the last prompt again."""
        self._again(cold=False)

    def rerun_cold(self) -> None:
        """Ask the last prompt again, without use of the prefix cache."""
        self._again(cold=True)

    def _again(self, *, cold: bool) -> None:
        agent, coordinating = self._focused(), self._coordinating
        if objection := paused(self._session, [agent.id] if agent else None):
            self._say(objection)
            return
        again = partial(coordinating.repeat, agent.id) if agent else coordinating.again
        begun = again(cold=cold)
        if not begun and not self._session.rerun(self._ids(), cold=cold):
            self._say("nothing was asked yet")
        asked = [one.id for one in self._session.agents if agent in (None, one) and _uncold(one)]
        if cold and asked:
            self._say(f"{', '.join(asked)} cannot be cold here: asked as ever")
        self._changed()

    def wait(self) -> None:
        """Ask the last prompt again as soon as the server is up, where it was not."""
        agent = self._focused()
        if objection := paused(self._session, [agent.id] if agent else None):
            self._say(objection)
            return
        ids = [one.id for one in ([agent] if agent else self._session.agents) if _may_wait(one)]
        if not self._session.defer(ids):
            self._say(_why_not(agent))
        self._changed()

    def stop(self) -> None:
        """Take back what waits; where nothing waits, stop what runs."""
        agent = self._focused()
        taken = self._session.take_back(self._ids())
        taken += () if agent else self._coordinating.take_back()
        if taken:
            self._restore(taken)
        elif self._coordinating.stop(agent.id if agent else None):
            pass
        elif not self._session.cancel(self._ids()):
            self._say("nothing is being answered")
        self._changed()

    def halt(self) -> None:
        """Stop what runs and take back what waits."""
        self._restore(self._session.cancel(self._ids()).prompts)
        self._changed()

    def new(self) -> None:
        """Begin a new conversation."""
        stopped = self._session.start_over(self._ids())
        agent = self._focused()
        told = f"new conversation with {agent.id if agent else 'all agents'}"
        self._restore(stopped.prompts, told)
        self._changed()

    def retry_failed(self) -> None:
        """Ask those agents again whose answer failed."""
        agents = self._session.agents
        failed = [one for one in agents if one.current and one.current.status is Status.FAILED]
        ids = [one.id for one in failed if not one.paused]
        if not ids:
            self._say("no answer failed")
        else:
            self._session.rerun(ids)
        self._changed()

    async def save(
        self,
        folder: Path,
        now: datetime,
        form: str = "md",
        part: str = "session",
        *,
        download: "Download | None" = None,
    ) -> None:
        """Write answers to a file in `folder`: all, or a part of them (`console/saving`)."""
        said = await saving.save_answers(
            self._session,
            self._kept,
            folder,
            now,
            form=form,
            part=part,
            focused=self._focused(),
            download=download,
        )
        self._say(said)

    def answers(self) -> str:
        """The focused agent's last answer, or all last answers."""
        agent = self._focused()
        return last_answers([agent] if agent else self._session.agents)

    def remove(self, id: str) -> None:
        """Let an agent go, with its conversation.

        Raises:
            ValueError: there is none of that id, or no other.
        """
        self._restore(self._session.remove(id).prompts, f"{id} has gone")
        self._changed()

    def _ids(self) -> list[str] | None:
        agent = self._focused()
        return [agent.id] if agent else None

    def _restore(self, prompts: tuple[str, ...], told: str = "") -> None:
        """Put what was taken back within reach, and say so behind `told`."""
        if said := "\n".join(filter(None, [told, self._put_back(prompts)])):
            self._say(said)

    def _put_back(self, prompts: tuple[str, ...]) -> str:
        """Have the newest to be edited, all in the history; where they are."""
        if not prompts:
            return ""
        for prompt in prompts:
            self._prompt.remember(prompt)
        many = f"{len(prompts)} prompts " if prompts[1:] else ""
        if not self._prompt.offer(prompts[-1]):
            return f"{many}taken back; the prompt's draft stays, `up` brings them"
        if many:
            return f"{many}taken back: the last is in the prompt, `up` brings the others"
        return "taken back to the prompt"


def _uncold(agent: Agent) -> bool:
    """Its last answer was to be cold, and cannot be."""
    return agent.current is not None and agent.current.cold == "no"


def _may_wait(agent: Agent) -> bool:
    last = newest(agent)
    return last is not None and may_wait(last, away=agent.away)


def _why_not(agent: Agent | None) -> str:
    if agent is None:
        return "no prompt failed because its server was not up"
    last = newest(agent)
    if last is None:
        return "nothing was asked yet"
    if last.deferral is not None:
        return f"{agent.id} waits for its server already"
    if not last.status.ended:
        return f"{agent.id} is answering"
    if agent.away:
        return f"no prompt of {agent.id} failed: ask, and it can wait for the server"
    return f"the server of {agent.id} is not known to be down: ask again"
