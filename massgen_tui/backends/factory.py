"""From one agent of the config to its backend."""

from collections.abc import AsyncGenerator, Iterator

from massgen_tui.backends.base import Backend, ChatRequest
from massgen_tui.backends.call import Call
from massgen_tui.backends.chat_completions import ChatCompletionsBackend
from massgen_tui.backends.events import BackendError, ErrorKind, StreamEvent
from massgen_tui.backends.gate import ReadGate
from massgen_tui.backends.inference import TYPES, InferenceBackend
from massgen_tui.config.model import AgentConfig, AgentProblem
from massgen_tui.dialects import resolve
from massgen_tui.net.address import root_of
from massgen_tui.text import one_line


def make_backend(
    agent: AgentConfig,
    *,
    gate: ReadGate | None = None,
    recording: bool = False,
    merging: bool = False,
) -> Backend:
    """Give the backend of an agent; one that cannot be asked gets one that says why.

    Args:
        agent: the agent, as the config was read.
        gate: polls the reads of all streams that share it; plain reads without.
        recording: what comes is given as it comes too, for people to look at.
        merging: the pieces of text that one reading brings are one event.
    """
    dialect = resolve(agent.endpoint.type, agent.endpoint.base_url)
    problem = agent.problem
    if problem is None and dialect is None:
        problem = AgentProblem(message=f"backend type {agent.endpoint.type!r} is not spoken here")
    if problem is not None:
        return UnusableBackend(agent, problem)
    if dialect is not None and dialect.name in TYPES:
        return InferenceBackend(agent, gate=gate, recording=recording, merging=merging)
    return ChatCompletionsBackend(agent, gate=gate, recording=recording, merging=merging)


class UnusableBackend:
    """An agent that cannot be asked: no key, an unset variable, a type that is not spoken."""

    def __init__(self, agent: AgentConfig, problem: AgentProblem) -> None:
        """Remember why; nothing is ever sent."""
        dialect = resolve(agent.endpoint.type, agent.endpoint.base_url)
        self.agent = agent.id
        self.provider = dialect.provider if dialect else agent.endpoint.type
        self.server = root_of(agent.endpoint.base_url)
        self.url = ""
        self.model = agent.settings.model
        self._problem = problem

    def request(self, call: Call) -> ChatRequest:
        """Raise `BackendError` of kind `config`."""
        raise self._error()

    async def stream(self, request: ChatRequest) -> AsyncGenerator[StreamEvent, None]:
        """Raise `BackendError` of kind `config` when the first event is asked for."""
        for event in self._events():
            yield event

    def drain(self) -> list[StreamEvent]:
        """Nothing ever comes."""
        return []

    async def aclose(self) -> None:
        """Nothing to close."""

    def _events(self) -> Iterator[StreamEvent]:
        raise self._error()

    def _error(self) -> BackendError:
        return BackendError(
            ErrorKind.CONFIG,
            one_line(self._problem.message, 400),
            agent=self.agent,
            server=self.server,
            hint=one_line(self._problem.hint, 400),
        )
