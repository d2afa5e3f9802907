"""A text as words with what stands before them: joined they are the text again.

Where a script has no blanks each character is a word: Han, kana, Thai, Lao, Khmer, Myanmar. Marks
that are drawn on a character stay with it.
"""

import re

_MARKS = "\u0300-\u036f\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u0eb1\u0eb4-\u0ebc\u0ec8-\u0ece"
_MARKS += "\u102b-\u103e\u1056-\u1059\u17b4-\u17d3\u3099\u309a\u200d\u20e3\ufe00-\ufe0f"
_MARKS += "\U000e0100-\U000e01ef"
_UNSPACED = "\u0e01-\u0edf\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3041-\u30ff\u31f0-\u31ff"
_UNSPACED += "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff"
_WORD = re.compile(rf"\s*(?:[{_UNSPACED}][{_MARKS}]*|[^\s{_UNSPACED}]+)|\s+")
_LINE = re.compile(r"\s*\n")


def words_of(text: str) -> list[str]:
    """The words of a text, each with the white space before it; white space at the end is one."""
    # not `findall`, which holds up other threads until it has the last of a million
    return [match[0] for match in _WORD.finditer(text)]


def key_of(word: str) -> str:
    """What a word is compared by: itself, without the one blank that may stand before it.

    Any other white space before it counts, since it makes the indents of code and paragraphs.
    """
    return word[1:] if word[:1] == " " and not word[1:2].isspace() and len(word) > 1 else word


def begins_line(word: str) -> bool:
    """A new line begins before it."""
    return _LINE.match(word) is not None
