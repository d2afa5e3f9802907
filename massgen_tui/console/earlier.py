"""What is done with an earlier prompt, or its answer: edited, gone back to, gone on with."""

from collections.abc import Callable, Collection

from massgen_tui.console.coordinating import Coordinating
from massgen_tui.console.pausing import paused, told_paused
from massgen_tui.console.widgets.prompt import Prompt
from massgen_tui.session.agent import Agent, Turn
from massgen_tui.session.continuing import continue_answer
from massgen_tui.session.editing import ask_instead, having
from massgen_tui.session.mentions import escaped
from massgen_tui.session.session import Session
from massgen_tui.session.versions import end_of, versions_of


class Earlier:
    """The part of the desk for what was asked before."""

    _session: Session
    _prompt: Prompt
    _coordinating: Coordinating
    _focused: Callable[[], Agent | None]
    _say: Callable[[str], None]
    _changed: Callable[[], None]
    _asked: Callable[[Collection[str] | None], None]

    def _restore(self, prompts: tuple[str, ...], told: str = "") -> None:
        """Put what was taken back within reach, and say so behind `told`."""
        raise NotImplementedError

    def edit(self, turn: Turn | None) -> bool:
        """Bring a prompt back to be asked otherwise; by default the last. False: there is none.

        Args:
            turn: the one at which the focused pane stands.
        """
        last = max(
            (agent.turns[-1] for agent in self._session.agents if agent.turns),
            key=lambda one: one.serial,
            default=None,
        )
        turn = turn or last
        if turn is None:
            self._say("nothing was asked yet")
            return False
        agent, many = self._focused(), len(self._session.agents) > 1
        whom = f"@{agent.id} " if agent is not None and many else ""
        number = self._session.state.number_of(turn.serial)
        self._prompt.begin_edit(f"{whom}{escaped(turn.prompt)}", turn.serial, number)
        return True

    def _edit(self, turn: int, number: int, prompt: str, to: tuple[str, ...] | None) -> str:
        """Ask an edited prompt of those it names, or all that were asked it; why it was not."""
        had = having(self._session, turn)
        if strangers := [id for id in to or () if id not in had]:
            return f"not sent: turn {number} is not in the conversation of {', '.join(strangers)}"
        if not had:
            return f"not sent: turn {number} is in no conversation any more; esc leaves it"
        if self._coordinating.running:
            return "not sent: the agents have not agreed yet, esc presents what there is"
        asked = [one.id for one in self._session.agents if not one.paused]
        whom = [id for id in had if id in asked and (to is None or id in to)]
        if not whom:
            return told_paused(self._session, had)
        if self._coordinating.on and to is None and len(whom) > 1:
            stopped = self._session.cancel(whom)
            # of a prompt that waited nothing is left
            there = having(self._session, turn)
            self._coordinating.ask(prompt, whom, edits=turn if there else None)
        else:
            stopped = ask_instead(self._session, turn, prompt, whom)
        self._restore(stopped.prompts)
        return ""

    def other_version(self, agent: Agent | None, turn: Turn | None) -> Turn | None:
        """Go on with the next version of the prompt at which the focused pane stands; gives it."""
        if agent is None or turn is None:
            self._say("no pane has the focus, or nothing was asked yet")
            return None
        versions = versions_of(agent, turn)
        if len(versions) < 2:
            self._say("there is one version of this prompt: e edits it")
            return None
        at = (versions.index(turn) + 1) % len(versions)
        stopped = self._session.go_back(agent.id, end_of(agent, versions[at]).serial)
        self._restore(stopped.prompts, f"version {at + 1} of {len(versions)}, and what came of it")
        self._changed()
        return versions[at]

    def go_on(self, agent: Agent | None, turn: Turn | None) -> None:
        """Go on with the answer to a prompt of one agent; without one with all that can be."""
        if objection := paused(self._session, [agent.id] if agent is not None else None):
            said = objection
        elif agent is not None:
            said = continue_answer(self._session, agent, turn) if turn else "nothing was asked yet"
        else:
            agents = [one for one in self._session.agents if one.turns and not one.paused]
            why = [continue_answer(self._session, one, one.turns[-1]) for one in agents]
            said = "" if "" in why else "\n".join(dict.fromkeys(why)) or "nothing was asked yet"
        if said:
            self._say(said)
        else:
            self._asked([agent.id] if agent else None)
        self._changed()
