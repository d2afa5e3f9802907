"""Probes of a server's limits: what is too long is refused, what is given up is stopped."""

import asyncio
from typing import Final

from massgen_tui.backends.events import BackendError
from massgen_tui.check.ask import hints
from massgen_tui.check.ask.asker import Question
from massgen_tui.check.ask.finding import Verdict, failed, ok, quoted, refused, skipped, told
from massgen_tui.check.ask.subject import Subject
from massgen_tui.session.attempt import Attempt

LONGEST: Final = 300_000
"""Tokens of a context that are filled to see what a server does about more."""
_DIGITS: Final = "0 1 2 3 4 5 6 7 8 9 "
"""Ten tokens at least, by any tokenizer of today."""
_REFUSALS: Final = (400, 413, 422)
_TOKENS: Final = 1024
_LOOKS: Final = 8
PAUSE: Final = 0.5
"""Seconds between two looks at a server."""
_GRACE: Final = 60.0
"""Seconds that a long answer may take to begin."""


async def over_long(subject: Subject) -> Verdict:
    """A prompt that is longer than the context is refused."""
    context = subject.context
    if subject.dialect.hosted:
        return skipped("not tried at a provider's API, which may charge for it")
    if context is None:
        return skipped("the server does not tell the length of its context")
    if context > LONGEST:
        return skipped(f"a context of {context} tokens is too long to be tried")
    given = await subject.ask(Question(_DIGITS * (context // 9 + 10), 1))
    if given.error is None:
        return failed(_swallowed(given, context), hints.long_prompts(subject))
    return _refusal(given.error)


def _swallowed(given: Attempt, context: int) -> str:
    counted = given.usage.prompt if given.usage else None
    read = f", {counted} tokens read" if counted is not None else ""
    said = quoted(str(given.content) or str(given.reasoning))
    return f"HTTP 200{read}: {said}, for more than {context} tokens"


def _refusal(error: BackendError) -> Verdict:
    if error.status in _REFUSALS:
        return ok(told(error))
    if error.status is None:
        return failed(f"no status of a refusal: {error.message}", error.hint)
    return refused(error)


async def abort(subject: Subject) -> Verdict:
    """A request that its client gives up stops."""
    before = await subject.running()
    if before is None:
        return skipped("the server does not tell how many requests it works on")
    if before > 0:
        return skipped(f"others ask it just now: {before} running")
    begun = asyncio.Event()

    def hear(attempt: Attempt) -> None:
        if attempt.times.pieces:
            begun.set()

    asking = asyncio.create_task(subject.ask(_endless(subject), hear))
    try:
        seen = await _seen(subject, asking, begun)
    finally:
        asking.cancel()
        await asyncio.gather(asking, return_exceptions=True)
    if not seen:
        return skipped("the answer ended, or failed, before the server told of it")
    return await _freed(subject)


def _endless(subject: Subject) -> Question:
    tokens = min(_TOKENS, subject.context // 2) if subject.context else _TOKENS
    settings = {"ignore_eos": True} if "ignore_eos" in subject.dialect.extras else {}
    return Question("Count from 1 to 1000, in words.", tokens, settings)


async def _seen(subject: Subject, asking: "asyncio.Task[Attempt]", begun: asyncio.Event) -> bool:
    """Whether the server tells of the answer while it comes."""
    waiting = asyncio.create_task(begun.wait())
    await asyncio.wait((asking, waiting), timeout=_GRACE, return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    for _ in range(_LOOKS):
        if asking.done() or not begun.is_set():
            return False
        if await subject.running():
            return not asking.done()
        await asyncio.sleep(PAUSE)
    return False


async def _freed(subject: Subject) -> Verdict:
    running: int | None = None
    for _ in range(_LOOKS):
        running = await subject.running()
        if running == 0:
            return ok("nothing runs once its client has gone")
        await asyncio.sleep(PAUSE)
    if running is None:
        return skipped("the server told no more how many requests it works on")
    words = f"{running} still running {_LOOKS * PAUSE:g} s after its client went"
    return failed(words, hints.ABORT)
