"""Who is ahead: a line each agent with its share of the longest answer and its speed now. Pure."""

from collections.abc import Sequence

from massgen_tui.console.stream.wrap import crop
from massgen_tui.console.terminal.width import cells
from massgen_tui.session.agent import Agent
from massgen_tui.session.attempt import Attempt
from massgen_tui.session.outcome import verdict
from massgen_tui.session.queries import shown

_NAME = 16
"""Most cells of a name."""
_NUMBERS = 40
"""Cells of what stands behind the bar."""


def race(agents: Sequence[Agent], width: int, most: int) -> list[str]:
    """The lines, at most `most` of them, in the agents' order.

    A bar is the share of the most tokens that any of them has by now. Tokens that are counted in
    pieces, and speeds made of them, are marked `~`, as everywhere.
    """
    running = [(agent.id, shown(agent)) for agent in agents]
    counts = [attempt.tokens[0] for _, attempt in running if attempt and attempt.tokens]
    longest = max(counts, default=0)
    name = min(max((cells(id) for id, _ in running), default=0), _NAME)
    lines = []
    for id, attempt in running:
        told = crop(id, name)
        begin = f" {told}{' ' * (name - cells(told))} "
        room = max(width - cells(begin) - _NUMBERS, 4)
        lines.append(crop(f"{begin}{_line(attempt, longest, room)}", width))
    if len(lines) > most:
        return [*lines[: most - 1], f" … and {len(lines) - most + 1} more"]
    return lines


def _line(attempt: Attempt | None, longest: int, room: int) -> str:
    """`█████░░░  62% · 128 tokens · ~88.4 tok/s · answering`."""
    if attempt is None:
        return f"{'░' * room}    –"
    tokens, speed = attempt.tokens, attempt.tokens_per_s
    share = tokens[0] / longest if tokens and longest else 0.0
    full = round(share * room)
    parts = [f"{'█' * full}{'░' * (room - full)} {share:4.0%}"]
    if tokens:
        parts.append(f"{'' if tokens[1] else '~'}{tokens[0]} tok")
    if speed:
        parts.append(f"{'' if speed[1] else '~'}{speed[0]:.1f} tok/s")
    parts.append(verdict(attempt).short or attempt.status.value)
    return " · ".join(parts)
