"""Prompts to several agents: conversations, queues, reruns, cancels, endings."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

import pytest

from massgen_tui.backends.base import ChatRequest
from massgen_tui.backends.call import Call, Message
from massgen_tui.backends.decoder import StreamDecoder
from massgen_tui.backends.events import (
    BackendError,
    ContentDelta,
    ErrorKind,
    Finished,
    Opened,
    ReasoningDelta,
    RequestSent,
    Retrying,
    SeveralChoices,
    ToolCallDelta,
)
from massgen_tui.session.events import Ended, Entry, Stopped, Streamed
from massgen_tui.session.health import Health, HealthReport
from massgen_tui.session.session import Session
from massgen_tui.session.status import Status
from tests.support.decoding import chunk, say, stream
from tests.support.fakes import Backends, FakeBackend, FakeClock, Step, answer, config_of, failure
from tests.support.server import free_port


@asynccontextmanager
async def session_of(
    *ids: str, system: str = "", **scripts: Sequence[Sequence[Step]]
) -> AsyncIterator[tuple[Session, Backends]]:
    backends = Backends(**scripts)
    config = config_of(*ids, system_message=system)
    session = Session(config, backend_for=backends, clock=FakeClock(), health=None)
    try:
        yield session, backends
    finally:
        await session.aclose()


async def until(condition: Callable[[], object]) -> None:
    """Let the loop run until something is so."""
    for _ in range(100):
        if condition():
            return
        await asyncio.sleep(0)
    raise AssertionError("it did not come")


def said(session: Session, id: str) -> list[list[str]]:
    """What an agent said: the contents of all attempts, by exchange."""
    return [[str(a.content) for a in e.attempts] for e in session.agent(id).turns]


async def test_attempts_know_how_often_their_streams_are_read() -> None:
    session = Session(config_of("a"), backend_for=Backends(), health=None, resolution_s=0.25)
    ((attempt,),) = [exchange.attempts for exchange in session.ask("hi")]
    assert attempt.resolution_s == 0.25
    await session.aclose()


async def test_a_prompt_goes_to_all_at_once() -> None:
    go = asyncio.Event()
    async with session_of("a", "b", a=[[go, *answer("1")]], b=[[go, *answer("2")]]) as (
        s,
        backends,
    ):
        s.ask("hi")
        await until(lambda: backends["a"].open and backends["b"].open)
        assert s.busy
        go.set()
        await s.wait()
        assert said(s, "a") == [["1"]]
        assert said(s, "b") == [["2"]]
        assert not s.busy


async def test_a_prompt_to_one_leaves_the_others_conversations_alone() -> None:
    async with session_of("a", "b") as (s, backends):
        s.ask("first")
        await s.wait()
        s.ask("only you", to=["b"])
        await s.wait()
        s.ask("all again")
        await s.wait()
        assert backends["a"].asked[-1] == [
            Message("user", "first"),
            Message("assistant", "ok"),
            Message("user", "all again"),
        ]
        assert [m.content for m in backends["b"].asked[-1] if m.role == "user"] == [
            "first",
            "only you",
            "all again",
        ]
        assert [e.serial for e in s.agent("a").turns] == [1, 3]


async def test_an_unknown_agent_is_named_and_nothing_is_sent() -> None:
    async with session_of("a", "b") as (s, backends):
        with pytest.raises(ValueError, match=r"'c'.*a, b"):
            s.ask("hi", to=["a", "c"])
        assert not s.busy
        assert not backends["a"].asked


async def test_the_history_holds_system_message_reasoning_and_no_tool_calls() -> None:
    first: list[Step] = [
        ReasoningDelta("hm"),
        ContentDelta("text"),
        ToolCallDelta(0, "id", "f", "{}"),
        Finished("tool_calls"),
    ]
    async with session_of("a", system="be brief", a=[first]) as (s, backends):
        s.ask("1")
        await s.wait()
        s.ask("2")
        await s.wait()
        assert backends["a"].asked[-1] == [
            Message("system", "be brief"),
            Message("user", "1"),
            Message("assistant", "text", "hm"),
            Message("user", "2"),
        ]


async def test_a_stopped_answer_is_quoted_with_what_came_and_an_empty_turn_is_left_out() -> None:
    never = asyncio.Event()
    scripts: list[list[Step]] = [[ContentDelta("half"), never], [never], answer("whole")]
    async with session_of("a", a=scripts) as (s, backends):
        s.ask("1")
        await until(lambda: said(s, "a") == [["half"]])
        assert s.cancel() == Stopped(attempts=1)
        s.ask("2")
        await until(lambda: len(backends["a"].asked) == 2)
        s.cancel()
        s.ask("3")
        await s.wait()
        assert [m.content for m in backends["a"].asked[-1]] == ["1", "half", "3"]
        assert [e.attempts[0].status for e in s.agent("a").turns] == [
            Status.CANCELLED,
            Status.CANCELLED,
            Status.DONE,
        ]


async def test_an_answer_that_came_as_reasoning_is_quoted_as_the_answer() -> None:
    script: list[Step] = [ReasoningDelta("it is 4"), Finished("stop")]
    async with session_of("a", a=[script]) as (s, backends):
        s.ask("2+2?")
        await s.wait()
        s.ask("sure?")
        await s.wait()
        assert backends["a"].asked[-1][1] == Message("assistant", "it is 4")


@pytest.mark.parametrize("thought", ["", "<think>Hm.</think>\n\n"])
async def test_an_answer_that_tells_of_tags_is_quoted_whole(thought: str) -> None:
    told = "Cut it:\n\n```python\nre.sub(r'<think>.*?</think>', '', text)\n```\n\nThat is </think>."
    body = stream(say(thought + told[:30]), say(told[30:]), chunk({}, "stop"))
    async with session_of("a", a=[StreamDecoder().feed(body)]) as (s, backends):
        s.ask("how?")
        await s.wait()
        s.ask("sure?")
        await s.wait()
        reasoning = "Hm." if thought else None
        assert backends["a"].asked[-1][1] == Message("assistant", told, reasoning)


async def test_of_several_choices_the_shown_one_is_told_apart_from_what_was_counted() -> None:
    script: list[Step] = [SeveralChoices(3), *answer("one")]
    async with session_of("a", a=[script]) as (s, _):
        ((attempt,),) = [exchange.attempts for exchange in s.ask("1")]
        await s.wait()
        assert (attempt.choices, str(attempt.content)) == (3, "one")


async def test_a_prompt_waits_for_the_agent_that_still_answers_and_for_no_other() -> None:
    go = asyncio.Event()
    async with session_of("a", "b", a=[[go, *answer("slow")]]) as (s, backends):
        s.ask("1")
        await until(lambda: said(s, "b") == [["ok"]] and not backends["b"].open)
        s.ask("2")
        assert s.agent("a").turns[1].attempts[0].status is Status.QUEUED
        await until(lambda: said(s, "b") == [["ok"], ["ok"]])
        assert len(backends["a"].asked) == 1
        go.set()
        await s.wait()
        assert said(s, "a") == [["slow"], ["ok"]]
        assert [m.content for m in backends["a"].asked[-1]] == ["1", "slow", "2"]


async def test_cancel_gives_back_what_was_queued_and_sends_none_of_it() -> None:
    never = asyncio.Event()
    async with session_of("a", "b", a=[[never]], b=[[never]]) as (s, backends):
        s.ask("running")
        s.ask("queued one")
        s.ask("queued two", to=["b"])
        await until(lambda: backends["a"].open and backends["b"].open)
        assert s.cancel() == Stopped(2, ("queued one", "queued two"))
        await s.wait()
        assert [e.prompt for e in s.agent("a").turns] == ["running"]
        assert [len(backends[id].asked) for id in "ab"] == [1, 1]


async def test_taking_back_leaves_the_stream_running() -> None:
    go = asyncio.Event()
    async with session_of("a", a=[[go, *answer("kept")]]) as (s, _):
        s.ask("1")
        s.ask("2")
        assert s.take_back(["a"]) == ("2",)
        go.set()
        await s.wait()
        assert said(s, "a") == [["kept"]]


async def test_cancel_closes_the_stream_at_once() -> None:
    never = asyncio.Event()
    async with session_of("a", a=[[Opened(), never]]) as (s, backends):
        (exchange,) = s.ask("1")
        await until(lambda: backends["a"].open)
        s.cancel(["a"])
        assert exchange.attempts[0].status is Status.CANCELLED
        assert not s.busy
        await until(lambda: not backends["a"].open)


async def test_cancelling_an_answer_that_is_whole_does_not_make_it_a_broken_one() -> None:
    never = asyncio.Event()
    async with session_of("a", a=[[*answer("whole"), never]]) as (s, _):
        (exchange,) = s.ask("1")
        await until(lambda: exchange.attempts[0].finish_reason)
        s.cancel()
        assert exchange.attempts[0].status is Status.DONE


async def test_a_rerun_stops_the_running_attempt_keeps_it_and_asks_the_same() -> None:
    never = asyncio.Event()
    async with session_of("a", a=[[ContentDelta("old"), never], answer("new")]) as (s, backends):
        s.ask("1")
        await until(lambda: said(s, "a") == [["old"]])
        (attempt,) = s.rerun()
        await s.wait()
        (exchange,) = s.agent("a").turns
        assert [a.status for a in exchange.attempts] == [Status.CANCELLED, Status.DONE]
        assert said(s, "a") == [["old", "new"]]
        assert exchange.attempt is attempt
        assert attempt.serial == 2
        assert backends["a"].asked[0] == backends["a"].asked[1]


async def test_a_rerun_goes_before_what_is_queued() -> None:
    never = asyncio.Event()
    async with session_of("a", a=[[never], answer("again"), answer("later")]) as (s, backends):
        s.ask("1")
        s.ask("2")
        await until(lambda: backends["a"].open)
        s.rerun(["a"])
        await s.wait()
        assert said(s, "a") == [["", "again"], ["later"]]
        assert [m.content for m in backends["a"].asked[-1]] == ["1", "again", "2"]


async def test_a_failed_agent_is_retried_alone() -> None:
    async with session_of("a", "b", a=[[failure()], answer("now")]) as (s, backends):
        s.ask("1")
        await s.wait()
        s.rerun(["a"])
        await s.wait()
        assert said(s, "a") == [["", "now"]]
        assert len(backends["b"].asked) == 1


async def test_a_rerun_before_any_prompt_does_nothing() -> None:
    async with session_of("a") as (s, _):
        assert s.rerun() == []
        assert not s.busy


async def test_the_attempt_brought_to_the_front_is_quoted_until_the_next_rerun() -> None:
    scripts = [answer("one"), answer("two"), answer("x"), answer("three")]
    async with session_of("a", a=scripts) as (s, backends):
        (exchange,) = s.ask("1")
        await s.wait()
        s.rerun()
        await s.wait()
        s.bring_to_front("a", exchange, 0)
        s.ask("2")
        await s.wait()
        assert backends["a"].asked[-1][1].content == "one"
        with pytest.raises(IndexError):
            s.bring_to_front("a", exchange, 2)


async def test_a_new_conversation_forgets_what_was_said_for_those_agents() -> None:
    never = asyncio.Event()
    async with session_of("a", "b", a=[answer("old"), [never]]) as (s, backends):
        s.ask("1")
        await s.wait()
        s.ask("2", to=["a"])
        s.ask("draft", to=["a"])
        await until(lambda: backends["a"].open)
        assert s.start_over(["a"]) == Stopped(1, ("draft",))
        assert s.state.number_of(s.agent("b").turns[-1].serial) == 1
        s.ask("3")
        await s.wait()
        assert [m.content for m in backends["a"].asked[-1]] == ["3"]
        assert [m.content for m in backends["b"].asked[-1]] == ["1", "ok", "3"]
        s.start_over()
        (turn,) = s.ask("4", to=["a"])
        assert (turn.serial, s.state.number_of(turn.serial)) == (5, 1)


async def test_a_failure_keeps_what_came_and_stays_with_its_agent() -> None:
    async with session_of("a", "b", a=[[ContentDelta("begun"), failure()]]) as (s, _):
        s.ask("1")
        await s.wait()
        attempt = s.agent("a").current
        assert attempt is not None
        assert attempt.status is Status.FAILED
        assert str(attempt.content) == "begun"
        assert attempt.error is not None
        assert (attempt.error.agent, attempt.error.server) == ("a", "http://localhost:8000")
        assert said(s, "b") == [["ok"]]


async def test_an_unforeseen_exception_is_a_failure_like_any_other(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with session_of("a", "b", a=[[ContentDelta("x"), ZeroDivisionError()]]) as (s, _):
        s.ask("1")
        await s.wait()
        attempt = s.agent("a").current
        assert attempt is not None
        assert attempt.error is not None
        assert attempt.error.kind is ErrorKind.MALFORMED
        assert "ZeroDivisionError" in caplog.text
        assert said(s, "b") == [["ok"]]


class Unusable(FakeBackend):
    """A backend that cannot even make a request."""

    def request(self, call: Call) -> ChatRequest:
        """Refuse."""
        raise BackendError(ErrorKind.CONFIG, "CEREBRAS_API_KEY is not set")


async def test_an_agent_that_cannot_be_asked_fails_without_being_sent_anything() -> None:
    session = Session(config_of("a"), backend_for=lambda agent: Unusable(agent.id), health=None)
    (exchange,) = session.ask("1")
    await session.wait()
    attempt = exchange.attempts[0]
    assert attempt.status is Status.FAILED
    assert attempt.error is not None
    assert attempt.error.kind is ErrorKind.CONFIG
    assert attempt.times.sent is None
    await session.aclose()


async def test_everything_is_told_in_order_and_a_failing_listener_harms_no_one() -> None:
    told: list[object] = []

    def listener(entry: Entry) -> None:
        event = entry.event
        told.append(event.event if isinstance(event, Streamed) else event)
        raise RuntimeError("a bug of the screen")

    async with session_of("a", a=[answer("x")]) as (s, _):
        s.listen(listener)
        s.ask("1")
        await s.wait()
    kinds = [type(item).__name__ for item in told]
    assert kinds == [
        "Prompted",
        "Queued",
        "Begun",
        "RequestSent",
        "Opened",
        "Started",
        "ContentDelta",
        "Finished",
        "Ended",
    ]
    assert told[-1] == Ended(1, Status.DONE)


async def test_what_the_request_left_out_is_a_warning_of_the_attempt() -> None:
    async with session_of("a") as (s, backends):
        backends["a"].warnings = ("top_k is not known there",)
        (exchange,) = s.ask("1")
        await s.wait()
        assert exchange.attempts[0].warnings == ("top_k is not known there",)


async def test_closing_leaves_no_task_and_takes_no_more() -> None:
    never = asyncio.Event()
    async with session_of("a", "b", a=[[never]], b=[[never]]) as (s, backends):
        s.ask("1")
        s.ask("2")
        await until(lambda: backends["a"].open and backends["b"].open)
        await s.aclose()
        assert asyncio.all_tasks() == {asyncio.current_task()}
        assert backends["a"].closed
        assert backends["b"].closed
        with pytest.raises(RuntimeError):
            s.ask("3")


class Stubborn(FakeBackend):
    """A backend whose connections never close."""

    async def aclose(self) -> None:
        """Hang."""
        await asyncio.Event().wait()


async def test_closing_does_not_wait_for_connections_that_never_close() -> None:
    session = Session(config_of("a"), backend_for=lambda agent: Stubborn(agent.id), health=None)
    async with asyncio.timeout(2):
        await session.aclose()


class Watched:
    """A session whose stream fell silent, and a server whose health the test decides."""

    def __init__(self, *script: Step) -> None:
        self.clock = FakeClock()
        self.report = HealthReport(Health.ALIVE, "3 requests are waiting")
        self.looks = 0
        self.backends = Backends(a=[script])
        self.session = Session(
            config_of("a"),
            backend_for=self.backends,
            clock=self.clock,
            health=self.health,
        )

    async def health(self, agent: object) -> HealthReport:
        """What the test says."""
        self.looks += 1
        return self.report

    async def silence(self, seconds: float) -> None:
        """Let the stream be silent and the watch look."""
        self.clock.tick(seconds)
        watch = self.session._scheduler._watch
        assert watch is not None
        await watch.look()


async def test_a_slow_server_is_said_to_be_slow_and_never_given_up() -> None:
    go = asyncio.Event()
    w = Watched(Opened(), go, *answer("at last"))
    (exchange,) = w.session.ask("1")
    attempt = exchange.attempts[0]
    await until(lambda: attempt.status is Status.WAITING)
    await w.silence(4)
    assert w.looks == 0
    for _ in range(20):
        await w.silence(6)
    assert attempt.silent == "slow: 3 requests are waiting"
    go.set()
    await w.session.wait()
    assert str(attempt.content) == "at last"
    assert attempt.silent == ""
    await w.session.aclose()


async def test_a_stack_that_may_start_a_replica_is_not_called_slow_before_its_first_byte() -> None:
    go = asyncio.Event()
    w = Watched(RequestSent({}), go, Opened(), ContentDelta("at last"), asyncio.Event())
    (exchange,) = w.session.ask("1")
    attempt = exchange.attempts[0]
    await until(lambda: attempt.times.asked is not None)
    w.report = HealthReport(Health.ALIVE, "the server is up", starts=True)
    await w.silence(6)
    assert attempt.silent == "", "a few seconds are no start"
    await w.silence(6)
    assert attempt.silent == "no byte yet, may be starting a replica"
    go.set()
    await until(lambda: attempt.content)
    await w.silence(12)
    assert attempt.silent == "slow: the server is up", "one that sends has its replica"
    await w.session.aclose()


async def test_a_server_that_is_known_to_hang_is_called_hung() -> None:
    w = Watched(Opened(), ContentDelta("half"), asyncio.Event())
    (exchange,) = w.session.ask("1")
    attempt = exchange.attempts[0]
    await until(lambda: attempt.content)
    for words, said in (("", "hung"), ("no token came for 20 s", "hung: no token came for 20 s")):
        w.report = HealthReport(Health.HUNG, words)
        await w.silence(6)
        assert attempt.silent == said
    assert not attempt.status.ended, "it may yet go on"
    await w.session.aclose()


async def test_a_server_found_gone_twice_ends_the_attempt_as_interrupted() -> None:
    w = Watched(Opened(), ContentDelta("half"), asyncio.Event())
    (exchange,) = w.session.ask("1")
    attempt = exchange.attempts[0]
    await until(lambda: attempt.content)
    w.report = HealthReport(Health.GONE, "the server refuses connections")
    await w.silence(6)
    assert not attempt.status.ended
    assert attempt.silent
    await w.silence(6)
    assert attempt.status is Status.FAILED
    assert attempt.error is not None
    assert attempt.error.kind is ErrorKind.INTERRUPTED
    assert str(attempt.content) == "half"
    await w.session.wait()
    await w.session.aclose()


async def test_a_stream_is_asked_after_at_its_own_server_when_its_agent_has_another_one() -> None:
    w = Watched(Opened(), ContentDelta("half"), asyncio.Event())
    before = w.backends["a"]
    before.server = f"http://127.0.0.1:{free_port()}"
    (exchange,) = w.session.ask("1")
    attempt = exchange.attempts[0]
    await until(lambda: attempt.content)
    (config,) = config_of("a", model="other/model").agents
    w.session.change(config)
    assert w.backends["a"].server != before.server
    await w.silence(6)
    await w.silence(6)
    assert w.looks == 0, "what is known of the server that it has now is of no use"
    assert attempt.error is not None
    assert (attempt.error.kind, attempt.error.server) == (ErrorKind.INTERRUPTED, before.server)
    await w.session.aclose()


async def test_one_refusal_between_signs_of_life_is_forgiven() -> None:
    more = asyncio.Event()
    w = Watched(Opened(), more, ContentDelta("alive"), asyncio.Event())
    (exchange,) = w.session.ask("1")
    attempt = exchange.attempts[0]
    await until(lambda: attempt.status is Status.WAITING)
    w.report = HealthReport(Health.GONE)
    await w.silence(6)
    more.set()
    await until(lambda: attempt.content)
    await w.silence(6)
    assert not attempt.status.ended
    await w.session.aclose()


async def test_a_request_that_waits_to_be_repeated_is_not_asked_after() -> None:
    w = Watched(Retrying("429", 60, 1), asyncio.Event())
    (exchange,) = w.session.ask("1")
    await until(lambda: exchange.attempts[0].retrying)
    await w.silence(30)
    assert w.looks == 0
    await w.session.aclose()


async def test_a_new_attempt_comes_to_the_front_whichever_was_there() -> None:
    async with session_of("a", a=[answer("one"), answer("two"), answer("three")]) as (s, _):
        (turn,) = s.ask("1")
        await s.wait()
        s.rerun()
        await s.wait()
        s.bring_to_front("a", turn, 0)
        assert str(turn.attempt and turn.attempt.content) == "one"
        (third,) = s.rerun()
        await s.wait()
        assert turn.attempt is third


async def test_what_is_taken_back_unsent_leaves_the_newest_in_front() -> None:
    async with session_of("a", a=[answer("one"), answer("two")]) as (s, _):
        (turn,) = s.ask("1")
        await s.wait()
        s.rerun()
        await s.wait()
        (held,) = s.defer()
        s.bring_to_front("a", turn, 2)
        assert turn.attempt is held
        s.cancel()
        assert [str(one.content) for one in turn.attempts] == ["one", "two"]
        assert turn.attempt is turn.attempts[1]


async def test_who_wants_no_streams_hears_all_but_the_pieces_of_answers() -> None:
    told: list[Entry] = []
    every: list[Entry] = []
    async with session_of("a", a=[answer("one", "two")]) as (s, _):
        s.listen(every.append)
        s.listen(told.append, streams=False)
        s.ask("hi")
        await s.wait()
        s.leave(told.append)
        s.leave(every.append)
        s.rename("nobody hears")
    assert told == [entry for entry in every if not isinstance(entry.event, Streamed)]
    assert len(told) < len(every)
    assert isinstance(told[-1].event, Ended)
