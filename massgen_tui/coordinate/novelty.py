"""Whether an answer says something that is not there yet."""

import re

from massgen_tui.coordinate.limits import Novelty
from massgen_tui.session.coordination import Answer

_IN_COMMON = {Novelty.LENIENT: 1.0, Novelty.BALANCED: 0.7, Novelty.STRICT: 0.5}
"""The largest share of words in common (Jaccard), as MassGen has them."""


def like(content: str, answers: tuple[Answer, ...], novelty: Novelty) -> Answer | None:
    """An answer that `content` is the same as, or too near to; None: it is new."""
    bare, words = content.strip(), _words(content)
    for answer in answers:
        if answer.content.strip() == bare:
            return answer
        if (
            novelty is not Novelty.LENIENT
            and _common(words, _words(answer.content)) > (_IN_COMMON[novelty])
        ):
            return answer
    return None


def _words(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"\w+", text.lower()))


def _common(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / len(one | other) if one or other else 0.0
