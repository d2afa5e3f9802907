"""Two agents that agree over the wire, each server taking one way to say a vote."""

import io
import json
from pathlib import Path
from typing import Any

import pytest

from massgen_tui.headless import Options
from massgen_tui.headless.runner import Headless
from massgen_tui.headless.streams import Notes, Output
from tests.support.configs import loaded
from tests.support.server import ScriptedServer
from tests.support.voters import WAYS, voter

PAIRS = [(one, other) for one in WAYS for other in WAYS]
CONFIG = """
agents:
  - id: a
    backend: {{type: vllm, model: Qwen/Qwen3-4B, base_url: "{first}"}}
  - id: b
    backend: {{type: vllm, model: Qwen/Qwen3-4B, base_url: "{second}"}}
"""


async def agreed(folder: Path, first: ScriptedServer, second: ScriptedServer) -> dict[str, Any]:
    config = loaded(folder, CONFIG.format(first=first.base_url, second=second.base_url))
    out = io.StringIO()
    options = Options("What is 17 * 23?", "json", coordinate=True, save=False)
    headless = Headless(config, options, Output(out), Notes(io.StringIO()))
    assert await headless.run() == 0
    whole: dict[str, Any] = json.loads(out.getvalue())
    return whole


@pytest.mark.parametrize(("one", "other"), PAIRS, ids=map("-".join, PAIRS))
async def test_every_pair_of_ways_agrees(one: str, other: str, tmp_path: Path) -> None:
    async with ScriptedServer() as first, ScriptedServer() as second:
        voter(first, one)
        voter(second, other)
        coordination = (await agreed(tmp_path, first, second))["coordination"]
    assert coordination["way"] == {"a": one, "b": other}
    assert (coordination["winner"], coordination["by"]) == ("agent1.1", "votes")
    assert coordination["final"] == f"The answer of {one}."
    assert [vote["counted"] for vote in coordination["votes"]] == [True, True]
    assert coordination["prompt_tokens"] <= 1500


async def test_the_first_request_is_the_plain_one_and_prefixes_stay(tmp_path: Path) -> None:
    async with ScriptedServer() as first, ScriptedServer() as second:
        voter(first, "tools")
        voter(second, "structured")
        await agreed(tmp_path, first, second)
        plain = {"messages": [{"role": "user", "content": "What is 17 * 23?"}]}
        for server in (first, second):
            bodies = [one.json for one in server.requests if one.method == "POST"]
            assert bodies[0]["messages"] == plain["messages"]
            assert not {"tools", "response_format", "tool_choice"} & bodies[0].keys()
            for body in bodies[1:]:
                assert body["messages"][0] == plain["messages"][0]
        asked = [one.json for one in first.requests if one.method == "POST"]
        assert len(asked) == 3
        assert asked[2]["messages"][: len(asked[1]["messages"])] == asked[1]["messages"]
        assert asked[1]["tools"] == asked[2]["tools"]
