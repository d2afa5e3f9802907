"""One answer of one backend, from its call to its end: without a conversation or a queue."""

import logging
from collections.abc import Callable
from contextlib import aclosing

from massgen_tui.backends.base import Backend
from massgen_tui.backends.call import Call
from massgen_tui.backends.events import BackendError, ErrorKind, StreamEvent, Warned

log = logging.getLogger(__name__)


async def generate(backend: Backend, call: Call, take: Callable[[StreamEvent], None]) -> None:
    """Ask a backend and hand each event of its answer to `take`, until the answer ends.

    Raises:
        BackendError: the answer failed, whatever went wrong in the backend; it names the agent and
            its server.
    """
    try:
        request = backend.request(call)
        for text in request.warnings:
            take(Warned(text))
        async with aclosing(backend.stream(request)) as events:
            async for event in events:
                take(event)
    except BackendError as error:
        error.agent = error.agent or backend.agent
        error.server = error.server or backend.server
        raise
    except Exception as error:
        log.exception("the backend of agent %s failed in an unforeseen way", backend.agent)
        raise BackendError(
            kind=ErrorKind.MALFORMED,
            message=f"the answer could not be handled ({type(error).__name__})",
            agent=backend.agent,
            server=backend.server,
            hint="this is a fault of massgen-tui: its log says more",
        ) from error


def gone(backend: Backend, words: str) -> BackendError:
    """The error of a stream whose server went away without ending it."""
    return BackendError(
        kind=ErrorKind.INTERRUPTED,
        message=f"the stream fell silent and {words or 'the server is gone'}",
        agent=backend.agent,
        server=backend.server,
        hint="rerun when its server runs again",
    )
