"""Which serving stack stands there, where its list of models does not name it."""

from massgen_tui.monitor.fetch import Answer
from massgen_tui.monitor.kinds import kserve, litserve, portkey, ray_serve
from massgen_tui.monitor.kinds.kind import Kind
from massgen_tui.monitor.looking import Ask


async def which(ask: Ask, models: Answer, owner: str, kind: Kind | None) -> Kind | None:
    """The stack; None: it is none.

    Args:
        ask: How its paths are asked.
        models: What its list of models was.
        owner: Whose it says its models are.
        kind: What that proves, so far.
    """
    if ray_serve.lacks_route(models) or await ray_serve.stands_there(ask, owner):
        return ray_serve.KIND
    if kind is not None:
        return None
    if kserve.may_be(models, owner) and await kserve.stands_there(ask):
        return kserve.KIND
    if portkey.lacks_header(models) or (models.ok and await portkey.stands_there(ask, models)):
        return portkey.KIND
    if models.status in (401, 403, 404, 405) and await litserve.stands_there(ask):
        return litserve.KIND
    # what is behind it may have no list, or be away
    refused = models.status >= 400 and await portkey.stands_there(ask, models)
    return portkey.KIND if refused else None


async def starts_replicas(ask: Ask) -> bool:
    """Whether one stands there that may be starting a replica for a prompt that is under way.

    Nothing is asked that reaches a model.
    """
    return bool(await ray_serve.routes(ask)) or await kserve.stands_there(ask)
