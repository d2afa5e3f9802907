"""What agents are told beside the question: at most 200 tokens of our own in a request."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from string import Template

from massgen_tui.coordinate.limits import Sensitivity
from massgen_tui.coordinate.steps import Ask
from massgen_tui.coordinate.ways import Way
from massgen_tui.session.coordination import Answer, Verdict

_BAR = {
    Sensitivity.LENIENT: "If one of them answers the question",
    Sensitivity.BALANCED: "If one of them answers the question well and completely",
    Sensitivity.STRICT: "Only if one of them could hardly be better",
}
_HOW = {
    Way.TOOLS: "Call the tool vote or new_answer, once.",
    Way.STRUCTURED: (
        'Reply with JSON only: {"action": "vote" or "new_answer", "answer_id": a name or "none", '
        '"text": your reason, or the whole new answer}.'
    ),
    Way.TEXT: (
        "End with a line of its own: VOTE and a name, with your reason above it; or NEW ANSWER, "
        "with the whole answer above it."
    ),
}
_MARK = re.compile(r"<(/?agent\d+\.\d+)>", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Words:
    """The texts with places to fill in (`$names`), each of which a config may replace."""

    round: str = (
        "Other answers to the question:\n$answers\n"
        "All answers: $names. Yours: $yours. $bar, vote for it; else give a new, better answer. "
        "$how"
    )
    vote_only: str = (
        "Other answers to the question:\n$answers\n"
        "All answers: $names. Yours: $yours. Vote for the best; no new answer is taken now. $how"
    )
    again: str = "That could not be counted: $wrong. Names: $names. $how"
    present: str = (
        "Your answer $name was chosen$votes. Give the final answer to the question now, complete "
        "in itself, without a word on answers or votes."
    )


def asked(step: Ask, words: Words, way: Way, sensitivity: Sensitivity, yours: Sequence[str]) -> str:
    """The last message of a step from the second round on.

    Args:
        step: what is asked.
        words: the texts.
        way: how the reply is to be said.
        sensitivity: how good an answer must be to be voted for.
        yours: names of the agent's own answers.
    """
    text = words.again if step.wrong else words.round if step.may_answer else words.vote_only
    return Template(text).safe_substitute(
        answers="\n".join(map(_told, step.new)) or "(none that you do not know)",
        names=", ".join(step.votable),
        yours=", ".join(yours) or "none",
        bar=_BAR[sensitivity],
        how=_HOW[way],
        wrong=step.wrong,
    )


def presented(verdict: Verdict, words: Words) -> str:
    """The last message to the agent whose answer won."""
    reasons = "; ".join(_harmless(reason)[:300] for _, reason in verdict.reasons if reason)
    votes = f" ({len(verdict.reasons)} votes{f': {reasons}' if reasons else ''})"
    return Template(words.present).safe_substitute(
        name=verdict.answer.name, votes=votes if verdict.reasons else ""
    )


def _told(answer: Answer) -> str:
    return f"<{answer.name}>\n{_harmless(answer.content)}\n</{answer.name}>"


def _harmless(text: str) -> str:
    """The text without marks of ours, by which it could pass for another agent's answer."""
    return _MARK.sub(r"(\1)", text)
