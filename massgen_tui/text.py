"""Untrusted text made safe to show: what a model or a server says never acts on the terminal.

Both functions are pure. `clean` works character by character, so that cleaning a stream piece by
piece gives the same text as cleaning it whole.
"""

import re
from functools import cache

_REPLACEMENT = "\ufffd"
# Removed: C0 but tab and newline, DEL and C1 (ESC and the one-byte CSI, OSC, DCS start every
# terminal command); bidi embeddings, overrides and isolates, and the deprecated format characters
# after them; interlinear annotations; byte order marks and noncharacters. What emoji and scripts
# need stays: ZWJ, ZWNJ, variation selectors, and the plain direction marks, which reorder nothing
# but themselves.
_REMOVED = "\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u206f\ufeff\ufff9-\ufffb\ufffe\uffff"
_LINES = "\u2028\u2029"
_SURROGATES = "\ud800-\udfff"


@cache
def _unsafe() -> re.Pattern[str]:
    """What is replaced; it takes half a millisecond to compile, and ASCII has none of it."""
    return re.compile(f"[{_REMOVED}{_LINES}{_SURROGATES}]")


def _safe(match: re.Match[str]) -> str:
    char = match[0]
    if char in _LINES:
        return "\n"
    return _REPLACEMENT if "\ud800" <= char <= "\udfff" else ""


def clean(text: str) -> str:
    """Give `text` without anything that acts on a terminal or reorders its neighbours.

    Newlines and tabs stay; Unicode's own line and paragraph separators become newlines; a lone
    surrogate, which cannot be encoded, becomes U+FFFD. Escape sequences lose their ESC, so that
    they show as the text they are.
    """
    return text if text.isascii() and text.isprintable() else _unsafe().sub(_safe, text)


def one_line(text: str, limit: int = 200) -> str:
    """Give `text` cleaned, on one line, in at most `limit` characters; a longer one ends in `…`.

    What it costs does not grow with the text: of one of megabytes only the begin is looked at.
    """
    begin = text[: 8 * limit + 1024]
    line = " ".join(clean(begin).split())
    if len(line) <= limit and len(begin) == len(text):
        return line
    return line[: max(limit - 1, 0)].rstrip() + "…"[:limit]
