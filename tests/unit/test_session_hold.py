"""Prompts that wait for their server: held, sent once when it is up, taken back, recorded."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

import pytest

from massgen_tui.backends.events import (
    BackendError,
    ContentDelta,
    ErrorKind,
    Opened,
    Warned,
)
from massgen_tui.session.attempt import Attempt
from massgen_tui.session.deferral import Deferral
from massgen_tui.session.events import Entry, Stopped
from massgen_tui.session.health import Health, HealthReport
from massgen_tui.session.outcome import may_wait
from massgen_tui.session.session import Session
from massgen_tui.session.status import Status
from tests.support.fakes import Backends, FakeClock, Step, answer, config_of

REFUSED: list[Step] = [BackendError(ErrorKind.UNREACHABLE, "connection refused")]
LOADING: list[Step] = [BackendError(ErrorKind.LOADING, "Loading model", status=503)]


class Scene:
    """A session whose first prompt met a server that is not up."""

    def __init__(self, backends: Backends, *ids: str) -> None:
        self.backends = backends
        self.clock = FakeClock()
        self.looks = 0
        self.told: list[Entry] = []
        self.session = Session(
            config_of(*ids), backend_for=backends, clock=self.clock, health=self._health
        )
        self.session.listen(self.told.append)

    async def _health(self, agent: object) -> HealthReport:
        self.looks += 1
        return HealthReport(Health.GONE, "refused")

    def attempts(self, id: str = "a") -> list[Attempt]:
        """What there is of the first prompt to an agent."""
        return self.session.agent(id).turns[0].attempts

    def sent(self, id: str = "a") -> int:
        """How many requests went out."""
        return len(self.backends[id].asked)


@asynccontextmanager
async def refused(*ids: str, **scripts: Sequence[Sequence[Step]]) -> AsyncIterator[Scene]:
    scene = Scene(Backends(**scripts), *(ids or ("a",)))
    try:
        scene.session.ask("1")
        await scene.session.wait()
        yield scene
    finally:
        await scene.session.aclose()


async def until(condition: Callable[[], object]) -> None:
    """Let the loop run until something is so."""
    for _ in range(100):
        if condition():
            return
        await asyncio.sleep(0)
    raise AssertionError("it did not come")


async def quiet() -> None:
    """Let the loop do all that it would do."""
    for _ in range(20):
        await asyncio.sleep(0)


def running(session: Session) -> bool:
    """Whether something runs now."""
    return session.active


async def test_a_prompt_to_a_server_that_is_down_fails_at_once_and_may_wait() -> None:
    async with refused(a=[REFUSED]) as scene:
        (failed,) = scene.attempts()
        assert failed.status is Status.FAILED
        assert may_wait(failed)
        assert scene.session.deferred == []


@pytest.mark.parametrize("kind", [ErrorKind.UNAUTHORIZED, ErrorKind.NOT_FOUND, ErrorKind.CONFIG])
async def test_what_waiting_cannot_mend_is_not_offered_to_wait(kind: ErrorKind) -> None:
    async with refused(a=[[BackendError(kind, "no")]]) as scene:
        assert not may_wait(scene.attempts()[0])


async def test_what_is_held_is_not_sent_until_released_and_then_once() -> None:
    async with refused(a=[REFUSED, answer("at last")]) as scene:
        (held,) = scene.session.defer()
        await quiet()
        assert (held.serial, held.status, held.deferral) == (2, Status.QUEUED, Deferral(100.0))
        assert scene.sent() == 1
        assert scene.session.busy
        assert not running(scene.session)
        assert [(agent.id, hold.since) for agent, hold in scene.session.deferred] == [("a", 100.0)]
        assert scene.session.release("a")
        assert not scene.session.release("a")
        assert running(scene.session)
        await scene.session.wait()
        assert not scene.session.release("a")
        await quiet()
        assert scene.sent() == 2
        assert [a.status for a in scene.attempts()] == [Status.FAILED, Status.DONE]
        assert str(held.content) == "at last"


async def test_a_held_one_is_not_held_again_and_others_are_left_alone() -> None:
    never = asyncio.Event()
    async with refused("a", "b", "c", a=[REFUSED], b=[answer("x"), [never]]) as scene:
        s = scene.session
        s.start_over(["c"])
        s.ask("2", to=["b"])
        held = s.defer()
        assert [attempt.agent for attempt in held] == ["a"]
        assert s.defer() == []
        assert len(scene.attempts()) == 2


async def test_taking_it_back_leaves_the_failure_as_it_was_and_sends_nothing() -> None:
    async with refused(a=[REFUSED]) as scene:
        (failed,) = scene.attempts()
        (held,) = scene.session.defer()
        assert scene.session.cancel(["a"]) == Stopped(1, ())
        await quiet()
        assert scene.attempts() == [failed]
        assert scene.session.agent("a").current is failed
        assert held.status is Status.CANCELLED
        assert held.deferral is None
        assert not scene.session.release("a")
        assert scene.sent() == 1
        assert not scene.session.busy


async def test_a_rerun_sends_it_at_once_and_fails_fast() -> None:
    async with refused(a=[REFUSED, REFUSED]) as scene:
        (held,) = scene.session.defer()
        assert scene.session.rerun(["a"]) == [held]
        await scene.session.wait()
        assert [a.status for a in scene.attempts()] == [Status.FAILED] * 2
        assert scene.sent() == 2


async def test_a_new_prompt_waits_behind_it_and_can_be_taken_back_alone() -> None:
    async with refused(a=[REFUSED, answer("one"), answer("two")]) as scene:
        s = scene.session
        s.defer()
        s.ask("2")
        s.ask("3")
        await quiet()
        assert scene.sent() == 1
        assert s.take_back() == ("2", "3")
        assert len(s.deferred) == 1
        s.ask("2 again")
        s.release("a")
        await s.wait()
        assert [m.content for m in scene.backends["a"].asked[-1]] == ["1", "one", "2 again"]


async def test_a_server_that_still_loads_is_waited_for_in_the_same_attempt() -> None:
    warned: list[Step] = [Warned("sent without top_k"), *LOADING]
    async with refused(a=[REFUSED, warned, LOADING, answer("up")]) as scene:
        (held,) = scene.session.defer()
        for tries in (1, 2):
            scene.clock.tick(5)
            scene.session.release("a")
            await until(lambda: held.deferral is not None)
            assert held.deferral is not None
            assert (held.deferral.tries, held.deferral.since) == (tries, scene.clock.now)
            assert held.deferral.words == "Loading model"
            assert held.status is Status.QUEUED
        scene.session.release("a")
        await scene.session.wait()
        assert held.status is Status.DONE
        assert str(held.content) == "up"
        assert len(scene.attempts()) == 2
        assert scene.sent() == 4


async def test_taken_back_after_a_vain_sending_it_keeps_how_that_failed() -> None:
    async with refused(a=[REFUSED, LOADING]) as scene:
        (held,) = scene.session.defer()
        scene.session.release("a")
        await until(lambda: held.deferral is not None)
        scene.session.cancel()
        assert held.status is Status.FAILED
        assert held.error is not None
        assert held.error.kind is ErrorKind.LOADING
        assert scene.attempts()[-1] is held


@pytest.mark.parametrize("kind", [ErrorKind.UNAUTHORIZED, ErrorKind.NOT_FOUND])
async def test_a_server_that_is_up_and_refuses_is_shown_as_that(kind: ErrorKind) -> None:
    async with refused(a=[REFUSED, [BackendError(kind, "no such model")]]) as scene:
        (held,) = scene.session.defer()
        scene.session.release("a")
        await scene.session.wait()
        assert held.status is Status.FAILED
        assert held.error is not None
        assert held.error.kind is kind
        assert scene.session.deferred == []


async def test_an_answer_that_had_begun_is_never_asked_for_again() -> None:
    half: list[Step] = [Opened(), ContentDelta("half"), REFUSED[0]]
    async with refused(a=[REFUSED, half]) as scene:
        (held,) = scene.session.defer()
        scene.session.release("a")
        await scene.session.wait()
        assert held.status is Status.FAILED
        assert scene.sent() == 2


async def test_one_being_sent_can_be_stopped() -> None:
    never = asyncio.Event()
    async with refused(a=[REFUSED, [never]]) as scene:
        (held,) = scene.session.defer()
        scene.session.release("a")
        await until(lambda: scene.backends["a"].open)
        scene.session.cancel()
        await quiet()
        assert held.status is Status.CANCELLED
        assert scene.backends["a"].open == 0
        assert not scene.session.busy


async def test_what_is_known_of_the_server_is_told_when_it_is_new() -> None:
    async with refused(a=[REFUSED]) as scene:
        (held,) = scene.session.defer()
        before = len(scene.told)
        for _ in range(3):
            scene.session.notes.wait("a", "loading: Loading model")
        assert held.deferral == Deferral(100.0, "loading: Loading model")
        assert len(scene.told) == before + 1
        scene.session.release("a")
        await scene.session.wait()
        scene.session.notes.wait("a", "down")
        assert held.deferral is None


async def test_nobody_looks_for_silence_in_what_is_held() -> None:
    async with refused("a", "b", a=[REFUSED, LOADING], b=[answer("x"), [asyncio.Event()]]) as scene:
        (held,) = scene.session.defer(["a"])
        scene.session.release("a")
        await until(lambda: held.deferral is not None)
        scene.clock.tick(60)
        watch = scene.session._scheduler._watch
        assert watch is not None
        await watch.look()
        await watch.look()
        assert scene.looks == 0
        assert not held.status.ended


async def test_closing_with_one_held_leaves_nothing() -> None:
    async with refused(a=[REFUSED]) as scene:
        (held,) = scene.session.defer()
        await scene.session.aclose()
        assert held.status is Status.CANCELLED
        assert asyncio.all_tasks() == {asyncio.current_task()}
        assert not scene.session.release("a")
        with pytest.raises(RuntimeError):
            scene.session.defer()


async def test_a_new_conversation_forgets_it() -> None:
    async with refused(a=[REFUSED]) as scene:
        scene.session.defer()
        scene.session.start_over()
        assert scene.session.agent("a").turns == []
        assert not scene.session.busy


async def test_the_answer_before_it_stays_quoted_and_the_attempts_can_be_looked_through() -> None:
    async with refused(a=[answer("first"), REFUSED, answer("third")]) as scene:
        s = scene.session
        s.ask("2")
        await s.wait()
        (held,) = s.defer()
        exchange = s.agent("a").turns[1]
        assert exchange.attempt is held
        s.bring_to_front("a", exchange, 0)
        s.release("a")
        await s.wait()
        assert [m.content for m in scene.backends["a"].asked[-1]] == ["1", "first", "2"]
        assert held.status is Status.DONE


async def test_a_prompt_may_be_held_from_the_first() -> None:
    async with refused(a=[REFUSED, answer("up")], b=[REFUSED]) as scene:
        (turn,) = scene.session.ask("2", ["a"], defer=True)
        await quiet()
        assert (scene.sent(), turn.attempts[0].deferral) == (1, Deferral(100.0))
        scene.session.release("a")
        await scene.session.wait()
        assert str(turn.attempts[0].content) == "up"


async def test_a_prompt_for_who_answers_waits_in_the_line_and_not_for_its_server() -> None:
    go = asyncio.Event()
    async with refused(a=[REFUSED, [go, *answer("1")], answer("2")]) as scene:
        scene.session.ask("1")
        (turn,) = scene.session.ask("2", defer=True)
        assert turn.attempts[0].deferral is None
        go.set()
        await scene.session.wait()
        assert str(turn.attempts[0].content) == "2"


async def test_at_the_end_of_the_time_all_is_sent_once_more() -> None:
    sent = asyncio.Event()
    under_way: list[Step] = [sent, LOADING[0]]
    async with refused("a", "b", a=[REFUSED, REFUSED], b=[REFUSED, under_way]) as scene:
        scene.session.defer()
        scene.session.release("b")
        await until(lambda: scene.backends["b"].open)
        scene.session.wait_no_more()
        sent.set()
        await scene.session.wait()
        assert [scene.attempts(id)[-1].status for id in "ab"] == [Status.FAILED] * 2
        assert (scene.sent("a"), scene.sent("b")) == (2, 2)
        assert scene.session.deferred == []


async def test_what_time_does_not_mend_is_not_waited_for_again() -> None:
    untrusted = BackendError(ErrorKind.UNREACHABLE, "TLS: self-signed", passing=False)
    async with refused(a=[REFUSED, [untrusted]]) as scene:
        (held,) = scene.session.defer()
        scene.session.release("a")
        await scene.session.wait()
        assert held.error is untrusted
        assert not may_wait(held)
