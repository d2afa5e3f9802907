"""Small servers that tell no numbers: llama-cpp-python, transformers serve, mlx-lm, and others.

Their lists of models cost something (they end the answer under way, read a cache of gigabytes, or
ask an upstream), so that they are asked for seldom, and a path that costs nothing at every look.
"""

from dataclasses import replace

from massgen_tui.monitor.fetch import Answer
from massgen_tui.monitor.kinds.kind import Kind
from massgen_tui.monitor.looking import SIGN_OF_LIFE, Ask, Liveness, pulse_of
from massgen_tui.monitor.read import field
from massgen_tui.monitor.status import ServerState


async def _health(ask: Ask) -> Liveness:
    return pulse_of(await ask("/health"))


async def _docs(ask: Ask) -> Liveness:
    """Any answer is a sign of life: this page touches no model, and may be switched off."""
    answer = await ask(SIGN_OF_LIFE)
    pulse = pulse_of(answer)
    if 400 <= answer.status < 500 and not answer.fault:
        return replace(pulse, state=ServerState.UP, reason="", shut=False)
    return pulse


LLAMA_CPP_PYTHON = Kind(
    name="llama-cpp-python",
    owners=frozenset({"me"}),
    pulse=_docs,
    any_name=True,
    fragile=True,
    costly_list=True,
    note=(
        "one request at a time: another one, of an agent too, cuts off the answer under way, "
        "unless it is started with --interrupt_requests false"
    ),
)
TRANSFORMERS = Kind(name="transformers serve", pulse=_health, dead_at_503=True, costly_list=True)
MLX_LM = Kind(name="mlx-lm", pulse=_health, dead_at_503=True, costly_list=True)
OPTILLM = Kind(name="optillm", owners=frozenset({"optillm"}), pulse=_health, list_once=True)
FASTCHAT = Kind(
    name="FastChat",
    owners=frozenset({"fastchat"}),
    pulse=_docs,
    whole_list=True,
    empty_is_down=True,
    shared_context=True,
)
"""0.2.36: each look at its list makes its controller ask all workers."""

KINDS = (LLAMA_CPP_PYTHON, TRANSFORMERS, MLX_LM, OPTILLM, FASTCHAT)

_PATHS = {
    "/extras/tokenize": LLAMA_CPP_PYTHON,
    "/load_model": TRANSFORMERS,
    "/api/v1/token_check": FASTCHAT,
}
"""What only these have among the paths of their own `/openapi.json`."""
_HEADERS = {"basehttp": MLX_LM, "werkzeug": OPTILLM}
"""How the Server header of each begins; others have it too, but not their `/health`."""


async def by_paths(ask: Ask) -> Kind | None:
    """The kind that its own list of paths shows."""
    paths = field((await ask("/openapi.json")).json(), "paths")
    told = paths if isinstance(paths, dict) else {}
    return next((kind for path, kind in _PATHS.items() if path in told), None)


async def by_health(ask: Ask, models: Answer) -> Kind | None:
    """The kind that its Server header and its `/health` show, whoever owns the models."""
    server = models.server.lower()
    kind = next((kind for begin, kind in _HEADERS.items() if server.startswith(begin)), None)
    if kind is None:
        return None
    return kind if (await ask("/health")).json() in ({"status": "ok"}, _UNWELL) else None


_UNWELL = {"status": "unavailable"}
