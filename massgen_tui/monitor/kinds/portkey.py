"""Portkey's gateway, seen with 1.15.2: hands everything under `/v1` on, the list of models too.

It wants a header that names a provider there; `/` is its own.
"""

from massgen_tui.monitor.fetch import Answer
from massgen_tui.monitor.kinds.kind import Kind
from massgen_tui.monitor.looking import Ask, Liveness, pulse_of, said

_HEADER = "x-portkey-"


def lacks_header(models: Answer) -> bool:
    """Whether it says that a header of its own is missing, or names no provider."""
    return models.status in (400, 401) and _HEADER in said(models).lower()


async def stands_there(ask: Ask, models: Answer) -> bool:
    """Whether it says so, in its refusal or at the path of its own."""
    if lacks_header(models):
        return True
    answer = await ask("/")
    return answer.ok and "ai gateway says hey" in answer.text()[:200].lower()


async def pulse(ask: Ask) -> Liveness:
    """Whether the gateway lives; of what is behind it nothing is known."""
    return pulse_of(await ask("/"))


def refuses_key(answer: Answer) -> bool:
    """Whether its list was kept from us, for want of a header too."""
    return answer.refused_key or lacks_header(answer)


KIND = Kind(name="Portkey", pulse=pulse, refuses_key=refuses_key, list_once=True)
