"""What an answer's end proves: a finish reason where one is due, and the grace behind it."""

import asyncio
from collections.abc import Iterator

import pytest

from massgen_tui.backends import finishes
from massgen_tui.backends.chat_completions import ChatCompletionsBackend
from massgen_tui.backends.events import Unsaid
from massgen_tui.backends.finishes import Ending, ending_of, expected, failure_of, worst
from massgen_tui.backends.gate import ReadGate
from massgen_tui.dialects import DIALECTS
from tests.support.asking import agent_at, ask, ask_at
from tests.support.decoding import chunk as piece
from tests.support.decoding import decode, say, stream
from tests.support.server import Again, Hang, ScriptedServer, chunk, delta, head, sse, streamed

HALF = (sse(delta(role="assistant", content="")), sse(delta(content="Half")))
UNSAID = (*HALF, sse("[DONE]"))
STOP = sse(delta("stop"))
SPEAKERS = {"vllm", "sglang", "llamacpp", "ollama", "lmstudio", "openai", "groq", "deepseek", "zai"}


@pytest.fixture(autouse=True)
def _nothing_known() -> Iterator[None]:
    finishes.forget()
    yield
    finishes.forget()


@pytest.mark.parametrize("kind", ["vllm", "sglang", "llamacpp", "lmstudio"])
async def test_an_end_without_a_reason_is_a_cut_where_the_kind_gives_one(
    server: ScriptedServer, kind: str
) -> None:
    server.answer(*streamed(*UNSAID))
    outcome = await ask_at(server.base_url, type=kind)
    assert outcome.failure.kind == "interrupted"
    assert "without saying why" in outcome.failure.message
    assert outcome.content == "Half"


async def test_an_end_without_a_reason_is_in_doubt_where_nobody_knows_the_kind(
    server: ScriptedServer,
) -> None:
    server.answer(*streamed(*UNSAID))
    outcome = await ask_at(server.base_url, type="chatcompletion")
    assert outcome.error is None
    assert outcome.events[-1] == Unsaid()


async def test_a_server_that_gave_a_reason_once_is_held_to_it(server: ScriptedServer) -> None:
    backend = ChatCompletionsBackend(agent_at(server.base_url, type="chatcompletion"))
    server.answer(*streamed(*HALF, STOP, sse("[DONE]")))
    assert (await ask(backend)).error is None
    await backend.aclose()
    server.answer(*streamed(*UNSAID))
    outcome = await ask_at(server.base_url, type="chatcompletion")
    assert outcome.failure.kind == "interrupted"


def test_who_is_known_to_give_a_reason_and_who_never_does() -> None:
    told = {dialect.name for dialect in DIALECTS if dialect.finishes}
    assert told.issuperset(SPEAKERS)
    assert "chatcompletion" not in told
    cortex = "https://org.snowflakecomputing.com/api/v2/cortex/v1"
    finishes.remember(cortex)
    assert expected(cortex, by_kind=False) is False
    assert expected("http://box:8000/v1", by_kind=False) is None
    finishes.remember("http://box:8000/v1")
    assert expected("http://box:8000/other", by_kind=False) is True
    assert expected("http://box:8001/v1", by_kind=False) is None


def test_a_host_that_never_gives_a_reason_ends_well() -> None:
    answer = decode(stream(say("Hi")), finishes=False)
    assert (answer.content, answer.error, answer.unsaid) == ("Hi", None, False)


@pytest.mark.parametrize("body", [stream(), stream(piece({"role": "assistant"}))])
def test_nothing_and_no_reason_names_what_may_have_happened(body: bytes) -> None:
    error = decode(body, finishes=True).error
    assert error is not None
    assert "longer than the model's context" in error.hint


@pytest.mark.parametrize(
    ("word", "ending"),
    [
        ("stop", Ending.WHOLE),
        ("STOP", Ending.WHOLE),
        ("eos_token", Ending.WHOLE),
        ("tool_use", Ending.TOOLS),
        ("MAX_TOKENS", Ending.LENGTH),
        ("maxTokens", Ending.LENGTH),
        ("max_output_tokens", Ending.LENGTH),
        ("model_context_window_exceeded", Ending.CONTEXT),
        ("content-filter", Ending.FILTERED),
        ("content_filter: RECITATION", Ending.FILTERED),
        ("SAFETY", Ending.FILTERED),
        ("abort", Ending.FAILED),
        ("Error", Ending.FAILED),
        ("insufficient_system_resource", Ending.FAILED),
        ("model_error", Ending.FAILED),
        ("rate_limit_exceeded", Ending.FAILED),
        ("engine_failure", Ending.FAILED),
        ("FINISH_REASON_MALFORMED_FUNCTION_CALL", Ending.FAILED),
        ("weird", Ending.UNKNOWN),
        ("OTHER", Ending.UNKNOWN),
    ],
)
def test_what_a_word_means(word: str, ending: Ending) -> None:
    assert ending_of(word) is ending
    assert (failure_of(word) is not None) == (ending is Ending.FAILED)


def test_a_routers_good_word_yields_to_its_models_bad_one() -> None:
    assert worst("tool_calls", "max_output_tokens") == "max_output_tokens"
    assert worst("stop", "SAFETY") == "SAFETY"
    assert worst("stop", "end_turn") == "stop"
    assert worst("length", "error") == "length"
    assert worst("stop", None) == "stop"


@pytest.mark.parametrize("gated", [False, True])
@pytest.mark.parametrize("sign", [b": hb\n\n", b"data: {}\n\n", b'data: {"choices": []}\n\n'])
async def test_the_grace_behind_a_finish_ends_whatever_signs_of_life_come(
    server: ScriptedServer, sign: bytes, gated: bool
) -> None:
    server.answer(head(), *map(chunk, (*HALF, STOP)), Again(chunk(sign)))
    gate = ReadGate()
    gate.active = gated
    agent = agent_at(server.base_url, timeout={"idle": 0.3})
    backend = ChatCompletionsBackend(agent, gate=gate)
    async with asyncio.timeout(20):
        outcome = await ask(backend)
    assert outcome.error is None
    assert outcome.content == "Half"
    await backend.aclose()


async def test_a_failing_finish_fails_when_the_grace_is_over(server: ScriptedServer) -> None:
    server.answer(head(), *map(chunk, (*HALF, sse(delta("network_error")))), Hang())
    outcome = await ask_at(server.base_url, timeout={"idle": 0.3})
    assert outcome.failure.kind == "interrupted"
    assert "network_error" in outcome.failure.message
