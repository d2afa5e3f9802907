"""Of long words of a server the cause comes first, without colours."""

import json

import pytest

from massgen_tui.backends.errors.http import StatusError
from massgen_tui.backends.errors.stream_kinds import stream_error
from massgen_tui.gist import gist, without_codes

FRAMES = '  File "engine.py", line 10, in step\n    self.go()\n    ^^^^^^^^^\n' * 40
DEAD = "vllm.v1.engine.exceptions.EngineDeadError: EngineCore encountered an issue."
RAY = (
    "Message: Internal Server Error (Request ID: r-1), Internal exception: Internal Server Error, "
    f"original exception: \x1b[36mray::LLMServer.chat()\x1b[39m (pid=1)\n{FRAMES}{DEAD}"
)
"""Ray Serve LLM 2.60 after the end of its engine."""


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("\x1b[1;38;5;196mred\x1b[0m!", "red!"),
        ("\x9b31mred\x9bm", "red"),
        ("\x1b]8;;http://a\x1b\\link\x1b]8;;\x07", "link"),
        ("\x1b]0;title\x07on\x1bP1$r\x1b\\\x1b(B\x1bc", "on"),
        (r"\x1b[36mray::f()\x1b[39m \u001b[0;31mbad\u001b[0m ^[[1mbold^[[m", "ray::f() bad bold"),
        ("a[0] and [31m are no colours", "a[0] and [31m are no colours"),
        ("\x1b]52;c;never ended", "\x1b]52;c;never ended"),
    ],
)
def test_colours_go_out_whole(text: str, left: str) -> None:
    assert without_codes(text) == left


@pytest.mark.parametrize(
    ("text", "first"),
    [
        (RAY, DEAD),
        # a refusal of vLLM behind Ray: its own words, in the middle
        (
            "Message: max_tokens is too large (Request ID: 8a), Internal exception: "
            "max_tokens is too large (Request ID: 8a), original exception: None",
            "max_tokens is too large",
        ),
        (
            "Message: Internal Server Error (Request ID: 8a), Internal exception: no GPU is left "
            "(Request ID: 8a)",
            "no GPU is left",
        ),
        ("Message: the prompt is too long (Request ID: 1-2)", "the prompt is too long"),
        # Python's own, a message of several lines (pydantic 2.12), and one raised from another
        (f"Traceback (most recent call last):\n{FRAMES}ValueError: no", "ValueError: no"),
        (
            f"Traceback (most recent call last):\n{FRAMES}"
            "pydantic_core.ValidationError: 1 validation error for Chat\ntop_k\n  Input should be",
            "pydantic_core.ValidationError: 1 validation error for Chat",
        ),
        (
            f"Traceback (most recent call last):\n{FRAMES}KeyError: 'a'\n\nThe above exception was "
            f"the direct cause:\n\nTraceback (most recent call last):\n{FRAMES}RuntimeError: b",
            "RuntimeError: b",
        ),
        # Java: Kong's and Spring's gateways
        (
            "java.io.IOException: up\n\tat a.B\nCaused by: java.net.X: refused\n\tat c",
            "java.net.X: refused",
        ),
        # no traceback, or none that ends
        ("it broke", "it broke"),
        (f"cut short\n{FRAMES}", "cut short"),
        ("Message: hello", "Message: hello"),
        ("", ""),
    ],
)
def test_the_cause_comes_first(text: str, first: str) -> None:
    assert gist(text).partition("\n")[0] == first


def test_a_refusal_begins_with_its_cause_and_ends_with_the_rest() -> None:
    body = json.dumps({"error": {"message": RAY, "code": 500}}).encode()
    assert StatusError(500, {}, body).said.startswith(DEAD)
    assert 'File "engine.py"' in StatusError(500, {}, body).said
    assert StatusError(500, {}, f"\x1b[31m{RAY}".encode()).said.startswith("Message") is False


def test_an_error_in_a_stream_begins_with_its_cause() -> None:
    error = stream_error({"message": RAY, "code": 500}, begun=True)
    assert error.message.startswith(DEAD)
    assert "\x1b" not in error.message
    assert "[36m" not in error.message


def test_what_it_costs_is_bounded() -> None:
    long = "\x1b[" * 200_000 + "Message: x, Internal exception: " * 5000 + '\n  File "a' * 20_000
    assert len(gist(long)) <= 200_000
