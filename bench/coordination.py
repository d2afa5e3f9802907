"""What agreeing costs: requests and prompt tokens of a one-line question to two agents.

Each agent's server takes one way to say a vote; both agree at once: 2 answers, 2 votes and a
presentation. Requests in which a server refused a way are counted too. Tokens are told twice:
characters / 4 of each body's messages and tools, and, where the servers of
`configs/two_qwen_vllm_sglang.yaml` run, as they count them in `usage` when they are sent the same
bodies. Last comes a coordination on those servers themselves, as their model makes it. MassGen
0.1.97 was measured at 6 to 7 requests and 22,500 prompt tokens for the same question.

    python -m bench.coordination
"""

import asyncio
import io
import json
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import aiohttp

from massgen_tui.config.loader import load_config
from massgen_tui.config.model import AgentConfig, Config
from massgen_tui.headless import Options
from massgen_tui.headless.runner import Headless
from massgen_tui.headless.streams import Notes, Output
from tests.support.configs import loaded
from tests.support.server import ScriptedServer
from tests.support.voters import WAYS, voter

QUESTION = "What is 17 * 23?"
KNOWN = "Hello!"
"""A prompt that the model of the servers here has an answer to."""
CONFIG = """
agents:
  - id: a
    backend: {{type: vllm, model: Qwen/Qwen3-4B, base_url: "{first}"}}
  - id: b
    backend: {{type: vllm, model: Qwen/Qwen3-4B, base_url: "{second}"}}
"""
LIVE = Path(__file__).resolve().parents[1] / "configs" / "two_qwen_vllm_sglang.yaml"
Body = Mapping[str, Any]


async def agreed(config: Config, question: str) -> dict[str, Any]:
    """What `run --coordinate --format json` says of it."""
    options, out = Options(question, "json", coordinate=True, save=False), io.StringIO()
    await Headless(config, options, Output(out), Notes(io.StringIO())).run()
    told: dict[str, Any] = json.loads(out.getvalue())
    return told


async def scripted(folder: Path, way: str) -> tuple[int, list[Body]]:
    """Steps of a coordination in which both agree at once, and the bodies of all its requests."""
    async with ScriptedServer() as first, ScriptedServer() as second:
        voter(first, way)
        voter(second, way)
        config = loaded(folder, CONFIG.format(first=first.base_url, second=second.base_url))
        told = await agreed(config, QUESTION)
        asked = (*first.requests, *second.requests)
        return told["coordination"]["requests"], [one.json for one in asked if one.body]


def estimated(bodies: Sequence[Body]) -> int:
    """Characters / 4 of messages and tools."""
    said = [
        sum(len(one["content"]) for one in body["messages"])
        + len(json.dumps(body.get("tools", "")))
        for body in bodies
    ]
    return sum(said) // 4


async def counted(agent: AgentConfig, bodies: Sequence[Body]) -> int | None:
    """The prompt tokens of these bodies as a server's `usage` tells them; None: it is not there."""
    tokens = 0
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(120)) as client:
        for body in bodies:
            kept = {name: value for name, value in body.items() if name != "stream_options"}
            asked = {**kept, "model": agent.settings.model, "stream": False, "max_tokens": 1}
            url = f"{agent.endpoint.base_url}/chat/completions"
            try:
                async with client.post(url, json=asked) as reply:
                    tokens += (await reply.json())["usage"]["prompt_tokens"]
            except (aiohttp.ClientError, TimeoutError, KeyError):
                return None
    return tokens


async def measure() -> None:
    """Print a line a way, and what the servers are that counted."""
    live = load_config(LIVE)
    heads = [agent.endpoint.dialect.provider for agent in live.agents]
    print(f"way         steps  requests  chars/4  {'  '.join(f'{head:>8}' for head in heads)}")
    away: set[str] = set()
    with tempfile.TemporaryDirectory() as folder:
        for way in WAYS:
            steps, bodies = await scripted(Path(folder), way)
            told = []
            for agent in live.agents:
                tokens = None if agent.id in away else await counted(agent, bodies)
                away |= {agent.id} if tokens is None else set()
                told.append(f"{'–' if tokens is None else f'{tokens:,}':>8}")
            print(f"{way:10} {steps:6}  {len(bodies):8}  {estimated(bodies):7,}  {'  '.join(told)}")
    print("MassGen 0.1.97           6-7   22,500")
    for agent in live.agents:
        if agent.id in away:
            print(f"not counted by a model: no server answers at {agent.endpoint.base_url}")
    if not away:
        for question in (QUESTION, KNOWN):
            print(f"on both servers, {question!r}: {_line(await agreed(live, question))}")


def _line(told: Mapping[str, Any]) -> str:
    came = told["coordination"]
    ways = ", ".join(f"{agent} {way}" for agent, way in came["way"].items())
    return (
        f"{came['requests']} requests, {came['prompt_tokens']:,} prompt tokens in `usage`, "
        f"{came['rounds']} rounds ({ways}), by {came['by']}"
    )


if __name__ == "__main__":
    asyncio.run(measure())
