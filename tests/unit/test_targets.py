"""The words of a command line that name agents, and what becomes of those that are wrong."""

import asyncio
import json
from pathlib import Path

import click
import pytest

from massgen_tui.cli.addresses import is_address
from massgen_tui.cli.commands import run
from massgen_tui.cli.targets import Words, read, servers_of, split
from massgen_tui.store.config_name import file_name, short_name
from tests.support.probed import QWEN, vllm
from tests.support.server import Reply, ScriptedServer, whole

ONE, TWO = "localhost:8000", "http://localhost:30000"


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("VLLM_API_KEY", "SGLANG_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "a.yaml").write_text("agents: []", "utf-8")
    (tmp_path / "b.yaml").write_text("agents: []", "utf-8")
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    ("word", "address"),
    [
        ("http://gpu-box", True),
        ("HTTPS://gpu.example.org/v1", True),
        ("gpu-box:8000/v1", True),
        ("[::1]:8000", True),
        ("10.0.0.7:30000", True),
        ("me:secret@gpu-box:8000", True),
        ("hello", False),
        ("what: a day", False),
        ("localhost", False),
        ("ftp://gpu-box:21", False),
        ("a.yaml", False),
    ],
)
def test_what_looks_like_an_address(word: str, address: bool) -> None:
    assert is_address(word) is address


@pytest.mark.parametrize(
    ("words", "said", "meant"),
    [
        (("a.yaml",), None, Words("a.yaml", (), None)),
        (("a.yaml", "hi"), None, Words("a.yaml", (), "hi")),
        (("a.yaml", "b.yaml"), None, Words("a.yaml", (), "b.yaml")),
        (("a.yaml", ONE), None, Words("a.yaml", (), ONE)),
        (("a.yaml",), "hi", Words("a.yaml", (), "hi")),
        ((ONE,), None, Words("", (ONE,), None)),
        ((ONE, TWO, "hi"), None, Words("", (ONE, TWO), "hi")),
        ((ONE, TWO), "10:30", Words("", (ONE, TWO), "10:30")),
        ((ONE, TWO, "-"), None, Words("", (ONE, TWO), "-")),
        ((ONE, ""), None, Words("", (ONE,), "")),
    ],
)
def test_words_are_told_apart(words: tuple[str, ...], said: str | None, meant: Words) -> None:
    assert split(words, said) == meant


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("a.yaml", "hi", "there"), "'there' is one word too many"),
        ((ONE, "hi", TWO), "is one word too many"),
        ((ONE, "a.yaml"), "not both"),
        (("none.yaml", "hi"), "no config file none.yaml"),
        (("hi",), "no config file hi"),
        ((), "name a config file or the address"),
    ],
)
def test_wrong_words_are_refused(words: tuple[str, ...], told: str) -> None:
    with pytest.raises(click.ClickException) as error:
        split(words)
    assert told in error.value.message


@pytest.mark.parametrize(
    "words",
    [
        ("run", ONE, TWO, "-m", "a", "-m", "b", "-m", "c", "hi"),
        ("run", ONE, "-m", "a", "-m", "b", "hi"),
        ("run", "a.yaml", "-m", "a", "hi"),
        ("run", "a.yaml", "--key-env", "K", "hi"),
        ("run", ONE, "hi", "there"),
        ("run", ONE),
        ("run", ONE, "hi", "--prompt", "ho"),
        ("check", ONE, "a.yaml"),
        ("check", "a.yaml", "-m", "a"),
        ("watch", ONE, "hi"),
        ("watch", "a.yaml", "--key-env", "K", "--once"),
        ("watch", f"http://me:hunter2@{ONE}", "--once"),
        ("init", "hi"),
        ("init", "a.yaml"),
        (f"me:hunter2@{ONE}",),
        ("-mQwen", "a.yaml"),
    ],
)
def test_wrong_usage_is_1_and_asks_nobody(
    words: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(list(words)) == 1
    said = capsys.readouterr()
    assert said.err
    assert not said.out
    assert "hunter2" not in said.err


async def asked(server: ScriptedServer, *words: str) -> list[str | None]:
    """What `watch` tells of who asks, in the order of its looks at the list of models."""
    await asyncio.to_thread(run, list(words))
    looks = [one for one in server.requests if one.path == "/v1/models"]
    return [one.header("authorization") for one in looks]


async def test_watch_sends_a_key_only_where_one_is_asked_for(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("VLLM_API_KEY", "sk-vllm-own")
    async with ScriptedServer() as server:
        vllm(server)
        assert "Bearer sk-vllm-own" not in await asked(server, "watch", server.root, "--once")
        listed = server._routes["GET", "/v1/models"]
    async with ScriptedServer() as server:
        vllm(server)
        good, bad = listed[0], whole(401, {"error": "Unauthorized"})
        assert isinstance(good, bytes)
        wanted = "Bearer sk-vllm-own"
        server.route(
            "GET",
            "/v1/models",
            Reply(lambda one: good if one.header("authorization") == wanted else bad),
        )
        said = await asked(server, "watch", server.root, "--once", "--format", "json")
        assert said[0] is None
        assert said[-1] == wanted
    out = capsys.readouterr().out
    assert "sk-vllm-own" not in out
    told = json.loads(out[out.index('{"') if '{"' in out else out.index("{\n") :])
    assert told["servers"][0]["state"] == "up"


def test_servers_of_addresses_have_no_agents() -> None:
    config = servers_of(split((ONE, TWO)))
    assert not config.agents
    assert [one.base_url for one in config.servers] == [
        "http://localhost:8000/v1",
        "http://localhost:30000/v1",
    ]


@pytest.mark.parametrize(
    "served",
    [
        pytest.param([QWEN, "sql-lora"], id="an adapter"),
        pytest.param([f"m{n}" for n in range(90)], id="a router"),
    ],
)
async def test_of_several_models_without_a_terminal_all_are_told(
    served: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    async with ScriptedServer() as server:
        vllm(server)
        data = [{"id": model, "owned_by": "vllm"} for model in served]
        server.route("GET", "/v1/models", whole(200, {"object": "list", "data": data}))
        assert await asyncio.to_thread(run, ["run", server.root, "hi"]) == 1
        err = capsys.readouterr().err
        assert f"serves {len(served)} models (name one with -m: {served[0]}, {served[1]}" in err
        words = split((server.root,))
        targets = await asyncio.to_thread(read, words, (served[1],))
        assert [agent.settings.model for agent in targets.config.agents] == [served[1]]


async def test_a_model_named_by_m_is_taken_whatever_its_name_seems_to_say() -> None:
    async with ScriptedServer() as server:
        vllm(server)
        listed = {"object": "list", "data": [{"id": "my-embedded-llm", "owned_by": "vllm"}]}
        server.route("GET", "/v1/models", whole(200, listed))
        words = split((server.root,))
        with pytest.raises(click.ClickException):
            await asyncio.to_thread(read, words)
        targets = await asyncio.to_thread(read, words, ("my-embedded-llm",))
        assert targets.config.agents[0].settings.model == "my-embedded-llm"


@pytest.mark.parametrize(
    ("config", "short", "whole"),
    [
        ("/home/me/two.yaml", "two", "two.yaml"),
        ("/home/me/agents.conf", "agents", "agents.conf"),
        ("two.yml", "two", "two.yml"),
        ("127.0.0.1:8000", "127.0.0.1:8000", "127.0.0.1:8000"),
        ("gpu.lan:8000/openai, b:1", "gpu.lan:8000/openai, b:1", "gpu.lan:8000/openai, b:1"),
        ("demo", "demo", "demo"),
    ],
)
def test_a_kept_config_without_a_file_keeps_its_whole_name(
    config: str, short: str, whole: str
) -> None:
    assert (short_name(config), file_name(config)) == (short, whole)
