"""What an operator should know before a prompt is sent."""

from massgen_tui.monitor.kinds import KINDS
from massgen_tui.monitor.looking import Card
from massgen_tui.monitor.read import text
from massgen_tui.monitor.status import NO_KEY, ServerState, ServerTarget

_MOST_NAMES = 5


def notes_of(target: ServerTarget, card: Card | None, state: ServerState) -> tuple[str, ...]:
    """Everything that is odd, most important first."""
    if card is None:
        return ()
    notes = [_wrong_kind(target, card), card.trouble]
    notes += [*_not_served(target, card), _no_parser(target, card)]
    notes += _too_long(target, card)
    if state is ServerState.UNAUTHORIZED and target.key in (None, NO_KEY):
        notes.insert(0, "a key is wanted: set api_key for its agents")
    return tuple(note for note in notes if note)


_TYPES = frozenset(kind.type for kind in KINDS if kind.type)


def _wrong_kind(target: ServerTarget, card: Card) -> str:
    right = card.kind.type if card.kind else ""
    if target.dialect not in _TYPES or not right or target.dialect == right:
        return ""
    return f"this is {card.provider}, the config says {target.dialect}: write type: {right}"


def _not_served(target: ServerTarget, card: Card) -> list[str]:
    if not card.listed:
        return []
    if not card.models:
        return ["it serves no model now"] if any(target.models) else []
    names = [model.id for model in card.models]
    plain = card.kind.plain if card.kind else str
    known = {plain(name) for name in names}
    shown = ", ".join(names[:_MOST_NAMES]) + (" …" if len(names) > _MOST_NAMES else "")
    notes = []
    for model in target.models:
        if not model or plain(text(model)) in known:
            continue
        if card.kind and card.kind.any_name:
            notes.append(f"asked for {model}, answers with what it serves: {shown}")
        else:
            notes.append(f"{model} is not served here; served: {shown}")
    return notes


def _too_long(target: ServerTarget, card: Card) -> list[str]:
    """Token limits that vLLM and SGLang refuse, as prompt and answer share the context."""
    if card.kind is None or not card.kind.shared_context:
        return []
    lengths = {model.id: model.context_length for model in card.models}
    return [
        f"up to {limit} tokens are asked of {model}, whose context holds {length} with the prompt"
        for model, limit in target.longest
        if (length := lengths.get(model)) and limit >= length
    ]


def _no_parser(target: ServerTarget, card: Card) -> str:
    if target.thinks and card.parser == "":
        return "reasoning is asked for, but no --reasoning-parser is on: it stays in the answer"
    return ""
