"""The clock in the title: from the first that was asked to the last that ended."""

from massgen_tui.backends.events import ContentDelta
from massgen_tui.session import events
from massgen_tui.session.agent import Agent, KeptProfile
from massgen_tui.session.events import Entry, SessionEvent
from massgen_tui.session.last_turn import last_turn
from massgen_tui.session.state import SessionState
from massgen_tui.session.status import Status
from tests.support.fakes import config_of


def state_of(*told: tuple[float, SessionEvent]) -> SessionState:
    state = SessionState(Agent(one, KeptProfile()) for one in config_of("a", "b", "c").agents)
    for seq, (at, event) in enumerate(told):
        state.apply(Entry(seq, at, event))
    return state


ASKED: list[tuple[float, SessionEvent]] = [
    (10.0, events.Prompted(1, "why?", ("a", "b", "c"))),
    (10.0, events.Queued(1, "a", 1)),
    (13.0, events.Queued(2, "b", 1)),
    (17.0, events.Queued(3, "c", 1)),
    (18.0, events.Streamed(3, ContentDelta("x"))),
]
ENDED: list[tuple[float, SessionEvent]] = [
    (23.0, events.Ended(2, Status.DONE)),
    (29.0, events.Ended(1, Status.FAILED)),
    (19.0, events.Ended(3, Status.CANCELLED)),
]


def test_it_runs_from_the_first_that_was_asked() -> None:
    turn = last_turn(state_of(*ASKED), 41.0)
    assert turn is not None
    assert (turn.elapsed, turn.running, turn.prompt) == (31.0, True, "why?")


def test_it_runs_until_the_last_has_ended_and_stands_there() -> None:
    some = last_turn(state_of(*ASKED, *ENDED[:1]), 41.0)
    assert some is not None
    assert (some.elapsed, some.running) == (31.0, True)
    whole = last_turn(state_of(*ASKED, *ENDED), 41.0)
    assert whole is not None
    assert (whole.elapsed, whole.running) == (19.0, False)


def test_a_rerun_counts_from_its_own_beginning() -> None:
    one = [(10.0, events.Prompted(1, "why?", ("a",))), *ASKED[1:2], ENDED[1]]
    again = last_turn(state_of(*one, (31.0, events.Queued(2, "a", 1))), 33.0)
    assert again is not None
    assert (again.elapsed, again.running) == (2.0, True)


def test_before_the_first_prompt_there_is_none() -> None:
    assert last_turn(state_of(), 41.0) is None
