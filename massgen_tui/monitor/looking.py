"""What one look at a server finds, and the way a look asks."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from massgen_tui.monitor.fetch import Answer, Fault
from massgen_tui.monitor.metrics import Metrics
from massgen_tui.monitor.read import field, text
from massgen_tui.monitor.status import Condition, ServedModel, ServerState
from massgen_tui.monitor.workers import Worker, Workers

if TYPE_CHECKING:
    from massgen_tui.monitor.kinds.kind import Kind

Ask = Callable[[str], Awaitable[Answer]]
"""GETs a path of the server's root (or, when it begins with `models`, of its base URL)."""

WANTS_KEY = "it wants a key"
MODELS = "models"
"""The path that is asked of the base URL, for `Ask`."""


@dataclass(frozen=True, slots=True)
class Card:
    """What changes seldom: asked for when a server comes up, and again every half minute."""

    kind: "Kind | None" = None
    """What it proved to be; None: no proof."""
    version: str = ""
    models: tuple[ServedModel, ...] = ()
    parser: str | None = None
    """SGLang's reasoning parser; empty: none is on; None: it did not tell."""
    refused_key: bool = False
    """It does not show its models to this key."""
    listed: bool = False
    """It showed a list of models."""
    trouble: str = ""
    """Why its list of models could not be read."""

    @property
    def provider(self) -> str:
        """Its kind as people write it, or empty."""
        return self.kind.name if self.kind else ""


@dataclass(frozen=True, slots=True)
class Pulse:
    """Whether it lives, and its numbers now."""

    state: ServerState
    reason: str = ""
    metrics: Metrics | None = None
    latency_s: float | None = None
    unanswered: bool = False
    """Nothing came in time: slow or hung, one cannot tell yet."""
    patient: bool = False
    """It was given time."""
    refused: bool = False
    """Nothing listens there."""
    shut: bool = False
    """The path that tells it is not there, or kept from us."""
    condition: Condition | None = None
    workers: Workers | None = None
    crew: tuple[Worker, ...] = ()
    taken: bool = False
    """It took the connection, though it may not have answered."""
    hint: str = ""
    """What it should be started with, to tell more of itself."""


def pulse_of(answer: Answer) -> Pulse:
    """What the answer of a liveness path says.

    503 is "not yet" with llama.cpp (`Loading model`) and SGLang; with vLLM its engine has died.
    """
    if answer.fault and not (answer.fault is Fault.TOO_LARGE and answer.status == 200):
        certain = answer.fault not in (Fault.BROKEN, Fault.UNTRUSTED, Fault.OURS)
        return Pulse(
            ServerState.DOWN if certain else ServerState.UNKNOWN,
            answer.words,
            unanswered=answer.silent,
            patient=answer.patient,
            refused=answer.fault is Fault.REFUSED,
            taken=answer.fault is Fault.TIMEOUT,
        )
    state, reason = _state(answer)
    shut = answer.refused_key or answer.status in (404, 405)
    return Pulse(state, reason, latency_s=answer.seconds, patient=answer.patient, shut=shut)


def _state(answer: Answer) -> tuple[ServerState, str]:
    status = answer.status
    if 200 <= status < 300:
        return ServerState.UP, answer.words
    if answer.refused_key:
        return ServerState.UNAUTHORIZED, WANTS_KEY
    if status == 503:
        return ServerState.LOADING, said(answer) or "not ready yet (HTTP 503)"
    if 300 <= status < 400:
        where = answer.location or "elsewhere"
        return ServerState.UNKNOWN, f"redirects to {where}, which is not followed"
    if status >= 500:
        return ServerState.DOWN, f"answers HTTP {status}"
    return ServerState.UNKNOWN, f"answers HTTP {status}"


def said(answer: Answer) -> str:
    """The message in an error body, or empty."""
    body = answer.json()
    return text(field(body, "error", "message")) or text(field(body, "message"))
