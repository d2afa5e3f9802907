"""Headers of one's own on the screen: plain values in their place, secrets as their template."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
from pydantic import SecretStr
from textual.app import App, ComposeResult

from massgen_tui.config.extras import Extra, hides
from massgen_tui.config.loader import load_config
from massgen_tui.console.app import ConsoleApp
from massgen_tui.console.screens.monitor import server_detail
from massgen_tui.console.screens.request import request_text
from massgen_tui.console.services import Services
from massgen_tui.console.widgets.sidebar import Sidebar
from massgen_tui.session.session import Session
from massgen_tui.supervise.watching import NoMonitoring
from tests.support.monitored import GPU, NOW, UP, of, sampled
from tests.support.server import Recorded, Reply, ScriptedServer, whole

TOKEN = "tok-Variable0123456789"
LITERAL = "lit-InTheFile0123456789"
CONFIG = """
agents:
- id: a
  backend:
    type: vllm
    model: m
    base_url: "{url}"
    retries: 0
    extra_headers: {{x-tenant: red, X-Team-Token: "${{BOX_TOKEN}}", X-Secret: {literal}}}
    extra_query: {{api-version: 1, key: "${{BOX_TOKEN}}"}}
    extra_body: {{note: "with {literal} inside"}}
monitor: off
"""


def _echo(request: Recorded) -> bytes:
    told = f"bad {request.header('x-team-token')} and {request.header('x-secret')}"
    return whole(400, {"error": {"message": f"{told} at {request.path}"}})


async def test_the_request_view_and_an_error_show_no_secret(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BOX_TOKEN", TOKEN)
    async with ScriptedServer() as server:
        server.answer(Reply(_echo))
        file = tmp_path / "agents.yaml"
        file.write_text(CONFIG.format(url=server.base_url, literal=LITERAL), "utf-8")
        config = load_config(file)
        watching = NoMonitoring()
        services = Services(Session(config, health=watching.health), watching)
        app = ConsoleApp(config, services)
        app.animation_level = "none"
        async with asyncio.timeout(30), app.run_test(size=(160, 48)) as pilot:
            app.desk.ask("what is it?")
            await app.session.wait()
            app.paint()
            await pilot.pause()
            seen = app.export_screenshot()
            (agent,) = app.session.agents
            assert agent.current is not None
            seen += repr(agent.current.error)
            _, text = request_text(agent)
        assert server.requests[0].header("x-team-token") == TOKEN
    for line in ("x-tenant: red", "X-Team-Token: ${BOX_TOKEN}", "X-Secret: ***", "?api-version=1"):
        assert line in text.splitlines()
    assert "?key=${BOX_TOKEN}" in text.splitlines()
    for secret in (TOKEN, LITERAL):
        assert secret not in text
        assert secret not in seen


class Host(App[None]):
    def compose(self) -> ComposeResult:
        yield Sidebar()


def _with(tenant: str) -> tuple[Extra, ...]:
    plain = Extra(name="x-tenant", value=SecretStr(tenant), shown=tenant)
    token = Extra(
        name="x-token",
        value=SecretStr(TOKEN),
        secret=True,
        shown="${BOX_TOKEN}",
        hidden=hides(TOKEN),
    )
    return (plain, token)


async def test_servers_that_differ_in_headers_are_rows_that_say_so() -> None:
    red, blue = (
        replace(UP, target=replace(UP.target, headers=_with(tenant))) for tenant in ("red", "blue")
    )
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        sidebar = app.query_one(Sidebar)
        sidebar.show({one.target.id: one for one in (red, blue)}, sampled(GPU), NOW)
        await pilot.pause()
        rows = "\n".join(sidebar.lines)
    assert rows.count(":8000") == 2
    assert rows.index("x-tenant: red") < rows.index("x-tenant: blue")
    assert TOKEN not in rows + server_detail(red, NOW) + repr(red)
    assert "x-token: ${BOX_TOKEN}" in server_detail(red, NOW)


async def test_one_without_any_says_nothing_of_them() -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        sidebar = app.query_one(Sidebar)
        sidebar.show(of(UP), sampled(GPU), NOW)
        await pilot.pause()
        assert not any("x-" in line for line in sidebar.lines)
    assert "asked with" not in server_detail(UP, NOW)
