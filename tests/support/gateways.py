"""Scripted gateways: what the real ones answered, by path; every other path as they answer it."""

from collections.abc import Mapping
from typing import Any

from tests.support.server import ScriptedServer, whole

Page = tuple[int, object]
"""A status, and a JSON value or plain text."""

FIRST, SECOND = "http://10.0.0.4:8000", "http://10.0.0.5:8000"
READY = {"status": "ready", "healthy_workers": 2, "total_workers": 2}
HALF = {"status": "ready", "healthy_workers": 1, "total_workers": 2}
NOBODY = {"status": "not ready", "reason": "insufficient healthy workers"}
UNKNOWN_URL = {"error": {"type": "invalid_request_error", "code": "unknown_url", "param": None}}
WRONG_KEY = {"error": {"message": "Invalid API key", "code": "invalid_api_key"}}


def models(owner: str, *names: str, **more: object) -> dict[str, object]:
    """A list of models, all of one owner."""
    entries = [{"id": name, "object": "model", "owned_by": owner, **more} for name in names]
    return {"object": "list", "data": entries}


def engine(running: int, waiting: int, usage: float, url: str, before: str = "sglang:") -> str:
    """One worker's series, as a router hands them on."""
    labels = f'{{model_name="m",tp_rank="0",worker_addr="{url}"}}'
    names = {"num_running_reqs": running, "num_queue_reqs": waiting, "token_usage": usage}
    return "".join(f"{before}{name}{labels} {value}\n" for name, value in names.items())


def worker(url: str, *, healthy: bool = True, **load: float) -> dict[str, Any]:
    """One entry of smg's `/workers` (1.13.0), with the load it polled."""
    loads = {"engine_load": {"loads": [{"dp_rank": 0, **load}]}} if load else {}
    return {
        "id": "01a22408",
        "url": url,
        "models": [{"id": "m", "context_length": 4096}],
        "runtime_type": "sglang",
        "labels": {"version": "0.5.23"},
        "is_healthy": healthy,
        "load": 0,
        **loads,
    }


def pages(server: ScriptedServer, told: Mapping[str, Page]) -> None:
    """Let the server answer these paths so."""
    for path, (status, value) in told.items():
        plain = isinstance(value, str)
        body = value.encode() if isinstance(value, str) else value
        server.route(
            "GET", path, whole(status, body, "text/plain" if plain else "application/json")
        )


def smg(server: ScriptedServer, told: Mapping[str, Page] | None = None) -> None:
    """An smg 1.13.0 over two SGLang, one of them busy."""
    everything = ("/metrics", "/version", "/model_info", "/v1/loads", "/ready", "/ping")
    pages(server, dict.fromkeys(everything, (404, UNKNOWN_URL)))
    pages(
        server,
        {
            "/health": (200, "OK"),
            "/readiness": (200, READY),
            "/v1/models": (200, models("self_hosted", "m")),
            # one worker's, handed on
            "/get_model_info": (200, {"model_path": "m", "reasoning_parser": ""}),
            "/workers": (200, {"workers": [worker(FIRST), worker(SECOND)], "total": 2}),
            "/get_loads": (200, {"version": "smg-1.13.0", "loads": []}),
            "/engine_metrics": (200, engine(2, 0, 0.25, FIRST) + engine(5, 3, 0.9, SECOND)),
        }
        | dict(told or {}),
    )


def vllm_router(server: ScriptedServer, told: Mapping[str, Page] | None = None) -> None:
    """A vllm-router 0.1.17 over two vLLM; what it does not know goes to one of them."""
    page = 'vllm:num_requests_running{engine="0"} 5\nvllm:generation_tokens_total{engine="0"} 9\n'
    entries = [{"url": url, "is_healthy": True, "load": 1} for url in (FIRST, SECOND)]
    pages(
        server,
        {
            "/health": (200, "All servers healthy"),
            "/readiness": (200, READY),
            "/v1/models": (200, models("vllm", "m", max_model_len=4096)),
            "/version": (200, {"version": "0.32.0"}),
            "/metrics": (200, page),
            "/workers": (200, {"workers": entries}),
            "/get_loads": (200, {"workers": [{"worker": FIRST, "load": -1}]}),
        }
        | dict(told or {}),
    )


def litellm(server: ScriptedServer, told: Mapping[str, Page] | None = None) -> None:
    """A LiteLLM 1.108.7 with one model."""
    pages(
        server,
        {
            "/health/liveliness": (200, '"I\'m alive!"'),
            "/health/readiness": (200, {"status": "healthy", "db": "Not connected"}),
            "/v1/models": (200, models("openai", "m", max_input_tokens=4096)),
        }
        | dict(told or {}),
    )


def dynamo(server: ScriptedServer, told: Mapping[str, Page] | None = None) -> None:
    """A Dynamo 1.6.1 frontend with one worker."""
    frontend = "dynamo_frontend_"
    counts = {"inflight_requests": 4, "queued_requests": 1, "output_tokens_total": 900}
    page = "".join(
        f'{frontend}{name}{{model="m"}} {value}\n'
        f'{frontend}{name}{{model="unknown_model"}} {value + 70}\n'
        for name, value in counts.items()
    )
    instance = {
        "component": "backend",
        "endpoint": "generate",
        "instance_id": 17890124374900641535,
        "transport": {"tcp": "10.0.0.4:33719/f8467d5541828eff/dynamo/backend/generate"},
    }
    other = {**instance, "endpoint": "worker_kv_query_source_1a025c69d195ec"}
    pages(
        server,
        {
            "/health": (
                200,
                {
                    "status": "healthy",
                    "endpoints": ["dyn://dynamo.backend.generate"],
                    "instances": [instance, other],
                },
            ),
            "/v1/models": (200, models("nvidia", "m", context_window=4096)),
            "/metrics": (200, page),
        }
        | dict(told or {}),
    )
