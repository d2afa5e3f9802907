"""Errors inside a stream that began well (HTTP 200), in every shape that servers send them."""

from collections.abc import Mapping

from massgen_tui.backends.events import BackendError, ErrorKind
from massgen_tui.backends.words import error_status, error_words

_CODES = {"code", "type", "status"}
_WORDS = ("message", "detail")
_NO_WORDS = "the server reported an error inside the stream, without saying which"
_HINTS = {
    401: "check this agent's API key",
    402: "the account is out of credit",
    403: "check this agent's API key",
    429: "the server limits requests: wait a little, then send it again",
    503: "the server is overloaded: wait a little, then send it again",
}
_HINT = "what came is kept; send the prompt again, and look into the server's log if it stays"


def find_error(chunk: Mapping[str, object]) -> object:
    """Give what in a chunk is an error; None where nothing is.

    The shapes: `error` as object or string; the whole chunk flat (`object: error`, or words with a
    code and no choices); `x_groq.error`; an error inside the choice. One under `event: error` needs
    no shape.
    """
    error = chunk.get("error")
    if error:
        return error
    choices = chunk.get("choices")
    if isinstance(choices, list) and choices and isinstance(choices[0], dict):
        return choices[0].get("error") or _groq(chunk)
    if chunk.get("object") == "error" or (error is not None and error is not False and not choices):
        return chunk
    if "choices" not in chunk and not _CODES.isdisjoint(chunk) and any(map(chunk.get, _WORDS)):
        return chunk
    return _groq(chunk)


def stream_error(error: object, chunk: Mapping[str, object] | None = None) -> BackendError:
    """Make the failure of an error found in a stream; `chunk` is where it stood.

    Its kind is always `server_error`: the request had been accepted.
    """
    status = error_status(error)
    if status is None and chunk is not None:
        status = error_status(chunk)
    return BackendError(
        ErrorKind.SERVER_ERROR,
        error_words(error) or _NO_WORDS,
        hint=_HINTS.get(status or 0, _HINT),
        status=status,
    )


def _groq(chunk: Mapping[str, object]) -> object:
    extra = chunk.get("x_groq")
    return (extra.get("error") or None) if isinstance(extra, dict) else None
