"""The events of coordinations, taken in by a session's state."""

from collections.abc import Mapping
from typing import Protocol

from massgen_tui.session import coordination_events
from massgen_tui.session.agent import Agent, Turn
from massgen_tui.session.attempt import Attempt
from massgen_tui.session.coordination import Agreement, Answer, Out, Step, Vote


class _State(Protocol):
    @property
    def agents(self) -> Mapping[str, Agent]: ...

    @property
    def agreements(self) -> dict[int, list[Agreement]]: ...

    def place(self, serial: int) -> tuple[Agent, Turn, Attempt]: ...


def fold_coordination(state: _State, event: coordination_events.CoordinationEvent) -> None:
    """Take in one event.

    Raises:
        KeyError: it speaks of an attempt or an answer that is not there, or begins at no turn.
    """
    match event:
        case coordination_events.CoordinationBegun(turn=turn, agents=agents):
            if not _turns(state, turn):
                raise KeyError(turn)
            agreement = Agreement(turn, agents)
            state.agreements.setdefault(turn, []).append(agreement)
            for one in _turns(state, turn):
                one.agreement = agreement
        case (
            coordination_events.StepBegun()
            | coordination_events.AnswerGiven()
            | coordination_events.VoteGiven()
        ):
            _fold_step(state, event)
        case coordination_events.AgentOut(turn=turn, agent=agent, why=why):
            _last(state, turn).out.append(Out(agent, why))
        case coordination_events.Decided(turn=turn, answer=name, by=by, limit=limit):
            agreement = _last(state, turn)
            _answer(agreement, name)
            agreement.winner, agreement.by, agreement.limit = name, by, limit
        case coordination_events.Concluded():
            _conclude(state, event)
    state.agreements[_turn_of(state, event)][-1].revision += 1


def _fold_step(
    state: _State,
    event: coordination_events.StepBegun
    | coordination_events.AnswerGiven
    | coordination_events.VoteGiven,
) -> None:
    agent, turn, attempt = state.place(event.attempt)
    agreement = _last(state, turn.serial)
    if isinstance(event, coordination_events.StepBegun):
        step = Step(event.attempt, agent.id, event.round, event.asks, event.way)
        agreement.steps.append(step)
        attempt.votes = event.asks == "vote"
        attempt.revision += 1
        return
    round = agreement.step_of(event.attempt).round
    if isinstance(event, coordination_events.AnswerGiven):
        content = str(attempt.content) if event.content is None else event.content
        agreement.give(Answer(event.name, agent.id, round, content), event.attempt)
    else:
        vote = Vote(agent.id, event.answer, event.reason, round, event.counted)
        agreement.votes.append(vote)


def _conclude(state: _State, event: coordination_events.Concluded) -> None:
    agreement = _last(state, event.turn)
    agreement.ended = True
    if event.attempt is not None:
        agreement.final = str(state.place(event.attempt)[2].content)
    elif agreement.winner:
        agreement.final = _answer(agreement, agreement.winner).content


def _turn_of(state: _State, event: coordination_events.CoordinationEvent) -> int:
    if isinstance(
        event,
        coordination_events.StepBegun
        | coordination_events.AnswerGiven
        | coordination_events.VoteGiven,
    ):
        return state.place(event.attempt)[1].serial
    return event.turn


def _last(state: _State, turn: int) -> Agreement:
    return state.agreements[turn][-1]


def _answer(agreement: Agreement, name: str) -> Answer:
    for answer in agreement.answers:
        if answer.name == name:
            return answer
    raise KeyError(name)


def _turns(state: _State, serial: int) -> list[Turn]:
    """The turn in the conversations that still have it."""
    turns = (turn for agent in state.agents.values() for turn in agent.turns)
    return [turn for turn in turns if turn.serial == serial]
