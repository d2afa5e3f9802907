"""A coordination in words: one line for each thing that happens, and how it ended."""

from massgen_tui.session import events
from massgen_tui.session.coordination import Agreement
from massgen_tui.session.state import SessionState
from massgen_tui.text import one_line


def told(event: events.SessionEvent, state: SessionState) -> str:
    """What happened, for people; empty where it is nothing of a coordination."""
    match event:
        case events.AnswerGiven(attempt=serial, name=name):
            return f"{state.attempt(serial).agent}: gave {name}"
        case events.VoteGiven(attempt=serial, answer=None, reason=why):
            return f"{state.attempt(serial).agent}: abstains ({one_line(why, 120)})"
        case events.VoteGiven(attempt=serial, answer=name, reason=why, counted=counted):
            who, stale = state.attempt(serial).agent, "" if counted else " (does not count)"
            reason = f": {one_line(why, 200)}" if why else ""
            return f"{who}: votes for {name}{stale}{reason}"
        case events.AgentOut(agent=agent, why=why):
            return f"{agent}: is out ({one_line(why, 200)})"
        case events.Concluded(turn=turn):
            return ending(state.agreements[turn][-1])
    return ""


def ending(agreement: Agreement) -> str:
    """Who won, and why."""
    winner = next((one for one in agreement.answers if one.name == agreement.winner), None)
    if winner is None:
        return "no answer: nobody gave one"
    count = agreement.tally.get(winner.name, 0)
    who = f"{winner.name} of {winner.agent}"
    votes = f"{count} vote{'' if count == 1 else 's'}"
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
