"""Secret headers and parameters through a whole `run`: in nothing that is printed or kept."""

import asyncio
import io
import logging
from pathlib import Path
from urllib.parse import quote

import pytest

from massgen_tui.config.loader import load_config
from massgen_tui.headless.runner import Headless, Options
from massgen_tui.headless.streams import Notes, Output
from tests.support.server import (
    END,
    Recorded,
    Reply,
    ScriptedServer,
    chunk,
    delta,
    head,
    sse,
    whole,
)

VARIABLE, LITERAL, PARAMETER = "tok-Variable01234", "lit-InTheFile01234", "par/Ameter 01234"
SECRETS = (VARIABLE, LITERAL, PARAMETER, quote(PARAMETER, safe=""))
CONFIG = """
agents:
- id: refused
  backend: &backend
    type: vllm
    model: m
    base_url: "{url}"
    retries: 0
    extra_headers: {{Authorization: "Bearer ${{GATE_TOKEN}}", X-Old-Password: {literal}}}
    extra_query: {{key: "{parameter}"}}
- id: answered
  backend: *backend
"""


def _said(request: Recorded) -> str:
    headers = (request.header("authorization"), request.header("x-old-password"))
    return f"{headers} {request.path} {PARAMETER}"


def _refuse(request: Recorded) -> bytes:
    return whole(401, {"error": {"message": _said(request)}})


def _break(request: Recorded) -> bytes:
    error = sse({"error": {"message": _said(request), "code": 500}})
    return head() + chunk(sse(delta(content="half"))) + chunk(error) + END


@pytest.mark.parametrize("shape", ["text", "json", "jsonl"])
async def test_no_secret_header_is_left_anywhere(
    shape: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("OPENAI_LOG", "debug")
    monkeypatch.setenv("GATE_TOKEN", VARIABLE)
    monkeypatch.setenv("VLLM_API_KEY", "key-of-the-environment")
    out, err = io.StringIO(), io.StringIO()
    async with ScriptedServer() as server:
        server.answer(Reply(_refuse))
        server.answer(Reply(_break))
        file = tmp_path / "agents.yaml"
        text = CONFIG.format(url=server.base_url, literal=LITERAL, parameter=PARAMETER)
        file.write_text(text, "utf-8")
        config = load_config(file)
        options = Options("what is it?", shape, reasoning=True, timings=True)
        async with asyncio.timeout(20):
            code = await Headless(config, options, Output(out, utf8=True), Notes(err)).run()
        sent = [one.header("authorization") for one in server.requests if one.method == "POST"]
    kept = [path for path in (tmp_path / "state").rglob("*") if path.is_file()]
    told = out.getvalue() + err.getvalue() + "".join(capfd.readouterr()) + caplog.text
    told += repr(config) + "".join(path.read_text("utf-8", "replace") for path in kept)
    assert code == 3
    assert sent == [f"Bearer {VARIABLE}"] * 2, "and no key of the environment"
    assert {path.suffix for path in kept} >= {".jsonl"}
    assert "half" in told
    assert [secret for secret in SECRETS if secret in told] == []
