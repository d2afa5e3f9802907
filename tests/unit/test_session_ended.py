"""Conversations that ended, where no file keeps their texts."""

from massgen_tui.backends.events import ContentDelta, ReasoningDelta
from massgen_tui.session.agent import Turn
from massgen_tui.session.ended import Ended
from tests.support.attempts import attempt_of


def test_an_answer_without_usage_is_counted_by_its_pieces_as_before() -> None:
    attempt = attempt_of(ReasoningDelta("hm"), ContentDelta("a", 2), ContentDelta("bc"))
    ended = Ended()
    ended.add([Turn(1, "why?", [attempt])], texts=True)
    [turn] = ended.turns
    [kept] = turn.attempts
    assert (str(kept.reasoning), str(kept.content)) == ("hm", "abc")
    assert (kept.reasoning.pieces, kept.content.pieces) == (1, 3)
    assert kept.tokens == attempt.tokens
