"""Every refusal of a server: its kind, its own words, and what to do."""

from dataclasses import dataclass
from typing import Any

import pytest

from massgen_tui.backends.events import Opened
from tests.support.asking import ask_at
from tests.support.server import ScriptedServer, Step, head, whole

TOOLS = '"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set'
HTML = b"<html><head><title>502 Bad Gateway</title></head><body><h1>nginx</h1></body></html>"
LONG = "Error at /usr/lib/a.py\n  line 1\n" * 200


def nested(message: str, kind: str = "BadRequestError", code: int = 400) -> dict[str, Any]:
    return {"error": {"message": message, "type": kind, "param": None, "code": code}}


def flat(message: str, code: int = 400) -> dict[str, Any]:
    return {"object": "error", "message": message, "type": "BadRequestError", "code": code}


@dataclass(frozen=True)
class Row:
    id: str
    answer: bytes
    kind: str
    says: str
    hints: str


ROWS = [
    Row("401", whole(401, {"error": "Unauthorized"}), "unauthorized", "Unauthorized", "api_key"),
    Row(
        "401-var",
        whole(401, nested("Incorrect key", code=401)),
        "unauthorized",
        "Incorrect key",
        "VLLM_API_KEY",
    ),
    Row("403", whole(403, {"error": "Forbidden"}), "unauthorized", "Forbidden", "api_key"),
    Row(
        "404-alias",
        whole(
            404,
            nested(
                "The model `m` does not exist. Valid aliases: Qwen/Qwen3-4B.", "NotFoundError", 404
            ),
        ),
        "not_found",
        "Valid aliases: Qwen/Qwen3-4B.",
        "`model`",
    ),
    # smg 1.13.0 without a worker; its list of models is a 503 then
    Row(
        "404-no-worker",
        whole(404, nested("No worker available for model 'm'", "invalid_request_error")),
        "not_found",
        "No worker available",
        "no worker is there",
    ),
    # Ray Serve LLM 2.60.0
    Row(
        "400-ray-context",
        whole(
            400,
            nested(
                "Message: This model's maximum context length is 4096 tokens. However, your prompt "
                "contains at least 4097 input tokens, which exceeds this limit even without any "
                "output tokens. (parameter=input_tokens, value=4097) (Request ID: 1bd263dd), "
                "Internal exception: ray.llm.OpenAIHTTPException (Request ID: 1bd263dd), original "
                "exception: ",
                "OpenAIHTTPException",
            ),
        ),
        "bad_request",
        "maximum context length is 4096",
        "new conversation",
    ),
    Row(
        "404-ray-model",
        whole(404, {"detail": 'Got request for model "m". Could not find base model with ID "m".'}),
        "not_found",
        "Could not find base model",
        "`model`",
    ),
    Row(
        "503-ray-backpressure",
        whole(
            503,
            b"Request dropped due to backpressure (num_queued_requests=1, max_queued_requests=1).",
            "text/plain",
        ),
        "overloaded",
        "dropped due to backpressure",
        "no more room in its queue",
    ),
    # SGLang 0.5.23 with --max-queued-requests
    Row(
        "503-queue",
        whole(503, flat("The request queue is full.", 503)),
        "overloaded",
        "queue is full",
        "no more room in its queue",
    ),
    Row(
        "503-queue-timeout",
        whole(503, nested("the pod left the queue of its node")),
        "overloaded",
        "left the queue",
        "see whether the server behind",
    ),
    # KServe 0.21.0 over vLLM
    Row(
        "500-vllm-validation",
        whole(
            500,
            {
                "error": "VLLMValidationError : max_tokens=100000 cannot be greater than "
                "max_model_len=max_total_tokens=4096. (parameter=max_tokens, value=100000)"
            },
        ),
        "bad_request",
        "max_tokens=100000",
        "lower max_tokens",
    ),
    Row(
        "500-vllm-temperature",
        whole(500, {"error": "VLLMValidationError : temperature must be non-negative, got -1.0."}),
        "bad_request",
        "temperature must be",
        "change what the message names",
    ),
    Row(
        "500-request-validation",
        whole(500, {"error": "RequestValidationError : n must be 1"}),
        "bad_request",
        "n must be 1",
        "change what the message names",
    ),
    # FastChat 0.2.36: the models of its workers, or nothing
    Row(
        "400-not-among",
        whole(400, {**flat("Only a&&b allowed now, your model m"), "code": 40301}),
        "not_found",
        "Only a&&b allowed now",
        "`model`",
    ),
    Row(
        "400-no-worker",
        whole(400, {**flat("Only  allowed now, your model m"), "code": 40301}),
        "overloaded",
        "Only allowed now, your model m",
        "no worker is there",
    ),
    Row(
        "400-only",
        whole(400, flat("Only text parts are allowed now")),
        "bad_request",
        "Only text parts",
        "",
    ),
    # Portkey 1.15.2, whose upstream refuses connections
    Row(
        "500-html-message",
        whole(500, {"html-message": "Message: fetch failed Cause: Error: connect ECONNREFUSED"}),
        "server_error",
        "500 server error: Message: fetch failed",
        "rerun this agent to try again",
    ),
    Row("404-route", whole(404, {"detail": "Not Found"}), "not_found", "Not Found", "base_url"),
    Row(
        "400-context",
        whole(400, nested("This model's maximum context length is 4096 tokens.")),
        "bad_request",
        "maximum context length is 4096",
        "new conversation",
    ),
    Row(
        "400-flat",
        whole(400, flat("The input (18012 tokens) is longer than the context length")),
        "bad_request",
        "18012 tokens",
        "shorten",
    ),
    Row(
        "400-tools",
        whole(400, nested(TOOLS)),
        "bad_request",
        "tool choice requires",
        "--enable-auto-tool-choice --tool-call-parser NAME (the model card names it)",
    ),
    Row("400-long", whole(400, flat(LONG)), "bad_request", "Error at /usr/lib/a.py line 1", ""),
    # LiteLLM 1.108.7 without a database: any key but the master key
    Row(
        "400-no-database",
        whole(400, nested("No connected db.", "no_db_connection", 400)),
        "unauthorized",
        "No connected db.",
        "api_key",
    ),
    Row(
        "400-like-it",
        whole(400, nested("no_db_connection is no tool of mine")),
        "bad_request",
        "no tool of mine",
        "backend",
    ),
    Row(
        "429-zhipu-1302",
        whole(429, {"error": {"code": "1302", "message": "refused"}}),
        "rate_limited",
        "429 rate limited: refused",
        "wait a little",
    ),
    Row(
        "500-zhipu-1302",
        whole(500, {"error": {"code": "1302", "message": "refused"}}),
        "rate_limited",
        "500 rate limited: refused",
        "wait a little",
    ),
    Row(
        "429-zhipu-1305",
        whole(429, {"error": {"code": "1305", "message": "refused"}}),
        "overloaded",
        "429 server not available: refused",
        "wait a little",
    ),
    Row(
        "429-zhipu-1113",
        whole(429, {"error": {"code": "1113", "message": "refused"}}),
        "bad_request",
        "429 bad request: refused",
        "no credit",
    ),
    Row(
        "400-zhipu-1211",
        whole(400, {"error": {"code": "1211", "message": "refused"}}),
        "not_found",
        "400 not found: refused",
        "base_url",
    ),
    Row(
        "500-zhipu-1214",
        whole(500, {"error": {"code": "1214", "message": "refused"}}),
        "bad_request",
        "500 bad request: refused",
        "change what",
    ),
    # axum 0.8 (vLLM 0.33's Rust front end), Express, and a router before it
    *(
        Row(f"400-large-{n}", whole(400, nested(said)), "bad_request", said, "front end: shorten")
        for n, said in enumerate(
            (
                "Failed to buffer the request body: length limit exceeded",
                "request entity too large",
                "Payload Too Large",
            )
        )
    ),
    # FastAPI
    Row(
        "422-places",
        whole(422, {"detail": [{"loc": ["body", "n"], "msg": "Input should be positive"}]}),
        "bad_request",
        "body.n: Input should be positive",
        "change what",
    ),
    Row(
        "422-unplaced", whole(422, {"detail": [{"msg": "too long"}]}), "bad_request", "too long", ""
    ),
    # vLLM 0.33 while elastic EP scales, and a rank that retired
    Row("503-scaling", whole(503, {"error": "The model is scaling"}), "overloaded", "scaling", ""),
    Row("503-retired", whole(503, {"error": "has been retired"}), "overloaded", "retired", ""),
    Row("413", whole(413, b"too large", "text/plain"), "bad_request", "too large", "shorten"),
    Row(
        "422",
        whole(422, {"detail": [{"loc": ["body", "n"], "msg": "must be positive"}]}),
        "bad_request",
        "body.n: must be positive",
        "",
    ),
    Row("429", whole(429, nested("Slow down")), "rate_limited", "Slow down", "wait"),
    # LiteLLM 1.108.7, whose only upstream failed a moment ago
    Row(
        "429-cooldown",
        whole(
            429,
            nested(
                "No deployments available for selected model, Try again in 5 seconds.",
                "all_deployments_in_cooldown",
                429,
            ),
            "application/json",
            retry_after="5",
        ),
        "rate_limited",
        "No deployments available",
        "wait 5 s, then rerun: what is behind it failed",
    ),
    Row("429-late", whole(429, b"", retry_after="3600"), "rate_limited", "rate limited", "3600 s"),
    Row(
        "500", whole(500, nested("boom", "InternalServerError", 500)), "server_error", "boom", "log"
    ),
    Row(
        "500-behind-litellm",
        whole(
            500,
            nested("litellm.InternalServerError: Cannot connect", code=500),
            "application/json",
            x_litellm_call_id="e261d894",
        ),
        "server_error",
        "Cannot connect",
        "LiteLLM failed, or what is behind it; rerun",
    ),
    Row("500-empty", whole(500, b""), "server_error", "500 server error", ""),
    Row("501", whole(501, b"not\x1b[2Jhere", "text/plain"), "server_error", "nothere", ""),
    Row("502", whole(502, HTML, "text/html"), "overloaded", "502 Bad Gateway", ""),
    Row("503", whole(503, nested("no free slot", code=503)), "overloaded", "no free slot", ""),
    # vllm-router 0.1.17, in plain text; smg 1.13.0 whose workers are dead; envoy
    *(
        Row(f"503-{n}", whole(503, said, "text/plain"), "overloaded", "", "no worker is there")
        for n, said in enumerate(
            (
                b"No available workers (all circuits open or unhealthy)",
                b"All workers are unavailable (circuit breaker open or unhealthy)",
                b"no healthy upstream",
            )
        )
    ),
    Row(
        "503-loading",
        whole(503, nested("Loading model", code=503)),
        "loading",
        "Loading model",
        "wait until",
    ),
    Row("504", whole(504, b"", "text/plain"), "overloaded", "504", ""),
    Row(
        "302",
        head(302, location="http://example.com/login", content_length="0"),
        "malformed",
        "http://example.com/login",
        "base_url",
    ),
]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
async def test_a_refusal_is_explained(server: ScriptedServer, row: Row) -> None:
    server.answer(row.answer)
    outcome = await ask_at(server.base_url)
    error = outcome.failure
    assert error.kind == row.kind
    assert row.says in error.message
    assert row.hints in error.hint
    assert len(error.message) <= 400
    assert error.message.isprintable()
    assert (error.agent, error.server) == ("qwen1", server.root)
    assert error.status in (None, int(row.id[:3]))
    assert not any(isinstance(event, Opened) for event in outcome.events)


async def test_the_status_is_kept(server: ScriptedServer) -> None:
    server.answer(whole(500, b"x"))
    assert (await ask_at(server.base_url)).failure.status == 500


async def test_a_wrong_model_is_answered_with_the_names_that_are_served(
    server: ScriptedServer,
) -> None:
    server.answer(whole(404, nested("no such model", "NotFoundError", 404)))
    models = {"object": "list", "data": [{"id": "glm-4.5"}, {"id": "glm-4.6"}]}
    server.route("GET", "/v1/models", whole(200, models))
    error = (await ask_at(server.base_url)).failure
    assert "glm-4.5, glm-4.6" in error.hint


@pytest.mark.parametrize(
    "models", [b"[]", b'{"data": null}', b"<html>", b'{"data": [1, {"id": 5}]}'], ids=repr
)
async def test_a_strange_list_of_models_changes_nothing(
    server: ScriptedServer, models: bytes
) -> None:
    server.answer(whole(404, nested("gone")))
    server.route("GET", "/v1/models", whole(200, models))
    assert (await ask_at(server.base_url)).failure.kind == "not_found"


async def test_a_key_that_is_not_accepted_is_told_by_where_it_came_from(
    server: ScriptedServer,
) -> None:
    server.answer(whole(401, {"error": "Unauthorized"}))
    outcome = await ask_at(server.base_url, key="sk-wrong-key", key_source="VLLM_API_KEY")
    assert "VLLM_API_KEY was not accepted" in outcome.failure.hint


async def test_an_error_body_without_end_is_not_read_without_end(server: ScriptedServer) -> None:
    endless: tuple[Step, ...] = (head(500, "text/plain"), b"10000\r\n" + b"x" * 65536 + b"\r\n")
    server.answer(endless[0], *[endless[1]] * 40)
    error = (await ask_at(server.base_url)).failure
    assert error.kind == "server_error"
    assert len(error.message) <= 400


@pytest.mark.parametrize(
    ("listed", "hint"),
    [
        # Dynamo 1.6.1: 404 with no byte
        (whole(200, {"object": "list", "data": []}), "serves no model now: is its worker up?"),
        (whole(404, b""), "is base_url right?"),
        (whole(503, b"No available workers", "text/plain"), "is base_url right?"),
    ],
)
async def test_a_404_without_a_word_is_explained_by_the_list_of_models(
    server: ScriptedServer, listed: bytes, hint: str
) -> None:
    server.answer(whole(404, b""))
    server.route("GET", "/v1/models", listed)
    error = (await ask_at(server.base_url)).failure
    assert error.kind == "not_found"
    assert hint in error.hint


@pytest.mark.parametrize(
    ("alive", "key", "kind"),
    [
        (True, None, "unauthorized"),
        (True, "sk-some", "server_error"),
        (False, None, "server_error"),
    ],
)
async def test_litellm_that_was_given_no_key_is_no_fault_of_the_server(
    server: ScriptedServer, alive: bool, key: str | None, kind: str
) -> None:
    """1.108.7 as it installs: 500 `Internal Server Error` in plain text."""
    server.answer(whole(500, b"Internal Server Error", "text/plain"))
    if alive:
        server.route("GET", "/health/liveliness", whole(200, b'"I\'m alive!"'))
    error = (await ask_at(server.base_url, key=key)).failure
    assert error.kind == kind
    assert ("api_key" in error.hint) == (kind == "unauthorized")


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        # LiteLLM 1.108.7 and 1.50
        ("/chat/completions: Invalid model name passed in model=m. Call `/v1/models`", "other"),
        ("Invalid model: m", "other"),
        ("max_tokens must be positive", "change what the message names"),
    ],
)
async def test_an_unknown_model_at_litellm_is_answered_with_the_names(
    server: ScriptedServer, words: str, hint: str
) -> None:
    server.answer(whole(400, nested(words)))
    server.route("GET", "/v1/models", whole(200, {"data": [{"id": "other"}]}))
    error = (await ask_at(server.base_url)).failure
    assert error.kind == "bad_request"
    assert hint in error.hint
