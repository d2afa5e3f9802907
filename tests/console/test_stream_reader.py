"""A reader of a text that is joined meanwhile gets all of it, once."""

import pytest

from massgen_tui.console.stream.blocks import STEP, Reader
from massgen_tui.session.pieces import Text
from massgen_tui.text import clean

PIECES = [f"{number} " * (number % 7) for number in range(3 * STEP // 8)]


@pytest.mark.parametrize("read_before", [0, 1, 2, 100])
def test_a_text_that_is_joined_meanwhile_is_read_whole_and_once(read_before: int) -> None:
    text = Text()
    for piece in PIECES:
        text.append(piece)
    reader, told = Reader(text), []
    told += [reader.read() for _ in range(read_before)]
    text.join()
    while reader.waiting:
        told.append(reader.read())
    assert "".join(told) == "".join(PIECES)
    assert (str(text), text.length, text.pieces) == (
        "".join(PIECES),
        len("".join(PIECES)),
        len(PIECES),
    )
    assert reader.read() == ""


def test_what_comes_after_a_join_is_read_too() -> None:
    text = Text("a")
    reader = Reader(text)
    text.append("b")
    assert reader.read() == "ab"
    text.join()
    text.append("c")
    assert (reader.read(), str(text), text.pieces) == ("c", "abc", 3)


@pytest.mark.parametrize(
    "said",
    ["".join(PIECES), "答えは一つだけ保たれる。\n", "so 🙂", "half \ud83d", " \u3000\n", ""],
    ids=["long", "Japanese", "emoji", "half a pair", "blank", "nothing"],
)
def test_a_joined_text_is_utf8_and_reads_as_before(said: str) -> None:
    text = Text()
    text.append(said)
    late, midway = Reader(text), Reader(text)
    first = midway.read()
    blank = text.blank
    text.join()
    assert text.utf8 == said.encode("utf-8", "surrogatepass")
    assert (str(text), text.length, text.blank) == (said, len(said), blank)
    assert (first + read_all(midway), read_all(late)) == (clean(said), clean(said))


def read_all(reader: Reader) -> str:
    """What a reader has left, step by step."""
    parts = []
    while reader.waiting:
        parts.append(reader.read())
    return "".join(parts)
