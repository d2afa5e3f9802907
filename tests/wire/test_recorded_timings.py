"""What real servers told of one answer's timings stands in its record, as they measured it."""

import json
from itertools import zip_longest

import pytest

from massgen_tui.backends.call import Call, Message
from massgen_tui.config.model import Config, UiConfig
from massgen_tui.session.session import Session
from massgen_tui.store.schema import attempt_record
from tests.support.configs import agent_of
from tests.support.decoding import RECORDED
from tests.support.server import ScriptedServer, Step, replay, whole

VLLM, LLAMACPP = "vllm-0.32.0-dp2-requestmetrics", "llamacpp-xllamacpp-2026.10.11549"
NGRAM = "vllm-0.32.0-ngram-requestmetrics"
TOLD = {
    f"{VLLM}/hello1.sse": (0.000718, 0.062918, 0.283601, 193.934321),
    f"{VLLM}/cached2.sse": (0.000128, 0.016362, 0.059699, 117.255111),
    f"{VLLM}/hello_nostream.json": (0.00008, 0.006339, 0.181839, 302.465331),
    f"{VLLM}/n2.sse": None,  # two choices: it tells none
    f"{NGRAM}/sorting.sse": (0.000037, 0.007723, 1.01407, 126.223975, 16 / 102),
    f"{NGRAM}/sorting_nostream.json": (0.000015, 0.005147, 0.887719, 144.189758, 16 / 102),
    f"{LLAMACPP}/chat_stream_usage.sse": (None, 0.708708, 1.358901, 28.699662),
    f"{LLAMACPP}/chat_stream_nousage.sse": (None, 0.365023, 1.527221, 15.060034),
    f"{LLAMACPP}/chat_stream_length.sse": (None, 0.216938, 0.231303, 17.293333),
    f"{LLAMACPP}/reasoning_stream_budget.sse": (None, 0.610096, 2.165943, 43.860803),
    f"{LLAMACPP}/demo_agent_a.sse": (None, 0.712717, 12.445807, 10.204240),
    "vllm-0.32.0/stream_include_usage.sse": None,  # not started to tell
}
"""Queue, prefill and decode in seconds, tokens a second, and where it speculated its acceptance."""


@pytest.mark.parametrize("name", TOLD)
async def test_what_a_server_measured_stands_in_the_record(name: str) -> None:
    body, want = RECORDED / name, TOLD[name]
    streamed = body.suffix == ".sse"
    steps: tuple[Step, ...] = replay(body) if streamed else (whole(200, body.read_bytes()),)
    async with ScriptedServer() as server:
        server.answer(*steps)
        kind = "llamacpp" if name.startswith("llamacpp") else "vllm"
        agent = agent_of("a", type=kind, model="m", base_url=server.base_url, retries=0)
        config = Config(agents=(agent,), monitor=False, ui=UiConfig(logging_enabled=False))
        session = Session(config, health=None)
        (turn,) = session.begin_turn("Hello!", ["a"])
        call = Call((Message("user", "Hello!"),), streamed=streamed)
        attempt = session.step("a", turn, call)
        await session.wait()
        await session.aclose()
    told = attempt_record(attempt)
    assert told["status"] == "done"
    timing = told["timing"]
    assert isinstance(timing, dict)
    measured = timing["server"]
    json.dumps(measured, allow_nan=False)
    if want is None:
        assert measured is None
        return
    names = ("queue_s", "prefill_s", "decode_s", "tokens_per_s", "acceptance")
    assert measured == pytest.approx(dict(zip_longest(names, want)), abs=1e-6)
