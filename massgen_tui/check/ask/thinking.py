"""Probes of reasoning: it stands apart from the answer, and can be turned off."""

from massgen_tui.check.ask import hints
from massgen_tui.check.ask.finding import (
    Verdict,
    answered,
    failed,
    noted,
    ok,
    quoted,
    skipped,
)
from massgen_tui.check.ask.subject import Subject, tag_in, thought
from massgen_tui.dialects import Thinking
from massgen_tui.session.attempt import Attempt

_REPEATED = 30
"""Characters of a thought that no answer repeats by chance."""


async def apart(subject: Subject) -> Verdict:
    """Reasoning comes in a field of its own."""
    given = await subject.first()
    content, reasoning = str(given.content), str(given.reasoning).strip()
    if tag := tag_in(content):
        return failed(f"{tag} in the answer: {quoted(content)}", hints.reasoning(subject))
    if len(reasoning) > _REPEATED and reasoning in content:
        return failed(f"the reasoning stands in the answer too: {quoted(content)}")
    if reasoning:
        return ok(f"{len(reasoning)} characters of reasoning in a field of its own")
    return _unseen(subject, given)


def _unseen(subject: Subject, given: Attempt) -> Verdict:
    """Neither reasoning came nor a tag."""
    wanted = subject.asked_to_think
    if wanted is False:
        return skipped("the config turns thinking off")
    if given.usage is not None and given.usage.reasoning:
        return noted(f"{given.usage.reasoning} tokens of reasoning, of which nothing is shown")
    if _swallowed(subject, given):
        told = "no reasoning, and an answer that its limit cut: the thought stands in the answer"
        return failed(told, hints.reasoning(subject))
    if wanted is None:
        return skipped("the config leaves thinking to the model, which did not think")
    return failed("no reasoning, though the config asks for it", hints.reasoning(subject))


def _swallowed(subject: Subject, given: Attempt) -> bool:
    """Its template opens the thought, so that no tag tells where it stands."""
    inside = subject.family is not None and subject.family.begins_inside
    return inside and given.finish_reason == "length"


async def off(subject: Subject) -> Verdict:
    """`enable_thinking: false` stops it."""
    if subject.dialect.thinking is Thinking.NONE:
        return skipped(f"{subject.dialect.provider} has no switch for thinking")
    if not thought(await subject.first()) and subject.asked_to_think is not True:
        if subject.asked_to_think is False:
            return ok("the config turns thinking off, and no reasoning came")
        return skipped("it did not think in the first place")
    if subject.always_thinks:
        return skipped("models of this family think always")
    given = await subject.plain()
    return _silent(subject, answered(subject.unswitched or given))


def _silent(subject: Subject, given: Attempt) -> Verdict:
    """What came with thinking off."""
    reasoning, content = str(given.reasoning).strip(), str(given.content)
    if reasoning:
        return failed(f"it reasons: {quoted(reasoning)}", hints.switch(subject))
    if tag := tag_in(content):
        if not _between_tags(content):
            return noted(f"{tag} with nothing in it, in the answer", hints.reasoning(subject))
        return failed(f"{tag} in the answer: {quoted(content)}", hints.switch(subject))
    return ok("no reasoning came")


def _between_tags(content: str) -> bool:
    """Whether anything was thought between the first tag and the next."""
    behind = content.partition(tag_in(content))[2]
    closing = tag_in(behind)
    return bool((behind.partition(closing)[0] if closing else behind).strip())
