"""What an answer said is held once, as UTF-8, whatever shows and quotes it."""

import gc
from collections.abc import Iterator

import pytest

from massgen_tui.session.attempt import Attempt
from massgen_tui.session.requests import SentRequests
from tests.support.panes import Page, agent, ask, finish, say, think

SIZE = 100_000
SENTENCES = {
    "Chinese": "答案只保存一次,其余的都指向它。\n\n",
    "an emoji in English": "What it said is held **once**, and that is all 🙂 of it.\n\n",
    "Hindi": "उत्तर केवल एक बार रखा जाता है, और सब उसे दिखाते हैं।\n\n",
}
ROWS = 20_000
"""Characters of it that may stand in rows about the window, and in literals."""


def texts(root: object, part: str) -> tuple[int, set[int]]:
    """Characters of the strings that are reached with `part` in them; and the bytes with it."""
    length, kept = 0, set[int]()
    for one in reached(root):
        if type(one) is str and part in one:
            length += len(one)
        elif type(one) is bytes and part.encode() in one:
            kept.add(id(one))
    return length, kept


def reached(root: object) -> Iterator[object]:
    """All that is reached by data from `root`, each thing once."""
    todo, seen = [root], dict[int, object]()
    while todo:
        thing = todo.pop()
        if id(thing) not in seen and not isinstance(thing, type) and not callable(thing):
            seen[id(thing)] = thing
            yield thing
            todo += gc.get_referents(thing)


@pytest.mark.parametrize("sentence", SENTENCES.values(), ids=SENTENCES.keys())
def test_an_answer_that_ended_is_held_once_as_utf8(sentence: str) -> None:
    one, requests = agent(), SentRequests()
    page, attempts = Page(one, height=20), list[Attempt]()
    for turn in range(3):
        attempts.append(attempt := ask(one))
        messages: list[dict[str, str]] = [
            {"role": m.role, "content": m.content} for m in one.messages(one.turns[-1])
        ]
        attempt.request = requests.keep("a", {"model": "m", "messages": messages}, one.said)
        for _ in range(SIZE // len(sentence.encode())):
            if turn == 1:
                think(attempt, f"{turn}: {sentence}")
        for _ in range(SIZE // len(sentence.encode())):
            say(attempt, f"{turn}: {sentence}")
        finish(attempt)
        page.document.flush(3.0)
        while page.document.waiting or page.document.sweep(100_000):
            page.document.flush(3.0)
    length, kept = texts([one, page, requests], sentence.strip())
    assert length <= ROWS
    held = [each.content.utf8 for each in attempts] + [attempts[1].reasoning.utf8]
    assert kept == {id(each) for each in held}
    assert attempts[2].request == {"model": "m", "messages": messages}
    assert [each["content"] for each in messages[1::2]] == [
        str(each.content) for each in attempts[:2]
    ]
