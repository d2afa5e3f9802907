"""How full a context is: what the last counted answer took, however long the conversation."""

from massgen_tui.backends.events import ContentDelta, UsageReported
from massgen_tui.session.agent import Turn
from massgen_tui.session.attempt import Attempt
from massgen_tui.session.times import Times
from tests.support.attempts import attempt_of, conversation

COUNTED = attempt_of(ContentDelta("a"), UsageReported(30, 12))


def plain() -> Attempt:
    return attempt_of(ContentDelta("a"))


class Looked(Turn):
    """A turn that counts how often somebody looks at it."""

    looks = 0

    @property
    def attempt(self) -> Attempt | None:
        """The attempt in front."""
        type(self).looks += 1
        return super().attempt


def test_it_is_of_the_last_answer_that_was_counted() -> None:
    assert conversation().context_used is None
    assert conversation(plain()).context_used is None
    assert conversation(COUNTED, plain(), plain()).context_used == 42
    running = Attempt("a", 9, Times(0.0))
    agent = conversation(COUNTED, plain(), running)
    assert agent.context_used == 42
    running.apply(UsageReported(50, None), 1.0)
    assert agent.context_used == 50


def test_a_turn_that_comes_to_the_front_or_goes_is_seen() -> None:
    agent = conversation(COUNTED, plain(), plain())
    seen = [agent.context_used]
    agent.turns[0].attempts.append(plain())
    agent.revision += 1
    seen.append(agent.context_used)
    agent.turns[0].front = 0
    agent.revision += 1
    seen.append(agent.context_used)
    agent.turns.clear()
    agent.revision += 1
    seen.append(agent.context_used)
    assert seen == [42, None, 42, None]


def test_a_long_conversation_is_looked_through_once() -> None:
    agent = conversation()
    agent.turns = [Looked(turn, "what?", [plain()]) for turn in range(1, 501)]
    assert [agent.context_used for _ in range(100)] == [None] * 100
    assert Looked.looks <= 500 + 100
