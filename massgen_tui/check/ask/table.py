"""All probes, in the order in which they are asked, and one agent's run through them."""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from massgen_tui.check.ask import limits, thinking, tools, words
from massgen_tui.check.ask.finding import Finding, Result, SettledError, Verdict, failed, skipped
from massgen_tui.check.ask.subject import Subject

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Probe:
    """One thing that an agent's server should do."""

    name: str
    expected: str
    look: Callable[[Subject], Awaitable[Verdict]]
    requests: int
    """How many it sends at most, beside those of the probes before it."""


PROBES: Final = (
    Probe("answers", "an answer", words.answers, 1),
    Probe("reasoning", "reasoning in a field of its own", thinking.apart, 0),
    Probe("thinking_off", "no reasoning with enable_thinking: false", thinking.off, 2),
    Probe("usage", "token counts that add up, streamed and whole", words.usage, 1),
    Probe("same_text", "one text, streamed and whole", words.same_text, 0),
    Probe("max_tokens", "finish_reason length at the limit", words.max_tokens, 1),
    Probe("stop", "an end before the stop string", words.stop, 1),
    Probe("characters", "no U+FFFD in any answer", words.characters, 1),
    Probe("tool_call", "a parsed call of get_weather, streamed", tools.streamed, 2),
    Probe("tool_call_whole", "a parsed call of get_weather, not streamed", tools.whole, 2),
    Probe("response_format", "JSON that its schema allows", words.schema, 1),
    Probe("over_long", "HTTP 400 for a prompt longer than the context", limits.over_long, 1),
    Probe("abort", "nothing running once the client has gone", limits.abort, 1),
)
REQUESTS: Final = sum(probe.requests for probe in PROBES)
"""What one agent is asked at most."""
UNASKED: Final = "nothing was asked: it does not answer"


async def examine(subject: Subject, found: list[Finding]) -> None:
    """Ask one agent all of it and add what was found as it is known; never raises."""
    for probe in PROBES:
        if found and found[0].verdict.result is Result.FAILED:
            verdict = skipped(UNASKED)
        elif subject.lost:
            verdict = skipped(subject.lost)
        else:
            try:
                verdict = await probe.look(subject)
            except SettledError as end:
                verdict = end.verdict
            except Exception:
                log.exception("probe %s of agent %s failed", probe.name, subject.agent.id)
                verdict = failed("it could not be judged", "this is a fault of massgen-tui")
        found.append(Finding(probe.name, probe.expected, verdict))


def unprobed(found: list[Finding], why: str) -> list[Finding]:
    """The findings, and those that are missing as skipped."""
    missing = PROBES[len(found) :]
    return found + [Finding(probe.name, probe.expected, skipped(why)) for probe in missing]
