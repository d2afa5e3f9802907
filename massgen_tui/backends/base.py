"""What every backend is: something that turns a call into a stream of events."""

from collections.abc import AsyncGenerator, Mapping
from typing import Protocol

from massgen_tui.backends.call import Call
from massgen_tui.backends.events import StreamEvent
from massgen_tui.data_class import dataclass


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """One request, ready to be sent."""

    body: Mapping[str, object]
    """The whole JSON body; never holds a key."""
    warnings: tuple[str, ...] = ()
    """What was left out or looks wrong, for the user."""
    as_sent: bool = False
    """The answer's text is given as it is sent: nothing is read out of it."""


class Backend(Protocol):
    """One agent's way to its server."""

    agent: str
    """The agent's id."""
    provider: str
    """The kind of server as people call it: `vLLM`, `SGLang`, `Cerebras`, …"""
    server: str
    """The server's root, such as `http://localhost:8000`; empty when it has none."""
    url: str
    """Where prompts are posted, whole; empty when it has none."""
    model: str
    """The model that is asked for."""

    def request(self, call: Call) -> ChatRequest:
        """Build the request of a call. Pure: sends nothing.

        Raises:
            BackendError: of kind `config`, when this agent cannot be asked at all.
        """
        ...

    def stream(self, request: ChatRequest) -> AsyncGenerator[StreamEvent, None]:
        """Send it and give its events as they come; closing the generator closes the socket.

        Raises:
            BackendError: the answer failed; what came before stands.
        """
        ...

    def drain(self) -> list[StreamEvent]:
        """Give what has come of the running answer and was not given yet.

        For an answer that is about to be ended from outside: nothing of it comes after this. Never
        raises.
        """
        ...

    async def aclose(self) -> None:
        """Close all connections."""
        ...
