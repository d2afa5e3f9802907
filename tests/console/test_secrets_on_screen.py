"""Keys on the screen: a server that repeats the key it was sent, and no picture that shows it."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from massgen_tui.config.loader import load_config
from massgen_tui.console.app import ConsoleApp
from massgen_tui.console.services import Services
from massgen_tui.session.session import Session
from massgen_tui.session.status import Status
from massgen_tui.supervise.watching import NoMonitoring
from tests.support.server import END, Recorded, Reply, ScriptedServer, chunk, head, sse, whole

KEYS = {
    "VLLM_API_KEY": "sk-Environment0123456789",
    "SGLANG_API_KEY": "sk-DotEnvFile0123456789",
    "BOX_KEY": "sk-Variable0123456789",
}
IN_FILE = "sk-InTheFile0123456789"
CONFIG = """
agents:
  - {{id: env, backend: {{type: vllm, model: m, base_url: "{url}", retries: 0}}}}
  - {{id: dotenv, backend: {{type: sglang, model: m, base_url: "{url}", retries: 0}}}}
  - {{id: file, backend: {{type: vllm, model: m, base_url: "{url}", retries: 0, api_key: {key}}}}}
  - {{id: var, backend: {{type: vllm, model: m, base_url: "{url}", retries: 0,
      api_key: "${{BOX_KEY}}"}}}}
monitor: off
"""
ECHOES: dict[str, Callable[[str], bytes]] = {
    "401": lambda key: whole(401, {"error": {"message": f"Incorrect API key: {key}"}}),
    "400 that names a parameter": lambda key: whole(400, {"message": f"temperature: {key}"}),
    "500 of plain text": lambda key: whole(500, key.encode(), "text/plain"),
    "502 of a proxy": lambda key: whole(502, f"<title>{key}</title>".encode(), "text/html"),
    "error in the stream": lambda key: (
        head() + chunk(sse({"error": {"message": f"bad {key}"}})) + END
    ),
    "unreadable event": lambda key: head() + chunk(f"data: {{{key}\n\n".encode()) + END,
}


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for variable in ("VLLM_API_KEY", "BOX_KEY"):
        monkeypatch.setenv(variable, KEYS[variable])
    monkeypatch.delenv("SGLANG_API_KEY", raising=False)
    (tmp_path / ".env").write_text(f"SGLANG_API_KEY={KEYS['SGLANG_API_KEY']}\n", "utf-8")
    return tmp_path


@pytest.mark.parametrize("name", ECHOES)
async def test_no_picture_shows_a_key(name: str, home: Path) -> None:
    sent: set[str] = set()

    def reply(request: Recorded) -> bytes:
        key = (request.header("authorization") or "").removeprefix("Bearer ")
        sent.add(key)
        return ECHOES[name](key)

    async with ScriptedServer() as server:
        for _ in KEYS.keys() | {IN_FILE}:
            server.answer(Reply(reply))
        file = home / "agents.yaml"
        file.write_text(CONFIG.format(url=server.base_url, key=IN_FILE), "utf-8")
        config = load_config(file)
        watching = NoMonitoring()
        services = Services(Session(config, health=watching.health), watching)
        app = ConsoleApp(config, services)
        app.animation_level = "none"
        async with asyncio.timeout(30), app.run_test(size=(200, 60)) as pilot:
            app.desk.ask("what is it?")
            await app.session.wait()
            app.paint()
            await pilot.pause()
            seen = [app.export_screenshot()]
            for number, agent in enumerate(app.session.agents, 1):
                assert agent.current is not None
                assert agent.current.status is Status.FAILED
                assert agent.current.error is not None
                seen.append(repr(agent.current.error) + str(agent.current.warnings))
                app.main.action_pane(number)
                await app.action_request()
                await pilot.pause()
                seen.append(app.export_screenshot())
                await pilot.press("escape")
    assert sent == {*KEYS.values(), IN_FILE}
    assert "failed" in seen[0] or "✗" in seen[0]
    assert [key for key in sent if any(key in text for text in seen)] == []
