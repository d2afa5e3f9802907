"""A coordination by a session whose backends are scripted: what is asked, what comes of it."""

import asyncio
import itertools
import json
from collections.abc import Callable, Sequence

import pytest

from massgen_tui.backends.events import (
    BackendError,
    ContentDelta,
    ErrorKind,
    Finished,
    ReasoningDelta,
    ToolCallDelta,
    UsageReported,
)
from massgen_tui.config.coordination import CoordinationConfig
from massgen_tui.coordinate.conductor import Conductor
from massgen_tui.coordinate.waybook import WayBook
from massgen_tui.session.coordination import Agreement
from massgen_tui.session.session import Session
from tests.support.fakes import Backends, FakeClock, Step, answer, config_of

REFUSED = BackendError(ErrorKind.BAD_REQUEST, "tools are not taken here", status=400)


def called(name: str, **arguments: str) -> list[Step]:
    return [ToolCallDelta(0, "x", name, json.dumps(arguments)), Finished("tool_calls")]


def vote(name: str, reason: str = "it is right") -> list[Step]:
    return called("vote", answer_id=name, reason=reason)


def structured(action: str, name: str, text: str = "") -> list[Step]:
    return answer(json.dumps({"action": action, "answer_id": name, "text": text}))


class Scene:
    """Two agents (or more) that agree."""

    def __init__(self, ways: WayBook | None = None, **scripts: list[Sequence[Step]]) -> None:
        self.backends = Backends(**scripts)
        self.clock = FakeClock()
        self.session = Session(
            config_of(*scripts), backend_for=self.backends, clock=self.clock, health=None
        )
        self.ids = tuple(scripts)
        for id in self.ids:
            self.backends[id].url = f"http://{id}/v1/chat/completions"
        self.happened = asyncio.Event()
        self.session.listen(lambda _: self.happened.set())
        self.ways = ways or WayBook()

    def conductor(self, **config: object) -> Conductor:
        turns = self.session.begin_turn("What is 2 + 2?", self.ids)
        made = CoordinationConfig.model_validate(config)
        return Conductor(self.session, turns, self.ids, made, self.ways)

    async def agree(self, **config: object) -> Agreement:
        await self.conductor(**config).run()
        return self.agreement

    @property
    def agreement(self) -> Agreement:
        [[agreement]] = self.session.state.agreements.values()
        return agreement

    async def until(self, seen: Callable[[], bool]) -> None:
        while not seen():
            self.happened.clear()
            await asyncio.wait_for(self.happened.wait(), 5)


async def test_two_that_agree() -> None:
    scene = Scene(
        a=[answer("4"), vote("agent1.1"), answer("It is 4.")],
        b=[answer("four"), vote("agent1.1", "short")],
    )
    agreement = await scene.agree()
    assert (agreement.winner, agreement.by, agreement.final) == ("agent1.1", "votes", "It is 4.")
    assert [step.asks for step in agreement.steps] == [
        "answer",
        "answer",
        "vote",
        "vote",
        "present",
    ]
    assert {step.way for step in agreement.steps if step.asks == "vote"} == {"tools"}
    assert agreement.tally == {"agent1.1": 2}
    assert [(v.agent, v.reason) for v in agreement.votes] == [("a", "it is right"), ("b", "short")]
    for agent in scene.session.agents:
        assert agent.turns[0].final == "It is 4."
        assert [m.content for m in agent.messages(agent.turns[0])] == ["What is 2 + 2?"]


async def test_a_later_prompt_quotes_what_was_agreed_on_in_every_conversation() -> None:
    scene = Scene(
        a=[answer("4"), vote("agent1.1"), answer("It is 4.")],
        b=[answer("four"), vote("agent1.1")],
    )
    await scene.agree()
    scene.session.ask("And 3 + 3?")
    await scene.session.wait()
    for agent in scene.session.agents:
        said = [message.content for message in agent.messages(agent.turns[-1])]
        assert said == ["What is 2 + 2?", "It is 4.", "And 3 + 3?"]


async def test_the_first_round_is_the_plain_prompt_and_prefixes_only_grow() -> None:
    scene = Scene(
        a=[answer("4"), called("new_answer", content="4, surely"), vote("agent1.2"), answer("4.")],
        b=[answer("four"), vote("agent2.1"), vote("agent1.2")],
    )
    agreement = await scene.agree()
    assert [vote.counted for vote in agreement.votes] == [False, True, True]
    for agent in ("a", "b"):
        asked = [call.messages for call in scene.backends[agent].calls]
        tools = [call.tools for call in scene.backends[agent].calls]
        assert asked[0][-1].content == "What is 2 + 2?"
        assert tools[0] is None
        assert len({repr(one) for one in tools[1:]}) == 1
        for before, after in itertools.pairwise(asked):
            assert after[: len(before)] == before
    told = scene.backends["b"].calls[2].messages[-1].content
    assert "4, surely" in told
    assert "<agent1.1>" not in told


@pytest.mark.parametrize("kind", [ErrorKind.BAD_REQUEST, ErrorKind.SERVER_ERROR])
async def test_a_server_that_refuses_tools_is_asked_for_json_and_then_for_text(
    kind: ErrorKind,
) -> None:
    refused = [BackendError(kind, "no", status=400)]
    scene = Scene(
        a=[answer("4"), refused, structured("vote", "agent1.1"), answer("It is 4.")],
        b=[answer("four"), refused, refused, answer("Short.\nVOTE agent1.1")],
    )
    agreement = await scene.agree()
    assert (agreement.winner, agreement.by) == ("agent1.1", "votes")
    assert [step.way for step in agreement.steps if step.agent == "b"] == [
        "",
        "tools",
        "structured",
        "text",
    ]
    assert scene.backends["a"].calls[2].response_format is not None
    last = scene.backends["b"].calls[3]
    assert (last.tools, last.response_format) == (None, None)


async def test_what_was_found_out_is_remembered() -> None:
    ways = WayBook()
    first = Scene(ways, a=[answer("4"), [REFUSED], structured("vote", "agent1.1")], b=[])
    await first.agree(max_seconds=5)
    second = Scene(ways, a=[answer("4"), structured("vote", "agent1.1")], b=[answer("four")])
    agreement = await second.agree()
    assert "structured" in {step.way for step in agreement.steps if step.agent == "a"}
    assert "tools" not in {step.way for step in agreement.steps if step.agent == "a"}


async def test_plain_words_in_place_of_a_call_take_the_next_way() -> None:
    scene = Scene(
        a=[answer("4"), answer("I like the first one."), structured("vote", "agent2.1")],
        b=[answer("four"), vote("agent2.1"), answer("Four.")],
    )
    agreement = await scene.agree()
    assert [step.way for step in agreement.steps if step.agent == "a"] == [
        "",
        "tools",
        "structured",
    ]
    assert (agreement.winner, agreement.final) == ("agent2.1", "Four.")


async def test_an_agent_with_tools_of_its_own_keeps_them_and_votes_without_ours() -> None:
    weather = {"type": "function", "function": {"name": "get_weather", "parameters": {}}}
    scene = Scene(
        a=[answer("4"), vote("agent1.1"), answer("It is 4.")],
        b=[
            called("get_weather", city="Paris"),  # no answer, once
            answer("four"),
            called("get_weather", city="Paris"),  # no vote, once
            structured("vote", "agent1.1", "short"),
        ],
    )
    b = scene.session.agent("b").config
    own = b.settings.model_copy(update={"tools": [weather]})
    scene.session.change(b.model_copy(update={"settings": own}))
    agreement = await scene.agree()
    assert (agreement.winner, agreement.by, agreement.out) == ("agent1.1", "votes", [])
    assert [answer.content for answer in agreement.answers] == ["4", "four"]
    calls = scene.backends["b"].calls
    assert [call.tools for call in calls] == [None] * 4, "those of its settings are sent"
    assert [call.response_format is not None for call in calls] == [False, False, True, True]
    attempts = scene.session.agent("b").turns[0].attempts
    assert [[one.name for one in each.tool_calls] for each in attempts] == [
        ["get_weather"], [], ["get_weather"], [],
    ]  # fmt: skip


async def test_thoughts_are_no_answer() -> None:
    thought: list[Step] = [ReasoningDelta("VOTE agent1.1"), Finished("stop")]
    scene = Scene(a=[answer("4")], b=[thought, thought])
    agreement = await scene.agree()
    assert [(out.agent, out.why) for out in agreement.out] == [("b", "no answer: it was empty")]
    assert agreement.by == "only"


async def test_an_agent_that_fails_is_out_and_the_rest_go_on() -> None:
    scene = Scene(
        a=[answer("4"), vote("agent1.1"), answer("It is 4.")],
        b=[answer("four"), [BackendError(ErrorKind.INTERRUPTED, "cut")]],
        c=[answer("IV"), vote("agent1.1")],
    )
    agreement = await scene.agree()
    assert [(out.agent, out.why) for out in agreement.out] == [("b", "cut")]
    assert (agreement.by, agreement.final) == ("votes", "It is 4.")


async def test_none_that_answers_ends_without_an_answer() -> None:
    cut: list[Step] = [BackendError(ErrorKind.UNREACHABLE, "refused")]
    scene = Scene(a=[cut], b=[cut])
    agreement = await scene.agree()
    assert agreement.ended
    assert agreement.final is None
    assert {out.agent for out in agreement.out} == {"a", "b"}


async def test_tokens_are_bounded() -> None:
    costly: list[Step] = [UsageReported(9000, 9000), ContentDelta("4"), Finished("stop")]
    scene = Scene(a=[costly, vote("agent1.1")], b=[[UsageReported(9000, 9000), *answer("four")]])
    agreement = await scene.agree(max_total_tokens=20000)
    assert (agreement.by, agreement.limit) == ("limit", "max_total_tokens")
    assert agreement.final


async def test_time_is_bounded_and_what_stalls_is_left_behind() -> None:
    never = asyncio.Event()
    scene = Scene(a=[answer("4"), answer("It is 4.")], b=[[never]])
    running = asyncio.create_task(scene.agree(initial_round_timeout_seconds=0.05))
    await asyncio.sleep(0)
    scene.clock.tick(1.0)
    agreement = await asyncio.wait_for(running, 5)
    assert [(out.agent, out.why) for out in agreement.out] == [("b", "it took too long")]
    assert (agreement.by, agreement.final) == ("only", "It is 4.")


async def test_the_user_decides_drops_and_stops() -> None:
    never = asyncio.Event()
    scene = Scene(
        a=[answer("4"), [never]], b=[answer("four"), vote("agent1.1"), answer("Four it is.")]
    )
    conductor = scene.conductor()
    running = asyncio.create_task(conductor.run())
    await scene.until(lambda: bool(scene.session.state.agreements) and bool(scene.agreement.votes))
    conductor.choose("agent9.9")
    conductor.choose("agent2.1")
    await asyncio.wait_for(running, 5)
    agreement = scene.agreement
    assert (agreement.winner, agreement.by, agreement.final) == (
        "agent2.1",
        "user",
        "Four it is.",
    )


async def test_stopping_presents_what_there_is_and_again_ends_it() -> None:
    never = asyncio.Event()
    scene = Scene(a=[answer("4"), [never], [never]], b=[answer("four"), [never]])
    conductor = scene.conductor()
    running = asyncio.create_task(conductor.run())
    await scene.until(lambda: len(scene.backends["b"].calls) == 2)
    conductor.present_now()
    conductor.present_now()
    await asyncio.wait_for(running, 5)
    agreement = scene.agreement
    assert (agreement.by, agreement.limit) == ("limit", "stopped by you")
    assert agreement.final in {"4", "four"}
    assert not scene.session.busy


@pytest.mark.parametrize("who", [None, ["a"]])
async def test_a_new_conversation_ends_it(who: list[str] | None) -> None:
    never = asyncio.Event()
    scene = Scene(a=[answer("4"), [never]], b=[answer("four"), [never]])
    running = asyncio.create_task(scene.conductor().run())
    await scene.until(lambda: len(scene.backends["a"].calls) == 2)
    scene.session.start_over(who)
    if who is not None:
        scene.session.cancel()
    await asyncio.wait_for(running, 5)
    assert scene.agreement.ended
    assert not scene.session.busy


async def test_an_agent_that_is_removed_is_out() -> None:
    never = asyncio.Event()
    scene = Scene(a=[answer("4"), answer("It is 4.")], b=[[never]])
    running = asyncio.create_task(scene.conductor().run())
    await scene.until(lambda: len(scene.backends["b"].calls) == 1)
    scene.session.remove("b")
    await asyncio.wait_for(running, 5)
    assert (scene.agreement.by, scene.agreement.final) == ("only", "It is 4.")
