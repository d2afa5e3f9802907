"""`massgen-tui serve`, over its sockets: who is let in, what a page is told, and how all ends."""

import asyncio
import json
import os
import signal
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio

from tests.support.server import Hang, ScriptedServer, sse_chat
from tests.support.serving import GONE, Served, about, gone, runs, serving

pytestmark = [
    pytest.mark.timeout(60),
    pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="processes are read off /proc"),
]
ROOT = Path(__file__).parents[2]
IDS = ("first-agent", "second-agent")


@pytest_asyncio.fixture
async def model() -> AsyncIterator[ScriptedServer]:
    async with ScriptedServer() as scripted:
        scripted.route("POST", "/v1/chat/completions", *sse_chat(content=["a brown bear"]))
        yield scripted


@pytest.fixture
def config(tmp_path: Path, model: ScriptedServer) -> Path:
    backend = {"type": "vllm", "model": "m", "base_url": model.base_url}
    agents = [{"id": id, "backend": backend} for id in IDS]
    path = tmp_path / "agents.yaml"
    path.write_text(json.dumps({"agents": agents, "monitor": False}))
    return path


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    """What a console must not take from the server's terminal is in it."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    state = {f"XDG_{name}_HOME": str(tmp_path / name.lower()) for name in ("STATE", "CONFIG")}
    terminal = {"TERM": "dumb", "NO_COLOR": "1", "TMUX": "/nowhere,1,0", "STY": "1.x"}
    return kept | state | terminal | {"PYTHONPATH": str(ROOT)}


@pytest_asyncio.fixture
async def served(config: Path, env: dict[str, str]) -> AsyncIterator[Served]:
    async with serving(str(config), "--consoles", "2", env=env) as server:
        yield server


async def refused(served: Served, path: str, **headers: str) -> int:
    """The status by which a web socket is refused."""
    with pytest.raises(aiohttp.WSServerHandshakeError) as told:
        await served.http.ws_connect(served.root + path, headers=headers)
    return told.value.status


PATHS = ("/", "/ws?width=80&height=24", "/download/key", "/static/textual.js", "/static/", "/none")


async def test_nothing_is_answered_without_the_token_or_to_other_sites(served: Served) -> None:
    assert [await served.status(path) for path in PATHS] == [403] * len(PATHS)
    wrong = f"token={served.token[:-1]}"
    assert await served.status(f"/?{wrong}") == 403
    assert await refused(served, "/ws?width=80&height=24") == 403
    await served.let_in()
    assert await served.status("/") == 200
    port = served.root.rpartition(":")[2]
    for origin in ("http://evil.example", "null", "http://127.0.0.1:1", f"file://127.0.0.1:{port}"):
        assert await served.status("/", Origin=origin) == 403
        assert await refused(served, "/ws?width=80&height=24", Origin=origin) == 403
        assert await served.status("/download/key", Origin=origin) == 403
    strange = ("evil.example", f"evil.example:{port}", "192.0.2.1", "localhost.evil.example", "x y")
    for host in strange:
        assert await served.status("/", Host=host) == 403
    for host in (f"localhost:{port}", "localhost:9000", "127.0.0.1", "[::1]:9000"):
        assert await served.status("/", Host=host) == 200
    assert served.consoles() == []


async def test_the_page_needs_nothing_from_elsewhere_and_is_framed_by_nobody(
    served: Served,
) -> None:
    async with served.http.get(served.address) as answer:
        page, headers = await answer.text(), answer.headers
    [cookie] = headers.getall("Set-Cookie")
    assert served.token in cookie
    assert {"HttpOnly", "SameSite=Strict", "Path=/"} <= set(cookie.split("; "))
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert headers["Referrer-Policy"] == "no-referrer"
    assert "://" not in page
    assert served.token not in page
    names = [part.partition('"')[0] for part in page.split('"static/')[1:]]
    assert len(names) > 5
    for name in names:
        assert await served.status(f"/static/{name}") == 200, name
    hidden = ("/static/", "/static/server.py", "/static/%2e%2e/site.py", "/static/console.html")
    assert [await served.status(path) for path in hidden] == [404] * len(hidden)


async def test_a_page_is_a_console_and_both_end_within_three_seconds(
    served: Served, model: ScriptedServer
) -> None:
    await served.let_in()
    page = await served.open()
    await page.until(*IDS)
    assert len(served.consoles()) == 1
    [console] = served.consoles()
    environment = about(console, "environ").split(b"\0")
    names = {entry.partition(b"=")[0] for entry in environment}
    assert names & {b"TMUX", b"STY", b"NO_COLOR"} == set()
    assert b"TERM=xterm-256color" in environment
    assert b"\x1b[38;2;" in page.drawn
    for place in ("cmdline", "environ"):
        for process in (console, served.process.pid):
            assert served.token.encode() not in about(process, place)
    await page.type("which bear?\r")
    await page.until("a brown bear")
    assert model.asked == ["which bear?"] * len(IDS)
    await page.told("page", busy=True)
    await page.socket.close()
    await served.none_left()


async def test_another_load_of_the_page_goes_on_with_its_session(
    served: Served, model: ScriptedServer
) -> None:
    await served.let_in()
    page = await served.open(tab="one")
    await page.until(*IDS)
    await page.type("which bear?\r")
    await page.until("a brown bear")
    await page.told("page", busy=False)
    again = await served.open(tab="one")
    await again.until("a brown bear")
    assert "opened again" in await page.ended()
    other = await served.open(tab="other")
    await other.until(*IDS)
    assert "a brown bear" not in other.text
    assert len(served.consoles()) == 2
    full = await served.open(tab="third")
    assert "2 consoles are open" in await full.ended()
    async with served.http.get(served.root + "/") as answer:
        assert answer.status == 503
        assert "2 consoles are open" in await answer.text()
    await again.type("\x11")  # ctrl+q
    assert await again.ended() == ""
    assert len(served.consoles()) == 1
    anew = await served.open(tab="one")
    await anew.until(*IDS)
    assert "a brown bear" not in anew.text


async def test_a_key_that_stands_in_the_config_is_there_again_after_a_reload(
    env: Mapping[str, str], model: ScriptedServer, tmp_path: Path
) -> None:
    backend = {"type": "vllm", "model": "m", "base_url": model.base_url, "api_key": "sk-own-key-1"}
    path = tmp_path / "key.yaml"
    await asyncio.to_thread(
        path.write_text, json.dumps({"agents": [{"id": "a", "backend": backend}], "monitor": False})
    )
    async with serving(str(path), env=env) as served:
        await served.let_in()
        page = await served.open(tab="one")
        await page.type("which bear?\r")
        await page.until("a brown bear")
        await page.socket.close()
        again = await served.open(tab="one")
        await again.until("a brown bear")
        await again.type("and now?\r")
        asked = await model.arrival(2)
        assert asked.header("authorization") == "Bearer sk-own-key-1"


async def test_a_page_that_is_closed_while_agents_answer_lets_go_of_their_server(
    served: Served, model: ScriptedServer
) -> None:
    model.route("POST", "/v1/chat/completions", *sse_chat(content=["hm"])[:1], Hang())
    await served.let_in()
    page = await served.open()
    await page.until(*IDS)
    await page.type("which bear?\r")
    await page.told("page", busy=True)
    await model.arrival(len(IDS))
    await page.socket.close()
    await served.none_left()
    async with asyncio.timeout(GONE):
        await model.all_closed()


async def test_a_console_that_dies_is_told_with_its_last_words(
    served: Served, config: Path
) -> None:
    await served.let_in()
    page = await served.open(tab="one")
    await page.until(*IDS)
    [console] = served.consoles()
    os.kill(console, signal.SIGKILL)
    async with asyncio.timeout(GONE):
        assert await page.ended() == "The console ended unexpectedly: signal 9 (SIGKILL)."
    await asyncio.to_thread(config.write_text, "agents: [{id: 1")
    page = await served.open()
    words = await page.ended()
    assert "exit code 1" in words
    assert "agents.yaml" in words


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)]
)
async def test_a_signal_ends_server_consoles_and_pages_within_three_seconds(
    served: Served, number: int, code: int
) -> None:
    await served.let_in()
    page = await served.open()
    await page.until(*IDS)
    consoles = served.consoles()
    assert await served.end(number) == code
    assert await page.ended() == "The server has ended."
    assert [one for one in consoles if runs(one)] == []


async def test_a_server_that_is_killed_leaves_no_console(served: Served) -> None:
    await served.let_in()
    page = await served.open()
    await page.until(*IDS)
    [console] = served.consoles()
    assert await served.end(signal.SIGKILL) == -signal.SIGKILL
    await gone(lambda: runs(console))


async def test_a_console_that_hears_nothing_is_killed(served: Served) -> None:
    await served.let_in()
    page = await served.open()
    await page.until(*IDS)
    [console] = served.consoles()
    os.kill(console, signal.SIGSTOP)
    await page.socket.close()
    await served.none_left()
    page = await served.open()
    await page.until(*IDS)
    [console] = served.consoles()
    os.kill(console, signal.SIGSTOP)
    assert await served.end() == 130
    assert not runs(console)


async def test_what_a_page_cannot_do_is_said(served: Served) -> None:
    await served.let_in()
    page = await served.open()
    await page.until(*IDS)
    await page.type("\x1bOR")  # f3
    await page.until("an editor wants")
    await page.type("\t\x1a")  # into a pane, ctrl+z
    await page.until("has no shell")


async def test_a_folder_s_own_modules_are_not_the_console_s(
    config: Path, env: Mapping[str, str], tmp_path: Path
) -> None:
    for name in ("yaml", "textual", "click"):
        await asyncio.to_thread((tmp_path / f"{name}.py").write_text, "raise SystemExit(9)")
    async with serving(str(config), env={**env, "PYTHONSAFEPATH": "1"}, cwd=tmp_path) as served:
        await served.let_in()
        page = await served.open()
        await page.until(*IDS)


async def test_frames_that_are_none_harm_nothing(served: Served) -> None:
    await served.let_in()
    page = await served.open(width=-5, height=10**9)
    for frame in (
        "",
        "{",
        "[]",
        "{}",
        '["stdin", 5]',
        '["resize", {"width": "x"}]',
        '["copied", 1]',
    ):
        await page.socket.send_str(frame)
    await page.socket.send_bytes(b"\xff\x00")
    page.screen.resize(120, 36)
    await page.socket.send_json(["resize", {"width": 120, "height": 36}])
    await page.until(*IDS)
    await page.socket.send_json(["ping", "17"])
    await page.told("pong", value="17")


async def test_addresses_are_served_as_agents(
    env: Mapping[str, str], model: ScriptedServer
) -> None:
    listed = json.dumps({"object": "list", "data": [{"id": "bear-7b", "object": "model"}]})
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: "
    model.route("GET", "/v1/models", head + b"%d\r\n\r\n" % len(listed) + listed.encode())
    async with serving(model.root, env=env) as served:
        await served.let_in()
        page = await served.open()
        await page.until("bear-7b")
        await page.type("which bear?\r")
        await page.until("a brown bear")


@pytest.fixture
def files(tmp_path: Path, config: Path) -> Path:
    (tmp_path / "bad.yaml").write_text("agents: 7")
    (tmp_path / "good.yaml").write_text(config.read_text())
    return tmp_path


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["nowhere.yaml"], "There is no config file"),
        (["bad.yaml"], "bad.yaml"),
        (["good.yaml", "a prompt"], "ask in the browser"),
        (["good.yaml", "--host", "256.0.0.1"], "cannot listen on 256.0.0.1"),
        (["good.yaml", "-m", "m"], "for addresses"),
    ],
)
async def test_what_is_wrong_is_told_in_the_terminal(
    files: Path, env: Mapping[str, str], words: list[str], told: str
) -> None:
    words = [str(files / word) if word.endswith(".yaml") else word for word in words]
    with pytest.raises(AssertionError, match=told):
        async with serving(*words, env=env):
            pass


async def test_other_machines_are_told_of_and_asked_by_address_or_name(
    env: Mapping[str, str], config: Path
) -> None:
    async with serving(
        str(config), "--host", "0.0.0.0", "--name", "Proxy.Example", env=env
    ) as served:
        port = served.root.rpartition(":")[2]
        served.root = f"http://127.0.0.1:{port}"
        served.address = f"{served.root}/?token={served.token}"
        await served.let_in()
        for host in ("192.0.2.1", "[2001:db8::1]:80", "proxy.example", "localhost"):
            assert await served.status("/", Host=host) == 200
        assert await served.status("/", Host="evil.example") == 403
        assert await served.status("/", Host="proxy.example", Origin="https://proxy.example") == 200
        assert await served.end() == 130
        assert served.process.stderr is not None
        told = (await served.process.stderr.read()).decode()
        assert "Nothing is encrypted" in told
        assert served.token not in told


async def test_copies_are_told_as_the_page_tells_them(served: Served) -> None:
    await served.let_in()
    page = await served.open()
    await page.until(*IDS)
    await page.type("which bear?\r")
    await page.until("a brown bear")
    await page.type("\t")  # into the first pane
    for why, told in (
        ("", "copied"),
        ("insecure", "not copied: a browser lets no page of another machine"),
        ("Write permission denied.\x1b[2J", "the browser says: Write permission denied."),
    ):
        page.frames.clear()
        await page.type("y")
        asked = await page.told("copy")
        assert str(asked["text"]).strip() == "a brown bear"
        await page.socket.send_json(["copied", {"number": asked["number"], "why": why}])
        await page.until(*told.split())
    assert b"\x1b]52" not in page.drawn


async def test_answers_that_are_saved_are_downloads(served: Served, tmp_path: Path) -> None:
    await served.let_in()
    page = await served.open()
    await page.until(*IDS)
    await page.type("which bear?\r")
    await page.until("a brown bear")
    await page.type("\x10")  # ctrl+p
    await page.type("Save answers")
    await page.until("Save answers", "Markdown")
    await page.type("\r")
    key = (await page.told("deliver_file_start"))["value"]
    stranger = aiohttp.ClientSession()
    async with stranger, stranger.get(f"{served.root}/download/{key}") as answer:
        assert answer.status == 403
    async with served.http.get(f"{served.root}/download/{key}") as answer:
        text = await answer.text()
        assert answer.content_type == "text/markdown"
        named = answer.headers["Content-Disposition"]
        assert named.startswith('attachment; filename="massgen-tui-agents-')
        assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert text.count("a brown bear") == len(IDS)
    await page.until("downloaded:")
    assert await served.status(f"/download/{key}") == 404


async def test_keys_that_a_browser_keeps_have_others_that_are_named(served: Served) -> None:
    await served.let_in()
    page = await served.open()
    await page.until(*IDS, "f7 reasoning", "f6 new")
    await page.type("\x1bOP")  # f1
    await page.until("f7, ctrl+t", "f6, ctrl+n")
