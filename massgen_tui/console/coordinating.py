"""Lets the agents of the console agree on what is asked of all, one prompt after the other."""

from collections import deque
from collections.abc import Callable, Collection, Coroutine
from typing import TYPE_CHECKING, Protocol

from massgen_tui.backends.call import Call
from massgen_tui.late import late
from massgen_tui.session.agent import Agent, Turn
from massgen_tui.session.coordination import Agreement
from massgen_tui.session.editing import ask_instead
from massgen_tui.session.session import Session

if TYPE_CHECKING:
    from massgen_tui.coordinate import conductor, waybook
    from massgen_tui.coordinate.conductor import Conductor
    from massgen_tui.coordinate.waybook import WayBook
else:
    conductor = late("massgen_tui.coordinate.conductor")
    waybook = late("massgen_tui.coordinate.waybook")


class Worker(Protocol):
    """Runs work beside, its faults contained."""

    def __call__(self, work: Coroutine[None, None, None], *, group: str) -> object:
        """Begin it."""


class Coordinating:
    """Whether prompts to all are agreed on, and the coordination that is under way."""

    def __init__(
        self,
        session: Session,
        *,
        run: Worker,
        say: Callable[[str], None],
        changed: Callable[[], None],
    ) -> None:
        """Begin as the config says; nothing is asked yet.

        Args:
            session: asks.
            run: runs a coordination beside what else goes on.
            say: tells the user something.
            changed: told that there is something new to draw.
        """
        self._session = session
        self._run = run
        self._say = say
        self._changed = changed
        self._ways: WayBook | None = None
        self._conductor: Conductor | None = None
        self._waiting: deque[str] = deque()
        self._last: dict[str, tuple[Turn, Call]] = {}
        """The last step of each agent in the last coordination."""
        self.on = session.config.coordination.coordinate

    @property
    def running(self) -> bool:
        """A coordination is under way."""
        return self._conductor is not None

    @property
    def agreement(self) -> Agreement | None:
        """The last coordination of the conversations that go on."""
        agreements = self._session.state.agreements
        if not agreements:
            return None  # it is asked at every frame, and a conversation may be long
        serials = {turn.serial for agent in self._session.agents for turn in agent.turns}
        there = [each[-1] for serial, each in agreements.items() if serial in serials]
        return max(there, key=lambda one: one.turn) if there else None

    def toggle(self) -> None:
        """Agree on prompts to all from now on, or no more."""
        if not self.on and len(self._session.agents) < 2:
            self._say("one agent has nobody to agree with")
            return
        self.on = not self.on
        self._say(
            "coordinate: a prompt goes to all, then they vote, and the winner presents"
            if self.on
            else "coordinate is off: a prompt to all shows all answers"
        )
        self._changed()

    def ask(
        self, prompt: str, of: Collection[str] | None = None, *, edits: int | None = None
    ) -> None:
        """Let the agents, or those `of`, agree on an answer, after what is asked already.

        Where the prompt `edits` a turn, nothing is under way.
        """
        if self.running:
            self._waiting.append(prompt)
            self._say("queued: it is asked when the agents have agreed")
            return
        able = [one for one in self._session.agents if _able(one) and (of is None or one.id in of)]
        if len(able) < 2:
            whom = [agent.id for agent in able] or of
            if edits is None:
                if not self._session.ask(prompt, whom):
                    self._say("not sent: all agents are paused by now; `up` brings the prompt")
            else:
                ask_instead(self._session, edits, prompt, whom)
            if able:
                self._say(f"only {able[0].id} can be asked: a plain answer")
            return
        ids = [agent.id for agent in able]
        self._begin(self._session.begin_turn(prompt, ids, edits=edits), ids)

    def again(self, *, cold: bool = False) -> bool:
        """Begin the last coordination anew, as another attempt; False where there was none last.

        `cold`: without use of the servers' prefix caches.
        """
        agreement = self.agreement
        if agreement is None or not self._is_last(agreement):
            return False
        if self.running:
            self._say("the agents have not agreed yet: esc presents what there is")
            return True
        there = {agent.id: agent for agent in self._session.agents}
        ids = [id for id in agreement.agents if id in there and not there[id].paused]
        turns = [_turn(there[id], agreement.turn) for id in ids]
        if len(ids) < 2 or None in turns:
            return False
        self._begin([turn for turn in turns if turn is not None], ids, cold=cold)
        return True

    def repeat(self, agent: str, *, cold: bool = False) -> bool:
        """Ask an agent's last step of a coordination again; False where it had none last."""
        if self._conductor is not None and agent in self._conductor.agents:
            self._say("the agents have not agreed yet: esc here takes this one out")
            return True
        known = self._last.get(agent)
        if known is None or self._session.agent(agent).turns[-1:] != [known[0]]:
            return False
        self._session.step(agent, *known, cold=cold)
        return True

    def stop(self, agent: str | None) -> bool:
        """Present what there is, and end at the second call; or take an agent out.

        Returns:
            False where nothing is under way.
        """
        if self._conductor is None:
            return False
        if agent is not None:
            self._conductor.drop(agent)
            self._say(f"{agent} takes no part any more")
        else:
            self._conductor.present_now()
            self._say("presenting the best there is; esc again ends it")
        return True

    def take_back(self) -> tuple[str, ...]:
        """The prompts that wait for the agents to agree, which are not asked."""
        taken = tuple(self._waiting)
        self._waiting.clear()
        return taken

    def choose(self, name: str) -> None:
        """Let this answer win, over the agents' heads."""
        if self._conductor is None:
            self._say("it is decided already")
        else:
            self._conductor.choose(name)

    def _begin(self, turns: list[Turn], ids: list[str], *, cold: bool = False) -> None:
        config = self._session.config.coordination
        self._ways = self._ways or waybook.WayBook()
        made = conductor.Conductor(self._session, turns, ids, config, self._ways, cold=cold)
        self._conductor = made
        self._run(self._conduct(self._conductor), group="coordination")
        self._changed()

    async def _conduct(self, conductor: "Conductor") -> None:
        try:
            await conductor.run()
        finally:
            self._last = conductor.last_calls
            self._conductor = None
            self._changed()
        if self._waiting:
            self.ask(self._waiting.popleft())

    def _is_last(self, agreement: Agreement) -> bool:
        turns = [agent.turns[-1].serial for agent in self._session.agents if agent.turns]
        return max(turns, default=0) == agreement.turn


def _able(agent: Agent) -> bool:
    return not agent.away and not agent.paused and agent.config.problem is None


def _turn(agent: Agent, serial: int) -> Turn | None:
    return next((turn for turn in agent.turns if turn.serial == serial), None)
