"""The kinds of servers: how each is recognised and looked at, one module a kind."""

from massgen_tui.monitor.kinds import (
    dynamo,
    kserve,
    litellm,
    litserve,
    llamacpp,
    ollama,
    others,
    portkey,
    production_stack,
    ray_serve,
    routers,
    sglang,
    small,
    vllm,
    xinference,
)
from massgen_tui.monitor.kinds.kind import Kind

KINDS: tuple[Kind, ...] = (
    *routers.KINDS,
    litellm.KIND,
    dynamo.KIND,
    ray_serve.KIND,
    kserve.KIND,
    xinference.KIND,
    portkey.KIND,
    litserve.KIND,
    # its metrics are named as vLLM's
    production_stack.KIND,
    vllm.KIND,
    sglang.KIND,
    llamacpp.KIND,
    llamacpp.ROUTER,
    ollama.KIND,
    *small.KINDS,
    *others.KINDS,
)
"""All of them, in the order in which they are tried."""


def by_owner(owner: str) -> Kind | None:
    """The kind that names itself so in `owned_by` of its list of models, in small letters."""
    return next((kind for kind in KINDS if owner in kind.owners), None) or next(
        (kind for kind in KINDS if kind.begins and owner.startswith(kind.begins)), None
    )


def by_type(type: str) -> Kind | None:
    """The kind that a config's `type:` is meant for."""
    return next((kind for kind in KINDS if type and kind.type == type and kind.pulse), None)


def by_header(server: str) -> Kind | None:
    """The kind that names itself so in the Server header."""
    told = server.lower()
    return next((kind for kind in KINDS if kind.header and told.startswith(kind.header)), None)


def answers_any(name: str) -> bool:
    """Whether a server of the kind of this name answers whatever model it is asked for."""
    return any(kind.name == name and kind.any_name for kind in KINDS)


def wakes(name: str) -> bool:
    """Whether a prompt wakes a server of the kind of this name."""
    return any(kind.name == name and kind.wakes for kind in KINDS)
