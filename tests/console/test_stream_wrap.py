import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from massgen_tui.console.stream import wrap
from massgen_tui.console.stream.growing_plain import PlainText
from massgen_tui.console.stream.wrap import breaks, chops, crop, cut_spans
from massgen_tui.console.terminal.width import cells
from massgen_tui.text import clean
from tests.support.panes import look

TRICKY = st.text(
    st.sampled_from("ab ,.-  你好、。「é\u0301👩\u200d💻❤\ufe0f🇩שלוםمرحباx—…\u200b\u3000(")
    | st.characters(codec="utf-8"),
    max_size=120,
).map(lambda text: clean(text).replace("\n", "").replace("\t", ""))


def cut(line: str, width: int) -> list[str]:
    return [line[start:end] for start, end in breaks(line, width)]


@pytest.mark.parametrize(
    ("line", "width", "rows"),
    [
        ("", 5, [""]),
        ("hello", 5, ["hello"]),
        ("hello world", 8, ["hello", "world"]),
        ("hello world", 5, ["hello", "world"]),
        ("hello    world", 6, ["hello", "world"]),
        ("a abcdefghij b", 4, ["a", "abcd", "efgh", "ij b"]),
        ("    indented text", 12, ["    indented", "text"]),
        ("你好世界", 4, ["你好", "世界"]),
        ("你好世界", 5, ["你好", "世界"]),
        ("ab你好", 5, ["ab你", "好"]),
        ("你好。世", 4, ["你", "好。", "世"]),
        ("「你好", 4, ["「你", "好"]),
        ("👩\u200d💻👩\u200d💻👩\u200d💻", 8, ["👩\u200d💻👩\u200d💻", "👩\u200d💻"]),
        ("👍🏽👍🏽", 6, ["👍🏽", "👍🏽"]),
        ("👨\u200d👩\u200d👧", 4, ["👨\u200d👩\u200d👧"]),
        ("किकिकि", 5, ["किकि", "कि"]),
        ("கொகொ", 3, ["கொ", "கொ"]),
        ("বাংলা ভাষা", 6, ["বাংলা", "ভাষা"]),
        ("ខ្មែរខ្មែរ", 4, ["ខ្មែរ", "ខ្មែរ"]),
        ("㉈㉈", 3, ["㉈", "㉈"]),
        ("e\u0301e\u0301e\u0301", 2, ["e\u0301e\u0301", "e\u0301"]),
        ("❤\ufe0f❤\ufe0f", 3, ["❤\ufe0f", "❤\ufe0f"]),
        ("שלום עולם", 5, ["שלום", "עולם"]),
    ],
)
def test_a_line_is_cut_into_rows(line: str, width: int, rows: list[str]) -> None:
    assert cut(line, width) == rows


@given(TRICKY, st.integers(2, 30))
def test_no_row_is_wider_than_its_frame(line: str, width: int) -> None:
    assert all(cell_len(row) <= width for row in cut(line, width))
    assert all(cell_len(line[a:b]) <= width for a, b in chops(line, width))


@given(TRICKY, st.integers(2, 30))
def test_only_spaces_are_left_out(line: str, width: int) -> None:
    assert "".join(cut(line, width)).replace(" ", "") == line.replace(" ", "")
    assert "".join(line[a:b] for a, b in chops(line, width)) == line


@given(st.lists(TRICKY, max_size=4), st.integers(2, 20), st.integers(1, 7))
def test_text_wraps_to_the_same_rows_however_it_comes(
    lines: list[str], width: int, step: int
) -> None:
    text = "\n".join(lines)
    whole, stream = PlainText(width, "text"), PlainText(width, "text")
    whole.feed(text)
    for at in range(0, len(text), step):
        stream.feed(text[at : at + step])
    assert [look(row) for row in stream.rows] == [look(row) for row in whole.rows]


def test_what_is_not_assigned_is_as_wide_beside_disputed_text_as_alone() -> None:
    assert [cells(text) for text in ("\u208f", "0\u208f", "\ufefd", "\ufefd0\u208f")] == [
        1,
        2,
        1,
        3,
    ]
    whole, stream = PlainText(2, "text"), PlainText(2, "text")
    whole.feed("\ufefd0\u208f")
    for character in "\ufefd0\u208f":
        stream.feed(character)
    assert [look(row) for row in stream.rows] == [look(row) for row in whole.rows]


def test_the_first_changed_row_is_the_open_one() -> None:
    text = PlainText(10, "text")
    assert text.feed("one two three four") == 0
    rows = list(text.rows)
    assert text.feed(" five six") == 1
    assert text.rows[0] is rows[0]


def test_newlines_at_the_end_show_nothing_until_text_follows() -> None:
    text = PlainText(10, "text")
    text.feed("\n\na\n\n")
    assert [row.text for row in text.rows] == ["a"]
    text.feed("b")
    assert [row.text for row in text.rows] == ["a", "", "b"]


@pytest.mark.parametrize(
    ("text", "width", "said"),
    [
        ("hello", 5, "hello"),
        ("hello", 4, "hel…"),
        ("你好", 3, "你…"),
        ("你好", 2, "…"),
        ("ab", 0, ""),
    ],
)
def test_cropped_text_fits(text: str, width: int, said: str) -> None:
    assert crop(text, width) == said
    assert cells(said) <= width


def test_spans_are_cut_at_offsets() -> None:
    spans = (("abc", "text"), ("def", "code"), ("ghi", "dim"))
    assert cut_spans(spans, 2, 7) == (("c", "text"), ("def", "code"), ("g", "dim"))
    assert cut_spans(spans, 3, 3) == ()


@pytest.mark.parametrize("width", [2, 7, 20, 38])
@pytest.mark.parametrize("line", ["x" * 100, "    total_1 = add(total_0, 1)  # line 1", "ab" * 19])
def test_code_of_single_cells_is_cut_as_any_other(
    line: str, width: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    wide = f"{line}é"  # the same, but for what is not ASCII at its end
    cuts = chops(line, width)
    assert [line[a:b] for a, b in cuts] == [
        line[at : at + width] for at in range(0, len(line), width)
    ]
    assert chops(wide, width)[: len(cuts) - 1] == cuts[:-1]
    monkeypatch.setattr(wrap, "graphemes", pytest.fail)
    assert chops(line, width) == cuts, "and nothing is asked of each character"
