"""Methods of classes that are not ours, with others in their place."""

from collections.abc import Callable
from functools import wraps


def put(owner: object, name: str, better: object) -> None:
    """Let `better` stand for what is called `name` there."""
    setattr(owner, name, better)


def through(
    owner: object, name: str, better: Callable[..., object], applies: Callable[[], bool]
) -> None:
    """Let `better`, which is given the one of before first, stand for a method while it applies."""
    if not applies():
        return
    own = getattr(owner, name)

    @wraps(own)  # Textual counts the arguments that a handler takes
    def method(*given: object) -> object:
        return better(own, *given) if applies() else own(*given)

    setattr(owner, name, method)
