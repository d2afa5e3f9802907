"""Untrusted text never acts on a terminal."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from massgen_tui.text import clean, one_line


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mred\x1b[0m", "[31mred[0m"),
        ("\x1b]8;;http://evil\x1b\\link\x1b]8;;\x1b\\", "]8;;http://evil\\link]8;;\\"),
        ("\x1b]52;c;ZXZpbA==\x07", "]52;c;ZXZpbA=="),
        ("\x9b31mred \x9d0;title\x9c \x90q\x85", "31mred 0;title q"),
        ("bell\x07 back\x08 nul\x00 del\x7f", "bell back nul del"),
        ("a\rb\r\nc", "ab\nc"),
        ("a\vb\fc", "abc"),
        ("user\u202enimda\u202c", "usernimda"),
        ("\u2066isolate\u2069 \u2067x\u2068y", "isolate xy"),
        ("a\u2028b\u2029c", "a\nb\nc"),
        ("half \ud83d", "half \ufffd"),
        ("\ufeffmark", "mark"),
        ("[bold]markup[/bold] stays text", "[bold]markup[/bold] stays text"),
    ],
)
def test_what_would_act_is_taken_out(text: str, shown: str) -> None:
    assert clean(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "tab\tand\nnewline",
        "\U0001f468\u200d\U0001f469\u200d\U0001f467 \u2764\ufe0f \U0001f1eb\U0001f1f7",
        "שלום\u200f! \u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
        "漢字 ｶﾅ e\u0301 \u00ad \u200b",
    ],
)
def test_what_people_write_stays(text: str) -> None:
    assert clean(text) == text


@given(st.text(st.characters()), st.text(st.characters()))
def test_pieces_clean_like_the_whole(first: str, second: str) -> None:
    assert clean(first) + clean(second) == clean(first + second)


@given(st.text(st.characters()))
def test_nothing_dangerous_is_left(text: str) -> None:
    cleaned = clean(text)
    cleaned.encode("utf-8")
    controls = [c for c in cleaned if (ord(c) < 32 or 127 <= ord(c) < 160) and c not in "\n\t"]
    assert not controls
    assert not set(cleaned) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
    assert clean(cleaned) == cleaned


def test_one_line_is_one_line() -> None:
    assert one_line(" a\n\tb\x1b  c ") == "a b c"
    assert one_line("abcdef", 4) == "abc…"
    assert one_line("abcd", 4) == "abcd"
    assert one_line("abcd", 0) == ""
