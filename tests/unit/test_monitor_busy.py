"""A server that works for us is busy, however long its probes wait; and what is told of changes."""

import json
from datetime import datetime, timedelta

import pytest

from massgen_tui.monitor.fetch import Answer, Fault, Fetcher
from massgen_tui.monitor.servers import ServerMonitor
from massgen_tui.monitor.status import Condition, ServerState, ServerTarget
from tests.support.fakes import FakeClock

ROOT = "http://localhost:8000"
TARGET = ServerTarget(ROOT, f"{ROOT}/v1", "vllm", ("m",))
MODELS = {"data": [{"id": "m", "owned_by": "vllm", "max_model_len": 4096}]}
SILENT = Answer(fault=Fault.TIMEOUT, words="no answer in 2.5 s")
IDLE = "vllm:num_requests_running 0\nvllm:num_requests_waiting 0\n"
WORKING = "vllm:num_requests_running 1\nvllm:generation_tokens_total 500\n"
REFUSED = Answer(fault=Fault.REFUSED, words="connection refused")


class Wire(Fetcher):
    """A vLLM that answers, is silent or refuses, as it is told."""

    def __init__(self) -> None:
        super().__init__()
        self.instead: Answer | None = None
        self.asked: list[str] = []
        self.patiently: list[bool] = []
        self.takes = 0.0
        self.metrics = ""

    async def get(
        self, url: str, *, key: str | None = None, patient: bool = False, **own: object
    ) -> Answer:
        path = url.removeprefix(ROOT)
        self.asked.append(path)
        self.patiently.append(patient)
        if self.instead is not None:
            return self.instead
        known = {
            "/metrics": self.metrics,
            "/v1/models": json.dumps(MODELS),
            "/version": '{"version": "0.33.0"}',
        }
        return Answer(200, known.get(path, "").encode(), seconds=self.takes)


class Scene:
    """One server under a monitor, with a clock moved by hand."""

    def __init__(self) -> None:
        self.clock, self.wire = FakeClock(), Wire()
        began = datetime(2026, 11, 23, 21, 3, 0)
        self.monitor = ServerMonitor(
            [TARGET],
            clock=self.clock,
            wall=lambda: began + timedelta(seconds=self.clock.now - 100),
            fetcher=self.wire,
        )

    async def look(self, seconds: float = 3.0) -> tuple[ServerState, str]:
        """Look again after a while."""
        self.clock.tick(seconds)
        self.wire.asked.clear()
        self.wire.patiently.clear()
        status = await self.monitor.look(TARGET, patient=True)
        return status.state, status.reason


@pytest.fixture
async def scene() -> Scene:
    scene = Scene()
    assert await scene.look() == (ServerState.UP, "")
    return scene


async def test_one_silence_is_doubt_and_one_that_was_given_time_is_down(scene: Scene) -> None:
    scene.wire.instead = SILENT
    assert await scene.look() == (ServerState.UNKNOWN, "no answer in 2.5 s: slow or hung")
    assert scene.wire.asked == ["/health"], "no more is asked of it than before"
    assert scene.wire.patiently == [False]
    assert await scene.look() == (ServerState.DOWN, "no answer in 2.5 s")
    assert scene.wire.patiently == [True]


async def test_a_server_that_never_answered_is_not_known_to_be_down_at_once() -> None:
    scene = Scene()
    scene.wire.instead = SILENT
    assert await scene.look() == (ServerState.UNKNOWN, "no answer in 2.5 s: slow or hung")
    assert (await scene.look())[0] is ServerState.DOWN


async def test_a_look_that_has_no_time_to_give_calls_nothing_down(scene: Scene) -> None:
    scene.wire.instead = SILENT
    for _ in range(3):
        assert (await scene.monitor.look(TARGET)).state is ServerState.UNKNOWN
    assert not any(scene.wire.patiently)


async def test_a_slow_server_is_up_and_says_so_for_as_long_as_it_is(scene: Scene) -> None:
    scene.wire.instead = SILENT
    await scene.look()
    scene.wire.instead, scene.wire.takes = None, 9.7
    assert await scene.look() == (ServerState.UP, "slow: it took 9.7 s to answer")
    assert await scene.look() == (ServerState.UP, "slow: it took 9.7 s to answer")
    assert all(scene.wire.patiently)
    scene.wire.takes = 0.01
    assert await scene.look() == (ServerState.UP, "")
    await scene.look()
    assert not any(scene.wire.patiently)


async def test_a_server_that_streams_to_us_is_up_whatever_its_probes_do(scene: Scene) -> None:
    scene.wire.instead = SILENT
    for _ in range(4):
        scene.monitor.talked(ROOT, scene.clock.now + 2)
        assert await scene.look() == (ServerState.UP, "busy: slow to answer probes")
    assert (await scene.monitor.look(TARGET)).models[0].id == "m", "what is known of it stays"
    assert await scene.look(60) == (ServerState.DOWN, "no answer in 2.5 s")


async def test_a_silent_server_that_holds_a_request_of_ours_is_doubted_not_dead(
    scene: Scene,
) -> None:
    scene.wire.instead = SILENT
    scene.monitor.await_answers({ROOT})
    assert await scene.look() == (ServerState.UNKNOWN, "no answer in 2.5 s: slow or hung")
    for _ in range(3):
        assert await scene.look() == (ServerState.UNKNOWN, "no answer in 2.5 s")
        assert scene.monitor.statuses[ROOT].condition is Condition.HUNG
    scene.monitor.await_answers(())
    assert await scene.look() == (ServerState.DOWN, "no answer in 2.5 s")


async def test_a_server_that_is_down_is_not_doubted_again_for_a_prompt_of_ours(
    scene: Scene,
) -> None:
    scene.wire.instead = SILENT
    await scene.look()
    doubted = (await scene.monitor.look(TARGET)).since
    await scene.look()
    scene.monitor.await_answers({ROOT})
    assert await scene.look() == (ServerState.DOWN, "no answer in 2.5 s")
    status = await scene.monitor.look(TARGET)
    assert status.since == doubted, "the silence is one, and began when it was doubt"


async def test_a_server_that_counts_no_request_though_one_of_ours_is_open_is_odd(
    scene: Scene,
) -> None:
    scene.wire.metrics = IDLE
    scene.monitor.await_answers({ROOT})
    assert await scene.look() == (ServerState.UP, "")
    assert await scene.look(10) == (ServerState.UP, "")
    state, reason = await scene.look(10)
    assert state is ServerState.UP
    assert reason.startswith("a request of ours is open, but it counts none")
    scene.monitor.await_answers(())
    assert await scene.look() == (ServerState.UP, "")


async def test_a_server_that_streams_to_us_is_not_called_hung_whatever_it_counts(
    scene: Scene,
) -> None:
    scene.wire.metrics = IDLE
    scene.monitor.await_answers({ROOT})
    for _ in range(12):
        scene.monitor.talked(ROOT, scene.clock.now + 2)
        assert await scene.look() == (ServerState.UP, "")


async def test_what_it_does_not_count_is_timed_anew_for_every_request(scene: Scene) -> None:
    scene.wire.metrics, scene.wire.takes = IDLE, 0.01
    scene.monitor.await_answers({ROOT})
    await scene.look()
    scene.monitor.await_answers(())
    scene.wire.takes = 9.7
    assert (await scene.look(20))[1].startswith("slow")
    scene.monitor.await_answers({ROOT})
    scene.wire.takes = 0.01
    assert await scene.look(20) == (ServerState.UP, "")


async def test_a_gauge_that_rests_is_no_missing_token(scene: Scene) -> None:
    scene.wire.metrics = (
        "vllm:num_requests_running 1\nvllm:avg_generation_throughput_toks_per_s 0\n"
    )
    for _ in range(12):
        assert await scene.look(2.5) == (ServerState.UP, "")


async def test_a_busy_server_that_falls_silent_was_up_until_then(scene: Scene) -> None:
    scene.wire.instead = SILENT
    scene.monitor.talked(ROOT, scene.clock.now + 2)
    assert (await scene.look())[0] is ServerState.UP
    assert (await scene.look(60))[0] is ServerState.DOWN
    status = await scene.monitor.look(TARGET)
    assert status.since == scene.clock.now


async def test_requests_without_a_token_are_pointed_out(scene: Scene) -> None:
    scene.wire.metrics = WORKING
    for _ in range(9):
        assert (await scene.look(2.5))[1] == ""
    state, reason = await scene.look(2.5)
    assert state is ServerState.UP
    assert reason.startswith("requests run, but no token came for 20 s")
    scene.wire.metrics = WORKING.replace("500", "501")
    assert await scene.look(2.5) == (ServerState.UP, "")


async def test_a_server_that_refuses_is_down_though_its_last_stream_still_talks(
    scene: Scene,
) -> None:
    scene.monitor.talked(ROOT, scene.clock.now + 3)
    scene.wire.instead = REFUSED
    assert await scene.look() == (ServerState.DOWN, "connection refused")


async def test_an_old_word_never_takes_the_place_of_a_newer_one(scene: Scene) -> None:
    scene.monitor.talked(ROOT, scene.clock.now + 3)
    scene.monitor.talked(ROOT, scene.clock.now - 90)
    scene.wire.instead = SILENT
    assert (await scene.look())[0] is ServerState.UP


async def test_talk_of_a_server_that_nobody_watches_is_no_fault(scene: Scene) -> None:
    scene.monitor.talked("http://elsewhere:1", scene.clock.now)
    assert list(scene.monitor.statuses) == [ROOT]


async def test_changes_have_their_time_of_day_and_only_certain_ones_are_news(
    scene: Scene,
) -> None:
    for answer in (SILENT, None, REFUSED, REFUSED, None):
        scene.wire.instead = answer
        await scene.look()
    changes = scene.monitor.statuses[ROOT].changes
    assert [(f"{c.when:%H:%M:%S}", c.after.value, c.news) for c in changes] == [
        ("21:03:03", "up", False),
        ("21:03:06", "unknown", False),
        ("21:03:09", "up", False),
        ("21:03:12", "down", True),
        ("21:03:18", "up", True),
    ]
    assert changes[3].reason == "connection refused"
    assert list(scene.monitor.changes) == list(changes)


async def test_only_the_last_changes_are_kept(scene: Scene) -> None:
    for turn in range(100):
        scene.wire.instead = None if turn % 2 else REFUSED
        await scene.look()
    changes = scene.monitor.statuses[ROOT].changes
    assert len(changes) == 30
    assert changes[-1].at == scene.clock.now
