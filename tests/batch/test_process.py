"""Many prompts, by the real program against a scripted server: killed, interrupted, held up."""

import asyncio
import json
import os
import random
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import pytest
import pytest_asyncio

from massgen_tui.store.reader import read_session
from tests.support.every_line import check_lines
from tests.support.server import (
    END,
    Pause,
    Recorded,
    Reply,
    ScriptedServer,
    Step,
    chunk,
    delta,
    free_port,
    head,
    sse,
)

ROOT = Path(__file__).parents[2]
CHAT = "/v1/chat/completions"
PROMPTS = 40


@pytest_asyncio.fixture
async def server() -> AsyncIterator[ScriptedServer]:
    """A server that repeats what it is asked."""
    async with ScriptedServer() as scripted:
        yield scripted


def echo(request: Recorded) -> bytes:
    asked = request.json["messages"][-1]["content"]
    return b"".join(
        (sse(delta(content="you said ")), sse(delta(content=asked)), sse(delta("stop")))
    ) + sse("[DONE]")


def echoing(pause: float = 0.0) -> tuple[Step, ...]:
    return (head(), Pause(pause), Reply(lambda request: chunk(echo(request)) + END))


@pytest.fixture
def env(tmp_path: Path) -> Mapping[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return kept | {"PYTHONPATH": str(ROOT), "XDG_STATE_HOME": str(tmp_path / "state")}


class Place:
    """Where the program runs, and what it is told."""

    def __init__(self, folder: Path, env: Mapping[str, str], *urls: str) -> None:
        self.folder, self.env = folder, env
        agents = [
            {"id": f"a{n}", "backend": {"type": "vllm", "model": "m", "base_url": url}}
            for n, url in enumerate(urls)
        ]
        (folder / "c.yaml").write_text(json.dumps({"agents": agents, "monitor": False}))
        (folder / "p.txt").write_text("".join(f"prompt {n}\n" for n in range(PROMPTS)))

    async def start(self, *words: str) -> Process:
        """Run `run --prompts` with more words."""
        command = [sys.executable, "-m", "massgen_tui", "run", "c.yaml", "--prompts", "p.txt"]
        return await asyncio.create_subprocess_exec(
            *command, *words, cwd=self.folder, env=self.env, stdout=PIPE, stderr=PIPE
        )

    @property
    def path(self) -> Path | None:
        """The session's file, once there is one."""
        found = list((self.folder / "state").rglob("sessions/*.jsonl"))
        assert len(found) < 2
        return found[0] if found else None

    def answers(self) -> Counter[tuple[str, str, str]]:
        """How often each prompt has an answer of an agent, and what was said."""
        assert self.path is not None
        check_lines(self.path)
        kept = read_session(self.path)
        assert kept.damage == []
        return Counter(
            (agent.id, turn.prompt, str(attempt.content))
            for agent in kept.state.agents.values()
            for turn in agent.turns
            for attempt in turn.attempts
        )

    def expected(self, agents: int = 1) -> Counter[tuple[str, str, str]]:
        """Each answer once."""
        return Counter(
            (f"a{a}", f"prompt {n}", f"you said prompt {n}")
            for a in range(agents)
            for n in range(PROMPTS)
        )


async def ended(process: Process) -> tuple[int, str, str]:
    out, err = await process.communicate()
    assert process.returncode is not None
    return process.returncode, out.decode(), err.decode()


@pytest.mark.timeout(180)
async def test_killed_at_random_moments_every_answer_is_there_once(
    tmp_path: Path, env: Mapping[str, str], server: ScriptedServer
) -> None:
    server.route("POST", CHAT, *echoing(0.02))
    place = Place(tmp_path, env, server.base_url, server.base_url)
    chance = random.Random(7)
    for kills in range(5):
        process = await place.start(*(("--continue", "last") if place.path else ()))
        # by then so many answers are there, on disk or not
        await server.arrival(len(server.requests) + chance.randrange(1, 25))
        process.kill()
        await ended(process)
        assert process.returncode == -signal.SIGKILL, kills
    words = ("--continue", "last") if place.path else ()
    code, out, err = await ended(await place.start(*words, "--format", "json"))
    assert code == 0, err
    assert place.answers() == place.expected(2)
    assert [(one["done"], one["failed"]) for one in json.loads(out)["agents"]] == [(40, 0)] * 2


async def test_a_server_sees_so_many_at_once_and_no_more(
    tmp_path: Path, env: Mapping[str, str]
) -> None:
    running, most = 0, 0

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal running, most
        while line := await reader.readline():
            if not line.startswith(b"POST"):
                continue
            length = 0
            while (header := await reader.readline()).strip():
                name, _, value = header.partition(b":")
                length = int(value) if name.lower() == b"content-length" else length
            body = await reader.readexactly(length)
            running += 1
            most = max(most, running)
            await asyncio.sleep(0.02)
            said = echo(Recorded(b"", "POST", CHAT, [], body))
            writer.write(head(200, "text/event-stream", **{"content-length": str(len(said))}))
            running -= 1  # before its end is seen, the next may come
            writer.write(said)
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as listening:
        port = listening.sockets[0].getsockname()[1]
        place = Place(tmp_path, env, *[f"http://127.0.0.1:{port}/v1"] * 2)
        code, _, err = await ended(await place.start("--concurrency", "3"))
    assert (code, most) == (0, 3), err
    assert place.answers() == place.expected(2)


async def test_a_server_that_goes_away_and_comes_back_answers_all(
    tmp_path: Path, env: Mapping[str, str]
) -> None:
    port = free_port()
    place = Place(tmp_path, env, f"http://127.0.0.1:{port}/v1")
    first = ScriptedServer(port=port)
    first.route("POST", CHAT, *echoing(0.02))
    async with first:
        process = await place.start("--format", "json", "--wait", "30")
        await first.arrival(10)
    assert process.stderr is not None
    line = b""
    while b"is away" not in line:
        line = await process.stderr.readline()
        assert line
    second = ScriptedServer(port=port)
    second.route("POST", CHAT, *echoing())
    async with second:
        code, out, err = await ended(process)
    assert code == 0, err
    assert f"http://127.0.0.1:{port} is back" in err
    assert json.loads(out)["failures"] == []
    assert place.answers() == place.expected()


async def test_a_server_that_stays_away_costs_the_others_nothing(
    tmp_path: Path, env: Mapping[str, str], server: ScriptedServer
) -> None:
    server.route("POST", CHAT, *echoing())
    place = Place(tmp_path, env, server.base_url, "http://127.0.0.1:9/v1")
    code, out, err = await ended(await place.start("--format", "json", "--wait", "1"))
    told = json.loads(out)
    assert code == 2, err
    assert [(one["done"], one["failed"]) for one in told["agents"]] == [(40, 0), (0, 40)]
    assert {one["error"]["kind"] for one in told["failures"]} == {"unreachable"}
    assert err.count("connection") + err.count("refused") < 10


@pytest.mark.parametrize(("number", "expected"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
async def test_it_is_interrupted_in_order_and_goes_on(
    tmp_path: Path,
    env: Mapping[str, str],
    server: ScriptedServer,
    number: signal.Signals,
    expected: int,
) -> None:
    server.route("POST", CHAT, *echoing(0.05))
    place = Place(tmp_path, env, server.base_url)
    process = await place.start("--format", "json")
    await server.arrival(12)
    process.send_signal(number)
    code, out, err = await ended(process)
    told = json.loads(out)
    assert code == expected
    assert 0 < told["agents"][0]["done"] < PROMPTS
    assert told["failures"] == []
    assert "Traceback" not in err
    assert "\r" not in err
    assert f"--continue {told['session']}" in err
    assert sum(place.answers().values()) == told["agents"][0]["done"]
    code, _, _ = await ended(await place.start("--continue", told["session"]))
    assert code == 0
    assert place.answers() == place.expected()


async def test_a_changed_prompt_or_a_broken_file_is_1_and_nothing_is_sent(
    tmp_path: Path, env: Mapping[str, str], server: ScriptedServer
) -> None:
    server.route("POST", CHAT, *echoing())
    place = Place(tmp_path, env, server.base_url)
    assert (await ended(await place.start()))[0] == 0
    sent = len(server.requests)
    text = (tmp_path / "p.txt").read_text()
    (tmp_path / "p.txt").write_text(text.replace("prompt 7\n", "prompt seven\n"))
    code, out, err = await ended(await place.start("--continue", "last"))
    assert (code, out) == (1, "")
    assert "line:8" in err
    (tmp_path / "p.txt").write_bytes(b"one\ntw\xff\n")
    code, out, err = await ended(await place.start())
    assert (code, out) == (1, "")
    assert "p.txt: line 2: byte 3 is not UTF-8" in err
    assert len(server.requests) == sent
