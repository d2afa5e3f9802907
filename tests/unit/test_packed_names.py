"""What a session's file knows of its messages: few objects, however long the conversation is."""

import gc
from hashlib import sha256
from types import BuiltinFunctionType, FunctionType, MethodType, ModuleType

import pytest

from massgen_tui.session.events import Cleared, Ended, Prompted, Queued
from massgen_tui.session.redact import Redactor
from massgen_tui.session.requests import SentRequests
from massgen_tui.session.status import Status
from massgen_tui.store.messages import MessageNames
from massgen_tui.store.packed import Names, Places

SHARED = (type, ModuleType, FunctionType, BuiltinFunctionType, MethodType)


def objects(root: object) -> int:
    """How many objects hang on it, beside what all share."""
    seen, rest = set[int](), [root]
    while rest:
        one = rest.pop()
        if id(one) not in seen and not isinstance(one, SHARED):
            seen.add(id(one))
            rest += gc.get_referents(one)
    return len(seen)


def conversation(turns: int, *agents: str) -> MessageNames:
    """What is known behind so many turns of these agents, who quote all that was said before."""
    made, serial = MessageNames(), 1000
    requests, said = SentRequests(), list[dict[str, str]]()
    for turn in range(1000, 1000 + turns):
        prompt = f"the prompt number {turn} of a long talk"
        answer = f"the answer number {turn}, as long as any"
        made.hear(Prompted(turn, prompt, agents))
        said.append({"role": "user", "content": prompt})
        for agent in agents:
            made.hear(Queued(serial, agent, turn))
            made.name(serial, requests.keep(agent, {"messages": said}), Redactor([]))
            made.hear_text(serial, "c", answer)
            made.hear(Ended(serial, Status.DONE))
            serial += 1
        said.append({"role": "assistant", "content": answer})
    return made


def test_a_long_conversation_is_known_in_no_more_objects_than_a_short_one() -> None:
    assert objects(conversation(200, "a", "b")) == objects(conversation(2, "a", "b"))


def test_nothing_of_a_conversation_is_known_once_all_ended() -> None:
    made = conversation(20, "a", "b")
    body = SentRequests().keep("a", {"messages": [{"role": "user", "content": "x"}]})
    made.hear(Queued(9, "a", 9))
    [line], name = made.name(9, body, Redactor([]))
    assert name is not None
    made.hear(Cleared(("a",)))
    assert name in made.known, "b goes on, and may say the same"
    made.hear(Cleared(("b",)))
    assert name not in made.known
    made.hear(Queued(10, "a", 10))
    assert made.name(10, body, Redactor([])) == ([line], name)


NAMES = [sha256(str(number).encode()).hexdigest()[:16] for number in range(1000)]


@pytest.mark.parametrize(
    "odd",
    [
        "",
        "0" * 16,
        "ABCDEF0123456789",
        "abcdef012345678",
        "abcdef0123456789a",
        "abcdef 123456789",
        "\uff11" * 16,
        "+abcdef012345678",
        "abc_def_01234567",
        "\ud800",
    ],
)
def test_names_that_are_in_the_set_and_no_others(odd: str) -> None:
    names = Names()
    names.update(NAMES[::2])
    names.update(NAMES[::2])
    assert all(name in names for name in NAMES[::2])
    assert not any(name in names for name in NAMES[1::2])
    assert odd not in names
    names.add(odd)
    assert odd in names
    assert "abcdef0123456789" not in names


def test_the_last_place_of_a_text() -> None:
    places = Places(4)
    assert places.get(b"four") is None
    places.put(b"four", 7)
    places.put(b"five", 2**63)
    places.put(b"four", 9)
    assert (places.get(b"four"), places.get(b"five"), places.get(b"nine")) == (9, 2**63, None)
    places.drop([9])
    assert (places.get(b"four"), places.get(b"five")) == (7, 2**63)


def test_a_digest_is_not_found_where_it_lies_over_two_others() -> None:
    places = Places(2)
    places.put(b"ab", 0)
    places.put(b"\0\0", int.from_bytes(b"ababab\0\0", "big"))
    assert places.get(b"b\0") is None
    assert places.get(b"\0\0") == int.from_bytes(b"ababab\0\0", "big")
    assert places.get(b"ab") == 0
