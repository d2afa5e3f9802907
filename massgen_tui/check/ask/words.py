"""Probes of an answer in words: that one comes, its end, its usage, its characters."""

import json
import re
from dataclasses import replace
from typing import Final

from massgen_tui.backends.call import ResponseFormat
from massgen_tui.check.ask import hints
from massgen_tui.check.ask.asker import Question
from massgen_tui.check.ask.finding import (
    Verdict,
    answered,
    failed,
    noted,
    ok,
    quoted,
    refused,
    skipped,
    with_warnings,
)
from massgen_tui.check.ask.subject import PLAIN, SHORT, Subject, behind_thought
from massgen_tui.dialects import Structured
from massgen_tui.session.attempt import Attempt

_CUT: Final = 3
"""Tokens of an answer that is to be cut."""
_WORD = re.compile(r"[^\W\d_]{3,8}")
_BROKEN: Final = "\ufffd"
_COPY: Final = "Repeat exactly: 🌊 日本語 Ελληνικά 👩‍🚀 naïve 🙂"
_VERDICTS: Final = ("yes", "no")
_SCHEMA: Final = {
    "type": "object",
    "properties": {"verdict": {"type": "string", "enum": list(_VERDICTS)}},
    "required": ["verdict"],
    "additionalProperties": False,
}
_ASKS: Final = "Is the sky blue? Explain it in one sentence, and say it in JSON."


async def answers(subject: Subject) -> Verdict:
    """Something comes at all."""
    given = answered(await subject.first())
    if given.empty:
        return failed(f"nothing came (finish_reason {given.finish_reason})")
    took = f" in {given.times.total_s:.1f} s" if given.times.total_s is not None else ""
    return ok(f"{_length(given)} characters{took}")


async def usage(subject: Subject) -> Verdict:
    """Tokens are told, streamed and not, and add up."""
    given = {"streamed": await subject.plain(), "whole": await subject.plain(streamed=False)}
    for form, attempt in given.items():
        if attempt.error is not None:
            return replace(refused(attempt.error), got=f"{form}: {attempt.error.message}")
        if wrong := _miscounted(attempt, hosted=subject.dialect.hosted):
            return failed(f"{form}: {wrong}", hints.USAGE)
    counts = [(told.prompt, told.completion) for one in given.values() if (told := one.usage)]
    (prompt, answer), (again, whole) = counts
    if prompt != again:
        return failed(f"one prompt is {prompt} tokens streamed and {again} whole")
    texts = {(str(one.reasoning), str(one.content)) for one in given.values()}
    if answer != whole and len(texts) == 1:
        return failed(f"one answer is {answer} tokens streamed and {whole} whole")
    return ok(f"{prompt} tokens of prompt and {answer} of answer")


def _miscounted(attempt: Attempt, *, hosted: bool) -> str:
    """What is wrong with the counts of an answer; empty: nothing."""
    told = attempt.usage
    if told is None or not told.prompt or not told.completion:
        return "no usage, or zeros in it"
    completion = told.completion + told.apart
    if told.reasoning is not None and told.reasoning > completion:
        return f"{told.reasoning} tokens of reasoning in {completion}"
    together = told.prompt + told.completion + (told.apart if hosted else 0)
    if told.total is not None and told.total != together:
        return f"{told.prompt} and {told.completion} tokens, and {told.total} in all"
    return ""


async def max_tokens(subject: Subject) -> Verdict:
    """The limit cuts, and is told."""
    longer = answered(await subject.plain())
    question = replace(await subject.quiet(PLAIN), tokens=_CUT)
    given = answered(await subject.ask(question))
    counted = given.usage.completion if given.usage else None
    came = f"finish_reason {given.finish_reason}, {_counted(counted, given)} of {_CUT} asked"
    told = with_warnings(given, came)
    if counted is not None and counted > _CUT:
        return failed(told, hints.LENGTH)
    if given.finish_reason == "length":
        return ok(told)
    cut = counted is None or _length(longer) > _length(given)
    return failed(told, hints.LENGTH) if cut else noted(f"{told}: it has no more to say")


def _length(given: Attempt) -> int:
    return given.reasoning.length + given.content.length


def _counted(counted: int | None, given: Attempt) -> str:
    return f"{_length(given)} characters" if counted is None else f"{counted} tokens"


async def stop(subject: Subject) -> Verdict:
    """A stop string ends the answer, and is not in it."""
    text = str(answered(await subject.plain()).content)
    word = _stopping(text)
    if not word:
        return skipped(f"its answer is too short to be stopped: {quoted(text)}")
    question = replace(await subject.quiet(PLAIN), settings={"stop": [word]})
    given = answered(await subject.ask(question))
    content, reason = str(given.content), given.finish_reason
    if word in content:
        where = "ends with" if content.rstrip().endswith(word) else "goes on behind"
        told = f"it {where} {quoted(word)} (finish_reason {reason})"
        return failed(with_warnings(given, told), hints.STOP)
    if not text.startswith(content.rstrip()):
        return noted(f"another answer came the second time, without {quoted(word)}")
    if reason != "stop":
        return failed(f"finish_reason {reason} before {quoted(word)}", hints.STOP)
    return ok(f"it ends before {quoted(word)}")


def _stopping(text: str) -> str:
    """A word in the midst of an answer that does not stand before it."""
    for found in _WORD.finditer(text, len(text) // 4, len(text) * 4 // 5 + 1):
        if text.find(found[0]) == found.start():
            return found[0]
    return ""


async def same_text(subject: Subject) -> Verdict:
    """Streamed and whole are one text at temperature 0."""
    streamed, whole = await subject.plain(), await subject.plain(streamed=False)
    if streamed.error is not None or whole.error is not None:
        return skipped("there is no answer to compare")
    one, two = str(streamed.content).strip(), str(whole.content).strip()
    if one == two:
        return ok(f"{len(one)} characters")
    pairs = zip(one, two, strict=False)
    shorter = min(len(one), len(two))
    same = next((at for at, (left, right) in enumerate(pairs) if left != right), shorter)
    return noted(f"they part behind {same} characters: {_behind(one, same)}, {_behind(two, same)}")


def _behind(text: str, at: int) -> str:
    return quoted(text[at : at + 40] or "(its end)", 30)


async def characters(subject: Subject) -> Verdict:
    """No character is broken, in any answer."""
    given = answered(await subject.ask(await subject.quiet(Question(_COPY, SHORT))))
    cut = ""
    for attempt in subject.answers:
        for text in (str(attempt.reasoning), str(attempt.content)):
            if _BROKEN not in text:
                continue
            at = text.index(_BROKEN)
            seen = quoted(text[max(at - 20, 0) : at + 20])
            if not text[at:].strip(_BROKEN) and attempt.finish_reason == "length":
                cut = f"the limit cut a character in two: {seen}"
            else:
                return failed(f"U+FFFD in an answer: {seen}", hints.CHARACTERS)
    return noted(cut) if cut else ok(quoted(str(given.content) or str(given.reasoning)))


async def schema(subject: Subject) -> Verdict:
    """`response_format` holds the answer to its schema."""
    form = ResponseFormat(_SCHEMA, name="verdict")
    given = await subject.ask(await subject.quiet(Question(_ASKS, SHORT, form=form)))
    answered(given, hints.forms(subject))
    text = behind_thought(str(given.content)).strip()
    if given.finish_reason == "length" and (not text or text.startswith("{")):
        return noted(f"its limit cut it before the JSON was whole: {quoted(text)}")
    told = with_warnings(given, quoted(text, 80))
    loose = subject.dialect.structured is Structured.OBJECT
    return ok(told) if _obeys(text, loose=loose) else failed(told, hints.forms(subject))


def _obeys(text: str, *, loose: bool) -> bool:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return False
    if not isinstance(value, dict):
        return False
    return loose or (value.keys() == {"verdict"} and value["verdict"] in _VERDICTS)
