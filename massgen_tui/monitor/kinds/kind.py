"""What is known of one kind of server, as data and two questions."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from massgen_tui.monitor.fetch import Answer
from massgen_tui.monitor.looking import Ask, Liveness, ServerInfo


async def no_details(ask: Ask, card: ServerInfo) -> ServerInfo:
    """Ask nothing: the list of models told all."""
    return card


def refuses_key(answer: Answer) -> bool:
    """The statuses that say so."""
    return answer.refused_key


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Kind:
    """One kind of server; each is there once, and the same only as itself."""

    name: str
    """As people write it."""
    type: str = ""
    """The config's `type:` that is meant for it, and whose start command starts it; empty: none."""
    owners: frozenset[str] = frozenset()
    """What it says in `owned_by` of its list of models, in small letters."""
    begins: str = ""
    """How that begins, where it is not always the same."""
    header: str = ""
    """How its Server header begins, in small letters."""
    prefix: str = ""
    """How the names of its metrics begin, which some show without a key."""
    pulse: Callable[[Ask], Awaitable[Liveness]] | None = None
    """Asks whether it lives, and for its numbers; None: its list of models is the sign of life."""
    details: Callable[[Ask, ServerInfo], Awaitable[ServerInfo]] = no_details
    """Adds to a card what only this kind tells, and what changes seldom."""
    remark: str = ""
    """What is good to know of it while it is up, and nothing to mend."""
    refuses_key: Callable[[Answer], bool] = refuses_key
    """Whether this answer to the list of models says that our key is wrong."""
    whole_list: bool = False
    """Its list of models is known to have all that it serves."""
    empty_is_down: bool = False
    """An empty list says that there is nobody to hand a prompt to."""
    note: str = ""
    """What to mend before it is asked."""
    fragile: bool = False
    """To look at it may end the answer under way: nothing is asked while one of ours is open."""
    wakes: bool = False
    """A prompt wakes it when it is asleep."""
    costly_list: bool = False
    """Its list of models is asked for seldom."""
    list_once: bool = False
    """Its list of models is a provider's: asked for once, until it was away."""
    woken: bool = False
    """Whatever is asked may wake one that is scaled to zero: without prompts nothing is."""
    starts_replicas: bool = False
    """It may start a replica for a prompt, and sends no byte until that is there."""
    place: str = ""
    """The path that its API stands under, before `/v1`."""
    any_name: bool = False
    """It answers whatever model it is asked for."""
    shared_context: bool = False
    """It refuses a token limit that leaves the prompt no place in the context."""
    dead_at_503: bool = False
    """It takes no connections while it loads: a 503 is its engine's end."""
    plain: Callable[[str], str] = str
    """A model's name without what picks a variant of it."""
