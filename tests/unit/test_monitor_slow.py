"""Servers that take their time, and those that never answer."""

from urllib.parse import urlsplit

import pytest

from massgen_tui.monitor.fetch import PATIENCE, REFUSED, TIMEOUT, Answer, Fault, Fetcher
from massgen_tui.monitor.probe_client import LOOK_TAKES, PATIENT_LOOK_TAKES
from massgen_tui.monitor.servers import ServerMonitor
from massgen_tui.monitor.status import ServerState, ServerTarget
from tests.support.fakes import FakeClock
from tests.support.probed import QWEN, WIRE, target, vllm
from tests.support.server import Hang, ScriptedServer, full_port

AT = ServerTarget("http://gpu:8000", "http://gpu:8000/v1", "vllm", (QWEN,))
NEVER = 10**6
SLOW = ("/v1/models", "/version", "/health", "/metrics")


class Delayed(Fetcher):
    """Answers as a vLLM that takes so many seconds for a path; they pass on the fake clock."""

    def __init__(self, clock: FakeClock) -> None:
        super().__init__()
        self.takes: dict[str, float] = {}
        self.pages = {
            "/v1/models": (WIRE / "vllm-0.32.0/get_v1_models.json").read_bytes(),
            "/version": b'{"version": "0.32.0"}',
            "/health": b"",
            "/metrics": self.metrics(1000),
        }
        self.asked: list[tuple[str, float]] = []
        """Paths, and the seconds that each was given."""
        self.refusing = False
        self._clock = clock

    @staticmethod
    def metrics(generated: int) -> bytes:
        return b"vllm:num_requests_running 8\nvllm:generation_tokens_total %d\n" % generated

    async def get(
        self, url: str, *, key: str | None = None, patient: bool = False, **own: object
    ) -> Answer:
        path = urlsplit(url).path
        if self.refusing:
            return Answer(fault=Fault.REFUSED, words=REFUSED)
        limit = self.patience if patient else self.timeout
        self.asked.append((path, limit))
        seconds = min(self.takes.get(path, 0.001), limit)
        self._clock.tick(seconds)
        if seconds == limit:
            return Answer(fault=Fault.TIMEOUT, words=f"no answer in {limit:g} s", seconds=seconds)
        if path not in self.pages:
            return Answer(status=404, seconds=seconds)
        return Answer(status=200, body=self.pages[path], seconds=seconds)


class Watched:
    """A monitor of that server, which looks as it does in the background."""

    def __init__(self, **takes: float) -> None:
        self.clock = FakeClock()
        self.fetcher = Delayed(self.clock)
        self.fetcher.takes = {f"/{path.replace('__', '/')}": s for path, s in takes.items()}
        self.monitor = ServerMonitor([AT], fetcher=self.fetcher, clock=self.clock)

    async def looks(self, times: int) -> list[str]:
        """The states of so many looks, 2.5 s apart."""
        states = []
        for _ in range(times):
            states.append((await self.monitor.look(AT, patient=True)).state.value)
            self.clock.tick(2.5)
        return states


def everything(seconds: float) -> dict[str, float]:
    return {path.strip("/").replace("/", "__"): seconds for path in SLOW}


async def test_a_server_that_falls_silent_is_doubted_then_given_time_then_down() -> None:
    async with ScriptedServer() as server:
        vllm(server)
        at = target(server)
        monitor = ServerMonitor([at], fetcher=Fetcher(timeout=0.2, patience=0.5))
        assert (await monitor.look(at, patient=True)).state is ServerState.UP
        server.route("GET", "/health", Hang())
        first = await monitor.look(at, patient=True)
        second = await monitor.look(at, patient=True)
        await monitor.stop()
    assert (first.state, first.reason) == (
        ServerState.UNKNOWN,
        "no answer in 0.2 s: slow or hung",
    )
    assert (second.state, second.reason) == (ServerState.DOWN, "no answer in 0.5 s")


async def test_a_server_that_takes_no_connection_is_told_apart_from_a_silent_one() -> None:
    with full_port() as port:
        root = f"http://127.0.0.1:{port}"
        at = ServerTarget(root, f"{root}/v1", "vllm", ())
        monitor = ServerMonitor([at], fetcher=Fetcher(timeout=0.5, patience=0.6))
        status = await monitor.look(at)
        await monitor.stop()
    assert (status.state, status.reason) == (
        ServerState.UNKNOWN,
        "no connection in 0.4 s: slow or hung",
    )


async def test_a_server_that_takes_its_time_is_up_with_its_numbers() -> None:
    watched = Watched()
    assert await watched.looks(1) == ["up"]
    watched.fetcher.takes = dict.fromkeys(SLOW, 5.0)
    assert await watched.looks(5) == ["unknown", *["up"] * 4]
    status = watched.monitor.statuses[AT.root]
    assert (status.reason, status.running) == ("slow: it took 5 s to answer", 8)


@pytest.mark.parametrize("seconds", [1.3, 2.4, 2.6, 5, 11])
async def test_a_slow_server_is_found_and_stays_up(seconds: float) -> None:
    watched = Watched(**everything(seconds))
    states = await watched.looks(20)
    assert "down" not in states
    assert states[2:] == ["up"] * 18
    assert watched.monitor.statuses[AT.root].running == 8, "also of the slowest"


async def test_a_server_that_is_slow_every_other_time_does_not_flap() -> None:
    watched = Watched()
    states = []
    for turn in range(30):
        watched.fetcher.takes = dict.fromkeys(SLOW, 3.0 if turn % 2 else 2.0)
        states += await watched.looks(1)
    assert set(states[2:]) == {"up"}


async def test_only_what_is_slow_is_given_time() -> None:
    watched = Watched(metrics=4.0)
    first = await watched.monitor.look(AT, patient=True)
    assert (first.state, first.reason) == (ServerState.UP, "/metrics: no answer in 2.5 s")
    assert await watched.looks(5) == ["up"] * 5
    assert watched.monitor.statuses[AT.root].running == 8
    assert watched.monitor.statuses[AT.root].reason == ""
    assert {limit for path, limit in watched.fetcher.asked if path == "/health"} == {TIMEOUT}
    assert watched.fetcher.asked[-1] == ("/metrics", PATIENCE)


async def test_a_detail_that_hangs_is_worth_no_wait() -> None:
    watched = Watched(version=NEVER)
    states = await watched.looks(40)
    assert set(states) == {"up"}
    limits = {limit for path, limit in watched.fetcher.asked if path == "/version"}
    assert limits == {TIMEOUT}


@pytest.mark.parametrize(("patient", "most"), [(False, LOOK_TAKES), (True, PATIENT_LOOK_TAKES)])
async def test_a_look_ends_whatever_hangs(patient: bool, most: float) -> None:
    watched = Watched(**everything(NEVER))
    for _ in range(6):
        before = watched.clock.now
        await watched.monitor.look(AT, patient=patient)
        # what is asked when the time is nearly over is still waited for
        assert watched.clock.now - before < most + PATIENCE
        watched.clock.tick(2.5)


async def test_a_hurried_look_at_a_slow_server_asks_nothing_and_gives_what_is_known() -> None:
    watched = Watched(**everything(5))
    await watched.looks(4)
    asked = len(watched.fetcher.asked)
    status = await watched.monitor.look(AT)
    assert (status.state, len(watched.fetcher.asked)) == (ServerState.UP, asked)


async def test_a_rate_is_over_the_time_between_scrapes_not_between_looks() -> None:
    watched = Watched()
    for _ in range(3):
        await watched.monitor.look(AT, patient=True)
        watched.clock.tick(1.999)
    watched.fetcher.takes = {"/health": 2.0}
    watched.fetcher.pages["/metrics"] = Delayed.metrics(1400)
    await watched.monitor.look(AT, patient=True)
    speed = watched.monitor.statuses[AT.root].tokens_per_s
    assert speed == pytest.approx(100, rel=0.001)


async def test_a_server_that_was_up_and_hangs_goes_down_once() -> None:
    watched = Watched()
    await watched.looks(3)
    watched.fetcher.takes = dict.fromkeys(SLOW, NEVER)
    assert await watched.looks(6) == ["unknown", *["down"] * 5]
    assert watched.monitor.statuses[AT.root].reason == "no answer in 12 s"
    watched.fetcher.takes = {}
    assert await watched.looks(2) == ["up", "up"]


async def test_a_port_that_is_taken_again_by_what_says_nothing_yet_is_not_refusing_any_more() -> (
    None
):
    watched = Watched()
    watched.fetcher.refusing = True
    assert await watched.looks(2) == ["down", "down"]
    watched.fetcher.refusing = False
    watched.fetcher.takes = dict.fromkeys(SLOW, NEVER)
    assert await watched.looks(1) == ["unknown"]
    assert watched.monitor.statuses[AT.root].reason == "no answer in 2.5 s: slow or hung"


async def test_a_server_that_never_answered_is_down_and_asked_less_often() -> None:
    watched = Watched(**everything(NEVER))
    assert await watched.looks(4) == ["unknown", "down", "down", "down"]
    status = watched.monitor.statuses[AT.root]
    assert (status.reason, status.startable) == ("no answer in 12 s", False)
