"""Whose log a hint names, and whom it tells to start a server: nobody can at a hosted API."""

from pathlib import Path

import pytest

from massgen_tui.backends.errors.http import StatusError
from massgen_tui.backends.errors.remedies import for_others
from massgen_tui.backends.errors.stream_kinds import stream_error
from massgen_tui.backends.events import BackendError, ErrorKind
from massgen_tui.config.loader import load_config
from massgen_tui.config.reach import within_reach
from massgen_tui.monitor.targets import targets_of


@pytest.mark.parametrize("begun", [True, False])
def test_a_hint_without_the_log_is_a_sentence_still(begun: bool) -> None:
    error = stream_error({"message": "it broke"}, begun=begun)
    assert error.kind is ErrorKind.SERVER_ERROR
    kept = "what came is kept; " if begun else ""
    assert error.hint == f"{kept}send the prompt again, and look into the server's log if it stays"
    assert for_others(error.hint) == f"{kept}send the prompt again"


@pytest.mark.parametrize(
    ("hint", "left"),
    [
        (
            "see the server's log; rerun this agent to try again",
            "rerun this agent to try again",
        ),
        ("shorten the prompt", "shorten the prompt"),
        (
            "nothing listens there: start the server on llm.example.com, or correct base_url",
            "nothing listens there: is base_url right?",
        ),
        (
            "nothing listens there: start the server on this machine, or correct base_url",
            "nothing listens there: is base_url right?",
        ),
        (
            "start vLLM with --enable-auto-tool-choice --tool-call-parser hermes",
            "what runs the model must be started with --enable-auto-tool-choice "
            "--tool-call-parser hermes",
        ),
        (
            "it takes no images: leave them out, or start the server with --mmproj",
            "it takes no images: leave them out, or what runs the model must be started with "
            "--mmproj",
        ),
    ],
)
def test_what_others_can_do_stays(hint: str, left: str) -> None:
    assert for_others(hint) == left


def test_an_overload_is_only_said_where_the_server_says_it() -> None:
    def hint(words: str) -> str:
        error: BackendError = stream_error({"message": words, "code": 503})
        return error.hint

    assert hint("the model is overloaded").startswith("the server is overloaded: wait")
    assert hint("too many requests in queue").startswith("the server is overloaded: wait")
    assert hint("Generation is paused.") == "wait a little, then send it again"


@pytest.mark.parametrize(
    ("backend", "own"),
    [
        ("type: vllm, base_url: 'http://localhost:8000/v1'", True),
        ("type: sglang, base_url: 'http://gpu-1:30000'", True),
        ("type: vllm, base_url: 'http://10.0.0.7:8000/v1', extra_headers: {X-Team: red}", True),
        ("type: openai, api_key: k", False),
        ("type: vllm, api_key: k, base_url: 'https://llm.example.com/v1'", False),
        # Ray Serve by its pages, KServe and a router by their paths, Portkey and Kong by headers
        (
            "type: vllm, base_url: 'http://ray:8000/v1', metrics_url: 'http://ray:8080/metrics'",
            False,
        ),
        ("type: vllm, base_url: 'http://localhost:8080/openai/v1'", False),
        ("type: sglang, base_url: 'http://gateway/team-a/v1'", False),
        (
            "type: vllm, base_url: 'http://gw/v1', extra_headers: {x-portkey-provider: openai}",
            False,
        ),
        ("type: vllm, base_url: 'http://gw:8000/v1', extra_headers: {X-Kong-Route: llm}", False),
    ],
)
def test_a_server_is_the_readers_own_unless_something_shows_that_it_is_not(
    tmp_path: Path, backend: str, own: bool
) -> None:
    path = tmp_path / "c.yaml"
    path.write_text(f"agents: [{{id: a, backend: {{model: m, {backend}}}}}]\n")
    config = load_config(path)
    assert within_reach(config.agents[0].endpoint) is own
    (target,) = targets_of(config)
    assert bool(target.start_command) is own


@pytest.mark.parametrize(
    ("headers", "body", "relayed"),
    [
        ({"server": "uvicorn"}, b'{"error": {"message": "it broke", "code": 500}}', False),
        ({}, b'{"error": "model runner has crashed"}', False),
        ({}, b"", False),
        # Ray Serve 2.60; its 404 for an unknown model
        ({}, b'{"error": {"message": "Message: x (Request ID: r), Internal exception: x"}}', True),
        (
            {},
            b'{"error": {"message": "ray.exceptions.RayTaskError(ValueError): \\u001b[36m"}}',
            True,
        ),
        ({}, b'{"detail": "Not Found: Could not find base model with ID [\'n\']"}', True),
        # KServe 0.21, FastChat 0.2.36, Xinference 4.1
        ({}, b'{"error":"EngineDeadError : EngineCore encountered an issue."}', True),
        ({}, b'{"object":"error","message":"x","code":50001}', True),
        ({}, b'{"detail":"[address=127.0.0.1:40123, pid=812] Remote server closed"}', True),
        # Portkey 1.15, LiteLLM 1.108, Kong 3.9, Istio
        ({}, b'{"html-message": "Message: fetch failed Name: TypeError"}', True),
        ({}, b'{"error": {"message": "litellm.InternalServerError: x", "code": "500"}}', True),
        ({"x-kong-upstream-latency": "3"}, b'{"message": "failure"}', True),
        ({"server": "istio-envoy", "x-envoy-upstream-service-time": "12"}, b"", True),
    ],
)
def test_a_refusal_shows_whether_a_gateway_or_a_stack_gave_it(
    headers: dict[str, str], body: bytes, relayed: bool
) -> None:
    assert StatusError(500, headers, body).relayed is relayed


@pytest.mark.parametrize(
    "error",
    [
        {"message": "Message: a (Request ID: r-1), Internal exception: b", "code": 500},
        {"message": "litellm.APIError: APIError: it broke", "type": "None", "code": "500"},
        "[address=0.0.0.0:33417, pid=99] it broke",
    ],
)
def test_an_error_in_a_stream_of_a_stack_names_no_log(error: object) -> None:
    assert "log" not in stream_error(error, {"error": error}, begun=True).hint
