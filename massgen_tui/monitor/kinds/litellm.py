"""LiteLLM's proxy, seen with 1.108.7: a gateway to many providers.

Its `/health` sends a completion to every upstream, which costs money: never asked. Its list of
models and `/health/liveliness` cost nothing; neither tells whether an upstream lives.
"""

from dataclasses import replace

from massgen_tui.monitor.fetch import Answer
from massgen_tui.monitor.kinds.kind import Kind
from massgen_tui.monitor.looking import Ask, ServerInfo, lacks_database
from massgen_tui.monitor.read import field, text


async def stands_there(ask: Ask, models: Answer) -> bool:
    """Whether it says so, in its refusal or at a path of its own that is open to everybody."""
    if lacks_database(models):
        return True
    answer = await ask("/health/liveliness")
    told = answer.json()
    alive = isinstance(told, str) and told.startswith("I'm alive")
    return answer.ok and (alive or field(told, "status") == "healthy")


async def details(ask: Ask, card: ServerInfo) -> ServerInfo:
    """Add its version, which older ones tell."""
    answer = await ask("/health/readiness")
    return replace(card, version=text(field(answer.json(), "litellm_version")))


def refuses_key(answer: Answer) -> bool:
    """Whether its list of models was kept from our key.

    Without a database a wrong key is 400 `no_db_connection`, and none 500 in plain text.
    """
    if answer.status == 500 and answer.text().strip() == "Internal Server Error":
        return True
    return answer.refused_key or lacks_database(answer)


KIND = Kind(name="LiteLLM", details=details, refuses_key=refuses_key, shared_context=True)
