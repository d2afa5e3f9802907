"""A coordination in words: one line for each thing that happens, and how it ended."""

from massgen_tui.session import coordination_events, events
from massgen_tui.session.coordination import Agreement
from massgen_tui.session.state import SessionState
from massgen_tui.text import one_line


def told(event: events.SessionEvent, state: SessionState) -> str:
    """What happened, for people; empty where it is nothing of a coordination."""
    if isinstance(
        event,
        coordination_events.StepBegun
        | coordination_events.AnswerGiven
        | coordination_events.VoteGiven,
    ):
        return f"{state.attempt(event.attempt).agent}: {_of_step(event)}"
    if isinstance(event, coordination_events.AgentOut):
        return f"{event.agent}: is out ({one_line(event.why, 200)})"
    if isinstance(event, coordination_events.Concluded):
        return outcome(state.agreements[event.turn][-1])
    return ""


def _of_step(
    event: coordination_events.StepBegun
    | coordination_events.AnswerGiven
    | coordination_events.VoteGiven,
) -> str:
    match event:
        case coordination_events.StepBegun(round=round, asks="vote", way=way):
            return f"round {round}, asked to vote ({way})"
        case coordination_events.StepBegun(asks=asks):
            return "gives the final answer" if asks == "present" else "asked"
        case coordination_events.AnswerGiven(name=name):
            return f"gave {name}"
        case coordination_events.VoteGiven(answer=None, reason=why):
            return f"abstains ({one_line(why, 120)})"
        case coordination_events.VoteGiven(answer=name, reason=why, counted=counted):
            stale = "" if counted else " (does not count)"
            reason = f": {one_line(why, 200)}" if why else ""
            return f"votes for {name}{stale}{reason}"


def outcome(agreement: Agreement) -> str:
    """Who won, and why."""
    winner = next((one for one in agreement.answers if one.name == agreement.winner), None)
    if winner is None:
        return _undecided(agreement)
    who = f"{winner.name} of {winner.agent}"
    votes = _number(agreement.tally.get(winner.name, 0), "vote")
    match agreement.by:
        case "votes":
            return f"{who} won with {votes}"
        case "tie":
            return f"no agreement: {who} by the rule for ties, {votes}"
        case "limit":
            return f"{who}, the best when {agreement.limit} was reached, {votes}"
        case "user":
            return f"{who}, chosen by you"
        case _:
            return f"{who}: no other agent was left"


def heading(agreement: Agreement) -> str:
    """What stands over how it ended."""
    return "Agreed" if agreement.winner else "Not agreed"


def _undecided(agreement: Agreement) -> str:
    """Nothing won: nobody answered, or it is under way, or was broken off (quit, a kept file)."""
    if not agreement.answers:
        return "no answer: nobody gave one" if agreement.ended else "undecided: no answer yet"
    votes = _number(sum(agreement.tally.values()), "vote")
    return f"undecided: {_number(len(agreement.answers), 'answer')}, {votes}"


def _number(count: int, of: str) -> str:
    return f"{count} {of}{'' if count == 1 else 's'}"


def votes_told(agreement: Agreement) -> list[str]:
    """A line for each vote and each agent that is out."""
    lines = []
    for vote in agreement.votes:
        reason = f": {one_line(vote.reason, 400)}" if vote.reason else ""
        stale = "" if vote.counted else " (does not count: a newer answer came)"
        what = f"voted for {vote.answer}{stale}" if vote.answer else "abstained"
        lines.append(f"{vote.agent} {what}{reason}")
    return lines + [f"{one.agent} is out: {one_line(one.why, 400)}" for one in agreement.out]
