"""Every fault that a server or the way to it can have, and what must be told of it."""

import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.support.server import (
    END,
    Again,
    Close,
    Deafen,
    Hang,
    Pause,
    Reset,
    Step,
    chunk,
    delta,
    head,
    sse,
    sse_events,
    whole,
)


@dataclass(frozen=True, slots=True)
class Until:
    """The server goes on when the scene has seen this."""

    seen: str


@dataclass(frozen=True)
class Fault:
    """One row."""

    id: str
    kind: str
    """`error.kind`; empty when the answer is whole all the same."""
    says: str = ""
    """Stands in the message; of a whole answer, in its first warning."""
    hints: str = ""
    """Stands in the hint."""
    ends: tuple[Step | Until, ...] = ()
    """What the server does wrong, after `begins`."""
    begins: tuple[Step, ...] = ()
    """The good part that came before."""
    kept: tuple[str, str] | None = ("", "")
    """Reasoning and content of the attempt; None: any number of `x`."""
    status: int | None = None
    limits: Mapping[str, float] = field(default_factory=dict)
    waits: tuple[float, ...] = ()
    """Seconds between the tries."""
    place: str = "scripted"
    """Where it happens (`places.py`)."""
    models: tuple[str, ...] = ()
    """What GET /v1/models names; empty: it is not there."""
    quick: bool = False
    """Silent servers are asked after within milliseconds."""
    model: str | None = None
    """The model that answers, where it is another one."""


TEXT = ("thinks", "half an answer")
EVENTS = sse_events(["thinks"], ["half an ", "answer"])
BEGUN: tuple[Step, ...] = (head(), *map(chunk, EVENTS[:4]))
REST: tuple[Step, ...] = (*map(chunk, EVENTS[4:]), END)
ONE_X = chunk(sse(delta(content="x")))
CUT = "in the middle of the answer"
BACKOFF = (0.5, 1.0)
ERROR = {"message": "EngineCore died", "type": "InternalServerError", "code": 500}
HTML = b"<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>"


def nested(message: str, code: int) -> dict[str, Any]:
    return {"error": {"message": message, "type": "Error", "param": None, "code": code}}


def refused(
    id: str,
    status: int,
    body: object,
    kind: str,
    says: str,
    hints: str,
    *,
    content_type: str = "application/json",
    waits: tuple[float, ...] = (),
    models: tuple[str, ...] = (),
    **headers: str,
) -> Fault:
    answer = whole(status, body, content_type, **headers)
    return Fault(id, kind, says, hints, (answer,), status=status, waits=waits, models=models)


def in_stream(id: str, said: bytes) -> Fault:
    return Fault(
        f"error in the stream: {id}", "server_error", "EngineCore died", "what came is kept",
        (chunk(said), END), BEGUN, TEXT, 500 if b"code" in said else None,
    )  # fmt: skip


def _gzipped() -> tuple[Step, ...]:
    packer = zlib.compressobj(wbits=31)
    parts = [packer.compress(e) + packer.flush(zlib.Z_SYNC_FLUSH) for e in EVENTS]
    parts[-1] += packer.flush()
    return (head(content_encoding="gzip"), *map(chunk, parts), END)


def _dripping() -> tuple[Step, ...]:
    event = b'data: {"choices":[{"delta":{"content":" drop"}}]}\n\n'
    drops = [step for byte in event for step in (Pause(0.02), chunk(bytes([byte])))]
    return (*drops, *REST)


_WHOLE_JSON = {
    "object": "chat.completion",
    "model": "m",
    "choices": [
        {
            "index": 0,
            "message": {"role": "assistant", "reasoning": "thinks", "content": "half an answer"},
            "finish_reason": "stop",
        }
    ],
}
_MALFORMED = chunk(b'data: {"choices": [{]}\n\n')
_BAD_UTF8 = chunk(sse(delta(content=" a#b")).replace(b"#", b"\xff"))

UNREACHED = [
    Fault("refused", "unreachable", "connection refused", "start the server on this machine",
          waits=BACKOFF, place="refused"),
    Fault("dns failure", "unreachable", "no such host: gpu-box.invalid", "spelt right",
          waits=BACKOFF, place="unresolved"),
    Fault("tls failure", "unreachable", "certificate", "SSL_CERT_FILE", place="untrusted"),
    Fault("connect time-out", "unreachable", "no connection", "timeout.connect",
          limits={"connect": 0.2}, waits=BACKOFF, place="full"),
    Fault("reset before headers", "unreachable", "closed the connection before it answered",
          "rerun", (Reset(),), waits=BACKOFF),
    Fault("closed before headers", "unreachable", "closed the connection before it answered",
          "rerun", (Close(),), waits=BACKOFF),
]  # fmt: skip
REFUSALS = [
    refused("401 flat", 401, {"error": "Unauthorized"}, "unauthorized", "Unauthorized", "api_key"),
    refused("401 nested", 401, nested("Incorrect key", 401), "unauthorized", "Incorrect key",
            "VLLM_API_KEY"),
    refused("403", 403, {"error": "Forbidden"}, "unauthorized", "Forbidden", "api_key"),
    refused("404 wrong model", 404, nested("The model `m` does not exist.", 404), "not_found",
            "`m` does not exist", "serves glm-4.5, glm-4.6", models=("glm-4.5", "glm-4.6")),
    refused("404 wrong path", 404, {"detail": "Not Found"}, "not_found", "Not Found", "base_url"),
    refused("400 context overflow", 400, nested("maximum context length is 4096 tokens", 400),
            "bad_request", "4096 tokens", "shorten the prompt"),
    refused("400 context overflow of llama.cpp", 400,
            nested("a prompt of 3100 tokens does not fit the available context size of 1024", 400),
            "bad_request", "1024", "shorten the prompt"),
    refused("400 context overflow of Perplexity, told by the type alone", 400,
            {"error": {"message": "Bad prompt", "type": "too_many_prompt_tokens", "code": 400}},
            "bad_request", "Bad prompt", "shorten the prompt"),
    # OpenRouterTeam/ai-sdk-provider#121
    refused("400 prompt and answer of Perplexity", 400,
            nested("Requested 115120 to generate tokens, following a prompt of length 40055, "
                   "which exceeds the max limit of 128000 tokens.", 400),
            "bad_request", "128000", "shorten the prompt"),
    # google-gemini/gemini-cli#4231
    refused("400 context overflow of Gemini", 400,
            nested("The input token count (3475108) exceeds the maximum number of tokens "
                   "allowed (1048576).", 400),
            "bad_request", "1048576", "shorten the prompt"),
    refused("500 context overflow of llama.cpp", 500,
            nested("the request exceeds the available context size, try increasing it", 500),
            "server_error", "available context", "shorten the prompt"),
    # llama.cpp b5000 and later; containers/ramalama#988
    refused("500 tools without --jinja", 500, nested("tools param requires --jinja flag", 500),
            "server_error", "--jinja", "start the server with --jinja"),
    refused("500 images of llama.cpp", 500,
            nested("image input is not supported - hint: if this is unexpected, you may need to "
                   "provide the mmproj", 500),
            "server_error", "mmproj", "start the server with --mmproj"),
    refused("500 json_schema beside grammar", 500,
            nested('Either "json_schema" or "grammar" can be specified, but not both', 500),
            "server_error", "not both", "give one of them"),
    refused("500 grammar beside tools", 500,
            nested("Cannot use custom grammar constraints with tools.", 500),
            "server_error", "with tools", "give one of them"),
    refused("400 two constraints of vLLM", 400,
            nested("You can only use one kind of structured outputs constraint but multiple are "
                   "specified", 400),
            "bad_request", "one kind", "give one kind of constraint"),
    refused("400 images of vLLM", 400,
            nested("At most 0 image(s) may be provided in one prompt.", 400),
            "bad_request", "At most 0", "text alone"),
    refused("500 a validator's words", 500,
            {"error": "1 validation error for ChatCompletionRequest\ntop_k\n  Input should be a "
                      "valid integer [type=int_type, input_value='x', input_type=str]"},
            "bad_request", "validation error", "change what the message names"),
    refused("500 a validator's words, as FastAPI tells them", 500,
            {"detail": [{"loc": ["body", "messages"], "msg": "Field required", "type": "missing"}]},
            "bad_request", "body.messages: Field required", "change what the message names"),
    refused("400 failed generation of Groq", 400,
            {"error": {"message": "no call", "failed_generation": "On Friday."}},
            "bad_request", "the model wrote: On Friday.", "this agent's backend"),
    refused("413", 413, b"too large", "bad_request", "too large", "shorten",
            content_type="text/plain"),
    refused("422", 422, {"detail": [{"loc": ["body", "n"], "msg": "must be positive"}]},
            "bad_request", "body.n: must be positive", "this agent's backend"),
    refused("429", 429, nested("Slow down", 429), "rate_limited", "Slow down", "wait",
            waits=BACKOFF),
    refused("429 with Retry-After", 429, nested("Slow down", 429), "rate_limited", "Slow down",
            "wait 7 s", waits=(7.0, 7.0), retry_after="7"),
    refused("429 that wants too long", 429, b"", "rate_limited", "rate limited", "wait 3600 s",
            retry_after="3600"),
    refused("500", 500, nested("boom", 500), "server_error", "boom", "log"),
    refused("500 without a cause", 500, nested("Internal server error", 500), "server_error",
            "Internal server error", "longer than the model's context"),
    refused("500 of no words", 500, b"", "server_error", "500 server error",
            "longer than the model's context"),
    refused("502 html", 502, HTML, "overloaded", "502 Bad Gateway", "see whether the server",
            content_type="text/html", waits=BACKOFF),
    refused("503", 503, nested("no free slot", 503), "overloaded", "no free slot", "wait",
            waits=BACKOFF),
    refused("503 loading", 503, nested("Loading model", 503), "loading", "Loading model",
            "wait until the model is loaded", waits=BACKOFF),
    refused("504", 504, b"", "overloaded", "504", "see whether the server", waits=BACKOFF),
    Fault("redirect to another host", "malformed", "http://other.invalid/v1", "if you trust",
          (head(307, location="http://other.invalid/v1/chat/completions", content_length="0"),)),
    Fault("wrong content type: json", "malformed", "application/json", "stream",
          (whole(200, _WHOLE_JSON),), kept=TEXT),
    Fault("wrong content type: html", "malformed", "Log in", "base_url",
          (whole(200, b"<html><title>Log in</title>", "text/html"),)),
    Fault("no http", "malformed", "does not answer in HTTP", "what listens there",
          (b"SSH-2.0-OpenSSH_9.6\r\n\r\n", Close())),
]  # fmt: skip
BROKEN = [
    Fault("reset mid-stream", "interrupted", CUT, "rerun", (Reset(),), BEGUN,
          TEXT),
    Fault("closed mid-stream", "interrupted", CUT, "rerun", (Close(),), BEGUN,
          TEXT),
    Fault("reset in a held-back tag", "interrupted", CUT, "rerun", (Reset(),),
          (*BEGUN, chunk(sse(delta(content="</thi")))), ("thinks", "half an answer</thi")),
    Fault("clean end without finish", "interrupted", "before the server said", "kept", (END,),
          BEGUN, TEXT),
    Fault("done without finish", "interrupted", "without saying why", "send the prompt again",
          (chunk(sse("[DONE]")), END), BEGUN, TEXT),
    Fault("no done", "", ends=(chunk(EVENTS[4]), END), begins=BEGUN, kept=TEXT),
    Fault("empty body", "interrupted", "before the server said", "longer than the model's context",
          (head(), END)),
    in_stream("nested", sse({"error": ERROR})),
    in_stream("string", sse({"error": "EngineCore died"})),
    in_stream("flat", sse({"object": "error", **ERROR})),
    in_stream("groq", sse({"choices": [], "x_groq": {"error": "EngineCore died"}})),
    in_stream("in the choice", sse({"choices": [{"index": 0, "delta": {}, "error": ERROR}]})),
    in_stream("event", b"event: error\ndata: " + json.dumps(ERROR).encode() + b"\n\n"),
    Fault("killed -9 mid-stream", "interrupted", "the connection", "rerun", begins=BEGUN,
          kept=TEXT, place="killed"),
]  # fmt: skip
STRANGE = [
    Fault("malformed json once", "", "one event of the stream could not be read",
          ends=(_MALFORMED, *REST), begins=BEGUN, kept=TEXT),
    Fault("invalid utf-8", "", ends=(_BAD_UTF8, *REST), begins=BEGUN,
          kept=("thinks", "half an answer a\ufffdb")),
    Fault("gzip", "", ends=_gzipped(), kept=TEXT),
    Fault("one event of 20 MB", "malformed", "16 MB", "server",
          (chunk(sse(delta(content="y" * 20_000_000))), *REST), BEGUN, TEXT),
    Fault("100,000 tiny chunks at once", "", ends=(head(), ONE_X * 100_000, *REST), kept=None),
]  # fmt: skip
SLOW = [
    Fault("stall before headers", "stalled", "no token came within 0.4 s", "timeout.first_token",
          (Hang(),), limits={"first_token": 0.4}),
    Fault("stall before the first byte", "stalled", "no token came", "timeout.first_token",
          (head(), Hang()), limits={"first_token": 0.4}),
    Fault("stall mid-stream", "stalled", "nothing came for 0.4 s", "timeout.idle", (Hang(),),
          BEGUN, TEXT, limits={"idle": 0.4}),
    Fault("stall mid-stream: slow", "", ends=(Until("slow"), *REST), begins=BEGUN, kept=TEXT,
          quick=True),
    Fault("stall mid-stream: gone", "interrupted", "the server refuses connections",
          "rerun when its server", (Deafen(), Hang()), BEGUN, TEXT, quick=True, place="deaf"),
    Fault("slow drip", "", ends=_dripping(), begins=BEGUN, kept=("thinks", "half an answer drop"),
          limits={"idle": 0.5}),
    Fault("endless", "stalled", "longer than 0.6 s", "timeout.total", (Again(ONE_X),), (head(),),
          None, limits={"total": 0.6}),
]  # fmt: skip
RESTARTED = [
    Fault("restarted with another model", "not_found", "`m` does not exist", "serves other/model",
          (whole(404, nested("The model `m` does not exist.", 404)),), status=404,
          place="restarted", models=("other/model",)),
    Fault("restarted with a model that takes any name", "", place="restarted", kept=TEXT,
          ends=(head(), *map(chunk, sse_events(["thinks"], ["half an ", "answer"],
                                               model="other/model")), END),
          model="other/model"),
]  # fmt: skip
FAULTS = [*UNREACHED, *REFUSALS, *BROKEN, *STRANGE, *SLOW, *RESTARTED]
