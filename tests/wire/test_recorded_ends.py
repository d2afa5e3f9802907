"""How real servers of rarer kinds ended their answers, well and badly."""

from dataclasses import dataclass

import pytest

from massgen_tui.backends.errors.http import Situation, StatusError, refusal
from tests.support.decoding import RECORDED, decode

DYNAMO, LLAMA = "ai-dynamo-1.6.1", "llama-cpp-python-0.3.36"


@dataclass(frozen=True)
class End:
    """What a recording must end with."""

    name: str
    kind: str = ""
    """The kind of the error; empty: there is none."""
    says: str = ""
    hints: str = ""
    content: int = 0
    """Characters of it."""
    finish: str | None = None
    unsaid: bool = False


ENDS = [
    End(f"{DYNAMO}/err_context_stream", "server_error", "Internal server error",
        "longer than the model's context"),
    End(f"{DYNAMO}/err_engine_raised_midstream", "server_error", "Internal server error",
        "send the prompt again"),
    End(f"{DYNAMO}/err_worker_died_midstream", "interrupted", "Service temporarily unavailable",
        "lost what was answering"),
    End(f"{DYNAMO}/nothink", content=19, finish="stop"),
    End(f"{DYNAMO}/nvext_annotations", content=9, finish="length"),
    End(f"{DYNAMO}/reasoning_usage", content=28, finish="stop"),
    End(f"{DYNAMO}/tool_call", content=2, finish="tool_calls"),
    End(f"{LLAMA}/bad_temperature_accepted", content=91, finish="stop"),
    End(f"{LLAMA}/chat", content=46, finish="length"),
    End(f"{LLAMA}/cut_by_get_models", content=142, unsaid=True),
    End(f"{LLAMA}/cut_by_second_request", unsaid=True),
    End(f"{LLAMA}/err_context_stream_empty_200", "interrupted", "before the server said",
        "longer than the model's context"),
    End(f"{LLAMA}/include_usage_ignored", content=46, finish="length"),
]  # fmt: skip


@pytest.mark.parametrize("end", ENDS, ids=lambda end: end.name)
def test_an_answer_ends_as_its_server_ended_it(end: End) -> None:
    answer = decode((RECORDED / f"{end.name}.sse").read_bytes())
    assert (answer.finish, len(answer.content), answer.unsaid) == (
        end.finish, end.content, end.unsaid
    )  # fmt: skip
    assert answer.warnings == []
    assert (answer.error.kind if answer.error else "") == end.kind
    if answer.error is not None:
        assert end.says in answer.error.message
        assert end.hints in answer.error.hint


def test_a_server_that_was_heard_to_say_why_it_stops_is_cut_when_it_does_not() -> None:
    for name in ("cut_by_get_models", "cut_by_second_request"):
        error = decode((RECORDED / LLAMA / f"{name}.sse").read_bytes(), finishes=True).error
        assert error is not None
        assert error.kind == "interrupted"


@pytest.mark.parametrize(
    ("name", "status", "kind", "hints"),
    [
        ("err_context_not_streamed", 500, "server_error", "longer than the model's context"),
        ("err_unknown_model", 404, "not_found", ""),
        ("err_unknown_field", 400, "bad_request", "this agent's backend"),
    ],
)
def test_a_refusal_of_dynamo_is_read(name: str, status: int, kind: str, hints: str) -> None:
    body = (RECORDED / DYNAMO / f"{name}.json").read_bytes()
    cause = refusal(StatusError(status, {}, body), Situation("m", "http://box/v1", "vLLM"))
    assert cause.kind == kind
    assert hints in cause.hint


@pytest.mark.parametrize(
    ("name", "matched"),
    [
        ("vllm-0.32.0/stream_stop_in_thought.sse", "docstring"),
        ("sglang-0.5.23/stream_stop_in_thought.sse", "docstring"),
        ("vllm-0.32.0/stream_stop_in_answer.sse", "return"),
        ("sglang-0.5.23/stream_stop_in_answer.sse", "return"),
        ("vllm-0.32.0/stream_think_on.sse", None),
        ("sglang-0.5.23/stream_think_on.sse", None),  # `matched_stop` is a token's number
    ],
)
def test_the_stop_text_that_was_met_is_known(name: str, matched: str | None) -> None:
    assert decode((RECORDED / name).read_bytes()).matched == matched
