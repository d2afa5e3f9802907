"""What agreeing costs: requests and prompt tokens of a one-line question to two agents.

Each agent's server takes one way to say a vote; both agree at once: 2 answers, 2 votes and a
presentation. Tokens are characters / 4 of each body's messages and tools. MassGen 0.1.97 was
measured at 6 to 7 requests and 22,500 prompt tokens for the same question.

    python -m bench.coordination
"""

import asyncio
import io
import json
import tempfile
from pathlib import Path

from massgen_tui.headless import Options
from massgen_tui.headless.runner import Headless
from massgen_tui.headless.streams import Notes, Output
from tests.support.configs import loaded
from tests.support.server import ScriptedServer
from tests.support.voters import WAYS, voter

QUESTION = "What is 17 * 23?"
CONFIG = """
agents:
  - id: a
    backend: {{type: vllm, model: Qwen/Qwen3-4B, base_url: "{first}"}}
  - id: b
    backend: {{type: vllm, model: Qwen/Qwen3-4B, base_url: "{second}"}}
"""


async def agreed(folder: Path, way: str) -> tuple[int, int, int]:
    """Requests, those that were refused among them, and tokens of the prompts."""
    async with ScriptedServer() as first, ScriptedServer() as second:
        voter(first, way)
        voter(second, way)
        config = loaded(folder, CONFIG.format(first=first.base_url, second=second.base_url))
        options = Options(QUESTION, "json", coordinate=True, save=False)
        out = io.StringIO()
        await Headless(config, options, Output(out), Notes(io.StringIO())).run()
        requests = json.loads(out.getvalue())["coordination"]["requests"]
        bodies = [one.json for one in (*first.requests, *second.requests) if one.method == "POST"]
    sent = [
        sum(len(one["content"]) for one in body["messages"])
        + len(json.dumps(body.get("tools", "")))
        for body in bodies
    ]
    return requests, len(bodies), sum(sent) // 4


def main() -> None:
    """Print a line a way."""
    print("way          steps  requests  prompt tokens")
    with tempfile.TemporaryDirectory() as folder:
        for way in WAYS:
            steps, requests, tokens = asyncio.run(agreed(Path(folder), way))
            print(f"{way:12} {steps:5}  {requests:8}  {tokens:13,}")
    print("MassGen 0.1.97            6-7         22,500")


if __name__ == "__main__":
    main()
