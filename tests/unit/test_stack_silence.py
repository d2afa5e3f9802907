"""A silent stream's server: whether a replica may be starting there for the prompt."""

import json
from pathlib import Path

import pytest

from massgen_tui.config.model import Config
from massgen_tui.session.health import Health
from massgen_tui.session.session import Session
from massgen_tui.supervise.monitoring import Monitors
from massgen_tui.supervise.silence import Lookout
from tests.support.configs import agent_of
from tests.support.server import ScriptedServer, whole

ROW = {"id": "m", "owned_by": "organization-owner", "permission": [], "metadata": {}}
LIST = json.dumps({"object": "list", "data": [ROW]}).encode()
RAY = {"/-/routes": b'{"/":"default"}', "/-/healthz": b"success", "/v1/models": LIST}
KSERVE = {"/v2": b'{"name":"kserve","version":"0.21.0","extensions":[]}'}


def config_at(base_url: str) -> Config:
    agent = agent_of("a", type="chatcompletion", model="m", base_url=base_url)
    return Config(path=Path("c.yaml"), agents=(agent,))


@pytest.mark.parametrize(
    ("pages", "starts"), [(RAY, True), (KSERVE, True), ({}, False), ({"/-/routes": b"[]"}, False)]
)
async def test_a_run_asks_once_whether_a_replica_may_be_starting(
    pages: dict[str, bytes], starts: bool
) -> None:
    async with ScriptedServer() as server:
        for path, page in pages.items():
            server.route("GET", path, whole(200, page))
        at = f"{server.root}/openai/v1" if pages is KSERVE else f"{server.root}/v1"
        config = config_at(at)
        lookout, session = Lookout(config), Session(config, health=None)
        (agent,) = session.agents
        reports = [await lookout.health(agent) for _ in range(3)]
        assert [(one.health, one.starts) for one in reports] == [(Health.ALIVE, starts)] * 3
        asked = [request.path for request in server.requests]
        assert len(asked) == len(set(asked)), "once is enough"
        assert "/v1/models" not in asked, "that could end the answer under way"
        await lookout.aclose()
        await session.aclose()


async def test_the_console_knows_by_its_looks_whether_a_replica_may_be_starting() -> None:
    async with ScriptedServer() as server:
        for path, page in RAY.items():
            server.route("GET", path, whole(200, page))
        config = config_at(f"{server.root}/v1")
        watching, session = Monitors(config), Session(config, health=None)
        (agent,) = session.agents
        await watching.start()
        report = await watching.health(agent)
        assert (report.health, report.starts) == (Health.ALIVE, True)
        await watching.stop()
        await session.aclose()
