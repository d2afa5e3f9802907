"""What terminals send, as keys, pastes and nothing: bytes in, Textual's events out."""

import math
from collections.abc import Iterable

import pytest
from textual import events
from textual.message import Message

from massgen_tui.console.terminal.keyboard import Keyboard


def read(*pieces: bytes) -> list[Message]:
    """What comes of these pieces, sent one after the other, and of silence then."""
    keyboard = Keyboard()
    sent = [message for piece in pieces for message in keyboard.sent(piece, 0.0)]
    return [*sent, *keyboard.later(math.inf)]


def told(messages: Iterable[Message]) -> list[str]:
    """What is typed as it is, keys in angle brackets, pastes in quotes."""
    said: list[str] = []
    for message in messages:
        match message:
            case events.Paste():
                said.append(repr(message.text))
            case events.Key() if message.is_printable:
                said.append(message.character or "")
            case events.Key():
                said.append(f"<{message.key}>")
            case _:
                said.append(type(message).__name__)
    return said


NOT_UTF_8 = {
    "Latin-1": (b"caf\xe9!", "caf\ufffd!"),
    "8-bit meta, alone": (b"\xe1", "\ufffd"),
    "a cp1252 quotation": (b"\x93hi\x94", "\ufffdhi\ufffd"),
    "Shift-JIS": (b"\x93\xfa", "\ufffd\ufffd"),
    "a character cut by a key": (b"\xe6\xbcx", "\ufffdx"),
    "a surrogate in CESU-8": (b"\xed\xa0\x80", "\ufffd" * 3),
}


@pytest.mark.parametrize("what", NOT_UTF_8)
def test_a_byte_that_is_not_utf_8_is_replaced(what: str) -> None:
    sent, typed = NOT_UTF_8[what]
    assert told(read(sent)) == list(typed)


@pytest.mark.parametrize("at", range(1, 4))
def test_a_character_may_come_in_parts(at: int) -> None:
    whole = "\U0001f600".encode()
    assert told(read(whole[:at], whole[at:])) == ["\U0001f600"]


TYPED = {
    "ideographic space": "\u3000",
    "no-break space": "\u00a0",
    "narrow no-break space": "\u202f",
    "figure space": "\u2007",
    "zero-width non-joiner": "\u200c",
    "zero-width joiner": "\u200d",
    "right-to-left mark": "\u200f",
    "Arabic letter mark": "\u061c",
    "soft hyphen": "\u00ad",
    "word joiner": "\u2060",
    "private use: a Powerline glyph": "\ue0b0",
    "private use, plane 16": "\U00100000",
    "not in the table of Python 3.11: Unicode 16's Garay": "\U00010d50",
    "a tag of a flag": "\U000e0067",
    "a variation selector": "\ufe0f",
}


@pytest.mark.parametrize("what", TYPED)
def test_what_is_typed_is_text_whether_or_not_python_would_print_it(what: str) -> None:
    character = TYPED[what]
    assert told(read(character.encode())) == [character]
    assert told(read(f"\x1b[0;;{ord(character)}u".encode())) == [character], "by kitty's protocol"


@pytest.mark.parametrize("control", ["\x07", "\x9b", "\u202e", "\ufeff"])
def test_what_acts_on_a_terminal_is_no_text(control: str) -> None:
    assert not any(key.startswith(control) for key in told(read(control.encode())))


NO_KEYS = {
    "the background's colour": b"\x1b]11;rgb:1e1e/1e1e/2e2e\x1b\\",
    "the same, ended by a bell": b"\x1b]11;rgb:1e1e/1e1e/2e2e\x07",
    "a palette's colour": b"\x1b]4;1;rgb:ff/00/00\x1b\\",
    "the clipboard": b"\x1b]52;c;aGVsbG8=\x1b\\",
    "the terminal's version": b"\x1bP>|tmux 3.3a\x1b\\",
    "a setting, as DECRQSS answers": b"\x1bP1$r0m\x1b\\",
    "a capability, as XTGETTCAP answers": b"\x1bP1+r544e=787465726d\x1b\\",
    "kitty's graphics": b"\x1b_Gi=31;OK\x1b\\",
    "primary attributes": b"\x1b[?62;4;22c",
    "secondary attributes": b"\x1b[>0;276;0c",
    "tertiary attributes": b"\x1bP!|00000000\x1b\\",
    "the cursor's place": b"\x1b[12;40R",
    "the cursor's place in the first line": b"\x1b[1;5R",
    "the cursor's place, with its page": b"\x1b[?12;40;1R",
    "the device is well": b"\x1b[0n",
    "the colour scheme": b"\x1b[?997;1n",
    "kitty's keyboard flags": b"\x1b[?25u",
    "the size in pixels": b"\x1b[4;720;1280t",
    "a mode that we do not know": b"\x1b[?2027;3$y",
    "a colour of a log": b"\x1b[1;38;5;196m",
    "a choice of character set": b"\x1b(B",
    "a mouse report of X10, right of column 95": b"\x1b[M \xc3\xa0",
    "a mouse report of urxvt": b"\x1b[35;120;7M",
    "a key that was let go": b"\x1b[97;1:3u",
    "a code that is no character": b"\x1b[1114112u",
    "a surrogate": b"\x1b[55296;1u",
    "a number without an end": b"\x1b[99999999999999999999u",
    "no code at all": b"\x1b[u",
}


@pytest.mark.parametrize("what", NO_KEYS)
def test_a_sequence_that_is_no_key_is_dropped_whole(what: str) -> None:
    sent = NO_KEYS[what]
    said = told(read(b"a" + sent + b"b"))
    assert said == ["a", "b"] or said == ["a", "CursorPosition", "b"]
    for at in range(3, len(sent)):
        assert told(read(sent[:at], sent[at:] + b"b")) == ["b"], f"in two parts, at {at}"


@pytest.mark.parametrize("cut", [b"\x1b]11;rgb:1e1e", b"\x1b[12;4", b"\x1bP>|tm", b"\x1b[M "])
def test_a_sequence_of_which_no_more_comes_is_dropped(cut: bytes) -> None:
    keyboard = Keyboard()
    assert list(keyboard.sent(cut, 10.0)) == []
    due = keyboard.due
    assert due is not None
    assert list(keyboard.later(due - 0.01)) == []
    assert list(keyboard.later(due)) == []
    assert keyboard.due is None
    assert told(keyboard.sent(b"x", 20.0)) == ["x"]


@pytest.mark.parametrize("key", ["]", "P", "X", "^", "_", "O", "["])
def test_alt_with_what_begins_a_sequence_is_a_key_when_nothing_follows(key: str) -> None:
    keyboard = Keyboard()
    assert list(keyboard.sent(f"\x1b{key}".encode(), 0.0)) == []
    (typed,) = keyboard.later(0.1)
    assert isinstance(typed, events.Key)
    assert typed.character == key
    assert told(keyboard.sent(b"x", 0.2)) == ["x"]


def test_a_key_ends_a_string_that_has_no_end() -> None:
    assert told(read(b"\x1b]52;c;aGVs\x1b[Aq")) == ["<up>", "q"]


def test_long_input_is_taken_in_as_fast_as_it_comes() -> None:
    pieces = [b"x" * 4095] * 500
    assert told(read(b"\x1b]52;c;", *pieces, b"\x07y")) == ["y"]
    (paste,) = read(b"\x1b[200~", *pieces, b"\x1b[201~")
    assert isinstance(paste, events.Paste)
    assert len(paste.text) == 500 * 4095
    assert "y" in told(read(b"\x1b[", *[b"1" * 4095] * 20, b"my"))


KEYS = {
    "up": (b"\x1b[A", ["<up>"]),
    "up of the application's keypad": (b"\x1bOA", ["<up>"]),
    "f1 of the Linux console": (b"\x1b[[A", ["<f1>"]),
    "shift+delete of rxvt": (b"\x1b[3$", ["<shift+delete>"]),
    "f10 of screen": (b"\x1b[21~", ["<f10>"]),
    "esc": (b"\x1b", ["<escape>"]),
    "esc, then up": (b"\x1b\x1b[A", ["<escape>", "<up>"]),
    "kitty: a letter with its text": (b"\x1b[97;;97u", ["a"]),
    "kitty: a letter without text": (b"\x1b[97u", ["a"]),
    "kitty: shift with the shifted key": (b"\x1b[97:65;2u", ["A"]),
    "kitty: all three keys, an event and text": (b"\x1b[97:65:113;2:1;65u", ["A"]),
    "kitty: a base key alone": (b"\x1b[1089::99;5u", ["<ctrl+с>"]),
    "kitty: ctrl with sub-parameters": (b"\x1b[113:81;5:1u", ["<ctrl+q>"]),
    "kitty: held down": (b"\x1b[97;1:2u", ["a"]),
    "kitty: an arrow with an event": (b"\x1b[1;1:1A", ["<up>"]),
    "kitty: an arrow let go": (b"\x1b[1;1:3A", []),
    "kitty: page up with ctrl and an event": (b"\x1b[5;5:1~", ["<ctrl+pageup>"]),
    "kitty: esc with an event": (b"\x1b[27;1:1u", ["<escape>"]),
    "kitty: caps lock is on": (b"\x1b[97;65u", ["A"]),
    "kitty: a space": (b"\x1b[32u", [" "]),
    "kitty: several characters at once": (b"\x1b[0;;229:8364u", ["å", "€"]),
    "xterm: ctrl+a by modifyOtherKeys": (b"\x1b[27;5;97~", ["<ctrl+a>"]),
    "xterm: a letter by modifyOtherKeys": (b"\x1b[27;2;65~", ["A"]),
}


@pytest.mark.parametrize("what", KEYS)
def test_keys_are_keys_in_every_form(what: str) -> None:
    sent, keys = KEYS[what]
    assert told(read(sent)) == keys


PASTES = {
    "a coloured log": (
        b"\x1b[200~\x1b[31merror\x1b[0m\rnext\r\x1b[201~",
        ["'[31merror[0m\\nnext\\n'"],
    ),
    "keys that quit, stop and send": (b"\x1b[200~a\x11b\x03c\x1b\rd\x1b[201~", ["'abc\\nd'"]),
    "the mark of its own end": (
        b"\x1b[200~a\x1b[201~\rb\x1b[201~c",
        ["'a[201~\\nb'", "c"],
    ),
    "the mark of another begin": (b"\x1b[200~a\x1b[200~b\x1b[201~", ["'a[200~b'"]),
    "one paste behind another": (
        b"\x1b[200~a\x1b[201~\x1b[200~b\x1b[201~",
        ["'a'", "'b'"],
    ),
    "Windows-1252": (b"\x1b[200~\x93caf\xe9\x94\x1b[201~", ["'\ufffdcaf\ufffd'"]),
    "a string that begins in it": (b"\x1b[200~\x1b]0;title\x1b[201~x", ["']0;title'", "x"]),
    "half a character": (b"\x1b[200~\xe6\xbc\x1b[201~x", ["'\ufffd'", "x"]),
}


@pytest.mark.parametrize("what", PASTES)
def test_all_up_to_the_end_of_a_paste_is_text(what: str) -> None:
    sent, said = PASTES[what]
    assert told(read(sent)) == said


def test_a_paste_may_come_in_parts_cut_anywhere() -> None:
    whole = "\x1b[200~\x1b[31mé漢\x1b[0m\x1b[201~x".encode()
    for at in range(1, len(whole)):
        assert told(read(whole[:at], whole[at:])) == ["'[31mé漢[0m'", "x"], f"at {at}"


def test_a_paste_that_never_ends_gives_the_keys_back() -> None:
    keyboard = Keyboard()
    assert list(keyboard.sent(b"\x1b[200~lost\x1b[2", 10.0)) == []
    assert list(keyboard.sent(b"\x11", 11.0)) == []
    assert list(keyboard.later(12.0)) == []
    assert keyboard.due == 13.0
    assert told(keyboard.later(13.0)) == ["'lost[2'"]
    assert told(keyboard.sent(b"\x11", 14.0)) == ["<ctrl+q>"]


def test_what_textual_asks_for_is_still_read() -> None:
    sent = b"\x1b[I\x1b[<0;3;4M\x1b[?2026;2$y\x1b[48;36;120;720;1200t\x1b[O"
    names = ["AppFocus", "MouseDown", "TerminalSupportsSynchronizedOutput", "Resize", "AppBlur"]
    assert told(read(sent)) == names
