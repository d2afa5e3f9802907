"""A few faults through the program itself, as a script would meet them."""

import asyncio
import json
import os
import signal
import sys
from asyncio.subprocess import Process
from pathlib import Path

import pytest

from tests.faults.table import BEGUN
from tests.support.server import (
    Pause,
    Reset,
    ScriptedServer,
    Wait,
    delta,
    free_port,
    sse,
    sse_chat,
    sse_events,
    streamed,
)

ROOT = Path(__file__).parents[2]
KEY = "sk-Distinctive0123456789"


async def started(home: Path, *base_urls: str, format: str, **backend: object) -> Process:
    settings: dict[str, object] = {"type": "vllm", "model": "m", "retries": 0} | backend
    agents = [
        {"id": f"a{n}", "backend": settings | {"base_url": url}} for n, url in enumerate(base_urls)
    ]
    (home / "agents.yaml").write_text(json.dumps({"agents": agents}), "utf-8")
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "massgen_tui", "run", "agents.yaml", "hi", "--format", format),
        cwd=home,
        env={
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT),
            "HOME": str(home),
            "VLLM_API_KEY": KEY,
            "OPENAI_LOG": "debug",
            "PYTHONASYNCIODEBUG": "1",
        },
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )


async def run(home: Path, *base_urls: str) -> tuple[int | None, str, str]:
    process = await started(home, *base_urls, format="json")
    async with asyncio.timeout(30):
        out, err = await process.communicate()
    return process.returncode, out.decode(), err.decode()


def left_behind(home: Path) -> str:
    """All that was written."""
    files = [path for path in home.rglob("*") if path.is_file()]
    return "\n".join(path.read_text("utf-8", errors="replace") for path in files)


@pytest.mark.parametrize("healthy", [True, False])
async def test_the_exit_code_and_the_kinds(
    server: ScriptedServer, tmp_path: Path, *, healthy: bool
) -> None:
    server.answer(*BEGUN, Reset())
    async with ScriptedServer() as other:
        other.answer(*sse_chat(content=["42"]))
        third = other.base_url if healthy else f"http://127.0.0.1:{free_port()}/v1"
        code, out, err = await run(tmp_path, server.base_url, third)
        await other.all_closed()
    faulty, second = json.loads(out)["agents"]
    assert code == (2 if healthy else 3)
    assert (faulty["content"], faulty["error"]["kind"]) == ("half an answer", "interrupted")
    assert second["content"] == ("42" if healthy else "")
    assert (second["error"] is None) == healthy
    assert "a0 · " in err
    assert "Traceback" not in err
    written = left_behind(tmp_path)
    assert "half an answer" in written
    assert KEY not in out + err + written
    assert KEY in (server.requests[0].header("authorization") or "")


@pytest.mark.skipif(sys.platform == "win32", reason="nothing is stopped so there")
async def test_a_run_that_was_stopped_says_for_how_long_and_knows_no_speed_across_it(
    server: ScriptedServer, tmp_path: Path
) -> None:
    word, stopped = sse(delta(content="word ")), asyncio.Event()
    server.answer(*streamed(word, Wait(stopped), Pause(3.0), word, word, *sse_events()[1:]))
    process = await started(tmp_path, server.base_url, format="jsonl", timeout={"idle": 2})
    assert process.stdout is not None
    async with asyncio.timeout(40):
        while json.loads(await process.stdout.readline())["event"] != "content":
            pass
        process.send_signal(signal.SIGSTOP)
        stopped.set()
        await server.requests[0].answered.wait()
        process.send_signal(signal.SIGCONT)
        out, _ = await process.communicate()
    told = json.loads(out.splitlines()[-1])
    assert (process.returncode, told["content"]) == (0, "word word word ")
    assert told["timing"]["stopped_s"] > 2.5
    assert told["timing"]["tokens_per_s"] is None
    assert told["timing"]["ttft_s"] is not None
