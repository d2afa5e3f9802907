"""What an operator should know before a prompt is sent."""

from collections.abc import Collection

from massgen_tui.monitor.kinds import KINDS
from massgen_tui.monitor.looking import NO_MODEL, ServerInfo
from massgen_tui.monitor.read import text
from massgen_tui.monitor.status import ServerState, ServerTarget

_MOST_NAMES = 5
_MAY_ANSWER = "(it may answer all the same)"
_NO_AGENT = "--key-env NAME for an address, api_key in servers: of a config"


def notes_of(
    target: ServerTarget,
    card: ServerInfo | None,
    state: ServerState,
    answered: Collection[str] = frozenset(),
    hint: str = "",
) -> tuple[str, ...]:
    """Everything that is odd, most important first.

    `answered` are the models that answered us: whatever the list says, they are there. `hint` is
    what it should be started or asked with.
    """
    if card is None:
        return (hint,) if hint else ()
    notes = [
        _wrong_kind(target, card),
        card.kind.note if card.kind else "",
        _elsewhere(target, card),
    ]
    notes.append("" if card.refused_key else card.trouble)
    notes += [*_not_served(target, card, answered), _no_parser(target, card)]
    notes += [*_too_long(target, card), hint]
    unkeyed = not (target.keyed or card.trouble or hint)
    if state is ServerState.UNAUTHORIZED and unkeyed:
        way = "set api_key for its agents" if target.models else _NO_AGENT
        notes.insert(0, f"a key is wanted: {way}")
    return tuple(note for note in notes if note)


def _elsewhere(target: ServerTarget, card: ServerInfo) -> str:
    place = card.kind.place if card.kind else ""
    if not place or card.listed or target.root.endswith(place):
        return ""
    return f"its API stands elsewhere: write base_url: {target.root}{place}/v1"


_TYPES = frozenset(kind.type for kind in KINDS if kind.type)


def _wrong_kind(target: ServerTarget, card: ServerInfo) -> str:
    right = card.kind.type if card.kind else ""
    if target.dialect not in _TYPES or not right or target.dialect == right:
        return ""
    return f"this is {card.provider}, the config says {target.dialect}: write type: {right}"


def unserved(
    target: ServerTarget, card: ServerInfo | None, answered: Collection[str] = frozenset()
) -> tuple[str, ...]:
    """The models that are asked of it and that it would refuse.

    Its list is known to be whole without them, or it is empty.
    """
    if card is None or (card.models and not (card.kind and card.kind.whole_list)):
        return ()
    return tuple(_missing(target, card, answered))


def _missing(target: ServerTarget, card: ServerInfo, answered: Collection[str]) -> list[str]:
    """The models that are asked of it and do not stand in its list."""
    if not card.listed:
        return []
    plain = card.kind.plain if card.kind else str
    known = {plain(model.id) for model in card.models}
    wanted = [model for model in target.models if model and model not in answered]
    return [model for model in wanted if plain(text(model)) not in known]


def _not_served(target: ServerTarget, card: ServerInfo, answered: Collection[str]) -> list[str]:
    """Models that are asked for and not listed: not served, or only so where the list is whole."""
    missing = _missing(target, card, answered)
    if not missing:
        return []
    whole = card.kind is not None and card.kind.whole_list
    if not card.models:
        return [NO_MODEL]
    names = [model.id for model in card.models]
    shown = ", ".join(names[:_MOST_NAMES]) + (" …" if len(names) > _MOST_NAMES else "")
    if card.kind and card.kind.any_name:
        return [f"asked for {model}, answers with what it serves: {shown}" for model in missing]
    if whole:
        return [f"{model} is not served here; served: {shown}" for model in missing]
    return [f"{model} is not in its list of models {_MAY_ANSWER}: {shown}" for model in missing]


def _too_long(target: ServerTarget, card: ServerInfo) -> list[str]:
    """Token limits that vLLM and SGLang refuse, as prompt and answer share the context."""
    if card.kind is None or not card.kind.shared_context:
        return []
    lengths = {model.id: model.context_length for model in card.models}
    return [
        f"up to {limit} tokens are asked of {model}, whose context holds {length} with the prompt"
        for model, limit in target.longest
        if (length := lengths.get(model)) and limit >= length
    ]


def _no_parser(target: ServerTarget, card: ServerInfo) -> str:
    if target.thinks and card.parser == "":
        return "reasoning is asked for, but no --reasoning-parser is on: it stays in the answer"
    return ""
