"""Asks an agent its last prompt several times, one after the other, and tells what came of it."""

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from massgen_tui.late import late
from massgen_tui.session.agent import Agent
from massgen_tui.session.attempt import Attempt
from massgen_tui.session.events import Entry
from massgen_tui.session.outcome import verdict
from massgen_tui.session.queries import is_busy
from massgen_tui.session.session import Session
from massgen_tui.session.status import Status

if TYPE_CHECKING:
    from massgen_tui.session import repeats
    from massgen_tui.session.repeats import Repeats
else:
    repeats = late("massgen_tui.session.repeats")

USUAL, MOST = 5, 100
"""How many times it is asked unless another number is typed, and at most."""


class Repeating:
    """The repetitions that are under way, at most one an agent."""

    def __init__(self, session: Session, *, changed: Callable[[], None]) -> None:
        """Ask by `session`; `changed` is told that there is something new to draw."""
        self._session, self._changed = session, changed
        self._counts: dict[str, tuple[int, int]] = {}

    @property
    def told(self) -> str:
        """How far they are: `repeat qwen1 2/5`."""
        return " ".join(f"repeat {id} {at}/{of}" for id, (at, of) in self._counts.items())

    def objection(self, agent: Agent) -> str:
        """Why an agent cannot be asked several times now; empty: it can."""
        if agent.id in self._counts:
            return f"{agent.id} is being asked several times: esc stops that"
        if agent.paused:
            return f"{agent.id} is paused"
        if not agent.turns:
            return "nothing was asked yet"
        return f"{agent.id} is answering" if is_busy(agent) else ""

    async def run(self, agent: Agent, times: int) -> "tuple[Repeats, str]":
        """Ask `times` times; gives what the answers are like, and why there are fewer."""
        turn, made = agent.turns[-1], list[Attempt]()
        why = ""
        try:
            for number in range(times):
                if agent.paused:
                    why = "paused"
                    break
                if agent.turns[-1:] != [turn] or is_busy(agent):
                    why = "something else was asked"
                    break
                self._counts[agent.id] = (number + 1, times)
                self._changed()
                made += self._session.rerun([agent.id])
                await self._ended(made[-1])
                if why := _stops(made[-1]):
                    break
        finally:
            self._counts.pop(agent.id, None)
            self._changed()
        return await asyncio.to_thread(repeats.repeats_of, made), why

    async def _ended(self, attempt: Attempt) -> None:
        """Wait until nothing more comes of an attempt."""
        heard = asyncio.Event()

        def hear(entry: Entry) -> None:
            heard.set()

        self._session.listen(hear)
        try:
            while not attempt.status.ended:
                heard.clear()
                await heard.wait()
        finally:
            self._session.leave(hear)
        await asyncio.sleep(0)  # what is queued behind it begins first


def _stops(attempt: Attempt) -> str:
    """Why no more is asked after this one; empty: more is."""
    if attempt.status is Status.CANCELLED:
        return "stopped"
    return verdict(attempt).short if attempt.status is Status.FAILED else ""


def told(agent: str, times: int, found: "Repeats", why: str) -> str:
    """What came of it, to read."""
    fewer = f" of {times} ({why})" if why else ""
    lines = [f"{agent}, the same prompt {found.asked} times{fewer}", "", found.alike]
    if found.first_difference_word is not None:
        lines.append("Servers that are busy batch otherwise each time: answers differ at")
        lines.append("temperature 0 too. d in the pane shows where.")
    if found.numbers:
        lines += ["", f"{'':22}{'answers':>8}   median (p10–p90)"]
    for one in found.numbers:
        name = f"{one.name} {one.of}".strip()
        lines.append(f"{name:22}{one.spread.n:>8}   {one.text}")
    return "\n".join(lines)
