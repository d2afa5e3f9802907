"""The curl command of a request sends it again, from a shell, and holds no key."""

import asyncio
import json
import os
import shlex
import shutil
from pathlib import Path
from typing import Any

import pytest

from massgen_tui.backends.curl import ARGUMENT, curl
from massgen_tui.config.model import AgentConfig
from tests.support.configs import agent_with
from tests.support.server import Recorded, ScriptedServer, whole

KEY, TOKEN = "sk-Variable'0123456789", 'tok/Vari+able="0123456789'
VARIABLES = {"BOX_KEY": KEY, "BOX_TOKEN": TOKEN, "VLLM_API_KEY": KEY}
SHELLS = [found for name in ("sh", "bash", "dash", "zsh") if (found := shutil.which(name))]
NASTY = [
    'it\'s "so" and `so`, $HOME $(id) ${PATH} !! !1 \\ \\n %s %d ~ # ; & | > <',
    "lines\nof\r\ntext\twith a tab, \x00 \x1b[31m \x7f \x85 \u2028",
    "漢字, é, 🦊, \u202e, a lone \ud83d",
    "@/etc/passwd",
    "",
]
needs_curl = pytest.mark.skipif(not SHELLS or not shutil.which("curl"), reason="no curl here")


def body_of(*prompts: str, **more: object) -> dict[str, Any]:
    messages = [{"role": "user", "content": prompt} for prompt in prompts]
    return {"model": "org/it's", "messages": messages, "stream": True, **more}


async def pasted(
    shell: str, command: str, server: ScriptedServer, variables: dict[str, str]
) -> Recorded:
    """Have a shell read the command as if it was typed; what arrived."""
    environ = {"PATH": os.environ["PATH"], "HTTP_PROXY": "http://127.0.0.1:9", **variables}
    environ["http_proxy"] = environ["HTTP_PROXY"]
    server.answer(whole(200, b"well"))
    process = await asyncio.create_subprocess_exec(
        shell,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=environ,
    )
    out, error = await process.communicate(f"{command}\n".encode())
    assert (process.returncode, out, error) == (0, b"well", b"")
    return server.requests[-1]


def made(agent: AgentConfig, body: dict[str, Any]) -> tuple[str, tuple[str, ...]]:
    command, variables = curl(f"{agent.endpoint.base_url}/chat/completions", agent.endpoint, body)
    assert command.isascii()
    assert command.replace("\n", "").isprintable()
    for secret in (KEY, TOKEN, "sk-InTheFile0123456789"):
        assert secret not in command
        assert json.dumps(secret)[1:-1] not in command
    return command, variables


@needs_curl
@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("size", [1, ARGUMENT * 2])
async def test_any_body_arrives_as_it_was_sent(
    server: ScriptedServer, tmp_path: Path, shell: str, size: int
) -> None:
    agent = agent_with(tmp_path, f"type: vllm, model: m, base_url: '{server.base_url}'")
    body = body_of(*NASTY, "x" * size)
    command, variables = made(agent, body)
    assert variables == ()
    request = await pasted(shell, command, server, {})
    assert (request.method, request.path) == ("POST", "/v1/chat/completions")
    assert request.json == json.loads(json.dumps(body))
    assert request.header("authorization") == "Bearer EMPTY"
    assert request.header("content-type") == "application/json"


@needs_curl
@pytest.mark.parametrize("size", [1, ARGUMENT * 2])
async def test_secrets_are_variables_wherever_they_stand(
    server: ScriptedServer, tmp_path: Path, size: int
) -> None:
    backend = f"""
        type: vllm, model: m, base_url: '{server.base_url}', api_key: "${{BOX_KEY}}",
        extra_headers: {{x-tenant: "it's red", X-Team-Token: "Token ${{BOX_TOKEN}}",
          X-Secret: sk-InTheFile0123456789}},
        extra_query: {{api-version: "1 & 2", key: "${{BOX_TOKEN}}"}}
    """
    agent = agent_with(tmp_path, backend, {**VARIABLES, "BOX_KEY": "sk-Plain0123456789"})
    body = body_of("who?", "x" * size, user="sk-Plain0123456789")
    command, variables = made(agent, body)
    assert sorted(variables) == ["BOX_KEY", "BOX_TOKEN", "X_SECRET"]
    given = {"BOX_KEY": "sk-Plain0123456789", "BOX_TOKEN": TOKEN, "X_SECRET": "other"}
    request = await pasted(SHELLS[0], command, server, given)
    assert request.json == body
    assert request.header("authorization") == "Bearer sk-Plain0123456789"
    assert request.header("x-tenant") == "it's red"
    assert request.header("x-team-token") == f"Token {TOKEN}"
    assert request.header("x-secret") == "other"
    path = "/v1/chat/completions?api-version=1+%26+2&key=tok%2FVari%2Bable%3D%220123456789"
    assert request.path.lower() == path.lower()


@pytest.mark.parametrize(
    ("backend", "wanted"),
    [
        ("api_key: '${BOX_KEY}'", '"$BOX_KEY"'),
        ("api_key: '${BOX_KEY:-sk-InTheFile0123456789}'", '"$BOX_KEY"'),
        ("api_key: sk-InTheFile0123456789", '"$API_KEY"'),
        ("api_key: 'sk-${BOX_KEY}'", '"$API_KEY"'),
        ("", '"$VLLM_API_KEY"'),
        ("api_key: EMPTY", "EMPTY'"),
    ],
)
def test_a_key_is_called_by_where_it_came_from(tmp_path: Path, backend: str, wanted: str) -> None:
    written = f"type: vllm, model: m, base_url: 'http://10.0.0.1:8000', {backend}".rstrip(", ")
    command, variables = made(agent_with(tmp_path, written, VARIABLES), body_of("who?"))
    bearer = "-H 'Authorization: Bearer "
    assert f"{bearer}{wanted}" in command or f"{bearer}'{wanted}" in command
    assert variables == ((wanted.strip('"$'),) if "$" in wanted else ())


def test_a_header_that_says_who_asks_stands_for_the_key(tmp_path: Path) -> None:
    backend = """type: vllm, model: m, base_url: 'http://10.0.0.1:8000',
        extra_headers: {Authorization: "Bearer ${BOX_TOKEN}"}"""
    command, variables = made(agent_with(tmp_path, backend, VARIABLES), body_of("who?"))
    assert command.count("Authorization") == 1
    assert variables == ("BOX_TOKEN",)


@pytest.mark.parametrize(
    ("address", "options"),
    [
        ("http://[::1]:8000/v1", ["-g", "--noproxy", "*"]),
        ("http://127.0.0.1:8000/v1", ["--noproxy", "*"]),
        ("https://gateway.example/{team}/v1", ["-g"]),
        ("https://gateway.example/v1", []),
    ],
)
def test_an_address_is_taken_as_it_stands(tmp_path: Path, address: str, options: list[str]) -> None:
    agent = agent_with(tmp_path, "type: vllm, model: m, base_url: 'http://10.0.0.1:8000'")
    command, _ = curl(f"{address}/chat/completions", agent.endpoint, body_of("who?"))
    words = shlex.split(command)
    at = words.index(f"{address}/chat/completions")
    assert words[:at] == ["curl", "-sSN", *options]


async def test_a_secret_in_a_prompt_is_a_variable_in_the_body(tmp_path: Path) -> None:
    backend = """type: vllm, model: m, base_url: 'http://10.0.0.1:8000',
        system_message: 'the password is ${BOX_TOKEN}'"""
    agent = agent_with(tmp_path, backend, VARIABLES)
    command, variables = made(agent, body_of(f"the password is {TOKEN}, isn't it?"))
    assert "the password is '\"$BOX_TOKEN\"', isn" in command
    assert "BOX_TOKEN" in variables
