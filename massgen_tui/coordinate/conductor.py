"""Carries a coordination out: asks by the session, reads the replies, keeps the limits."""

import asyncio
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial

from massgen_tui.backends.call import Call
from massgen_tui.backends.events import ErrorKind
from massgen_tui.config.coordination import CoordinationConfig
from massgen_tui.coordinate.limits import Sensitivity, limits_of
from massgen_tui.coordinate.machine import Coordination
from massgen_tui.coordinate.steps import Ask, Failed, Present, Reply, Step, Unclear
from massgen_tui.coordinate.talk import Talk
from massgen_tui.coordinate.waybook import WayBook
from massgen_tui.coordinate.ways import Way
from massgen_tui.coordinate.words import Words
from massgen_tui.session import coordination_events, events
from massgen_tui.session.agent import Agent, Turn
from massgen_tui.session.attempt import Attempt
from massgen_tui.session.coordination import Asks
from massgen_tui.session.events import Entry
from massgen_tui.session.session import Session
from massgen_tui.session.status import Status

STEP_SHARE = 0.5
"""The share of all the time that one step may take, where the config says nothing of it."""
_REFUSED = frozenset({ErrorKind.BAD_REQUEST, ErrorKind.SERVER_ERROR})
"""How a server says that it does not take a way: mostly 400, SGLang and gateways also 500."""

_TOO_LONG = re.compile(r"context|too long|too many tokens", re.IGNORECASE)
"""What is refused for its length would be so in any way."""

Work = Callable[[], Sequence[Step]]


class Conductor:
    """One coordination of a turn, from its first prompt to its final answer."""

    def __init__(
        self,
        session: Session,
        turns: Sequence[Turn],
        agents: Sequence[str],
        config: CoordinationConfig,
        ways: WayBook,
        *,
        wait: float = 0.0,
        cold: bool = False,
    ) -> None:
        """Make ready; nothing is sent yet.

        Args:
            session: asks.
            turns: the turn of each agent.
            agents: their ids, in the config's order.
            config: limits and words.
            ways: what is known of the ways of servers; what is found out is kept there.
            wait: seconds for which the first prompts are held until their servers are up, by
                whoever releases them.
            cold: whether each request is to make no use of the servers' prefix caches.
        """
        self._session = session
        self._serial = turns[0].serial
        self._turns = dict(zip(agents, turns, strict=True))
        self._config = config
        self._limits = limits_of(config)
        self._ways = ways
        self._machine = Coordination(agents, self._limits)
        self._talks = {agent: self._talk(agent) for agent in agents}
        self._asked: dict[int, tuple[Step, Call, Way, float]] = {}
        """Attempts under way: their step, what was asked, how, and when they must have ended."""
        self._work: asyncio.Queue[Work] = asyncio.Queue()
        self._wait = wait
        self._cold = cold
        self._calls: dict[str, Call] = {}
        self._gone: set[str] = set()
        self._spent = 0
        self._presented: int | None = None
        self._told = (0, 0, 0)
        """How many answers, votes and leavings were told as events."""

    @property
    def agents(self) -> Collection[str]:
        """Who is to agree, or was."""
        return self._turns.keys()

    @property
    def last_calls(self) -> dict[str, tuple[Turn, Call]]:
        """What each agent was asked last, and at which turn."""
        return {agent: (self._turns[agent], call) for agent, call in self._calls.items()}

    @property
    def ended(self) -> bool:
        """Nothing more is asked."""
        return self._machine.ended

    def drop(self, agent: str, why: str = "taken out by you") -> None:
        """Go on without an agent."""
        self._work.put_nowait(partial(self._machine.drop, agent, why))

    def choose(self, name: str) -> None:
        """Let this answer win, over the agents' heads; nothing where there is none of that name."""
        self._work.put_nowait(partial(self._chosen, name))

    def present_now(self) -> None:
        """Let the best there is be presented; once more: end, without a presentation."""
        self._work.put_nowait(partial(self._machine.stop_at, "stopped by you"))

    async def run(self) -> None:
        """Ask until the agents agree or a limit is reached."""
        session = self._session
        session.listen(self._hear, streams=False)
        session.notes.coordination(
            coordination_events.CoordinationBegun(self._serial, tuple(self._machine.agents))
        )
        began = session.clock()
        try:
            self._follow(self._machine.begin(), None)
            while not self._machine.ended:
                await self._next(began + self._limits.max_seconds + self._wait)
        finally:
            session.leave(self._hear)
            self._stop_what_is_open()
            session.notes.coordination(coordination_events.Concluded(self._serial, self._presented))

    async def _next(self, deadline: float) -> None:
        """Take in what happens next, or what a time that is over means."""
        now = self._session.clock()
        ends = [asked[3] for asked in self._asked.values()]
        left = min([deadline, *ends]) - now
        try:
            async with asyncio.timeout(max(left, 0.0)):
                work = await self._work.get()
        except TimeoutError:
            self._out_of_time(deadline)
            return
        self._follow(work(), None)

    def _out_of_time(self, deadline: float) -> None:
        now = self._session.clock()
        if now >= deadline:
            self._follow(self._machine.stop_at("max_seconds"), None)
            return
        for serial, (step, _, _, end) in list(self._asked.items()):
            if now >= end:
                del self._asked[serial]
                self._session.stop(serial)
                self._follow(self._machine.take(step.agent, Failed("it took too long")), serial)

    def _hear(self, entry: Entry) -> None:
        match entry.event:
            case events.Ended(attempt=serial) if serial in self._asked:
                self._work.put_nowait(partial(self._ended, serial))
            case events.Cleared(agents=ids):
                self._left(*ids)
            case events.AgentRemoved(agent=id):
                self._left(id)
            case events.TakenBack(agent=id, turn=turn) if turn == self._serial:
                self._left(id, why="it was taken back")

    def _left(self, *agents: str, why: str = "its conversation ended") -> None:
        """These have no such turn any more: nothing can be asked of them, or read."""
        for agent in agents:
            self._gone.add(agent)
            self.drop(agent, why)

    def _ended(self, serial: int) -> Sequence[Step]:
        """Take in what came of an attempt; gives what is asked next."""
        asked = self._asked.pop(serial, None)
        if asked is None:
            return ()
        step, call, way, _ = asked
        if step.agent in self._gone:
            return ()
        agent, _, attempt = self._session.state.place(serial)
        self._spent += _tokens(attempt)
        if self._takes_no(way, step, attempt) and self._ways.lower(agent, way):
            self._send(step)
            return ()
        reply = self._reply(agent, step, call, attempt)
        if isinstance(reply, Unclear) and way is Way.TOOLS and not attempt.tool_calls:
            self._ways.lower(agent, way)
        if isinstance(step, Present) and not isinstance(reply, Failed) and attempt.content:
            self._presented = serial
        following = self._machine.take(step.agent, reply)
        self._tell(serial, attempt)
        if self._spent > self._limits.max_total_tokens and not self._machine.ended:
            return self._machine.stop_at("max_total_tokens")
        return following

    def _reply(self, agent: Agent, step: Step, call: Call, attempt: Attempt) -> Reply:
        if attempt.status is Status.FAILED:
            return Failed(attempt.error.message if attempt.error else "it failed")
        if attempt.status is Status.CANCELLED:
            return Failed("stopped by you")
        return self._talks[agent.id].hear(step, call, attempt)

    def _takes_no(self, way: Way, step: Step, attempt: Attempt) -> bool:
        """The server refuses the way it was asked."""
        late = not isinstance(step, Ask) or step.round > 1
        error = attempt.error
        if not late or way is Way.TEXT or error is None or error.kind not in _REFUSED:
            return False
        return not _TOO_LONG.search(error.message)

    def _chosen(self, name: str) -> Sequence[Step]:
        try:
            return self._machine.choose(name)
        except ValueError:
            return ()

    def _follow(self, steps: Sequence[Step], serial: int | None) -> None:
        """Tell what changed and ask what follows; what is not open any more is stopped."""
        self._tell(serial, None)
        self._stop_what_is_open(keep=self._machine.open)
        for step in steps:
            if step.agent not in self._gone:
                self._send(step)

    def _send(self, step: Step) -> None:
        agent = self._session.agent(step.agent)
        way = self._ways.of(agent)
        call = self._calls[step.agent] = self._talks[step.agent].call(step, way)
        plain = isinstance(step, Ask) and step.round == 1
        attempt = self._session.step(
            step.agent,
            self._turns[step.agent],
            call,
            defer=plain and self._wait > 0,
            cold=self._cold,
        )
        asks: Asks = "present" if isinstance(step, Present) else "answer" if plain else "vote"
        told = way.value if asks == "vote" else ""
        self._session.notes.coordination(
            coordination_events.StepBegun(attempt.serial, self._machine.round, asks, told)
        )
        end = self._session.clock() + self._seconds(step)
        self._asked[attempt.serial] = step, call, way, end

    def _seconds(self, step: Step) -> float:
        config = self._config
        first = isinstance(step, Ask) and step.round == 1
        own = (
            config.initial_round_timeout_seconds
            if first
            else config.subsequent_round_timeout_seconds
        )
        return (own or self._limits.max_seconds * STEP_SHARE) + (self._wait if first else 0.0)

    def _stop_what_is_open(self, keep: Sequence[Step] = ()) -> None:
        for serial, (step, *_) in list(self._asked.items()):
            if step not in keep:
                del self._asked[serial]
                self._session.stop(serial)

    def _tell(self, serial: int | None, attempt: Attempt | None) -> None:
        """Make events of what is new in the machine."""
        machine, note = self._machine, self._session.notes.coordination
        answers, votes, out = self._told
        self._told = len(machine.answers), len(machine.votes), len(machine.out)
        if serial is not None and attempt is not None:
            for answer in machine.answers[answers:]:
                same = answer.content == str(attempt.content)
                note(
                    coordination_events.AnswerGiven(
                        serial, answer.name, None if same else answer.content
                    )
                )
                self._talks[answer.agent].own.append(answer.name)
            for vote in machine.votes[votes:]:
                note(coordination_events.VoteGiven(serial, vote.answer, vote.reason, vote.counted))
        for left in machine.out[out:]:
            note(coordination_events.AgentOut(self._serial, left.agent, left.why))
        verdict = machine.verdict
        known = self._session.state.agreements[self._serial][-1]
        if verdict is not None and not known.winner:
            note(
                coordination_events.Decided(
                    self._serial, verdict.answer.name, verdict.by, verdict.limit
                )
            )

    def _talk(self, id: str) -> Talk:
        agent = self._session.agent(id)
        own = agent.config.voting_sensitivity or self._config.voting_sensitivity
        texts: Mapping[str, str] = self._config.prompts
        return Talk(agent.call(self._turns[id]), Sensitivity(own), Words(**texts))


def _tokens(attempt: Attempt) -> int:
    usage, told = attempt.usage, attempt.tokens
    return (usage.prompt or 0 if usage else 0) + (told[0] if told else 0)
