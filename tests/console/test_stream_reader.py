"""A reader of a text that is joined meanwhile gets all of it, once."""

import pytest

from massgen_tui.console.stream.blocks import STEP, Reader
from massgen_tui.session.pieces import Text

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


def test_a_joined_text_gives_the_same_string_each_time() -> None:
    text = Text()
    for piece in PIECES:
        text.append(piece)
    text.join()
    assert str(text) is str(text)
