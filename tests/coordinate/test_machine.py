"""A coordination by its rules alone: every order of replies, failures and whims of a user."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from massgen_tui.coordinate.limits import Limits, Novelty
from massgen_tui.coordinate.machine import Coordination
from massgen_tui.coordinate.steps import Ask, Chose, Failed, Present, Reply, Said, Unclear

TWO = ("a", "b")


def begun(agents: tuple[str, ...] = TWO, limits: Limits | None = None) -> Coordination:
    coordination = Coordination(agents, limits)
    coordination.begin()
    return coordination


def answered(*contents: str, limits: Limits | None = None) -> Coordination:
    """After the first round, in which the agents a, b, c … answered so."""
    coordination = begun(tuple("abcdef"[: len(contents)]), limits)
    for agent, content in zip(coordination.agents, contents, strict=True):
        coordination.take(agent, Said(content))
    return coordination


def names(coordination: Coordination) -> list[str]:
    return [answer.name for answer in coordination.answers]


def test_two_that_agree_take_two_answers_two_votes_and_a_presentation() -> None:
    coordination = begun()
    assert coordination.open == (Ask("a", 1), Ask("b", 1))
    assert coordination.take("a", Said("4")) == ()
    asked = coordination.take("b", Said("four"))
    assert [step.agent for step in asked] == ["a", "b"]
    for step in asked:
        assert isinstance(step, Ask)
        assert step.round == 2
        assert step.votable == ("agent1.1", "agent2.1")
        assert [answer.agent for answer in step.new] == ["b" if step.agent == "a" else "a"]
    coordination.take("a", Chose("agent1.1", "it is right"))
    [present] = coordination.take("b", Chose("agent1.1", "it is short"))
    assert isinstance(present, Present)
    assert present.agent == "a"
    assert (present.verdict.by, present.verdict.tally) == ("votes", (("agent1.1", 2),))
    assert present.verdict.reasons == (("a", "it is right"), ("b", "it is short"))
    assert coordination.take("a", Said("It is 4.")) == ()
    assert (coordination.ended, coordination.final) == (True, "It is 4.")


def test_two_that_vote_for_themselves_do_not_agree() -> None:
    coordination = answered("4", "four")
    coordination.take("a", Chose("agent1.1"))
    coordination.take("b", Chose("agent2.1"))
    assert coordination.verdict is not None
    assert (coordination.verdict.by, coordination.verdict.agreed) == ("tie", False)
    assert coordination.verdict.answer.name == "agent1.1"


def test_a_vote_that_has_not_seen_the_newest_answer_is_asked_again() -> None:
    coordination = answered("4", "four")
    coordination.take("b", Chose("agent1.1"))
    asked = coordination.take("a", Said("4, since 2 + 2 = 4"))
    assert [vote.counted for vote in coordination.votes] == [False]
    told = {step.agent: step for step in asked if isinstance(step, Ask)}
    assert [answer.name for answer in told["b"].new] == ["agent1.2"]
    assert told["a"].new == ()
    assert told["a"].votable == ("agent1.1", "agent2.1", "agent1.2")


def test_a_vote_after_the_new_answer_is_stale_too() -> None:
    coordination = answered("4", "four", "IV")
    coordination.take("a", Said("4, since 2 + 2 = 4"))
    coordination.take("b", Chose("agent3.1"))
    assert [vote.counted for vote in coordination.votes] == [False]


def test_asked_again_it_does_not_know_what_came_meanwhile() -> None:
    coordination = answered("4", "four")
    coordination.take("a", Said("4, since 2 + 2 = 4"))
    [again] = coordination.take("b", Unclear("no vote in it"))
    assert isinstance(again, Ask)
    assert [answer.name for answer in again.new] == ["agent1.1"]
    coordination.take("b", Chose("agent1.1"))
    assert [vote.counted for vote in coordination.votes] == [False]


def test_what_cannot_be_counted_is_asked_again_once_and_is_then_an_abstention() -> None:
    coordination = answered("4", "four")
    [again] = coordination.take("a", Unclear("no vote in it"))
    assert isinstance(again, Ask)
    assert again.wrong == "no vote in it"
    coordination.take("a", Chose("agent9.1"))
    assert [(vote.agent, vote.answer, vote.counted) for vote in coordination.votes] == [
        ("a", None, True)
    ]
    [present] = coordination.take("b", Chose("agent1.1"))
    assert isinstance(present, Present)
    assert present.verdict.by == "votes"


@pytest.mark.parametrize("name", ["agent3.1", "agent1.2", "a", "", "agent1", "agent01.1"])
def test_a_vote_for_nothing_that_is_there_is_none(name: str) -> None:
    coordination = answered("4", "four")
    [again] = coordination.take("a", Chose(name))
    assert isinstance(again, Ask)
    assert "no answer is called" in again.wrong


def test_an_agent_that_gives_no_first_answer_is_out_and_the_other_presents() -> None:
    coordination = begun()
    coordination.take("a", Failed("refused"))
    [present] = coordination.take("b", Said("four"))
    assert present == Present("b", present.verdict) if isinstance(present, Present) else False
    assert coordination.verdict is not None
    assert coordination.verdict.by == "only"
    assert [(out.agent, out.why) for out in coordination.out] == [("a", "refused")]


def test_one_agent_is_a_plain_answer() -> None:
    coordination = begun(("a",))
    assert coordination.take("a", Said("4")) == ()
    assert (coordination.ended, coordination.final) == (True, "4")


def test_none_that_answers_is_no_answer() -> None:
    coordination = begun()
    coordination.take("a", Failed("refused"))
    coordination.take("b", Failed("cut"))
    assert (coordination.ended, coordination.final, coordination.verdict) == (True, None, None)


def test_a_tie_goes_to_the_one_with_more_voters_beside_its_author_then_to_the_newer() -> None:
    coordination = answered("1", "2", "3", "4")
    coordination.take("a", Chose("agent1.1"))
    coordination.take("b", Chose("agent1.1"))
    coordination.take("c", Chose("agent2.1"))
    coordination.take("d", Chose("agent2.1"))
    assert coordination.verdict is not None
    assert (coordination.verdict.answer.name, coordination.verdict.by) == ("agent2.1", "tie")


def test_after_its_answers_and_in_the_last_round_an_agent_may_only_vote() -> None:
    coordination = answered("1", "2", limits=Limits(max_answers=2, max_rounds=3))
    coordination.take("b", Chose("agent1.1"))
    asked = {s.agent: s for s in coordination.take("a", Said("one")) if isinstance(s, Ask)}
    assert not asked["a"].may_answer
    assert not asked["b"].may_answer  # the third of three rounds
    [again] = coordination.take("a", Said("uno"))
    assert isinstance(again, Ask)
    assert again.wrong == "only a vote is taken now"
    assert names(coordination) == ["agent1.1", "agent2.1", "agent1.2"]


@pytest.mark.parametrize(
    ("novelty", "content", "taken"),
    [
        (Novelty.LENIENT, " four is it ", False),
        (Novelty.LENIENT, "four is that", True),
        (Novelty.BALANCED, "four is it really", False),
        (Novelty.BALANCED, "four is that really", True),
        (Novelty.STRICT, "four is that", True),
        (Novelty.STRICT, "four is it quite surely so", True),
        (Novelty.STRICT, "four is it surely so", False),
    ],
)
def test_an_answer_must_be_new(novelty: Novelty, content: str, taken: bool) -> None:
    coordination = answered("four is it", "2", limits=Limits(novelty=novelty))
    coordination.take("b", Said(content))
    assert len(coordination.answers) == 2 + taken


def test_a_limit_presents_the_best_there_is() -> None:
    coordination = answered("1", "2")
    coordination.take("a", Chose("agent1.1"))
    [present] = coordination.stop_at("max_seconds")
    assert isinstance(present, Present)
    assert (present.agent, present.verdict.by, present.verdict.limit) == (
        "a",
        "limit",
        "max_seconds",
    )
    assert coordination.take("b", Chose("agent2.1")) == ()
    assert coordination.stop_at("max_seconds") == ()
    assert coordination.final == "1"


def test_the_user_decides_over_the_agents_heads() -> None:
    coordination = answered("1", "2")
    [present] = coordination.choose("agent2.1")
    assert isinstance(present, Present)
    assert (present.agent, present.verdict.by) == ("b", "user")
    with pytest.raises(ValueError, match="cannot be chosen"):
        coordination.choose("agent1.1")


def test_without_a_presentation_the_answer_is_the_final_one() -> None:
    coordination = answered("1", "2", limits=Limits(skip_presentation=True))
    coordination.take("a", Chose("agent2.1"))
    assert coordination.take("b", Chose("agent2.1")) == ()
    assert (coordination.ended, coordination.final) == (True, "2")


def test_without_rounds_the_first_presents() -> None:
    coordination = begun(limits=Limits(skip_rounds=True))
    coordination.take("a", Said("1"))
    assert [step.agent for step in coordination.take("b", Said("2"))] == ["a"]


@pytest.mark.parametrize("reply", [Failed("cut"), Said("  "), Chose("agent1.1"), Unclear("?")])
def test_a_presentation_that_fails_leaves_the_answer(reply: Reply) -> None:
    coordination = answered("1", "2")
    coordination.take("a", Chose("agent1.1"))
    coordination.take("b", Chose("agent1.1"))
    coordination.take("a", reply)
    assert (coordination.ended, coordination.final) == (True, "1")


def test_an_author_that_is_out_does_not_present() -> None:
    coordination = answered("1", "2", "3")
    coordination.drop("a", "taken out by you")
    coordination.take("b", Chose("agent1.1"))
    assert coordination.take("c", Chose("agent1.1")) == ()
    assert (coordination.ended, coordination.final) == (True, "1")


def replies() -> st.SearchStrategy[object]:
    named = st.sampled_from(["agent1.1", "agent2.1", "agent3.1", "agent1.2", "nobody", ""])
    said = st.sampled_from(["one", "two", "three", "one two", "", "four five six"])
    return st.one_of(
        st.builds(Said, said),
        st.builds(Chose, named),
        st.builds(Unclear, st.just("?")),
        st.builds(Failed, st.just("cut")),
        st.sampled_from(["drop", "choose", "limit", "late"]),
    )


@settings(max_examples=400, deadline=None)
@given(
    st.integers(1, 4),
    st.integers(1, 3),
    st.integers(1, 5),
    st.lists(replies(), max_size=80),
    st.randoms(use_true_random=False),
)
def test_it_always_ends_and_keeps_its_rules(
    agents: int, answers: int, rounds: int, script: list[object], chance: random.Random
) -> None:
    ids = tuple("abcd"[:agents])
    coordination = Coordination(ids, Limits(max_answers=answers, max_rounds=rounds))
    coordination.begin()
    asked = dict.fromkeys(ids, 1)
    moves = iter(script)
    while not coordination.ended:
        assert coordination.open, "nothing is open, and it has not ended"
        step = chance.choice(coordination.open)
        move = next(moves, Failed("over"))
        given = _moved(coordination, step.agent, move, chance)
        for new in given:
            asked[new.agent] += 1
    assert coordination.open == ()
    assert all(count <= 2 * rounds + 1 for count in asked.values())
    _holds(coordination, answers, rounds)


def _moved(
    coordination: Coordination, agent: str, move: object, chance: random.Random
) -> tuple[Ask | Present, ...]:
    if move == "drop":
        return coordination.drop(chance.choice(coordination.agents), "taken out")
    if move == "limit":
        return coordination.stop_at("max_seconds") if chance.random() < 0.2 else ()
    if move == "late":
        stranger = [
            one for one in coordination.agents if one not in {s.agent for s in coordination.open}
        ]
        return coordination.take(chance.choice(stranger), Said("late")) if stranger else ()
    if move == "choose":
        if not coordination.answers or coordination.verdict is not None:
            return ()
        return coordination.choose(chance.choice(coordination.answers).name)
    assert isinstance(move, Said | Chose | Unclear | Failed)
    return coordination.take(agent, move)


def _holds(coordination: Coordination, answers: int, rounds: int) -> None:
    there = names(coordination)
    assert len(there) == len(set(there))
    assert coordination.round <= rounds
    for agent in coordination.agents:
        assert sum(one.agent == agent for one in coordination.answers) <= max(answers, 1)
    assert len({out.agent for out in coordination.out}) == len(coordination.out)
    if coordination.verdict is None:
        assert coordination.final is None
        assert not there
        return
    assert coordination.verdict.answer in coordination.answers
    assert coordination.final
    newest = max(answer.round for answer in coordination.answers)
    for vote in coordination.votes:
        if vote.counted:
            assert vote.answer is None or vote.answer in there
            assert vote.round > newest or newest == 1 or _own(coordination, vote.agent, newest)
    told = sum(count for _, count in coordination.verdict.tally)
    assert told <= sum(vote.counted for vote in coordination.votes)


def _own(coordination: Coordination, agent: str, newest: int) -> bool:
    """The newest answers are the voter's own."""
    return all(one.agent == agent for one in coordination.answers if one.round == newest)
