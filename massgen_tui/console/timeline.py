"""A coordination as rows: rounds across, agents down, and what it came to below."""

from rich.text import Text

from massgen_tui.console.stream.wrap import crop
from massgen_tui.console.terminal.width import cells
from massgen_tui.coordinate.told import outcome
from massgen_tui.session.coordination import Agreement
from massgen_tui.text import one_line

MOST = 8
"""Agents that have a row; the others are counted in the last."""
_NAME = 16


def timeline(agreement: Agreement, width: int) -> list[Text]:
    """One row an agent and one of the whole, each of `width` cells at most."""
    rounds = max([step.round for step in agreement.steps], default=1)
    seen = agreement.agents[:MOST]
    name_room = min(max(len(one_line(agent)) for agent in seen), _NAME)
    room = max((width - name_room - 2) // max(rounds, 1) - 3, 6)
    rows = []
    for agent in seen:
        row = Text(f" {crop(one_line(agent), name_room):{name_room}}", "bold")
        for number in range(1, rounds + 1):
            said, style = _cell(agreement, agent, number)
            cut = crop(said, room)
            row.append(" │ ", "dim")
            row.append(f"{cut}{' ' * max(room - cells(cut), 0)}", style)
        rows.append(row)
    rows.append(_whole(agreement, rounds, width))
    for row in rows:
        row.truncate(width, overflow="ellipsis")
        row.no_wrap = True
    return rows


def _cell(agreement: Agreement, agent: str, number: int) -> tuple[str, str]:
    """What an agent did in a round, in words with a sign before them."""
    out = next((one for one in agreement.out if one.agent == agent), None)
    steps = [step for step in agreement.steps if step.agent == agent and step.round == number]
    last = max((step.round for step in agreement.steps if step.agent == agent), default=1)
    told = []
    for answer in agreement.answers:
        if answer.agent == agent and answer.round == number:
            told.append((f"✎ {answer.name}", ""))
    for vote in agreement.votes:
        if vote.agent == agent and vote.round == number:
            told.append(_vote(vote.answer, counted=vote.counted))
    if any(step.asks == "present" for step in steps):
        told.append(("★ presents" if not agreement.ended else "★ presented", "bold"))
    if out is not None and number == last:
        told.append((f"✗ out: {one_line(out.why, 60)}", "bold"))
    if not told:
        running = bool(steps) and not agreement.ended and out is None
        return ("… asked", "dim") if running else ("", "")
    return ", ".join(text for text, _ in told), next((style for _, style in told if style), "")


def _vote(name: str | None, *, counted: bool) -> tuple[str, str]:
    if name is None:
        return "∅ abstains", "dim"
    return (f"→ {name}", "") if counted else (f"↺ {name} not counted", "dim")


def _whole(agreement: Agreement, rounds: int, width: int) -> Text:
    more = len(agreement.agents) - MOST
    others = f"{more} more agents · " if more > 0 else ""
    if agreement.winner or agreement.ended:
        said = outcome(agreement)
        sign = "✓" if agreement.by == "votes" else "!"
        state = "" if agreement.ended else " · the final answer comes"
        return Text(f" {sign} {others}{crop(said, width - 4)}{state}", "bold")
    counted = sum(vote.counted for vote in agreement.votes)
    left = len(agreement.agents) - len(agreement.out)
    voted = f"{counted} of {left} voted" if rounds > 1 else f"{len(agreement.answers)} answered"
    return Text(f" … {others}round {rounds} · {voted} · esc presents the best there is", "dim")
