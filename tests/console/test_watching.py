"""The console's joint of sessions and monitors: what requests tell, whom a status belongs to."""

import asyncio
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from massgen_tui.backends.events import (
    ContentDelta,
    ErrorKind,
    Opened,
    RequestSent,
    Retrying,
    StreamEvent,
    UsageReported,
)
from massgen_tui.config.model import Config
from massgen_tui.console import services
from massgen_tui.console.screens.text_modal import TextModal
from massgen_tui.monitor.alarm import Alarm
from massgen_tui.monitor.energy import Energy
from massgen_tui.monitor.gpu_status import GpuSnapshot, GpuStatus
from massgen_tui.monitor.servers import ServerMonitor
from massgen_tui.monitor.status import Condition, ServerState, ServerStatus, StateChange
from massgen_tui.session.attempt import Attempt
from massgen_tui.session.health import Health
from massgen_tui.session.queries import running
from massgen_tui.session.session import Session
from massgen_tui.session.status import Status
from massgen_tui.session.times import Times
from massgen_tui.supervise.energy_metering import Metering
from massgen_tui.supervise.monitoring import HEAD_START, Monitors, Noted, note_servers
from massgen_tui.supervise.passive_health import last_word, state_heard
from tests.support.configs import agent_of
from tests.support.console import FixedWatching, staged
from tests.support.fakes import Backends, FakeClock, Step, answer, config_of, failure
from tests.support.hearing import hear
from tests.support.scenes import both_up
from tests.support.server import Hang, ScriptedServer, chunk, free_port, head, whole

MODELS = {"data": [{"id": "m", "owned_by": "vllm", "max_model_len": 40960}]}


def attempt(*events: tuple[float, StreamEvent]) -> Attempt:
    made = Attempt("a", 1, Times(created=0.0))
    for at, event in events:
        made.apply(event, at)
    return made


def config_at(base_url: str, **backend: object) -> Config:
    fields = {"type": "vllm", "model": "m", "base_url": base_url} | backend
    return Config(path=Path("c.yaml"), agents=(agent_of("a", problem=None, **fields),))


def test_only_what_the_server_sent_counts_as_its_word() -> None:
    sent = (1.0, RequestSent({}))
    assert last_word(attempt(sent)) is None
    assert last_word(attempt(sent, (2.0, Opened()))) == 2.0
    assert last_word(attempt(sent, (2.0, Opened()), (9.0, ContentDelta("x")))) == 9.0
    again = attempt(sent, (2.0, Opened()), (3.0, Retrying("cut", 1.0, 1)), (8.0, RequestSent({})))
    assert last_word(again) is None, "the repeated request has not been answered yet"


@pytest.mark.parametrize(
    ("kind", "http", "state"),
    [
        (ErrorKind.UNAUTHORIZED, 401, ServerState.UNAUTHORIZED),
        (ErrorKind.RATE_LIMITED, 429, ServerState.UP),
        (ErrorKind.OVERLOADED, 503, ServerState.UP),
        (ErrorKind.BAD_REQUEST, 400, ServerState.UP),
        (ErrorKind.SERVER_ERROR, 500, ServerState.DOWN),
        (ErrorKind.SERVER_ERROR, None, ServerState.UP),
        (ErrorKind.LOADING, 503, ServerState.LOADING),
        (ErrorKind.UNREACHABLE, None, ServerState.DOWN),
        (ErrorKind.STALLED, None, ServerState.UNKNOWN),
        (ErrorKind.INTERRUPTED, None, ServerState.UNKNOWN),
    ],
)
def test_what_a_failure_says_of_its_server(
    kind: ErrorKind, http: int | None, state: ServerState
) -> None:
    failed = attempt()
    failed.end(Status.FAILED, 1.0, failure(kind=kind, message="so it said", status=http))
    assert state_heard(failed) == (state, "so it said")


def test_what_says_nothing_of_the_server_is_not_told() -> None:
    stopped, unusable, fine = attempt(), attempt(), attempt()
    stopped.end(Status.CANCELLED, 1.0)
    unusable.end(Status.FAILED, 1.0, failure(kind=ErrorKind.CONFIG))
    fine.end(Status.DONE, 1.0)
    assert (state_heard(stopped), state_heard(unusable)) == (None, None)
    assert state_heard(fine) == (ServerState.UP, "")


async def test_a_server_under_a_path_tells_its_agent_and_is_asked_when_a_stream_is_silent() -> None:
    async with ScriptedServer() as server:
        server.route("GET", "/vllm/v1/models", whole(200, MODELS))
        server.route("GET", "/vllm/health", whole(200, b""))
        config = config_at(f"{server.root}/vllm/v1")
        watching, session = Monitors(config), Session(config, health=None)
        (agent,) = session.agents
        assert agent.profile.server == server.root, "the path is no part of what the backend says"
        await watching.start()
        assert (await watching.health(agent)).health is Health.ALIVE
        watching.follow(session.agents)
        noted: dict[str, Noted] = {}
        note_servers(session, watching.servers, noted)
        assert agent.context_length == 40960
        ((id, status),) = watching.servers.items()
        for state in (status.state, ServerState.DOWN, status.state):
            note_servers(session, {id: replace(status, state=state)}, noted)
            assert agent.away == (state is ServerState.DOWN), "what is new is told again"
        assert (await watching.health(agent)).words == "the server is up"
        await watching.stop()
        await session.aclose()


async def test_a_hung_server_is_hung_beside_its_silent_stream_too(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with ScriptedServer() as server:
        config = config_at(f"{server.root}/v1")
        watching, session = Monitors(config), Session(config, health=None)
        await watching.start()
        (status,) = watching.servers.values()
        hung = replace(status, condition=Condition.HUNG, reason="no token came for 20 s")

        async def look(*_: object) -> ServerStatus:
            return hung

        monkeypatch.setattr(ServerMonitor, "look", look)
        report = await watching.health(session.agents[0])
        assert (report.health, report.words) == (Health.HUNG, "no token came for 20 s")
        await watching.stop()
        await session.aclose()


async def test_it_looks_at_the_servers_of_agents_that_came_and_no_more_at_those_that_went() -> None:
    async with ScriptedServer() as one, ScriptedServer() as other:
        for server in (one, other):
            server.route("GET", "/v1/models", whole(200, MODELS))
            server.route("GET", "/health", whole(200, b""))
        watching = Monitors(config_at(f"{one.root}/v1"))
        await watching.start()
        try:
            watching.watch(config_at(f"{other.root}/v1"))
            await other.arrival()
            assert list(watching.servers) == [other.root]
        finally:
            await watching.stop()


async def test_a_gpu_driver_is_opened_after_what_was_asked_at_the_start(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    after: list[float] = []

    def noted(config: Config, *, gpus_after: float = 0.0) -> Monitors:
        after.append(gpus_after)
        return Monitors(config, gpus_after=60)

    monkeypatch.setattr(services, "Monitors", noted)
    watching = services.Services.of(
        config_at("http://127.0.0.1:9/v1"), warn=lambda _: None
    ).watching
    await watching.start()
    try:
        assert after == [HEAD_START]
        assert watching.gpus.asked_at is None
    finally:
        await watching.stop()


async def test_a_stream_that_talks_is_told_to_the_monitor(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told: list[tuple[str, float]] = []
    monkeypatch.setattr(ServerMonitor, "talked", lambda _, root, at: told.append((root, at)))
    held: list[set[str]] = []
    monkeypatch.setattr(ServerMonitor, "await_answers", lambda _, roots: held.append(roots))
    clock = FakeClock()
    backends = Backends(a=[[RequestSent({}), Opened(), ContentDelta("x"), asyncio.Event()]])
    config = config_at(f"http://127.0.0.1:{free_port()}/vllm/v1")
    watching, session = Monitors(config), Session(config, backend_for=backends, clock=clock)
    await watching.start()
    session.ask("hi")
    watching.follow(session.agents)
    assert told == [], "a request that went out is no word of the server"
    came = asyncio.Event()
    hear(session, lambda seen: came.set() if isinstance(seen.event, ContentDelta) else None)
    await came.wait()
    watching.follow(session.agents)
    root = config.agents[0].endpoint.base_url.removesuffix("/v1")
    assert told == [(root, clock.now)]
    session.cancel()
    watching.follow(session.agents)
    assert held == [{root}, {root}, set()]
    await session.aclose()
    await watching.stop()


async def test_nothing_is_said_of_a_model_that_is_not_listed_once_it_answered() -> None:
    """As with mlx-lm's `default_model` and optillm's `none-NAME`, which stand in no list."""
    async with ScriptedServer() as server:
        server.route("GET", "/v1/models", whole(200, {"data": [{"id": "other"}]}))
        config = config_at(f"{server.root}/v1", type="chatcompletion")
        watching, session = Monitors(config), Session(config, health=None)
        await watching.start()
        await watching.health(session.agents[0])
        before = watching.servers[server.root].notes
        refused, answered = attempt(), attempt()
        refused.end(Status.FAILED, 1.0, failure(kind=ErrorKind.NOT_FOUND, status=404))
        watching.heard(session.agents[0], refused)
        still = watching.servers[server.root].notes
        answered.end(Status.DONE, 1.0)
        watching.heard(session.agents[0], answered)
        after = watching.servers[server.root].notes
        await watching.stop()
        await session.aclose()
    assert (
        before == still == ("m is not in its list of models (it may answer all the same): other",)
    )
    assert after == ()


async def test_a_provider_is_known_by_what_our_requests_met() -> None:
    config = config_at("https://api.z.ai/api/paas/v4", type="chatcompletion", api_key="sk-x")
    watching, session = Monitors(config), Session(config, health=None)
    await watching.start()
    failed = attempt()
    failed.end(Status.FAILED, 1.0, failure(kind=ErrorKind.RATE_LIMITED, message="too many"))
    watching.heard(session.agents[0], failed)
    (status,) = watching.servers.values()
    assert (status.state, status.reason) == (ServerState.UP, "too many")
    await watching.stop()
    await session.aclose()


async def test_the_attempt_that_runs_is_found_behind_those_that_wait() -> None:
    backends = Backends(a=[[Opened(), ContentDelta("x"), asyncio.Event()]])
    session = Session(config_of("a"), backend_for=backends, health=None)
    (agent,) = session.agents
    assert running(agent) is None
    session.ask("one")
    session.ask("two")
    assert running(agent) is agent.turns[0].attempts[0]
    session.cancel()
    assert running(agent) is None
    await session.aclose()


def change(after: ServerState, *, news: bool, at: float = 100.0) -> StateChange:
    when = datetime(2026, 11, 23, 21, 3, 12)
    return StateChange(
        at, when, "http://localhost:8000", ServerState.UP, after, "connection refused", news
    )


def test_the_alarm_rings_once_for_what_is_certain_and_new() -> None:
    root, status = next(iter(both_up().items()))
    alarm = Alarm()
    doubt = change(ServerState.UNKNOWN, news=False)
    gone = change(ServerState.DOWN, news=True, at=101.0)
    back = change(ServerState.UP, news=True, at=105.0)
    rang = [
        alarm.rings({root: replace(status, changes=changes)})
        for changes in ((), (doubt,), (doubt, gone), (doubt, gone), (doubt, gone, back))
    ]
    assert rang == [False, False, True, False, True]


@pytest.mark.parametrize("bell", [True, False])
async def test_the_bell_rings_when_a_server_goes_down_if_it_is_wanted(
    monkeypatch: pytest.MonkeyPatch, bell: bool
) -> None:
    config = config_of("qwen1")
    config = config.model_copy(update={"ui": config.ui.model_copy(update={"bell": bell})})
    watching = FixedWatching(both_up())
    async with staged(config, watching=watching) as stage:
        rang: list[bool] = []
        monkeypatch.setattr(stage.app, "bell", lambda: rang.append(True))
        stage.app.show_monitors()
        assert rang == []
        root, status = next(iter(both_up().items()))
        gone = replace(status, changes=(change(ServerState.DOWN, news=True),))
        watching.servers = {**both_up(), root: gone}
        stage.app.show_monitors()
        stage.app.show_monitors()
        assert rang == [True] * bell


LOCAL = next(iter(both_up().values()))
GPU = GpuStatus(0, utilisation=90, power=300.0)


def answering(asked: float = 10.0) -> Attempt:
    return attempt((asked, RequestSent({})), (asked + 0.5, Opened()))


def watched(
    metering: Metering,
    *running: tuple[Attempt, ServerStatus | None],
    seconds: range = range(11, 15),
    gpu: GpuStatus = GPU,
) -> None:
    for second in seconds:
        metering.tick(running, GpuSnapshot((gpu,), sampled_at=float(second)))


def joules(metering: Metering, one: Attempt, end: float = 15.0) -> float | None:
    one.apply(UsageReported(completion=100), end)
    one.end(Status.DONE, end)
    energy = metering.energy(one)
    return energy.joules if energy else None


def test_an_answer_alone_on_this_host_s_one_busy_gpu_is_metered() -> None:
    metering, one = Metering(), answering()
    watched(metering, (one, LOCAL))
    assert metering.energy(one) is None, "it has not ended"
    assert joules(metering, one) == pytest.approx(1500.0)
    energy = metering.energy(one)
    assert energy is not None
    assert energy.per_token == pytest.approx(15.0)


def test_two_answers_at_once_are_not_told_apart() -> None:
    metering, one, two = Metering(), answering(), answering()
    watched(metering, (one, LOCAL), (two, LOCAL), seconds=range(11, 12))
    watched(metering, (one, LOCAL), seconds=range(12, 15))
    assert (joules(metering, one), joules(metering, two)) == (None, None)


def test_work_for_others_and_servers_elsewhere_are_not_metered() -> None:
    far = replace(LOCAL, target=replace(LOCAL.target, root="http://gpubox:8000"))
    for status in (replace(LOCAL, running=2), far, None):
        metering, one = Metering(), answering()
        watched(metering, (one, status))
        assert joules(metering, one) is None


def test_an_answer_elsewhere_beside_it_disturbs_nothing() -> None:
    hosted = replace(LOCAL, target=replace(LOCAL.target, root="https://api.x", hosted=True))
    metering, one = Metering(), answering()
    watched(metering, (one, LOCAL), (answering(), hosted))
    assert joules(metering, one) == pytest.approx(1500.0)


def test_a_repeated_request_is_metered_from_its_repetition() -> None:
    metering, one = Metering(), answering()
    watched(metering, (one, LOCAL))
    one.apply(RequestSent({}), 20.0)
    watched(metering, (one, LOCAL), seconds=range(21, 25))
    assert joules(metering, one, end=25.0) == pytest.approx(1500.0)


async def test_the_sheet_of_an_answer_says_what_it_took() -> None:
    watching = FixedWatching(both_up(), took=Energy(1234.4, 512))
    sent: list[Step] = [RequestSent({"model": "m"}), *answer("hi")]
    async with staged(backends=Backends(qwen1=[sent]), watching=watching) as stage:
        await stage.ask("hi")
        await stage.app.action_request()
        await stage.settle()
        sheet = stage.app.screen
        assert isinstance(sheet, TextModal)
        assert "energy ~1234 J, ~2.4 J/token (estimate" in sheet.body.plain


async def test_the_monitor_is_told_of_a_request_as_it_begins() -> None:
    watching = FixedWatching(servers=both_up())
    async with staged(watching=watching) as stage:
        await stage.ask("hi")
        assert set(watching.asked) == {agent.id for agent in stage.app.session.agents}


async def test_a_server_that_a_look_could_disturb_is_asked_nothing_while_it_answers() -> None:
    listed = {"data": [{"id": "m", "owned_by": "me", "permissions": []}]}
    said = b'data: {"choices": [{"index": 0, "delta": {"content": "x"}}]}\n\n'
    async with ScriptedServer() as server:
        server.route("GET", "/v1/models", whole(200, listed))
        stream = (head(200, "text/event-stream"), chunk(said), Hang())
        server.route("POST", "/v1/chat/completions", *stream)
        config = config_at(server.base_url, type="chatcompletion")
        watching, session = Monitors(config), Session(config, health=None)
        (agent,) = session.agents
        await watching.start()
        assert (await watching.health(agent)).words == "the server is up"
        came = asyncio.Event()
        hear(session, lambda seen: came.set() if isinstance(seen.event, ContentDelta) else None)
        session.ask("hi")
        watching.asks(agent)
        await came.wait()
        before = [request.path for request in server.requests]
        for _ in range(3):
            await watching.health(agent)
            watching.follow(session.agents)
        assert [request.path for request in server.requests] == before
        session.cancel()
        watching.follow(session.agents)
        await watching.health(agent)
        assert len(server.requests) > len(before)
        await session.aclose()
        await watching.stop()
