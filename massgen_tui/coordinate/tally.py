"""Votes counted: which answer wins, and whether anybody agreed."""

from collections import Counter
from collections.abc import Sequence

from massgen_tui.session.coordination import Answer, By, Verdict, Vote


def decide(
    agents: Sequence[str], answers: Sequence[Answer], votes: Sequence[Vote], limit: str = ""
) -> Verdict:
    """Find the answer with the most votes that count.

    Of several with as many, the one with more voters other than its author wins, then the newer,
    then that of the agent that stands first in the config.

    Args:
        agents: all ids, in the config's order.
        answers: at least one.
        votes: those that were not counted are left out.
        limit: the limit that ended the voting, if one did.
    """
    counted = [vote for vote in votes if vote.counted and vote.answer is not None]
    tally = Counter(str(vote.answer) for vote in counted)
    authors = {answer.name: answer.agent for answer in answers}
    foreign = Counter(
        str(vote.answer) for vote in counted if authors.get(str(vote.answer)) != vote.agent
    )

    def rank(answer: Answer) -> tuple[int, int, int, int]:
        first = -agents.index(answer.agent)
        return tally[answer.name], foreign[answer.name], answer.round, first

    best = max(answers, key=rank)
    return Verdict(
        best,
        _by(best, tally, foreign, limit),
        limit,
        tuple(sorted(tally.items(), key=lambda item: (-item[1], item[0]))),
        tuple((vote.agent, vote.reason) for vote in counted if vote.answer == best.name),
    )


def _by(best: Answer, tally: Counter[str], foreign: Counter[str], limit: str) -> By:
    if limit:
        return "limit"
    most = tally[best.name]
    alone = all(count < most for name, count in tally.items() if name != best.name)
    if most and alone and foreign[best.name]:
        return "votes"
    return "tie"
