"""Another try: only before the first byte, only where it may help; and the one correction."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest

from massgen_tui.backends.call import Call
from massgen_tui.backends.chat_completions import ChatCompletionsBackend
from massgen_tui.backends.errors.waits import retry_after
from massgen_tui.backends.events import RequestSent
from tests.support.asking import Outcome, agent_at, ask, no_wait
from tests.support.server import (
    END,
    Reset,
    ScriptedServer,
    Step,
    chunk,
    delta,
    free_port,
    head,
    sse,
    sse_chat,
    whole,
)

GOOD = sse_chat(content=["hello"])


async def tried(
    base_url: str, retries: int = 2, parameters: dict[str, object] | None = None
) -> tuple[Outcome, list[float]]:
    waits: list[float] = []
    agent = agent_at(base_url, retries=retries, parameters=parameters or {})
    backend = ChatCompletionsBackend(agent, sleep=no_wait(waits))
    outcome = await ask(backend)
    await backend.aclose()
    return outcome, waits


@pytest.mark.parametrize("status", [408, 429, 502, 503, 504])
async def test_a_passing_refusal_is_tried_again(server: ScriptedServer, status: int) -> None:
    server.answer(whole(status, b""))
    server.answer(whole(status, b""))
    server.answer(*GOOD)
    outcome, waits = await tried(server.base_url)
    assert outcome.content == "hello"
    assert waits == [0.5, 1.0]
    assert outcome.names()[:6] == [
        *("RequestSent", "Retrying", "RequestSent", "Retrying", "RequestSent", "Opened")
    ]
    assert [(r.attempt, r.seconds) for r in outcome.retries] == [(1, 0.5), (2, 1.0)]
    assert str(status) in outcome.retries[0].reason


PAUSED = {
    "message": "Generation is paused. Please retry after it resumes.",
    "type": "InternalServerError",
    "code": 503,
}
"""vLLM 0.33 after `/pause`, as its first event."""
GATEWAY = {"message": "no healthy upstream", "type": "upstream_error", "status": 503}
LIMITED = {"error": {"message": "Rate limit reached for requests", "code": "429"}}


def refused_in_stream(error: object, *before: Step) -> list[Step]:
    return [head(), *before, chunk(sse({"error": error})), chunk(b"data: [DONE]\n\n"), END]


@pytest.mark.parametrize("error", [PAUSED, GATEWAY, LIMITED])
async def test_a_stream_that_begins_with_a_passing_error_is_tried_again(
    server: ScriptedServer, error: object
) -> None:
    role = chunk(sse(delta(role="assistant", content="")))
    server.answer(*refused_in_stream(error))
    server.answer(*refused_in_stream(error, role))
    server.answer(*GOOD)
    outcome, waits = await tried(server.base_url)
    assert outcome.content == "hello"
    assert outcome.error is None
    assert waits == [0.5, 1.0]
    assert [one.attempt for one in outcome.retries] == [1, 2]


async def test_a_server_that_stays_paused_is_told_in_its_own_words(server: ScriptedServer) -> None:
    for _ in range(3):
        server.answer(*refused_in_stream(PAUSED))
    outcome, waits = await tried(server.base_url)
    assert waits == [0.5, 1.0]
    assert outcome.failure.status == 503
    assert outcome.failure.message == PAUSED["message"]
    assert "overloaded" not in outcome.failure.hint
    assert "what came" not in outcome.failure.hint


@pytest.mark.parametrize("field", ["content", "reasoning_content"])
async def test_an_error_behind_a_piece_of_an_answer_is_final(
    server: ScriptedServer, field: str
) -> None:
    server.answer(*refused_in_stream(PAUSED, chunk(sse(delta(**{field: "half"})))))
    outcome, waits = await tried(server.base_url)
    assert waits == []
    assert outcome.failure.kind == "interrupted"


@pytest.mark.parametrize("code", [400, 401, 500, None])
async def test_a_stream_that_begins_with_a_lasting_error_is_not_tried_again(
    server: ScriptedServer, code: int | None
) -> None:
    server.answer(*refused_in_stream({"message": "no", "code": code}))
    outcome, waits = await tried(server.base_url)
    assert waits == []
    assert "what came" not in outcome.failure.hint


@pytest.mark.parametrize("status", [400, 401, 403, 404, 413, 422, 500, 501])
async def test_a_lasting_refusal_is_not(server: ScriptedServer, status: int) -> None:
    server.answer(whole(status, b""))
    server.route("GET", "/v1/models", whole(404, b""))
    outcome, waits = await tried(server.base_url)
    assert outcome.failure.status == status
    assert waits == []


async def test_as_often_as_the_config_says(server: ScriptedServer) -> None:
    for _ in range(5):
        server.answer(whole(503, b""))
    outcome, waits = await tried(server.base_url, retries=4)
    assert outcome.failure.kind == "overloaded"
    assert waits == [0.5, 1.0, 1.0, 1.0]
    assert len(server.requests) == 5


async def test_never_when_the_config_says_so(server: ScriptedServer) -> None:
    server.answer(whole(503, b""))
    outcome, waits = await tried(server.base_url, retries=0)
    assert outcome.failure.kind == "overloaded"
    assert waits == []


@pytest.mark.parametrize("before", [(), (head(),)], ids=["before headers", "before a byte"])
async def test_a_broken_connection_is_tried_again(
    server: ScriptedServer, before: tuple[Step, ...]
) -> None:
    server.answer(*before, Reset())
    server.answer(*GOOD)
    outcome, waits = await tried(server.base_url)
    assert outcome.content == "hello"
    assert waits == [0.5]


async def test_a_refused_connection_is_tried_again() -> None:
    outcome, waits = await tried(f"http://127.0.0.1:{free_port()}/v1")
    assert outcome.failure.kind == "unreachable"
    assert waits == [0.5, 1.0]


async def test_nothing_is_tried_again_once_a_byte_came(server: ScriptedServer) -> None:
    server.answer(head(), chunk(sse(delta(content="once"))), Reset())
    server.answer(*GOOD)
    outcome, waits = await tried(server.base_url)
    assert outcome.failure.kind == "interrupted"
    assert outcome.content == "once"
    assert (waits, len(server.requests)) == ([], 1)


@pytest.mark.parametrize(("asked", "waited"), [("7", 7.0), ("0", 0.0), ("60", 60.0)])
async def test_the_server_says_how_long_to_wait(
    server: ScriptedServer, asked: str, waited: float
) -> None:
    server.answer(whole(429, b"", retry_after=asked))
    server.answer(*GOOD)
    outcome, waits = await tried(server.base_url)
    assert outcome.content == "hello"
    assert waits == [waited]


@pytest.mark.parametrize(
    ("body", "waited"),
    [
        ([{"error": {"code": 429, "details": [{"retryDelay": "2s"}]}}], 2.0),
        ({"error": {"message": "Rate limit. Please try again in 7.5s."}}, 7.5),
        ({"message": "slow down", "retry_after": 3}, 3.0),
    ],
)
async def test_the_server_says_in_its_body_how_long_to_wait(
    server: ScriptedServer, body: object, waited: float
) -> None:
    server.answer(whole(429, body))
    server.answer(*GOOD)
    outcome, waits = await tried(server.base_url)
    assert outcome.content == "hello"
    assert waits == [waited]


async def test_the_header_goes_before_the_body(server: ScriptedServer) -> None:
    server.answer(whole(429, {"retry_after": 30}, retry_after="2"))
    server.answer(*GOOD)
    assert (await tried(server.base_url))[1] == [2.0]


async def test_a_body_that_wants_too_long_is_not_waited_for(server: ScriptedServer) -> None:
    server.answer(whole(429, {"error": {"message": "Please try again in 7m36.48s."}}))
    outcome, waits = await tried(server.base_url)
    assert outcome.failure.retry_after == 456.48
    assert "456.5 s" in outcome.failure.hint
    assert waits == []


async def test_a_server_that_wants_too_long_is_not_waited_for(server: ScriptedServer) -> None:
    server.answer(whole(429, b"", retry_after="61"))
    outcome, waits = await tried(server.base_url)
    assert outcome.failure.kind == "rate_limited"
    assert outcome.failure.retry_after == 61
    assert waits == []


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("12", 12.0), ("1.5", 1.5), ("soon", None), ("", None), ("-3", None), ("9" * 40, None)],
)
def test_retry_after_in_seconds(value: str, seconds: float | None) -> None:
    assert retry_after({"retry-after": value}, 0) == seconds


def test_retry_after_in_milliseconds() -> None:
    assert retry_after({"retry-after-ms": "1500", "retry-after": "2"}, 0) == 1.5


def test_retry_after_as_a_date() -> None:
    now = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
    headers = {"retry-after": format_datetime(now + timedelta(seconds=30), usegmt=True)}
    assert retry_after(headers, now.timestamp()) == 30
    assert retry_after(headers, now.timestamp() + 60) == 0


def unknown(name: str) -> dict[str, Any]:
    return {"detail": [{"type": "extra_forbidden", "loc": ["body", name], "msg": "Extra inputs"}]}


OPENAI = "Unsupported parameter: 'max_tokens' is not supported with this model. "
OPENAI += "Use 'max_completion_tokens' instead."


@pytest.mark.parametrize(
    ("refusal", "config", "gone", "new"),
    [
        (whole(400, {"message": "stream_options is not allowed"}), {}, "stream_options", ""),
        (whole(422, unknown("stream_options")), {}, "stream_options", ""),
        (whole(400, {"error": {"message": OPENAI}}), {"max_tokens": 9}, "max_tokens",
            "max_completion_tokens"),
        (whole(422, unknown("max_completion_tokens")), {"max_completion_tokens": 9},
            "max_completion_tokens", "max_tokens"),
        (whole(422, unknown("top_k")), {"top_k": 5}, "top_k", ""),
        (whole(400, {"error": {"message": "Unrecognized request argument supplied: min_p"}}),
            {"min_p": 0.1}, "min_p", ""),
        (whole(400, {"message": "property 'seed' is unsupported"}), {"seed": 1}, "seed", ""),
    ],
)  # fmt: skip
async def test_what_a_server_does_not_take_is_left_out_once_and_for_all(
    server: ScriptedServer, refusal: bytes, config: dict[str, object], gone: str, new: str
) -> None:
    server.answer(refusal)
    server.answer(*GOOD)
    server.answer(*GOOD)
    backend = ChatCompletionsBackend(agent_at(server.base_url, parameters=config))
    first = await ask(backend)
    assert first.content == "hello"
    assert f"`{gone}`" in first.warnings[0]
    assert first.names()[:4] == ["RequestSent", "Warned", "RequestSent", "Opened"]
    sent = [event.body for event in first.events if isinstance(event, RequestSent)]
    assert gone in sent[0]
    assert gone not in sent[1]
    if new:
        assert sent[1][new] == sent[0][gone]
        assert f"`{new}`" in first.warnings[0]
    second = await ask(backend)
    assert second.warnings == []
    assert [gone in request.json for request in server.requests] == [True, False, False]
    assert any(f"`{gone}`" in told for told in backend.request(Call(())).warnings)
    await backend.aclose()


@pytest.mark.parametrize(
    "said",
    [
        "max_tokens=100000 cannot be greater than max_model_len=4096",
        "max_completion_tokens is too large: 100000.This model supports at most 4096",
        "Unsupported value: 'temperature' does not support 0.5 with this model.",
        "messages: unexpected end, stop",
        "The model is not supported",
    ],
)
async def test_a_wrong_value_is_the_users_to_mend(server: ScriptedServer, said: str) -> None:
    server.answer(whole(400, {"error": {"message": said}}))
    parameters = {"max_tokens": 100000, "temperature": 0.5, "stop": ["x"]}
    outcome, _ = await tried(server.base_url, parameters=parameters)
    assert outcome.failure.kind == "bad_request"
    assert outcome.failure.message.endswith(said)
    assert len(server.requests) == 1


async def test_one_correction_is_of_all_that_the_server_names(server: ScriptedServer) -> None:
    names = ("stream_options", "max_tokens", "top_k")
    places = [{"loc": ["body", name], "msg": "Extra inputs are not permitted"} for name in names]
    server.answer(whole(422, {"detail": places}))
    server.answer(*GOOD)
    outcome, _ = await tried(server.base_url, parameters={"max_tokens": 9, "top_k": 5})
    assert outcome.content == "hello"
    assert all(f"`{name}`" in outcome.warnings[0] for name in names)
    sent = server.requests[1].json
    assert sent.keys().isdisjoint(names)
    assert sent["max_completion_tokens"] == 9


async def test_only_one_correction_is_tried(server: ScriptedServer) -> None:
    server.answer(whole(422, unknown("top_k")))
    server.answer(whole(422, unknown("min_p")))
    outcome, _ = await tried(server.base_url, parameters={"top_k": 5, "min_p": 0.1})
    assert outcome.failure.kind == "bad_request"
    assert len(server.requests) == 2


BROKEN = sse({"error": {"message": "it broke", "code": 500}})


@pytest.mark.parametrize(
    ("opened", "told"),
    [
        (head(), True),
        (head(x_envoy_upstream_service_time="4"), False),
        (head(x_kong_upstream_latency="3"), False),
        (head(x_smg_request_id="1"), False),
    ],
    ids=["plain", "Istio", "Kong 3.9", "smg"],
)
async def test_the_log_is_named_where_no_gateway_streamed_the_failure(
    server: ScriptedServer, opened: bytes, told: bool
) -> None:
    server.answer(opened, chunk(BROKEN), END)
    outcome, _ = await tried(server.base_url)
    assert ("log" in outcome.failure.hint) is told


async def test_what_is_a_stack_once_is_one_in_the_next_answer_too(server: ScriptedServer) -> None:
    words = "Message: it broke (Request ID: r-1), Internal exception: it broke"
    server.answer(whole(500, {"error": {"message": words}}))
    server.answer(head(), chunk(BROKEN), END)
    backend = ChatCompletionsBackend(agent_at(server.base_url, retries=0))
    hints = [(await ask(backend)).failure.hint for _ in range(2)]
    await backend.aclose()
    assert hints == ["rerun this agent to try again", "send the prompt again"]
