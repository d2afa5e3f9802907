"""Requests as they were sent: kept in little, and equal to the last byte."""

import json
from collections.abc import Mapping

import pytest

from massgen_tui.session.requests import SentRequests

HELLO: list[dict[str, object]] = [{"role": "user", "content": "hello"}]
MESSAGES: list[object] = [
    {"role": "user", "content": "hello"},
    {"content": "the other way round", "role": "user"},
    {"role": "user", "content": None},
    {"role": None, "content": "x"},
    {"role": "user", "content": [{"type": "text", "text": "hello"}]},
    {"role": "assistant", "content": "hi", "reasoning_content": "hm"},
    {"role": "tool"},
    {},
    "no mapping",
    None,
]


@pytest.mark.parametrize("message", MESSAGES)
def test_a_message_is_what_it_was(message: object) -> None:
    body: Mapping[str, object] = {"model": "m", "messages": [message, *HELLO], "stream": True}
    kept = SentRequests().keep("a", body)
    assert json.dumps(dict(kept)) == json.dumps(body)
    assert kept == body


@pytest.mark.parametrize(
    "other",
    [
        {"model": "m", "n": 1, "stream": True, "seed": 1.0},
        {"model": "m", "n": True, "stream": True, "seed": 1},
        {"model": "m", "stream": True, "n": 1, "seed": 1},
        {"model": "m", "n": 1, "stream": True, "seed": 1, "top_k": 4},
        {"model": "m", "n": 1, "stream": True},
    ],
)
def test_parameters_are_shared_by_those_that_are_written_alike_alone(
    other: dict[str, object],
) -> None:
    requests = SentRequests()
    body: dict[str, object] = {"model": "m", "n": 1, "stream": True, "seed": 1}
    first, again, changed = (
        requests.keep("a", {**one, "messages": HELLO}) for one in (body, dict(body), other)
    )
    assert first.parameters is again.parameters
    assert json.dumps(dict(changed)) == json.dumps({**other, "messages": HELLO})
    assert json.dumps(dict(first)) == json.dumps({**body, "messages": HELLO})
