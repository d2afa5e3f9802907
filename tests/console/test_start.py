"""The screen of beginnings, by real keys: what is offered, looked for, typed, saved."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import yaml
from textual import events
from textual.pilot import Pilot
from textual.widgets import Input, OptionList

from massgen_tui.console import start
from massgen_tui.console.screens.servers_found import ServersFound
from massgen_tui.console.start import Begun, StartApp
from tests.support.kept import kept
from tests.support.mirror import drawn_whole
from tests.support.probed import sglang, vllm
from tests.support.server import ScriptedServer, Wait, free_port, whole

CONFIG = "agents: [{id: qwen1, backend: {type: vllm, model: m}}]"


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    folder = tmp_path / "here"
    (folder / "configs").mkdir(parents=True)
    (folder / "configs" / "agents.yaml").write_text(CONFIG, "utf-8")
    (folder / "other.yaml").write_text("services: {web: {image: x}}", "utf-8")
    monkeypatch.chdir(folder)
    return folder


@asynccontextmanager
async def started(size: tuple[int, int] = (80, 24)) -> AsyncIterator[tuple[StartApp, Pilot[None]]]:
    app = StartApp()
    async with app.run_test(size=size, notifications=True) as pilot:
        await until(pilot, app, lambda: app.filled)
        yield app, pilot


async def until(pilot: Pilot[None], app: StartApp, seen: Callable[[], bool]) -> None:
    for _ in range(400):
        await pilot.pause(0.02)
        if seen():
            return
    raise AssertionError(text(app))


def text(app: StartApp) -> str:
    return "\n".join("".join(segment.text for segment in row) for row in drawn_whole(app))


def choose(app: StartApp, id: str) -> None:
    listed = app.query_one(OptionList)
    listed.highlighted = listed.get_option_index(id)


async def test_configs_sessions_and_the_demo_are_offered(place: Path) -> None:
    folder = place.parent / "state" / "massgen-tui" / "sessions"
    folder.mkdir(parents=True)
    kept(folder, 1, "what is machine learning?")
    async with started() as (app, _):
        shown = text(app)
        for words in (
            "Look for servers on this host",
            "Demo",
            "configs/agents.yaml",
            "qwen1",
            "what is machine learning?",
        ):
            assert words in shown
        assert "other.yaml" not in shown


async def test_a_config_is_opened(place: Path) -> None:
    async with started() as (app, pilot):
        choose(app, "config configs/agents.yaml")
        await pilot.press("enter")
    assert app.begun == Begun(config=place / "configs" / "agents.yaml")


async def test_the_demo_is_one_key_away(place: Path) -> None:
    async with started() as (app, pilot):
        await pilot.press("down", "enter")
    assert app.begun == Begun(demo=True)


@pytest.mark.parametrize("key", ["escape", "ctrl+q", "ctrl+c"])
async def test_what_leaves_ends_it_and_opens_nothing(key: str, place: Path) -> None:
    async with started() as (app, pilot):
        assert app.is_running
        await pilot.press(key)
        await until(pilot, app, lambda: app.return_code == 0)
    assert app.begun is None


async def test_f1_tells_what_one_may_begin_with_and_the_keys(place: Path) -> None:
    async with started() as (app, pilot):
        await pilot.press("f1")
        await until(pilot, app, lambda: "What one may begin with" in text(app))
        assert "esc, f10, ctrl+q, ctrl+c" in text(app)
        await pilot.press("x", "escape")
        await until(pilot, app, lambda: "What one may begin with" not in text(app))
        assert app.is_running
        assert app.query_one(Input).value == ""


async def test_servers_are_looked_for_by_get_alone_and_without_a_key(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VLLM_API_KEY", "sk-own")
    async with ScriptedServer() as one, ScriptedServer() as two:
        vllm(one)
        sglang(two)
        monkeypatch.setattr(start, "PORTS", (one.port, two.port, free_port()))
        async with started() as (app, pilot):
            assert not one.requests  # nothing is asked before it is chosen
            await pilot.press("enter")
            await until(pilot, app, lambda: isinstance(app.screen, ServersFound))
            assert "2 servers, 2 to choose from" in text(app)
            await pilot.press("space", "enter")
        assert app.begun is not None
        [choice] = app.begun.choices
        assert (choice.found.type, choice.model) == ("sglang", "Qwen/Qwen3-4B")
        for server in (one, two):
            assert {request.method for request in server.requests} == {"GET"}
            assert {request.header("authorization") for request in server.requests} == {None}


async def test_an_address_is_typed_wherever_the_focus_is(place: Path) -> None:
    async with ScriptedServer() as server:
        vllm(server)
        async with started() as (app, pilot):
            await pilot.press(*f"127.0.0.1:{server.port}", "enter")
            await until(pilot, app, lambda: isinstance(app.screen, ServersFound))
            await pilot.press("enter")
        assert app.begun is not None
        assert [choice.model for choice in app.begun.choices] == ["Qwen/Qwen3-4B"]


@pytest.mark.parametrize("pasted", [False, True], ids=["typed", "pasted"])
async def test_what_comes_at_once_goes_to_the_line_before_enter_acts(
    pasted: bool, place: Path
) -> None:
    async with ScriptedServer() as server:
        vllm(server)
        async with started() as (app, pilot):
            address = f"127.0.0.1:{server.port}"
            if pasted:
                app.post_message(events.Paste(f"{address}\n"))
            else:
                for letter in address:
                    app.post_message(events.Key(letter, letter))
            app.post_message(events.Key("enter", "\r"))
            await until(pilot, app, lambda: "1 server, 1 to choose from" in text(app))
            assert app.screen_stack[0].query_one(Input).value == address


@pytest.mark.parametrize("typed", ["~/my agents.yaml", "my agents.yaml", " ./my agents.yaml "])
async def test_a_config_is_typed_as_people_name_files(
    typed: str, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(place))
    (place / "my agents.yaml").write_text(CONFIG, "utf-8")
    async with started() as (app, pilot):
        line = app.query_one(Input)
        line.value = typed
        line.focus()
        await pilot.press("enter")
    assert app.begun == Begun(config=place / "my agents.yaml")


@pytest.mark.parametrize("typed", ["~nobody-here/agents.yaml", "x" * 5000])
async def test_what_can_be_no_file_is_looked_at_as_an_address(typed: str, place: Path) -> None:
    async with started() as (app, pilot):
        line = app.query_one(Input)
        line.value = typed
        line.focus()
        await pilot.press("enter")
        await until(pilot, app, lambda: isinstance(app.screen, ServersFound))
        assert app.begun is None


async def test_what_is_wrong_is_told_in_the_list(place: Path) -> None:
    async with started() as (app, pilot):
        line = app.query_one(Input)
        line.value = f"127.0.0.1:{free_port()} http://user:hunter2@localhost:1"
        line.focus()
        await pilot.press("enter")
        await until(pilot, app, lambda: isinstance(app.screen, ServersFound))
        shown = text(app)
        assert "nothing answers there" in shown
        assert "list of processes" in " ".join(shown.split())
        assert "hunter2" not in shown.replace(line.value, "")
        assert "looking" not in shown
        for key in ("space choose", "enter open", "s save as"):
            assert key not in shown  # there is nothing to choose
        for press in ("enter", "space", "s"):
            await pilot.press(press)
            assert isinstance(app.screen, ServersFound)  # nothing is chosen, nothing opens
            assert not app.screen.query("Input.-asking")
        await pilot.press("escape")
        assert not isinstance(app.screen, ServersFound)


async def test_it_says_that_it_looks_until_something_is_found(place: Path) -> None:
    go = asyncio.Event()
    async with ScriptedServer() as server:
        vllm(server)
        server.route("GET", "/health", Wait(go), whole(200, b""))
        server.route("GET", "/v1/models", Wait(go), whole(200, b'{"data": [{"id": "m"}]}'))
        async with started() as (app, pilot):
            await pilot.press(*f"127.0.0.1:{server.port}", "enter")
            await server.arrival()
            await until(pilot, app, lambda: "looking …" in text(app))
            [notice] = app._notifications
            assert notice.time_left > 20  # as long as a look may take
            go.set()
            await until(pilot, app, lambda: "1 to choose from" in text(app))
            assert "looking" not in text(app)


async def test_nothing_on_this_host_is_said(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(start, "PORTS", (free_port(),))
    async with started() as (app, pilot):
        await pilot.press("enter")
        await until(pilot, app, lambda: "no server answers on this host" in text(app))


async def test_what_was_found_is_saved_as_a_config(place: Path) -> None:
    async with ScriptedServer() as server:
        vllm(server)
        async with started() as (app, pilot):
            await pilot.press(*f"127.0.0.1:{server.port}", "enter")
            await until(pilot, app, lambda: isinstance(app.screen, ServersFound))
            await pilot.press("s", "enter")
            await until(pilot, app, lambda: "is written" in text(app))
            await pilot.press("s", "enter")
            await until(pilot, app, lambda: "is there already" in text(app))
            await pilot.press("escape", "escape", "escape")
        [agent] = yaml.safe_load((place / "agents.yaml").read_text("utf-8"))["agents"]
        assert agent["backend"]["base_url"] == server.base_url


async def test_what_cannot_be_written_leaves_no_empty_file(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> str:
        raise OSError(28, "No space left on device")

    async with ScriptedServer() as server:
        vllm(server)
        async with started() as (app, pilot):
            await pilot.press(*f"127.0.0.1:{server.port}", "enter")
            await until(pilot, app, lambda: isinstance(app.screen, ServersFound))
            monkeypatch.setattr("massgen_tui.console.screens.servers_found.file_of", fail)
            await pilot.press("s", "enter")
            await until(pilot, app, lambda: "space left" in text(app))
    assert not (place / "agents.yaml").exists()


async def test_hostile_names_do_no_harm(place: Path) -> None:
    async with ScriptedServer() as server:
        body = b'{"data": [{"id": "[red]evil\\u001b[2J' + b"x" * 3000 + b'"}, {"id": "fine"}]}'
        server.route("GET", "/v1/models", whole(200, body))
        async with started() as (app, pilot):
            await pilot.press(*f"127.0.0.1:{server.port}", "enter")
            await until(pilot, app, lambda: isinstance(app.screen, ServersFound))
            shown = text(app)
            assert "[red]evil" in shown
            assert "\x1b" not in shown
            assert "fine" in shown
