"""A file of prompts: what its lines may be, and what is said of one that cannot be used."""

import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from massgen_tui.batch.prompts import Prompts, PromptsError


def read(data: bytes, *, as_json: bool | None = None) -> Prompts:
    return Prompts(io.BytesIO(data), named="p.txt", as_json=as_json)


def told(prompts: Prompts) -> list[tuple[str, str]]:
    return [(prompts[n].id, prompts[n].text) for n in range(len(prompts))]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"one\ntwo\n", [("line:1", "one"), ("line:2", "two")]),
        (b"one\ntwo", [("line:1", "one"), ("line:2", "two")]),
        (b"\xef\xbb\xbfone\r\n\r\ntwo\r\n", [("line:1", "one"), ("line:3", "two")]),
        (b"\n  \t\none", [("line:3", "one")]),
        ("a\u2028b\nc\x0bd\n".encode(), [("line:1", "a\u2028b"), ("line:2", "c\x0bd")]),
        (b'{"not": "a prompt"}\nx', [("line:1", '{"not": "a prompt"}'), ("line:2", "x")]),
        (b"  kept as it is  \n", [("line:1", "  kept as it is  ")]),
        (b'\n{"prompt":"a","id":"x"}\n\n{"prompt":"b"}\n', [("x", "a"), ("line:4", "b")]),
        (
            b'{"id":7,"prompt":"a","more":1}\r\n{"id":null,"prompt":"b"}',
            [("7", "a"), ("line:2", "b")],
        ),
    ],
)
def test_lines(data: bytes, expected: list[tuple[str, str]]) -> None:
    assert told(read(data)) == expected


def test_messages() -> None:
    parts = [{"type": "text", "text": "b"}, {"type": "text", "text": "c"}]
    said = [{"role": "system", "content": "a"}, {"role": "user", "content": parts}]
    (one,) = read(json.dumps({"messages": said}).encode())
    assert [(m.role, m.content) for m in one.messages] == [("system", "a"), ("user", "bc")]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "holds no prompt"),
        (b"\xef\xbb\xbf\r\n \n", "holds no prompt"),
        (b"\xff\xfea\x00", "UTF-16"),
        (b"a\nb\xe9\n", "line 2: byte 2 is not UTF-8"),
        (b'{"prompt":"a"}\n{"prompt":', "line 2: no JSON"),
        (b'{"prompt":"a"}\nplain', "line 2: no JSON"),
        (b'{"prompt":"a"}\n[1]', "line 2: an object"),
        (
            b'{"prompt":"a","id":"x"}\n\n{"prompt":"b","id":"x"}',
            "line 3: the id 'x' is that of line 1 too",
        ),
        (
            b'{"prompt":"a"}\n{"prompt":"b","id":"line:1"}',
            "line 2: the id 'line:1' is that of line 1",
        ),
        (b'{"prompt":"a","id":1}\n{"prompt":"b","id":"1"}', "line 2: the id '1' is that of line 1"),
        (b'{"prompt":""}', "line 1: `prompt` must be a text"),
        (b'{"prompt":7}', "line 1: `prompt` must be a text"),
        (b'{"prompt":"a","messages":[]}', "line 1: either"),
        (b'{"messages":[]}', "line 1: `messages` must be a list"),
        (b'{"messages":[{"role":"tool","content":"x"}]}', "line 1: message 1: `role`"),
        (b'{"messages":[{"role":"user","content":null}]}', "line 1: message 1: `content`"),
        (
            b'{"messages":[{"role":"user","content":"x","tool_calls":[]}]}',
            "`tool_calls` is not taken",
        ),
        (b'{"prompt":"a","id":true}', "line 1: `id`"),
        (b'{"prompt":"a","id":"x\\u001b[2J"}', "line 1: `id`"),
        (b'{"prompt":"a","expect":1}', "line 1: `expect` must be a text"),
        (b'{"prompt":"a","expect_regex":"("}', "line 1: `expect_regex` is no regular expression"),
        (b'{"prompt":"a"}\n' + b"[" * 100_000, "line 2: "),
    ],
)
def test_what_cannot_be_used(data: bytes, words: str) -> None:
    with pytest.raises(PromptsError) as error:
        read(data)
    assert words in str(error.value)
    assert str(error.value).startswith("p.txt")


def test_a_name_that_promises_json_is_held_to_it() -> None:
    with pytest.raises(PromptsError, match="line 1: no JSON"):
        read(b"plain", as_json=True)


def test_what_is_expected() -> None:
    one, two, three = read(
        b'{"prompt":"a","expect":"4"}\n{"prompt":"b","expect_regex":"^\\\\d+$"}\n{"prompt":"c"}'
    )
    assert [one.passes("it is 4"), one.passes("it is 5")] == [True, False]
    assert [two.passes("42"), two.passes("forty")] == [True, False]
    assert [one.judged, two.judged, three.judged] == [True, True, False]


LINES = st.text(st.characters(codec="utf-8", exclude_characters="\n")).filter(
    lambda text: text.strip().encode().strip() != b"" and not text.endswith("\r")
)


@given(st.lists(LINES, min_size=1), st.sampled_from(["\n", "\r\n"]), st.booleans())
def test_each_prompt_is_read_as_it_was_written(lines: list[str], end: str, mark: bool) -> None:
    data = (b"\xef\xbb\xbf" if mark else b"") + "".join(line + end for line in lines).encode()
    if data.removeprefix(b"\xef\xbb\xbf").startswith((b"\xef\xbb\xbf", b"{")):
        return
    assert [text for _, text in told(read(data, as_json=False))] == lines


@given(st.lists(st.text(min_size=1).filter(str.strip), min_size=1))
def test_json_says_all(texts: list[str]) -> None:
    data = "\n".join(json.dumps({"prompt": text}) for text in texts).encode()
    assert [text for _, text in told(read(data))] == texts


def test_another_prompt_has_another_digest() -> None:
    said = [
        b'{"prompt":"a"}',
        b'{"messages":[{"role":"user","content":"a"}]}',
        b'{"prompt":"b"}',
        b'{"messages":[{"role":"system","content":"s"},{"role":"user","content":"a"}]}',
    ]
    digests = [read(one)[0].digest for one in said]
    assert digests[0] == digests[1]
    assert len(set(digests)) == 3
