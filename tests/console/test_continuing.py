"""A cut answer is gone on with: one answer with a joint, asked as each kind of server wants it."""

import asyncio
import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from massgen_tui.backends.call import Call, Message
from massgen_tui.backends.events import (
    BackendError,
    ContentDelta,
    ErrorKind,
    Finished,
    ReasoningDelta,
    StreamEvent,
    ToolCallDelta,
    Unsaid,
    UsageReported,
)
from massgen_tui.backends.request import build_request
from massgen_tui.dialects import BY_NAME, DIALECTS, Continuing
from massgen_tui.session.attempt import Attempt
from massgen_tui.session.continuing import why_not
from massgen_tui.session.rest import Rest
from massgen_tui.store.reader import read_session
from massgen_tui.store.recording import record
from tests.support.configs import MANY_KEYS, agent_with
from tests.support.console import Stage, staged
from tests.support.fakes import Backends, Step, answer, config_of

CUT: list[Step] = [
    ReasoningDelta("hm"),
    ContentDelta("The first half of an answer, "),
    Finished("length"),
    UsageReported(10, 30),
]
REST: list[Step] = [
    ContentDelta("and the second."),
    Finished("stop"),
    UsageReported(40, 4, 4),
]


def told(stage: Stage) -> str:
    """What stands in notices."""
    return "\n".join(note.message for note in stage.app._notifications)


def last(stage: Stage) -> Attempt:
    """The attempt in front of the first agent."""
    attempt = stage.session.agents[0].turns[-1].attempt
    assert attempt is not None
    return attempt


async def test_a_cut_answer_goes_on_as_one_answer_with_its_joint_told() -> None:
    backends = Backends(qwen1=[CUT, REST, answer("next")])
    async with staged(config_of("qwen1"), backends=backends) as stage:
        await stage.ask("tell")
        await stage.press("ctrl+g", "1", "plus")
        attempt = last(stage)
        assert str(attempt.content) == "The first half of an answer, and the second."
        assert "The first half of an answer, and the second." in stage.screen_text
        assert "attempt 2 of 2 · goes on with attempt 1 after “…half of an answer,”" in (
            stage.screen_text
        )
        assert "numbers are of" in stage.screen_text
        assert attempt.tokens == (4, True), "of the rest alone"
        assert attempt.usage is not None
        assert attempt.usage.reasoning is None
        call = backends["qwen1"].calls[-1]
        assert call.messages[-1] == Message("assistant", "The first half of an answer, ", "hm")
        assert call.as_sent
        await stage.press("left_square_bracket")
        assert "truncated" in stage.screen_text or "cut off" in stage.screen_text
        await stage.press("right_square_bracket", "ctrl+g", "0")
        await stage.ask("more")
        assert backends["qwen1"].asked[-1][1].content == str(attempt.content), "quoted as one"


async def test_it_is_in_the_palette_for_all_that_were_cut() -> None:
    backends = Backends(qwen1=[CUT, REST], qwen2=[answer("whole")])
    async with staged(backends=backends) as stage:
        await stage.ask("tell")
        await stage.press("ctrl+p", *"continue", "enter")
        first, second = stage.session.agents
        assert [len(one.turns[0].attempts) for one in (first, second)] == [2, 1]


@pytest.mark.parametrize(
    "end",
    [
        [Finished("length")],
        [BackendError(ErrorKind.INTERRUPTED, "the line broke")],
        [Unsaid()],
        [Finished("max_tokens")],
    ],
    ids=["length", "a broken line", "no reason", "another word for it"],
)
async def test_whatever_cut_it_can_be_gone_on_with(end: Sequence[Step]) -> None:
    rest: list[Step] = [ContentDelta("far"), Finished("stop")]
    backends = Backends(qwen1=[[ContentDelta("so "), *end], rest])
    async with staged(config_of("qwen1"), backends=backends) as stage:
        await stage.ask("tell")
        await stage.press("ctrl+g", "1", "plus")
        assert str(last(stage).content) == "so far"


async def test_what_was_stopped_can_be_gone_on_with_and_again() -> None:
    gate = asyncio.Event()
    scripts: list[list[Step]] = [
        [ContentDelta("a "), gate],
        [ContentDelta("b "), Finished("length")],
        [ContentDelta("c"), Finished("stop")],
    ]
    async with staged(config_of("qwen1"), backends=Backends(qwen1=scripts)) as stage:
        await stage.ask("tell")
        await stage.press("ctrl+g", "1", "plus")
        assert "qwen1 is answering: esc stops it" in told(stage)
        await stage.press("escape", "plus")
        assert str(last(stage).content) == "a b "
        await stage.press("plus")
        assert str(last(stage).content) == "a b c"
        assert "goes on with attempt 2" in stage.screen_text


@pytest.mark.parametrize(
    ("script", "said"),
    [
        (answer("all"), "the answer is whole"),
        ([ReasoningDelta("hm"), Finished("length")], "a thought cannot be gone on with"),
        ([Finished("length")], "nothing was said that could be gone on with"),
        ([ContentDelta("x"), Finished("content_filter")], "filter cut it"),
        ([ContentDelta("x"), Finished("model_length")], "context is full"),
        (
            [ContentDelta("x"), ToolCallDelta(0, "1", "look", "{}"), Finished("length")],
            "an answer that calls tools",
        ),
    ],
)
async def test_it_says_why_an_answer_is_not_gone_on_with(script: list[Step], said: str) -> None:
    async with staged(config_of("qwen1"), backends=Backends(qwen1=[script])) as stage:
        await stage.press("ctrl+g", "1", "plus")
        assert "nothing was asked yet" in told(stage)
        await stage.press("ctrl+g", "0")
        await stage.ask("tell")
        await stage.press("ctrl+g", "1", "plus")
        assert said in told(stage)
        assert len(stage.session.agents[0].turns[0].attempts) == 1


async def test_a_refused_continuation_keeps_what_there_was() -> None:
    refused = BackendError(ErrorKind.BAD_REQUEST, "continue_final_message: not here", status=400)
    backends = Backends(qwen1=[CUT, [refused], answer("next")])
    async with staged(config_of("qwen1"), backends=backends) as stage:
        await stage.ask("tell")
        await stage.press("ctrl+g", "1", "plus")
        assert "continue_final_message: not here" in stage.screen_text
        assert str(last(stage).content) == "The first half of an answer, "


Told = dict[str, object]
CAN: dict[str, tuple[Told, Told]] = {
    "vllm": ({"continue_final_message": True, "add_generation_prompt": False}, {"reasoning": "hm"}),
    "sglang": (
        {"continue_final_message": True, "separate_reasoning": False},
        {"reasoning_content": "hm"},
    ),
    "llamacpp": ({}, {"reasoning_content": "hm"}),
    "deepseek": ({}, {"reasoning_content": "hm", "prefix": True}),
    "mistral": ({}, {"prefix": True}),
    "qwen": ({}, {"partial": True}),
    "moonshot": ({}, {"reasoning_content": "hm", "partial": True}),
    "groq": ({}, {}),
}


@pytest.mark.parametrize("kind", CAN)
def test_each_server_is_asked_as_it_wants_it(tmp_path: Path, kind: str) -> None:
    (dialect,) = [one for one in DIALECTS if one.name == kind]
    messages = (Message("user", "tell"), Message("assistant", "so far", "hm"))
    call = Call(messages, as_sent=True, continuing=dialect.continuing)
    backend = f"type: {kind}, model: m, extra_body: {{add_generation_prompt: true}}"
    body = build_request(agent_with(tmp_path, backend, MANY_KEYS), call).body
    asked, beside = CAN[kind]
    assert {name: body.get(name) for name in asked} == asked
    sent = body["messages"]
    assert isinstance(sent, list)
    assert sent[-1] == {"role": "assistant", "content": "so far", **beside}


def test_the_others_are_not_known_to_go_on() -> None:
    assert {one.name for one in DIALECTS if one.continuing is not None} == CAN.keys()


@pytest.mark.parametrize(
    ("kind", "address", "said"),
    [
        ("openai", "https://api.openai.com/v1", "OpenAI is not known to"),
        (
            "deepseek",
            "https://api.deepseek.com",
            "only at its beta address: base_url: https://api.deepseek.com/beta",
        ),
        ("chatcompletion", "http://localhost:1/v1", "is not known to go on"),
    ],
)
async def test_a_server_that_cannot_is_named(kind: str, address: str, said: str) -> None:
    config = config_of("qwen1", type=kind, base_url=address)
    async with staged(config, backends=Backends(qwen1=[CUT])) as stage:
        await stage.ask("tell")
        await stage.press("ctrl+g", "1", "plus")
        assert said in told(stage)


async def test_an_address_that_proves_to_be_vllm_is_asked_as_that() -> None:
    config = config_of("qwen1", type="chatcompletion", base_url="http://localhost:1/v1")
    async with staged(config, backends=Backends(qwen1=[CUT, REST])) as stage:
        await stage.ask("tell")
        stage.session.notes.server("qwen1", away=False, served_by="vLLM 0.33.0", context_length=9)
        agent = stage.session.agents[0]
        assert why_not(agent, agent.turns[0]) == ""


def read(
    before: str, *told: StreamEvent, how: Continuing | None = BY_NAME["vllm"].continuing
) -> list[StreamEvent]:
    rest = Rest(before, how)
    return [one for event in told for one in rest.read(event)] + list(rest.end())


BEFORE = "what was said before this"


@pytest.mark.parametrize(
    ("pieces", "content"),
    [
        ([ContentDelta(" and on")], " and on"),
        ([ReasoningDelta(" and"), ReasoningDelta(" on")], " and on"),
        ([ContentDelta(BEFORE + " and on")], " and on"),
        ([ContentDelta(BEFORE[:9]), ContentDelta(BEFORE[9:] + " and on")], " and on"),
        ([ContentDelta("what was "), ContentDelta("new")], "what was new"),
        ([ContentDelta("what was ")], "what was "),
        ([ContentDelta("what was "), Finished("stop")], "what was "),
    ],
    ids=["rest", "as thought", "whole", "in pieces", "begins alike", "ends alike", "finishes"],
)
def test_the_rest_is_content_without_what_was_said_before(
    pieces: list[StreamEvent], content: str
) -> None:
    told = read(BEFORE, *pieces)
    assert "".join(one.text for one in told if isinstance(one, ContentDelta)) == content
    assert not any(isinstance(one, ReasoningDelta) for one in told)
    if isinstance(pieces[-1], Finished):
        assert told[-1] == pieces[-1]


def test_what_other_servers_call_a_thought_is_one() -> None:
    pieces = (ReasoningDelta("hm"), UsageReported(1, 2, 3), ContentDelta(" and on"))
    assert read(BEFORE, *pieces, how=BY_NAME["llamacpp"].continuing) == list(pieces)


async def test_a_kept_continuation_reads_back_and_repeats_nothing(tmp_path: Path) -> None:
    backends = Backends(qwen1=[CUT, REST, answer("next")])
    async with staged(config_of("qwen1"), backends=backends) as stage:
        log = record(stage.session, warn=pytest.fail, directory=lambda: tmp_path)
        await stage.ask("tell")
        await stage.press("ctrl+g", "1", "plus")
        await stage.press("ctrl+g", "0")
        await stage.ask("more")
        log.close()
        assert log.path is not None
        text = await asyncio.to_thread(log.path.read_text)
        assert text.count("The first half") == 1 + sum(
            "The first half" in line and '"v"' in line and '"$"' not in line
            for line in text.splitlines()
        )
        kept = read_session(log.path).state.agents["qwen1"]
        assert [str(one.content) for one in kept.turns[0].attempts] == [
            "The first half of an answer, ",
            "The first half of an answer, and the second.",
        ]
        queued = [json.loads(line) for line in text.splitlines() if '"queued"' in line]
        assert [one.get("continues") for one in queued] == [None, 1, None]
