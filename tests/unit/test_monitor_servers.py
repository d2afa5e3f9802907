import asyncio
from collections.abc import Mapping
from pathlib import Path

import pytest

from massgen_tui.config.model import Config
from massgen_tui.monitor.fetch import Answer, Fetcher
from massgen_tui.monitor.servers import ServerMonitor
from massgen_tui.monitor.status import ServerState, ServerTarget
from massgen_tui.monitor.targets import targets_of
from tests.support.configs import agent_of
from tests.support.fakes import FakeClock
from tests.support.server import ScriptedServer, Wait, free_port, whole

MODELS = {"data": [{"id": "m", "owned_by": "vllm", "max_model_len": 4096}]}


class Pauses:
    """Stands for the time between looks: the test lets it pass."""

    def __init__(self) -> None:
        self.asked: list[float] = []
        self._begun = asyncio.Condition()
        self._over = asyncio.Semaphore(0)

    async def __call__(self, seconds: float, wake: asyncio.Event) -> None:
        async with self._begun:
            self.asked.append(seconds)
            self._begun.notify_all()
        over = asyncio.ensure_future(self._over.acquire())
        woken = asyncio.ensure_future(wake.wait())
        await asyncio.wait((over, woken), return_when=asyncio.FIRST_COMPLETED)
        for waiting in (over, woken):
            waiting.cancel()

    def end(self) -> None:
        """Let one pause be over."""
        self._over.release()

    async def begun(self, count: int) -> None:
        """Return when that many pauses have begun in all."""
        async with self._begun:
            await self._begun.wait_for(lambda: len(self.asked) >= count)


def up(server: ScriptedServer) -> None:
    server.route("GET", "/v1/models", whole(200, MODELS))
    server.route("GET", "/version", whole(200, {"version": "0.33.0"}))
    server.route("GET", "/health", whole(200, b""))


def at(server: ScriptedServer) -> ServerTarget:
    return ServerTarget(server.root, server.base_url, "vllm", ("m",), key="EMPTY")


async def test_nothing_is_green_before_anybody_looked() -> None:
    async with ScriptedServer() as server:
        up(server)
        monitor = ServerMonitor([at(server)])
        status = monitor.statuses[server.root]
        assert server.requests == []
    assert (status.state, status.reason) == (ServerState.UNKNOWN, "not looked at yet")


async def test_a_server_that_comes_turns_green_and_one_that_goes_turns_red() -> None:
    pauses, clock = Pauses(), FakeClock()
    port = free_port()
    target = ServerTarget(f"http://127.0.0.1:{port}", f"http://127.0.0.1:{port}/v1", "vllm", ("m",))
    monitor = ServerMonitor([target], clock=clock, wait=pauses)
    async with monitor:
        await pauses.begun(1)
        assert monitor.statuses[target.root].state is ServerState.DOWN
        async with ScriptedServer(port=port) as server:
            up(server)
            clock.tick(3)
            pauses.end()
            await pauses.begun(2)
            assert monitor.statuses[target.root].state is ServerState.UP
            assert monitor.statuses[target.root].since == clock.now
        pauses.end()
        await pauses.begun(3)
        assert monitor.statuses[target.root].state is ServerState.DOWN
    assert max(pauses.asked) < 5, "both are seen within 5 s"
    assert [change.after for change in monitor.changes] == ["down", "up", "down"]


async def test_it_looks_seldom_when_nobody_sees_it_and_at_once_when_somebody_does() -> None:
    pauses = Pauses()
    async with ScriptedServer() as server:
        up(server)
        monitor = ServerMonitor([at(server)], wait=pauses)
        monitor.relaxed = True
        async with monitor:
            await pauses.begun(1)
            monitor.relaxed = False
            await pauses.begun(2)
    shown, hidden = pauses.asked[1], pauses.asked[0]
    assert 2 <= shown <= 5 < hidden


async def test_a_server_that_stays_away_is_asked_less_often_but_within_5_s() -> None:
    pauses = Pauses()
    port = free_port()
    target = ServerTarget(f"http://127.0.0.1:{port}", f"http://127.0.0.1:{port}/v1", "vllm", ("m",))
    async with ServerMonitor([target], wait=pauses):
        for count in range(1, 12):
            await pauses.begun(count)
            pauses.end()
    assert pauses.asked == sorted(pauses.asked)
    assert pauses.asked[0] < pauses.asked[-1] < 5


async def test_a_provider_that_answered_is_asked_no_more_and_our_requests_tell() -> None:
    pauses = Pauses()
    async with ScriptedServer() as server:
        server.route("GET", "/v1/models", whole(200, {"data": [{"id": "glm-4.5"}]}))
        target = ServerTarget(server.root, server.base_url, "zai", ("m",), key="k", hosted=True)
        monitor = ServerMonitor([target], wait=pauses)
        async with monitor:
            await pauses.begun(1)
            pauses.end()
            monitor.heard(server.root, ServerState.DOWN, "refused")
            assert monitor.statuses[server.root].reason == "refused"
            monitor.heard(server.root, ServerState.UP)
            assert monitor.statuses[server.root].state is ServerState.UP
        assert len(server.requests) == 1


@pytest.mark.parametrize("status", [404, 403, 405])
async def test_a_provider_without_a_list_of_models_is_asked_once_too(status: int) -> None:
    async with ScriptedServer() as server:
        server.route("GET", "/v1/models", whole(status, b""))
        target = ServerTarget(server.root, server.base_url, "zai", ("m",), key="k", hosted=True)
        pauses = Pauses()
        async with ServerMonitor([target], wait=pauses) as monitor:
            await pauses.begun(1)
            pauses.end()
            async with asyncio.timeout(5):
                await asyncio.gather(*monitor._tasks.values())
            assert monitor.statuses[server.root].state is not ServerState.UP
        assert len(server.requests) == 1


async def test_a_request_of_ours_that_failed_has_its_server_looked_at_now() -> None:
    pauses = Pauses()
    async with ScriptedServer() as server:
        up(server)
        async with ServerMonitor([at(server)], wait=pauses) as monitor:
            await pauses.begun(1)
            monitor.heard(server.root, ServerState.UP)
            server.route("GET", "/health", whole(500, b""))
            monitor.heard(server.root, ServerState.DOWN, "cut")
            await pauses.begun(2)
            assert monitor.statuses[server.root].reason == "answers HTTP 500"


async def test_a_slow_server_holds_up_no_other() -> None:
    answer = asyncio.Event()
    async with ScriptedServer() as slow, ScriptedServer() as quick:
        up(quick)
        slow.route("GET", "/v1/models", Wait(answer), whole(200, MODELS))
        pauses = Pauses()
        async with ServerMonitor([at(slow), at(quick)], wait=pauses) as monitor:
            await pauses.begun(1)
            assert monitor.statuses[quick.root].state is ServerState.UP
            assert monitor.statuses[slow.root].state is ServerState.UNKNOWN
            answer.set()


async def test_a_fault_of_our_own_is_logged_and_never_leaves_a_server_green(
    caplog: pytest.LogCaptureFixture,
) -> None:
    class Broken(Fetcher):
        async def get(
            self, url: str, *, key: str | None = None, patient: bool = False, **own: object
        ) -> Answer:
            raise RuntimeError("ours")

    pauses = Pauses()
    target = ServerTarget("http://localhost:1", "http://localhost:1/v1", "vllm", ("m",))
    async with ServerMonitor([target], wait=pauses, fetcher=Broken()) as monitor:
        for count in (1, 2):
            await pauses.begun(count)
            status = monitor.statuses[target.root]
            assert (status.state, status.reason) == (
                ServerState.UNKNOWN,
                "looking at it failed: see the log",
            )
            pauses.end()
    assert "ours" in caplog.text


async def test_stopping_closes_every_connection() -> None:
    async with ScriptedServer() as server:
        up(server)
        pauses = Pauses()
        async with ServerMonitor([at(server)], wait=pauses):
            await pauses.begun(1)
            assert server.open == 1
        await server.all_closed()


async def test_an_upgraded_server_is_seen_as_what_it_became() -> None:
    clock = FakeClock()
    async with ScriptedServer() as server:
        up(server)
        target = at(server)
        monitor = ServerMonitor([target], clock=clock)
        assert (await monitor.look(target)).version == "0.33.0"
        server.route("GET", "/version", whole(200, {"version": "0.34.0"}))
        clock.tick(5)
        assert (await monitor.look(target)).version == "0.33.0", "not asked each time"
        clock.tick(60)
        assert (await monitor.look(target)).version == "0.34.0"
        await monitor.stop()


def config(*agents: Mapping[str, object], servers: tuple[dict[str, str], ...] = ()) -> Config:
    made = [agent_of(f"a{n}", problem=None, **fields) for n, fields in enumerate(agents, start=1)]
    return Config.model_validate({"agents": made, "servers": servers, "path": Path("c.yaml")})


VLLM: dict[str, object] = {
    "type": "vllm",
    "model": "Qwen/Qwen3-4B",
    "base_url": "http://localhost:8000/v1",
}


def test_the_same_address_in_three_agents_is_one_server() -> None:
    other = VLLM | {"model": "Qwen/Qwen3-8B"}
    (target,) = targets_of(config(VLLM, other, VLLM))
    assert target.root == "http://localhost:8000"
    assert target.agents == ("a1", "a2", "a3")
    assert target.models == ("Qwen/Qwen3-4B", "Qwen/Qwen3-8B")
    assert target.place == ":8000"


def test_a_dead_server_has_its_start_command_and_no_key_in_it() -> None:
    thinking = {"chat_template_kwargs": {"enable_thinking": True}}
    (target,) = targets_of(config(VLLM | {"parameters": thinking, "api_key": "sk-secret"}))
    assert target.start_command == (
        "python -m vllm.entrypoints.openai.api_server --model Qwen/Qwen3-4B --port 8000"
        " --reasoning-parser qwen3"
    )
    assert target.thinks
    assert target.key == "sk-secret"
    assert "sk-secret" not in repr(target)


def test_a_provider_without_a_key_is_not_asked() -> None:
    hosted = {"type": "chatcompletion", "model": "m", "base_url": "https://api.cerebras.ai/v1"}
    (target,) = targets_of(config(hosted))
    assert target.hosted
    assert target.problem
    assert (target.key, target.start_command) == (None, "")


@pytest.mark.parametrize(
    ("url", "hosted"),
    [
        ("http://localhost:8000/v1", False),
        ("http://10.0.0.7:8000/v1", False),
        ("https://gpubox:8443/v1", False),
        ("https://vllm.example.com/v1", True),
        ("https://api.z.ai/api/paas/v4", True),
    ],
)
def test_far_away_servers_are_not_probed_all_the_time(url: str, hosted: bool) -> None:
    (target,) = targets_of(config(VLLM | {"type": "chatcompletion", "base_url": url}))
    assert target.hosted is hosted


@pytest.mark.parametrize("type_", ["vllm", "chatcompletion"])
def test_a_gateway_far_away_without_a_key_is_asked_as_servers_without_one_are(type_: str) -> None:
    far = {"type": type_, "model": "m", "base_url": "https://vllm.example.com/v1"}
    (target,) = targets_of(config(far))
    assert (target.hosted, target.key, target.problem) == (True, "EMPTY", "")


def test_servers_that_no_agent_uses_come_last() -> None:
    extra = {"base_url": "http://gpubox:30000/v1", "type": "sglang"}
    targets = targets_of(config(VLLM, servers=(extra,)))
    assert [target.root for target in targets] == ["http://localhost:8000", "http://gpubox:30000"]
    assert targets[1].dialect == "sglang"


def test_an_unknown_type_has_no_server() -> None:
    assert targets_of(config({"type": "claude_code", "model": "m", "base_url": "http://x"})) == ()


def test_the_longest_answer_that_is_asked_of_each_model_is_known() -> None:
    small = VLLM | {"parameters": {"max_tokens": 512}}
    large = VLLM | {"extra_body": {"max_completion_tokens": 4096}}
    (target,) = targets_of(config(VLLM, small, large))
    assert target.longest == (("Qwen/Qwen3-4B", 4096),)
