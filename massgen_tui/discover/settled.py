"""Which model of an address is meant: the one that is named, or the only one."""

from dataclasses import replace

from massgen_tui.discover.found import NO_CHAT, NO_MODEL, Choice, Found
from massgen_tui.monitor.status import ServedModel

_SHOWN = 40
"""Models that are listed."""


def settled(found: Found, model: str) -> Found:
    """What was found, with the model that is meant first and `decided`, where that is known.

    Args:
        found: at an address.
        model: as the user names it; empty: none is named.
    """
    if model:
        return _named(found, model)
    names = [one.id for one in found.chat]
    return found if found.problem or len(names) != 1 else first(found, names[0])


def first(found: Found, model: str) -> Found:
    """The same, with this model, which is meant."""
    rest = tuple(one for one in found.models if one.id != model)
    models = (*(one for one in found.models if one.id == model), *rest)
    return replace(found, models=models, problem="", hint="", decided=True)


def several(found: Found) -> Found:
    """The same, with the problem that it serves several and none is named."""
    names = [one.id for one in found.chat]
    listed = ", ".join(names[:_SHOWN]) + (" …" if len(names) > _SHOWN else "")
    hint = f"name one with -m: {listed}"
    return replace(found, problem=f"serves {len(names)} models", hint=hint)


def choice(found: Found) -> Choice:
    """The choice of the first model of what is decided."""
    return Choice(found, found.models[0].id)


def _named(found: Found, model: str) -> Found:
    if found.problem and found.problem not in (NO_MODEL, NO_CHAT):
        return found
    if not found.models:
        served = ServedModel(model)
        return replace(found, models=(served,), problem="", hint="", decided=True)
    if model not in [one.id for one in found.models]:
        listed = ", ".join(one.id for one in found.models[:_SHOWN])
        return replace(found, problem=f"does not serve {model}", hint=f"it serves {listed}")
    return first(found, model)
