"""Rows of errors in shapes that no chunk has: own names, wrong fields, plain text; and of noise.

The kind is that of the status or the words; a wait and a hint follow it.
"""

import json
from collections.abc import Mapping

from tests.support.decoding import chunk, say, stream
from tests.wire.rows import Row

_STOP = chunk({}, "stop")


def _first(name: str, said: Mapping[str, object] | str | bytes, error: str, kind: str,
           status: int | None = None, hint: str = "", model: str | None = None) -> Row:  # fmt: skip
    """An error that comes before anything else."""
    return Row(name, stream(said), finish=None, model=model, error=error, kind=kind, status=status,
               hint=hint)  # fmt: skip


def _late(name: str, said: Mapping[str, object] | str | bytes, error: str, kind: str,
          status: int | None = None, hint: str = "", finish: str | None = None) -> Row:  # fmt: skip
    """An error in the middle of an answer; `[DONE]` follows it."""
    return Row(name, stream(say("Half"), said), content="Half", finish=finish, error=error,
               kind=kind, status=status, hint=hint)  # fmt: skip


def _base(code: int, message: str, **more: object) -> dict[str, object]:
    return {"base_resp": {"status_code": code, "status_msg": message}, "model": "m", **more}


FIELDS = [
    _first("llama.cpp before Sep 2025: the field error (ggml-org/llama.cpp#16109)",
           b'error: {"code": 400, "message": "the prompt is longer than the context of 256"}\n\n',
           "the prompt is longer than the context of 256", "bad_request", 400, "shorten"),
    _late("the field error in the middle", b'error: {"code": 500, "message": "no slot"}\n\n',
          "no slot", "server_error", 500, "what came is kept"),
    _late("the field error with plain words", b"error: 429 Too Many Requests\n\n",
          "429 Too Many Requests", "rate_limited", 429, "wait"),
    _late("the field Error, as a log writes it", b"Error: the worker died\n\n", "the worker died",
          "interrupted"),
    _late("a line that calls itself fatal", b"fatal: CUDA error\n\n", "CUDA error", "server_error"),
    _late("event: error without data", b"event: error\n\n",
          "the server reported an error inside the stream, without saying which", "server_error"),
    _late("event: exception", b'event: exception\ndata: {"message": "it broke"}\n\n', "it broke",
          "server_error"),
    _late("an error in a whole message", {"choices": [{"message": {"error": "it broke"}}]},
          "it broke", "server_error"),
    _late("error_type beside choices: null",
          {"choices": None, "error_type": "rate_limit", "error_message": "slow down"},
          "slow down", "rate_limited", hint="wait"),
    _late("error_code and error_msg (Baidu)",
          {"error_code": 18, "error_msg": "Open api qps request limit reached"},
          "Open api qps request limit reached", "rate_limited"),
    _late("text and error_code (FastChat 0.2.36)",
          {"text": "**NETWORK ERROR DUE TO HIGH TRAFFIC.**\n\n(CUDA out of memory)",
           "error_code": 50002},
          "**NETWORK ERROR DUE TO HIGH TRAFFIC.**\n\n(CUDA out of memory)", "server_error"),
    _first("the same before anything else: of its controller (FastChat 0.2.36)",
           {"text": "**No available worker**", "error_code": 50005}, "**No available worker**",
           "server_error"),
    _first("a prompt too long, in Xinference 4.1.0's words for any failure",
           {"error": "The chat completion request failed. Check the server logs for details."},
           "The chat completion request failed. Check the server logs for details.",
           "server_error", hint="the prompt may be longer than the model's context"),
    _first("no cause, and where it is logged", {"error": "Generation failed, please see the logs."},
           "Generation failed, please see the logs.", "server_error",
           hint="the prompt may be longer than the model's context"),
    _first("a failure that has a cause is not guessed at", {"error": "Request failed: no GPU"},
           "Request failed: no GPU", "server_error", hint="look into the server's log"),
    _late("code and msg with success: false (Z.ai's older API)",
          {"code": 500, "msg": "404 NOT_FOUND", "success": False}, "404 NOT_FOUND",
          "server_error", 500),
    _late("errors in a list (Cloudflare Workers AI)",
          {"result": None, "success": False, "errors": [{"code": 7505, "message": "no capacity"}]},
          "no capacity", "overloaded", hint="overloaded"),
    _late("a list around the error (Gemini)",
          json.dumps([{"error": {"code": 429, "message": "quota", "status": "X"}}]), "quota",
          "rate_limited", 429, "wait"),
    _late("FastAPI's detail alone", {"detail": "Model crashed"}, "Model crashed", "server_error"),
    _late("FastAPI's detail with places",
          {"detail": [{"loc": ["body", "n"], "msg": "must be positive"}]},
          "body.n: must be positive", "bad_request"),
    _late("RFC 9457", {"type": "about:blank", "title": "Busy", "status": 503, "detail": "queue"},
          "queue", "overloaded", 503),
    _late("message alone (API Gateway)", {"message": "Internal server error"},
          "Internal server error", "server_error", hint="what came is kept"),
    _late("an error inside a response (OpenAI's other API behind a gateway)",
          {"type": "response.failed", "response": {"error": {"message": "it broke"}}}, "it broke",
          "server_error"),
    _late("Dify: event error in the object",
          {"event": "error", "status": 400, "code": "invalid_param", "message": "bad"}, "bad",
          "bad_request", 400),
    _late("an error in the delta", chunk({"error": {"message": "tool crashed"}}), "tool crashed",
          "server_error"),
]  # fmt: skip
MINIMAX = [
    Row("MiniMax: base_resp in an event of its own (lobehub/lobehub#4054)",
        stream(_base(1008, "balance is not enough", choices=None, object="chat.completion.chunk"),
               done=False),
        finish=None, error="balance is not enough", kind="bad_request", hint="credit", done=False),
    _first("MiniMax: base_resp without choices", _base(1002, "rate limit"), "rate limit",
           "rate_limited", hint="wait", model="m"),
    _first("MiniMax: a wrong key", _base(2049, "invalid api key"), "invalid api key",
           "unauthorized", hint="key", model="m"),
    _late("MiniMax: base_resp beside the finish (lobehub/lobehub#10255)",
          {**_STOP, **_base(1027, "output new_sensitive")}, "output new_sensitive", "bad_request",
          finish="stop"),
    Row("MiniMax: base_resp that says all is well",
        stream(say("Hi"), {**_STOP, **_base(0, "success")}, _base(0, "")), content="Hi"),
]  # fmt: skip
PLAIN = [
    _first("a frame of plain text (can1357/oh-my-pi#11344)", "429 Too Many Requests",
           "429 Too Many Requests", "rate_limited", 429, "wait"),
    _first("a status alone", "503", "503", "overloaded", 503),
    _first("HTTP's own line", "HTTP/1.1 401 Unauthorized", "HTTP/1.1 401 Unauthorized",
           "unauthorized", 401, "key"),
    _late("a phrase alone", "Too Many Requests", "Too Many Requests", "rate_limited", 429),
    _late("Envoy's words",
          "upstream connect error or disconnect/reset before headers. reset reason: overflow",
          "upstream connect error or disconnect/reset before headers. reset reason: overflow",
          "interrupted"),
    _late("a log line", "[ERROR] out of memory", "[ERROR] out of memory", "server_error"),
    _late("a JSON string", '"Error: rate limit reached"', "Error: rate limit reached",
          "rate_limited"),
    _late("a page", "<html><title>502 Bad Gateway</title></html>", "502 Bad Gateway",
          "interrupted", 502),
    _late("a line that is no field", b"Internal Server Error\n", "Internal Server Error",
          "server_error", 500),
    _late("a traceback", b"Traceback (most recent call last):\n",
          "Traceback (most recent call last):", "server_error"),
]  # fmt: skip
KINDS = [
    *(_first(f"Zhipu: {code}", {"error": {"code": code, "message": "refused"}}, "refused", kind)
      for code, kind in (("1302", "rate_limited"), ("1305", "rate_limited"),
                         ("1211", "not_found"), ("1261", "bad_request"))),
    *(_first(f"Bedrock: {name}", {name: {"message": "it ended"}}, "it ended", kind)
      for name, kind in (("modelStreamErrorException", "server_error"),
                         ("throttlingException", "rate_limited"),
                         ("validationException", "bad_request"))),
    *(_first(words, {"error": {"message": words}}, words, "overloaded")
      for words in ("Capacity temporarily exceeded", "The model is busy", "We are at capacity")),
    _first("FastAPI: a list of places",
           {"detail": [{"loc": ["body", "top_k"], "msg": "Extra inputs are not permitted"}]},
           "body.top_k: Extra inputs are not permitted", "bad_request"),
    _late("vLLM: 503 of a full queue (BerriAI/litellm#40578)",
          {"error": {"message": "engine queue is full", "type": "ServiceUnavailableError",
                     "code": 503}}, "engine queue is full", "overloaded", 503, "overloaded"),
    _late("Dynamo 1.6.1: its worker was killed",
          {"error": {"message": "Service temporarily unavailable", "type": "service_unavailable",
                     "code": 503}},
          "Service temporarily unavailable", "interrupted", 503, "send the prompt again"),
    _late("smg 1.13: the worker's stream broke",
          {"error": {"message": "Stream error: error decoding response body",
                     "type": "stream_error"}},
          "Stream error: error decoding response body", "interrupted"),
    _late("LiteLLM 1.108: its upstream was killed",
          {"error": {"message": "peer closed connection without sending complete message body",
                     "type": None, "param": None, "code": "500"}},
          "peer closed connection without sending complete message body", "interrupted", 500),
    _first("503 before a word", {"error": {"message": "no instances", "code": 503}},
           "no instances", "overloaded", 503),
    _first("503 while it loads", {"error": {"message": "Loading model", "code": 503}},
           "Loading model", "loading", 503),
    _first("Dynamo 1.6.1: a prompt over the context, without a cause",
           {"error": {"message": "Internal server error", "type": "internal_server_error",
                      "code": 500}},
           "Internal server error", "server_error", 500, "longer than the model's context"),
    _first("a 500 that names its cause", {"error": {"message": "CUDA out of memory", "code": 500}},
           "CUDA out of memory", "server_error", 500, "log"),
    _first("a context by its words", {"error": {"message": "n_ctx exceeded", "code": 500}},
           "n_ctx exceeded", "server_error", 500, "shorten"),
    _first("a wait in the words",
           {"error": {"message": "Rate limit. Please try again in 12s.", "code": 429}},
           "Rate limit. Please try again in 12s.", "rate_limited", 429, "wait 12 s"),
    _first("DashScope: event error with a flat body (NousResearch/hermes-agent#58017)",
           b'id:1\nevent:error\n:HTTP_STATUS/429\ndata:{"code": "Throttling.AllocationQuota", '
           b'"message": "Allocated quota exceeded", "request_id": "r"}\n\n',
           "Allocated quota exceeded", "rate_limited"),
    _first("Groq: what the model wrote in place of a call (vercel/ai#6916)",
           b'event: error\ndata: {"error": {"message": "no call", "code": "tool_use_failed", '
           b'"failed_generation": "On Friday.", "status_code": 400}}\n\n',
           "no call (the model wrote: On Friday.)", "bad_request", 400),
]  # fmt: skip
NOISE = [
    Row("comments wrapped as data (mnfst/llm-gateway#2053)",
        stream(*[": OPENROUTER PROCESSING"] * 60, say("Hi"), _STOP), content="Hi"),
    Row("pings as objects",
        stream({"type": "ping"}, {}, {"event": "heartbeat"}, "ping", "keep-alive",
               b'event: keepalive\ndata: {"t": 1}\n\n', say("Hi"), _STOP), content="Hi"),
    Row("an object that is no chunk is told", stream({"foo": 1}, say("Hi"), _STOP), content="Hi",
        warnings=1),
    Row("a named event that is no chunk is told",
        stream(b'event: tool.progress\ndata: {"tool": "x"}\n\n', say("Hi"), _STOP), content="Hi",
        warnings=1),
    Row("a named event of words is told", stream(b"event: note\ndata: hello\n\n", say("Hi"), _STOP),
        content="Hi", warnings=1),
    Row("a progress message is told and is no error",
        stream({"type": "status", "message": "searching"}, say("Hi"), _STOP), content="Hi",
        warnings=1),
    Row("code 0 and a message beside the choices (iFlytek)",
        stream({"code": 0, "message": "Success", **say("Hi")}, {"code": 0, **_STOP}), content="Hi"),
    Row("a stray line is told", stream(say("Hi"), b"hello there\n", _STOP), content="Hi",
        warnings=1),
]  # fmt: skip
ROWS = [*FIELDS, *MINIMAX, *PLAIN, *KINDS, *NOISE]
