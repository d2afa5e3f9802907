"""What to show first of a server's long words: their cause, without colours. Pure."""

import re

_CODES = re.compile(
    # CSI, with its one-byte form; titles, links and other strings (OSC, DCS, SOS, PM, APC)
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"
    r"|(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x90\x98\x9c-\x9f\n]*(?:\x07|\x1b\\|\x9c)"
    # charsets, modes and resets of two or three bytes
    r"|\x1b[ -/]+[0-~]|\x1b[0-9=>c]"
    # colours that were written down as text on their way
    r"|(?:\\x1b|\\u001b|\\033|\\e|\u241b|\^\[)\[[0-9;]*m",
    re.I,
)
_BEGIN = "Message: "
_NEXT = re.compile(r",\s+(?:Internal|original) exception: ", re.I)
_ID = re.compile(r"\(Request ID: [^()]{0,200}\)\s*$")
"""How Ray Serve LLM 2.60 wraps words: one after the other, each with the request that failed."""
_EMPTY = re.compile(r"\W*(?:none|null|internal server error|error)?\W*", re.I)
"""Words that name no cause."""
_FRAME = re.compile(r'^[ \t]+File "[^"\n]*", line \d+.*$', re.M)
"""A place in a traceback of Python."""
_CAUSED = re.compile(r"^[ \t]*Caused by: (?P<cause>\S.*)$", re.M)
"""The causes in a traceback of Java, the first of them last."""
_LONGEST = 200_000
"""Characters that are looked at."""


def without_codes(text: str) -> str:
    """Give whole text without the sequences that colour it or command a terminal otherwise."""
    return _CODES.sub("", text)


def gist(text: str) -> str:
    """Give a server's words with their cause first: out of what wraps them, before a traceback."""
    plain = without_codes(text[:_LONGEST])
    return _cause_first(_unwrapped(plain))


def _unwrapped(text: str) -> str:
    whole = text.strip()
    said, *inner = _NEXT.split(whole.removeprefix(_BEGIN), maxsplit=2)
    if not whole.startswith(_BEGIN) or not (inner or _ID.search(said)):
        return text
    parts = (_ID.sub("", part).strip() for part in (said, *reversed(inner)))
    return next((part for part in parts if not _EMPTY.fullmatch(part)), text)


def _cause_first(text: str) -> str:
    """A traceback with what was raised before it: that stands last, at the margin."""
    frames = list(_FRAME.finditer(text))
    if not frames:
        causes = list(_CAUSED.finditer(text))
        return f"{causes[-1]['cause']}\n{text}" if causes else text
    lines = text[frames[-1].end() :].splitlines()
    margin = next((n for n, line in enumerate(lines) if line and not line[0].isspace()), None)
    if margin is None:
        return text
    cause = "\n".join(lines[margin:]).strip()
    return f"{cause}\n{text[: frames[-1].end()].strip()}"
