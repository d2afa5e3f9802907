"""Keys of the kitty protocol and of xterm's modifyOtherKeys in the one form that Textual reads.

`CSI code:shifted:base ; modifiers:event ; text u`, where all after the code may be left out
(https://sw.kovidgoyal.net/kitty/keyboard-protocol/). Textual 8.2 takes parts after a colon in the
text alone (mistral-vibe#979), and types nothing where no text is given.
"""

import re

from massgen_tui.console.textual_private import KEY_CODES

_KEY = r"\x1b\[([\d:]*(?:;[\d:]*){0,2})([u~A-HP-S])"
_OTHER = r"\x1b\[27;(\d+);(\d+)~"
_RELEASE = 3
_SHIFT, _CAPS, _NUM, _ALL = 1, 64, 128, 255
_FUNCTIONAL = range(57344, 63744)
"""The private use area from which functional keys take their codes."""


def in_short(sequence: str) -> str:
    """The sequence without alternate keys and event types; empty where it is no press of a key."""
    sequence = re.sub(_OTHER, "\x1b[\\2;\\1u", sequence)
    key = re.fullmatch(_KEY, sequence)
    if key is None:
        return sequence
    codes, end = key.groups()
    code, modifiers, texts = (_numbers(part) for part in f"{codes};;".split(";")[:3])
    held = max((modifiers[:1] or [1])[0], 1) - 1
    if modifiers[1:2] == [_RELEASE] or held > _ALL or not all(map(_is_character, code[:1])):
        return ""
    if end == "u":
        return _character(code, texts, held, told=bool(modifiers))
    number = code[0] if code else 1
    # with a line and a column it is an answer: the cursor is there
    if f"{number}{end}" not in KEY_CODES or (end == "R" and modifiers):
        return ""
    return f"\x1b[{number};{held + 1}{end}" if ":" in sequence else sequence


def _character(code: list[int], texts: list[int], held: int, *, told: bool) -> str:
    """The sequence of a key with a character's code; empty where there is no such key."""
    text = [number for number in texts if _is_character(number) and number >= 32]
    if not text and held & ~(_SHIFT | _CAPS | _NUM) == 0:
        text = _typed(code, held)
    if not code or (not text and code[0] < 32 and f"{code[0]}u" not in KEY_CODES):
        return ""
    said = ":".join(map(str, text))
    return f"\x1b[{code[0]};{held + 1 if told else ''};{said}u"


def _typed(code: list[int], held: int) -> list[int]:
    """The text of a key that no text is given for."""
    if not code or code[0] < 32 or code[0] == 127 or code[0] in _FUNCTIONAL:
        return []
    if held & _SHIFT and len(code) > 1 and _is_character(code[1]) and code[1] > 32:
        return [code[1]]
    letter = chr(code[0])
    shifted = bool(held & _SHIFT) != bool(held & _CAPS and letter.isalpha())
    upper = letter.upper()
    return [ord(upper)] if shifted and len(upper) == 1 else code[:1]


def _numbers(part: str) -> list[int]:
    """The parts between colons: 0 where one is left out, -1 where it is no number that can be."""
    numbers = [int(one or 0) if len(one) < 8 else -1 for one in part.split(":")]
    return numbers if part else []


def _is_character(number: int) -> bool:
    return 0 <= number < 0x110000 and not 0xD800 <= number < 0xE000
