"""What the agents agreed on, as an agent of its own: the pane of the final answers shows it."""

from collections.abc import Iterable
from contextlib import suppress

from massgen_tui.backends.events import ContentDelta
from massgen_tui.config.model import AgentConfig, Endpoint
from massgen_tui.coordinate.told import outcome
from massgen_tui.session.agent import Agent, KeptProfile, Turn
from massgen_tui.session.attempt import Attempt
from massgen_tui.session.coordination import Agreement
from massgen_tui.session.state import SessionState
from massgen_tui.session.status import Status
from massgen_tui.session.times import Times

NAME = "agreed"


class Agreed:
    """Follows the coordinations of a session; there is no backend behind it."""

    def __init__(self, state: SessionState) -> None:
        """Show those of `state`."""
        self._state = state
        self._seen: tuple[tuple[int, int, int], ...] = ()
        self.agent = Agent(AgentConfig(id=NAME, endpoint=Endpoint()), KeptProfile())

    def update(self) -> Agent | None:
        """The agent with a turn for each decided coordination; None where there is none."""
        told = self._state.agreements
        prompts = {
            turn.serial: turn.prompt
            for agent in (self._state.agents.values() if told else ())
            for turn in agent.turns
            if turn.serial in told
        }
        there = [
            each
            for serial, each in told.items()
            if serial in prompts and any(one.winner for one in each)
        ]
        seen = tuple((one.turn, id(one), one.revision) for each in there for one in each)
        if seen != self._seen:
            self._seen = seen
            self._show(there, prompts)
        return self.agent if there else None

    def _show(self, there: list[list[Agreement]], prompts: dict[int, str]) -> None:
        before = {turn.serial: turn for turn in self.agent.turns}
        turns = []
        for each in there:
            serial = each[0].turn
            turn = before.get(serial) or Turn(serial, prompts[serial])
            turn.attempts[:] = [self._attempt(one, turn.attempts) for one in each if one.winner]
            turns.append(turn)
        self.agent.turns[:] = turns
        if turns:
            self.agent.profile = KeptProfile(model=outcome(there[-1][-1]))
        self.agent.revision += 1

    def _attempt(self, agreement: Agreement, known: Iterable[Attempt]) -> Attempt:
        """What presented, or the answer that won as if it had."""
        presents = [step.attempt for step in agreement.steps if step.asks == "present"]
        for serial in presents[-1:]:
            with suppress(KeyError):  # who presented it may have gone
                attempt = self._state.attempt(serial)
                if not agreement.ended or str(attempt.content) == agreement.final:
                    return attempt
        final = agreement.final or next(
            one.content for one in agreement.answers if one.name == agreement.winner
        )
        same = (one for one in known if one.agent == NAME and str(one.content) == final)
        return next(same, None) or _said(final, agreement.turn)


def _said(text: str, serial: int) -> Attempt:
    attempt = Attempt(NAME, serial, Times(created=0.0))
    attempt.begin()
    attempt.apply(ContentDelta(text), 0.0)
    attempt.end(Status.DONE, 0.0)
    return attempt
