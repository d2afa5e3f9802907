"""A coordination as plain values for JSON: what `run --coordinate` prints and exports hold."""

from collections.abc import Iterable

from massgen_tui.session.attempt import Attempt
from massgen_tui.session.coordination import Agreement

Record = dict[str, object]


def coordination_record(agreement: Agreement, attempts: Iterable[Attempt]) -> Record:
    """All of it; what is not known is None.

    Args:
        agreement: the coordination.
        attempts: at its turn, those that are no step of it too.
    """
    steps = {step.attempt for step in agreement.steps}
    usages = [one.usage for one in attempts if one.serial in steps and one.usage is not None]
    prompts = [usage.prompt for usage in usages if usage.prompt is not None]
    return {
        "requests": len(agreement.steps),
        "prompt_tokens": sum(prompts) if prompts else None,
        "rounds": max((step.round for step in agreement.steps), default=0),
        "way": {step.agent: step.way for step in agreement.steps if step.way},
        "answers": [
            {"name": one.name, "agent": one.agent, "round": one.round, "content": one.content}
            for one in agreement.answers
        ],
        "votes": [
            {
                "agent": vote.agent,
                "for": vote.answer,
                "reason": vote.reason,
                "round": vote.round,
                "counted": vote.counted,
            }
            for vote in agreement.votes
        ],
        "out": [{"agent": one.agent, "why": one.why} for one in agreement.out],
        "winner": agreement.winner or None,
        "by": agreement.by or None,
        "limit": agreement.limit or None,
        "final": agreement.final,
    }
