"""Names of messages in a session's file: each file tells what it has not told, once."""

import json

import pytest

from massgen_tui.session.events import Ended, Prompted, Queued, TakenBack, Withdrawn
from massgen_tui.session.redact import Redactor
from massgen_tui.session.requests import SentRequest, SentRequests, path_of
from massgen_tui.session.status import Status
from massgen_tui.store.messages import MessageNames, name_of

LONG = "an answer that is longer than what is rather repeated"


NEXT = 9
"""The attempt that is asked last."""


def names(*prompts: str, thought: str = "") -> MessageNames:
    """What a file knows of one agent that was asked these, answered `LONG`, and is asked again."""
    made = MessageNames()
    for turn, prompt in enumerate(prompts, 1):
        made.hear(Prompted(turn, prompt, ("a",)))
        made.hear(Queued(turn, "a", turn))
        made.hear_text(turn, "c", LONG)
        made.hear_text(turn, "r", thought)
        made.hear(Ended(turn, Status.DONE))
    made.hear(Queued(NEXT, "a", 9))
    return made


def asked(requests: SentRequests, *texts: str) -> SentRequest:
    roles = ("user", "assistant")
    said = [{"role": roles[at % 2], "content": text} for at, text in enumerate(texts)]
    return requests.keep("a", {"model": "m", "messages": said})


def told(lines: list[str]) -> list[object]:
    return [json.loads(line)["v"]["content"] for line in lines]


@pytest.mark.parametrize("key", ["", "sk-a-key", "スキーのかぎ"])
def test_what_another_file_named_is_told_by_this_one_too(key: str) -> None:
    """Two files of one session, of which one may know a key that the other does not."""
    requests, first, second = SentRequests(), names("p"), names("p")
    one, two = Redactor([]), Redactor([key])
    body = asked(requests, f"hello {key}", "hi", "more")
    lines, last = first.name(NEXT, body, one)
    others, other = second.name(NEXT, body, two)
    assert len(told(lines)) == len(told(others)) == 3
    assert (last == other) is not bool(key)
    # and by turns: neither tells again what it has told
    longer = asked(requests, f"hello {key}", "hi", "more", "yes", "and")
    assert told(first.name(NEXT, longer, one)[0]) == ["yes", "and"]
    assert told(second.name(NEXT, longer, two)[0]) == ["yes", "and"]
    assert first.name(NEXT, body, one) == ([], last)
    assert second.name(NEXT, body, two) == ([], other)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (LONG, ["c", 7]),
        (LONG * 40, ["p", 3]),
        ("思考は答えではない。" * 9, ["r", 7]),
        ("🙂" * 33, ["p", 4]),
        ("short", None),
        ("told by nobody, and as long as any", None),
    ],
    ids=["content", "prompt", "reasoning", "a prompt of emoji", "short", "unknown"],
)
def test_what_the_file_tells_is_referred_to(text: str, place: list[object] | None) -> None:
    made = names("short", "other", LONG * 40, "🙂" * 33)
    made.hear(Queued(7, "a", 4))
    made.hear_text(7, "c", LONG)
    made.hear_text(7, "r", "思考は答えではない。" * 9)
    made.hear(Ended(7, Status.DONE))
    lines, last = made.name(NEXT, asked(SentRequests(), text), Redactor([]))
    assert told(lines) == [text if place is None else {"$": place}]
    kept = json.dumps(json.loads(lines[0])["v"], ensure_ascii=False, separators=(",", ":"))
    assert last == name_of(None, kept)


def test_what_was_taken_back_is_referred_to_no_more() -> None:
    made = names(LONG * 2, thought="a thought that is longer than thirty-two characters")
    made.hear(TakenBack(1, "a"))
    assert told(made.name(NEXT, asked(SentRequests(), LONG * 2), Redactor([]))[0]) == [LONG * 2]
    assert told(made.name(NEXT, asked(SentRequests(), LONG), Redactor([]))[0]) == [{"$": ["c", 1]}]
    made.hear(Withdrawn(1))
    assert told(made.name(NEXT, asked(SentRequests(), "x", LONG), Redactor([]))[0]) == ["x", LONG]


def test_only_the_last_message_of_a_request_holds_its_name() -> None:
    """And no other is told again where a request goes on from one before it."""
    requests, made = SentRequests(), names("p")
    body = asked(requests, "one", "an answer", "two", "another answer", "three")
    lines, _ = made.name(NEXT, body, Redactor([]))
    assert told(lines) == ["one", "an answer", "two", "another answer", "three"]
    assert body.last is not None
    assert [bool(one.name) for one in path_of(body.last)] == [False, False, False, False, True]
    for texts in (("one", "an answer", "two", "x"), ("one", "an answer", "y"), ("one", "z")):
        lines, last = made.name(NEXT, asked(requests, *texts), Redactor([]))
        assert told(lines) == [texts[-1]]
        assert json.loads(lines[-1])["m"] == last
    assert made.name(NEXT, asked(requests, "one", "an answer"), Redactor([]))[0] == []
