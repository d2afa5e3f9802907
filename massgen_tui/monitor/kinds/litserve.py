"""LitServe, seen with 0.2.19: chat alone, no list of models, and any name."""

from dataclasses import replace

from massgen_tui.monitor.fetch import Answer
from massgen_tui.monitor.kinds.kind import Kind
from massgen_tui.monitor.looking import Ask, Liveness, pulse_of, said
from massgen_tui.monitor.read import field
from massgen_tui.monitor.status import ServerState

_KEY = "x-api-key"
KEYED = "it wants its key in the header X-API-Key: set extra_headers"


def _wants_header(answer: Answer) -> bool:
    return answer.refused_key and _KEY in said(answer).lower()


async def stands_there(ask: Ask) -> bool:
    """Whether its own page tells of its devices, or wants the key as it does."""
    answer = await ask("/info")
    server = field(answer.json(), "server")
    return (isinstance(server, dict) and "devices" in server) or _wants_header(answer)


async def pulse(ask: Ask) -> Liveness:
    """Whether its workers are ready."""
    answer = await ask("/health")
    pulse = pulse_of(answer)
    if pulse.state is ServerState.UNAUTHORIZED and _wants_header(answer):
        return replace(pulse, reason=KEYED)
    return pulse


KIND = Kind(name="LitServe", pulse=pulse, any_name=True)
