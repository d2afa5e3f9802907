"""What came instead of a stream: a whole answer, an error, a page, a silence; how that is told.

Pure.
"""

import json

from massgen_tui.backends.errors.body import as_value
from massgen_tui.backends.errors.http import Diagnosis, said
from massgen_tui.backends.errors.stream import find_error, plain_error, stream_error
from massgen_tui.backends.events import ErrorKind
from massgen_tui.backends.unpack import HINT
from massgen_tui.config.model import Timeouts
from massgen_tui.text import one_line

_FIELDS = (b"data:", b"event:", b"id:", b"retry:", b":", b"error:")
_STREAMS = ("text/event-stream", "application/octet-stream")


def streams(content_type: str, first: bytes) -> bool:
    """Whether a body is a stream of events, by what it begins with as much as by what it claims."""
    begin = first.lstrip()
    if begin.startswith(_FIELDS):
        return True
    line, end, _ = begin.partition(b"\n")
    value = as_value(line) if begin.startswith(b"{") and end else None
    if content_type not in _STREAMS:
        return isinstance(value, dict) and _is_chunk(value)  # JSON lines
    if value is not None:
        return True  # an event without its `data:`
    return begin[:1] not in (b"{", b"[", b"<")


def _is_chunk(value: dict[str, object]) -> bool:
    """Whether an object is a piece of a streamed answer."""
    choices = value.get("choices")
    first = choices[0] if isinstance(choices, list) and choices else None
    return value.get("object") == "chat.completion.chunk" or (
        isinstance(first, dict) and "delta" in first
    )


def answer_in(body: bytes) -> bytes | None:
    """A whole answer that came instead of a stream, as the one event of a stream; else None.

    What stands behind it (`data: [DONE]`) stays behind it.
    """
    text = body.decode("utf-8", "replace").lstrip()
    try:
        value, end = json.JSONDecoder().raw_decode(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(value, dict) or not value.get("choices"):
        return None
    return f"data: {json.dumps(value)}\n\n{text[end:].lstrip()}".encode()


def no_stream(content_type: str, body: bytes, *, wanted: str = "a stream") -> Diagnosis | None:
    """The failure of a body that is not what was `wanted`.

    None for a whole answer that claims to be a stream.
    """
    words = one_line(said(body), 200)
    value = as_value(body)
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    plain = plain_error(words)
    if isinstance(value, dict) and (found := find_error(value)):
        error = stream_error(found, value)
        return Diagnosis(error.kind, error.message, error.hint)
    if plain is not None and plain[1] is not None:
        error = stream_error(plain[0], status=plain[1])
        return Diagnosis(error.kind, error.message, error.hint)
    if answer_in(body) is not None:
        if content_type in _STREAMS:
            return None
        words = "the whole answer at once"
    can = " that can stream" if wanted == "a stream" else ""
    return Diagnosis(
        ErrorKind.MALFORMED,
        f"{wanted} was asked for and {content_type} came: {words}",
        f"is base_url the address of a chat-completions API{can}?",
    )


def streamed_all_the_same() -> Diagnosis:
    """The failure of a stream that came where a whole answer was asked for."""
    return Diagnosis(
        ErrorKind.MALFORMED,
        "a whole answer was asked for (stream: false) and a stream came",
        "the server, or a gateway before it, streams whatever is asked",
    )


def mislabelled(coding: str) -> Diagnosis:
    """The failure of an answer that is plain text under the name of a packing."""
    return Diagnosis(
        ErrorKind.MALFORMED,
        f"the server calls its answer {coding[:40]} (content-encoding), and it came as plain text",
        f"what came is kept; {HINT}",
    )


def redirected(where: str) -> Diagnosis:
    """The failure of a server that sent us on to `where`."""
    where = where.removesuffix("/chat/completions")
    return Diagnosis(
        ErrorKind.MALFORMED,
        f"the server sends us on to {where}; the key was not sent there",
        f"if you trust that address, write base_url: {where}",
    )


def stalled(limit: str, limits: Timeouts) -> Diagnosis:
    """The failure of an answer that met this limit of ours."""
    seconds: float = getattr(limits, limit) or 0
    what = {
        "first_token": f"no token came within {seconds:g} s",
        "idle": f"nothing came for {seconds:g} s",
        "total": f"the answer took longer than {seconds:g} s",
    }[limit]
    hint = f"timeout.{limit} in the backend allows more; see whether the server still works"
    return Diagnosis(ErrorKind.STALLED, what, hint)
