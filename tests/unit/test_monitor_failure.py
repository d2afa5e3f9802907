"""What a server answered last counts, until the same source is answered well."""

from dataclasses import replace

import pytest

from massgen_tui.backends.events import BackendError, ErrorKind
from massgen_tui.monitor.failure import LastFailure
from massgen_tui.monitor.servers import ServerMonitor
from massgen_tui.monitor.status import ServerState, ServerTarget
from tests.support.monitored import NOW, UP, lines
from tests.support.server import ScriptedServer, whole

MODELS = b'{"object": "list", "data": [{"id": "m", "object": "model", "owned_by": "vllm"}]}'
PAUSED = "Generation is paused. Please retry after it resumes."


def target(server: ScriptedServer) -> ServerTarget:
    return ServerTarget(server.root, f"{server.root}/v1", "vllm", ("m",), ("a",))


def up(server: ScriptedServer) -> None:
    server.route("GET", "/health", whole(200, b""))
    server.route("GET", "/v1/models", whole(200, MODELS))


async def test_what_a_prompt_met_stands_until_one_is_answered() -> None:
    async with ScriptedServer() as server:
        up(server)
        monitor = ServerMonitor([target(server)])
        (id,) = monitor.statuses
        await monitor.look(target(server))
        assert monitor.statuses[id].last_failure is None
        monitor.heard(id, ServerState.DOWN, "500 server error: engine died", 500)
        await monitor.look(target(server))
        status = monitor.statuses[id]
        assert status.state is ServerState.UP, "it answers looks"
        failure = status.last_failure
        assert failure is not None
        assert (failure.source, failure.status) == ("prompt", 500)
        assert failure.message == "500 server error: engine died"
        monitor.heard(id, ServerState.UP)
        assert monitor.statuses[id].last_failure is None
        await monitor.stop()


@pytest.mark.parametrize(
    ("status", "body"), [(500, b"it broke"), (503, b'{"error": "scaling"}'), (502, b"")]
)
async def test_what_a_look_met_stands_until_one_is_answered(status: int, body: bytes) -> None:
    async with ScriptedServer() as server:
        server.route("GET", "/health", whole(status, body))
        server.route("GET", "/v1/models", whole(status, body))
        server.route("GET", "/version", whole(status, body))
        monitor = ServerMonitor([target(server)])
        seen = await monitor.look(target(server))
        assert seen.state is not ServerState.UP
        failure = seen.last_failure
        assert failure is not None
        assert (failure.source, failure.status) == ("look", status)
        assert failure.message == seen.reason
        up(server)
        assert (await monitor.look(target(server))).last_failure is None
        await monitor.stop()


def test_the_sidebar_says_it_beside_up() -> None:
    failed = LastFailure("prompt", NOW - 12, 500, "500 server error: engine died")
    assert "! its last answer was HTTP 500, 12 s ago" in lines(replace(UP, last_failure=failed))
    cut = replace(failed, status=None)
    assert "! its last answer was a failure, 12 s ago" in lines(replace(UP, last_failure=cut), 60)


@pytest.mark.parametrize("words", [PAUSED, "503 server not available: the engine is paused"])
def test_a_paused_server_refuses_prompts(words: str) -> None:
    paused = LastFailure("prompt", NOW - 12, 503, words)
    assert "! refuses prompts: paused" in lines(replace(UP, last_failure=paused))
    by_look = replace(paused, source="look")
    assert "! refuses prompts: paused" not in lines(replace(UP, last_failure=by_look))


def test_an_error_tells_its_status() -> None:
    assert BackendError(ErrorKind.OVERLOADED, PAUSED, status=503).status == 503
