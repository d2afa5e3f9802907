"""What real servers sent decodes to what they meant, wherever the network cuts it."""

import json
import re
from random import Random
from typing import TypedDict

import pytest

from tests.support.decoding import RECORDED, Decoded, cut, decode


class Expected(TypedDict):
    reasoning: str
    content: str
    tool_calls: list[dict[str, str]]
    finish_reason: str | None
    completion_tokens: int | None
    error: dict[str, object] | None
    done: bool


EXPECTED: dict[str, Expected] = json.loads((RECORDED / "expected.json").read_text("utf-8"))
BROKEN_TAG = re.compile(r"</?[a-z_]*\Z")
NAMES = sorted(EXPECTED)
SHORT = [name for name in NAMES if (RECORDED / name).stat().st_size < 7000]


def joined(answer: Decoded) -> tuple[object, ...]:
    return (
        answer.reasoning,
        answer.content,
        answer.tools,
        answer.finish,
        answer.usage,
        answer.model,
        answer.done,
        answer.error and (answer.error.kind, answer.error.message),
    )


@pytest.mark.parametrize("name", NAMES)
def test_a_recording_decodes_to_its_entry(name: str) -> None:
    answer, want = decode((RECORDED / name).read_bytes()), EXPECTED[name]
    assert answer.reasoning.strip() == want["reasoning"]
    assert answer.content.strip() == want["content"]
    assert [(name, args) for _, name, args in answer.tools] == [
        (call["name"], call["arguments"]) for call in want["tool_calls"]
    ]
    assert answer.finish == want["finish_reason"]
    assert (answer.usage and answer.usage.completion) == want["completion_tokens"]
    assert answer.done == want["done"]
    assert len(answer.warnings) == ("stream_n2" in name), "of two choices one is not shown"
    assert answer.model


@pytest.mark.parametrize("name", NAMES)
def test_only_an_answer_without_a_finish_is_an_error(name: str) -> None:
    answer, want = decode((RECORDED / name).read_bytes()), EXPECTED[name]
    if want["error"] is not None:
        assert answer.error is not None
        assert answer.error.kind == "server_error"
        assert answer.error.message == want["error"]["message"]
        assert answer.error.status == want["error"]["code"]
    elif want["finish_reason"] is None:
        assert answer.error is not None
        assert answer.error.kind == "interrupted"
    else:
        assert answer.error is None


def test_there_are_short_recordings() -> None:
    assert len(SHORT) >= 4


@pytest.mark.parametrize("name", SHORT)
def test_every_single_cut_of_a_short_recording_changes_nothing(name: str) -> None:
    body = (RECORDED / name).read_bytes()
    whole = joined(decode(body))
    for at in range(1, len(body)):
        assert joined(decode(cut(body, [at]))) == whole, at


@pytest.mark.parametrize("name", NAMES)
def test_random_cuts_of_a_recording_change_nothing(name: str) -> None:
    body, random = (RECORDED / name).read_bytes(), Random(name)
    whole = joined(decode(body))
    for pieces in (2, 17, 300):
        at = [random.randrange(len(body)) for _ in range(pieces)]
        assert joined(decode(cut(body, at))) == whole, at
    assert joined(decode(body[at : at + 1] for at in range(len(body)))) == whole


@pytest.mark.parametrize("name", NAMES)
def test_a_recording_cut_off_keeps_what_came_and_says_so(name: str) -> None:
    body, random = (RECORDED / name).read_bytes(), Random(name)
    whole = decode(body)
    for _ in range(8):
        answer = decode(body[: random.randrange(len(body))])
        # A tag that a cut broke is text, since the rest of it never came.
        assert whole.reasoning.startswith(BROKEN_TAG.sub("", answer.reasoning))
        assert whole.content.startswith(BROKEN_TAG.sub("", answer.content))
        assert (answer.error is None) == (answer.finish is not None or answer.done)
