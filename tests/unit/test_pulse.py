"""A program that stood still: told once, told from a busy one, counted in nothing."""

import asyncio
import math

import pytest

from massgen_tui.backends.deadline import Deadline
from massgen_tui.backends.events import ContentDelta, Opened, ReasoningDelta, RequestSent
from massgen_tui.config.model import Timeouts
from massgen_tui.console.stream import status_text
from massgen_tui.pulse import BEAT, STILL, Pulse, pulse, running_time, running_timeout
from massgen_tui.session.attempt import Attempt
from massgen_tui.session.numbers import numbers
from massgen_tui.session.session import Session
from massgen_tui.session.status import Status
from massgen_tui.session.times import Times
from massgen_tui.store.schema import attempt_record
from tests.support.fakes import Backends, FakeClock, Step, config_of
from tests.support.panes import agent, ask, say

SAID = ContentDelta(" word")


class Beaten:
    """A pulse whose time and work a test decides."""

    def __init__(self) -> None:
        self.clock, self.cpu = FakeClock(), FakeClock()
        self.told: list[float] = []
        self.pulse = Pulse(self.clock, self.cpu)
        self.pulse.listen(self.told.append)

    def passes(self, seconds: float, worked: float = 0.0) -> None:
        """Let so much time pass since a beat, and a look be taken."""
        self.clock.tick(seconds)
        self.cpu.tick(worked)
        self.pulse.check()


@pytest.mark.parametrize("seconds", [15.0, 3600.0, STILL + BEAT])
async def test_a_stop_is_told_once_to_all_that_listen(seconds: float) -> None:
    beaten, more = Beaten(), list[float]()
    beaten.pulse.listen(more.append)
    beaten.passes(seconds, worked=BEAT)
    beaten.passes(BEAT)
    (told,) = beaten.told
    assert told == pytest.approx(seconds, abs=BEAT)
    assert more == beaten.told
    assert beaten.pulse.lost == told


@pytest.mark.parametrize(
    ("seconds", "worked"),
    [(15.0, 15.0), (15.0, 2.0), (STILL, 0.0), (BEAT, 0.0)],
    ids=["busy", "busy in part", "a little late", "in time"],
)
async def test_a_loop_that_works_or_is_a_little_late_did_not_stand_still(
    seconds: float, worked: float
) -> None:
    beaten = Beaten()
    beaten.passes(seconds, worked)
    assert beaten.told == []


async def test_who_left_is_told_no_more_and_nothing_beats_for_nobody() -> None:
    beaten = Beaten()
    beaten.pulse.leave(beaten.told.append)
    assert beaten.pulse.late_at == math.inf
    beaten.pulse.listen(beaten.told.append)
    assert beaten.pulse.late_at < math.inf, "and it begins again"
    beaten.passes(9.0)
    assert len(beaten.told) == 1


def still(seconds: float) -> None:
    """Let this loop's listeners know of a stop, as the pulse does."""
    for heard in tuple(pulse()._heard):
        heard(seconds)


@pytest.mark.parametrize("limits", [{"first_token": 0.05}, {"idle": 0.05}])
async def test_a_stop_counts_in_no_limit(limits: dict[str, float]) -> None:
    loop, expired = asyncio.get_running_loop(), asyncio.Event()
    begun = loop.time()
    watch = Deadline(Timeouts(**limits), math.inf, expired.set)
    if "idle" in limits:
        watch.talking()
    still(0.1)
    await expired.wait()
    assert loop.time() - begun >= 0.15
    watch.stop()
    still(1.0)


async def test_a_stop_counts_in_no_wait_for_a_server() -> None:
    loop = asyncio.get_running_loop()
    begun = loop.time()

    async def wait() -> None:
        async with running_timeout(0.05):
            still(0.1)
            await asyncio.Event().wait()

    with pytest.raises(TimeoutError):
        await wait()
    assert loop.time() - begun >= 0.15
    assert pulse()._heard == []


async def test_a_stop_counts_not_in_the_whole_of_an_answer() -> None:
    loop, expired = asyncio.get_running_loop(), asyncio.Event()
    begun = loop.time()
    watch = Deadline(Timeouts(), begun + 0.05, expired.set)
    still(0.1)
    await expired.wait()
    assert (watch.expired, loop.time() - begun >= 0.15) == ("total", True)
    watch.stop()
    assert running_time() == pytest.approx(loop.time(), abs=1), "nothing was lost"


def attempt_of(*steps: tuple[float, Step] | float) -> Attempt:
    """One that was asked at 0, with pieces and, as a bare number, stops."""
    one = Attempt("a", 1, Times(created=0.0))
    one.apply(RequestSent({}), 0.0)
    for step in steps:
        if isinstance(step, float):
            one.note_stop(step)
        else:
            assert isinstance(step[1], ContentDelta | ReasoningDelta | Opened | RequestSent)
            one.apply(step[1], step[0])
    return one


def test_a_speed_that_spans_a_stop_is_unknown() -> None:
    words = [(0.1 * n, SAID) for n in range(1, 11)]
    later = [(16.0 + 0.1 * n, SAID) for n in range(10)]
    one = attempt_of(*words, 15.0, *later)
    one.end(Status.DONE, 17.0)
    assert (one.tokens_per_s, one.times.ttft) == (None, 0.1)
    assert one.times.longest_pause < 1
    assert numbers(one) == "TTFT 0.10 s · stopped for 15 s · ~20 tokens · 17.00 s"
    timing = attempt_record(one)["timing"]
    assert isinstance(timing, dict)
    assert (timing["stopped_s"], timing["tokens_per_s"]) == (15.0, None)


def test_what_does_not_span_the_stop_is_known() -> None:
    before = attempt_of(*((0.1 * n, SAID) for n in range(1, 12)), 15.0)
    assert before.tokens_per_s is not None, "all had come"
    waiting = attempt_of(15.0, *((16 + 0.1 * n, SAID) for n in range(11)))
    assert (waiting.times.ttft, waiting.times.first_content_s) == (None, None), (
        "it may have come meanwhile"
    )
    assert waiting.tokens_per_s is not None
    thought = attempt_of((1.0, ReasoningDelta("hm")), 15.0, (17.0, SAID))
    assert (thought.times.ttft, thought.times.first_content_s) == (1.0, None)
    again = attempt_of(15.0, (20.0, RequestSent({})), (21.0, SAID))
    assert again.times.ttft == 1.0, "another request"
    none = attempt_record(attempt_of((1.0, SAID)))["timing"]
    assert isinstance(none, dict)
    assert none["stopped_s"] is None


def test_the_pane_says_that_we_were_stopped_and_counts_it_as_no_silence() -> None:
    one = agent()
    attempt = ask(one)
    for at in (1.25, 1.75, 2.25):
        say(attempt, "word ", at)
    attempt.note_stop(15.0)
    assert status_text.foot(one, 18.0)[1:3] == [
        ("~2.0 tok/s", "text"),
        ("stopped for 15 s", "warn"),
    ]
    say(attempt, "word ", 18.0)
    assert status_text.foot(one, 18.1)[1] == ("stopped for 15 s", "warn")
    assert status_text.foot(one, 24.1)[1:3] == [
        ("silent 6 s", "warn"),
        ("stopped for 15 s", "warn"),
    ]


async def test_a_session_tells_what_runs_of_a_stop_and_nothing_that_waits() -> None:
    said, never = [asyncio.Event(), asyncio.Event()], asyncio.Event()
    plays: list[list[Step]] = [[Opened(), SAID, each.set, never] for each in said]
    backends = Backends(a=plays[:1], b=plays[1:])
    session = Session(config_of("a", "b"), backend_for=backends, health=None)
    (first, other) = session.ask("1")
    (waits,) = session.ask("2", ["a"])
    running = first.attempts + other.attempts
    for each in said:
        await each.wait()
    still(15.0)
    assert [attempt.stopped_s for attempt in running] == [15.0, 15.0]
    assert waits.attempts[0].stopped_s == 0
    await session.aclose()
    assert pulse()._heard == []
