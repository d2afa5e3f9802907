"""Tokens per second, first tokens and pauses: numbers from pieces with known times."""

from collections.abc import Sequence

import pytest

from massgen_tui.backends.events import (
    Arrived,
    ContentDelta,
    Finished,
    Opened,
    ReasoningDelta,
    ReasoningMoved,
    RequestSent,
    SeveralChoices,
    StreamEvent,
    ToolCallDelta,
    UsageReported,
)
from massgen_tui.backends.usage import read_usage
from massgen_tui.session.attempt import Attempt
from massgen_tui.session.numbers import numbers
from massgen_tui.session.status import Status
from massgen_tui.session.times import Times

SAID, THOUGHT = ContentDelta(" word"), ReasoningDelta(" hm")
Timed = Sequence[tuple[float, StreamEvent]]


def attempt_of(*events: tuple[float, StreamEvent], resolution_s: float = 0.01) -> Attempt:
    """One that was asked at 0, and what came when."""
    attempt = Attempt("a", 1, Times(created=0.0), resolution_s)
    attempt.apply(RequestSent({}), 0.0)
    for at, event in events:
        attempt.apply(event, at)
    return attempt


def paced(event: StreamEvent, count: int, every: float, begin: float = 0.5) -> Timed:
    """So many of it, the first at `begin`."""
    return [(begin + every * n, event) for n in range(count)]


def usage(completion: int, reasoning: int | None = None, **more: int) -> tuple[float, StreamEvent]:
    """The count at the end."""
    counts = UsageReported(7, completion, reasoning)
    for name, value in more.items():
        object.__setattr__(counts, name, value)
    return 9.0, counts


def call(text: str) -> ToolCallDelta:
    """A piece of a tool call."""
    return ToolCallDelta(0, arguments=text)


LUMP = (2.1, ReasoningDelta("think " * 100))
LATER = paced(SAID, 20, 0.02, 2.12)
SPEEDS: list[tuple[str, Timed, float | None]] = [
    ("11 pieces, 100 ms apart", [*paced(SAID, 11, 0.1), usage(11)], 10.0),
    ("3 pieces, 500 ms apart", [*paced(SAID, 3, 0.5), usage(3)], 2.0),
    ("2 pieces, a second apart: two bursts", [*paced(SAID, 2, 1.0), usage(2)], None),
    (
        "2 bursts of 20 pieces, as a proxy that gathers them gives",
        [*paced(SAID, 20, 0.0004), *paced(SAID, 20, 0.0004, 1.5), usage(40)],
        None,
    ),
    (
        "3 bursts of 10 pieces",
        [
            *paced(SAID, 10, 0.0),
            *paced(SAID, 10, 0.0, 1.0),
            *paced(SAID, 10, 0.0, 1.5),
            usage(30),
        ],
        20.0,
    ),
    ("pieces 5 ms apart for a second", [*paced(SAID, 201, 0.005), usage(201)], 200.0),
    (
        "reasoning, a rest, content: more tokens than pieces",
        [*paced(THOUGHT, 10, 0.05), *paced(SAID, 31, 0.05, 1.0), usage(51, 13)],
        25.0,
    ),
    ("hidden reasoning", [*LATER, usage(120, 100)], 50.0),
    ("reasoning in one piece", [LUMP, *LATER, usage(120, 100)], 50.0),
    ("reasoning in one piece, beside content", [LUMP, (2.1, SAID), *LATER, usage(121, 100)], 50.0),
    ("reasoning in one piece, not counted", [LUMP, *LATER, usage(120)], None),
    ("reasoning in one piece, counted as none", [LUMP, *LATER, usage(120, 0)], None),
    (
        "reasoning in one piece behind content",
        [(0.5, SAID), LUMP, *LATER, usage(121, 100)],
        None,
    ),
    (
        "a summary of the reasoning: fewer characters than tokens",
        [*paced(THOUGHT, 3, 0.5), *LATER, usage(1020, 1000)],
        50.0,
    ),
    (
        "SGLang: all of it streamed as reasoning, none of it counted as such",
        [*paced(THOUGHT, 11, 0.1), usage(11, 0)],
        10.0,
    ),
    ("pieces of ten tokens", [*paced(ContentDelta("ten words " * 5), 3, 0.5), usage(30)], 20.0),
    (
        "counted while it streams: two tokens with the first piece",
        [(0.5, SAID), (0.5, UsageReported(7, 2)), *paced(SAID, 10, 0.1, 0.6), usage(12)],
        10.0,
    ),
    (
        "xAI: reasoning beside the completion",
        [*paced(SAID, 11, 0.1), usage(11, 100, apart=100)],
        10.0,
    ),
    (
        "Gemini: thoughts in the total alone, and a summary of them streamed",
        [*paced(ReasoningDelta("a summary of it " * 9), 2, 0.5), *LATER, usage(20, apart=300)],
        50.0,
    ),
    (
        "n = 2: both choices counted together",
        [(0.5, SeveralChoices(2)), *paced(SAID, 11, 0.1), usage(22)],
        None,
    ),
    ("a tool call", [*paced(call('{"ab"'), 11, 0.1), usage(11)], 10.0),
    ("one piece", [(0.5, SAID), usage(40)], None),
    ("all at once", [*paced(SAID, 40, 0.0001), usage(40)], None),
    ("nothing counted", paced(SAID, 11, 0.1), None),
]


@pytest.mark.parametrize(("what", "events", "speed"), SPEEDS, ids=[row[0] for row in SPEEDS])
def test_speed_is_tokens_over_the_time_in_which_they_came(
    what: str, events: Timed, speed: float | None
) -> None:
    told = attempt_of(*events).tokens_per_s
    counted = told[0] if told is not None and told[1] else None
    assert counted == (speed if speed is None else pytest.approx(speed)), what


def test_pieces_stand_for_tokens_where_no_count_is_the_answers() -> None:
    none: Timed = []
    for counts in (none, [(8.0, SeveralChoices(2)), usage(22)]):
        one = attempt_of(*paced(SAID, 11, 0.1), *counts)
        assert one.tokens == (11, False)
        assert "~10.0 tok/s · ~11 tokens" in numbers(one)


def test_what_came_in_one_burst_has_no_speed_and_counts_with_its_first_piece() -> None:
    """A server or a proxy may hold an answer back and give it in one piece."""
    burst = paced(SAID, 1000, 1e-5)
    assert attempt_of(*burst).tokens_per_s is None, "10 000 tokens a second are no server's speed"
    assert attempt_of(*burst, (1.50999, SAID)).tokens_per_s is None, "nor is one pause"
    assert "~1.0 tok/s" in numbers(attempt_of(*burst, (2.00999, SAID), (2.50999, SAID)))


def test_no_speed_is_told_of_what_one_reading_brought() -> None:
    one = attempt_of((1.0, SAID), (1.08, SAID), resolution_s=0.16)
    assert one.tokens_per_s is None
    one.apply(SAID, 1.5)
    assert "~4.0 tok/s" in numbers(one)


def test_content_that_proves_to_be_reasoning_is_reasoning_for_the_numbers_too() -> None:
    lump = ContentDelta("think " * 100)
    moved: Timed = [(2.1, lump), (2.11, ReasoningMoved("think " * 100))]
    one = attempt_of(*moved, *LATER, usage(120, 100))
    assert " 50.0 tok/s" in numbers(one)
    assert one.times.first_content_s == pytest.approx(2.12)


@pytest.mark.parametrize("event", [SAID, THOUGHT, call("{")], ids=["text", "reasoning", "call"])
def test_the_first_token_is_timed_from_the_requests_last_byte(event: StreamEvent) -> None:
    one = attempt_of((0.9, Opened(waited=0.4)), (1.25, event))
    assert one.times.ttft == pytest.approx(0.75), "written at 0.5"
    assert one.times.first_content_s == (pytest.approx(0.75) if event is SAID else None)


def test_a_request_that_is_sent_again_is_timed_anew() -> None:
    one = attempt_of((1.0, Opened(0.5)), (2.0, RequestSent({})), (2.5, SAID))
    assert one.times.ttft == 0.5
    one.end(Status.DONE, 3.0)
    assert one.times.total_s == 3.0


def test_the_longest_pause_is_that_between_two_pieces() -> None:
    one = attempt_of((5.0, THOUGHT), (5.5, SAID), (9.0, call("{")), (9.1, SAID))
    assert one.times.longest_pause == 3.5
    assert attempt_of((5.0, SAID)).times.longest_pause == 0.0


FRAME = 1 / 6


def framed(*frames: tuple[float, Arrived, Sequence[StreamEvent]]) -> Attempt:
    """One that was read by the frame: when, what the system said of it, and what it brought."""
    one = attempt_of(resolution_s=FRAME)
    for at, arrived, brought in frames:
        one.date(arrived, at)
        for event in brought:
            one.apply(event, at)
    return one


def test_what_was_read_by_the_frame_is_timed_by_when_it_came() -> None:
    one = framed(
        (0.53, Arrived(0.03, 1), [SAID]),
        (0.61, Arrived(0.01, 1), [SAID]),
        (0.69, Arrived(0.03, 2), [SAID, SAID]),
        (9.0, Arrived(0.08, 1), [UsageReported(7, 4)]),
    )
    assert one.times.ttft == pytest.approx(0.5)
    assert one.times.last_token == pytest.approx(0.66)
    assert " 18.8 tok/s" in numbers(one)
    assert one.resolution == 0.01


def test_a_loop_that_was_busy_when_the_first_bytes_came_is_no_part_of_their_time() -> None:
    one = attempt_of((0.56, Opened(waited=0.46)), resolution_s=FRAME)
    one.date(Arrived(0.05, 1), 0.57)
    one.apply(SAID, 0.57)
    assert one.times.ttft == pytest.approx(0.42), "written at 0.1, came at 0.52"
    one.date(Arrived(0.6, 1), 0.58)
    one.apply(SAID, 0.58)
    assert one.times.last_token == pytest.approx(0.52), "and never before what came before"


def test_where_the_system_does_not_say_the_frame_is_the_resolution() -> None:
    one = framed((0.53, Arrived(None), [SAID]), (0.61, Arrived(None), [SAID]))
    assert (one.times.ttft, one.resolution, one.tokens_per_s) == (0.53, FRAME, None)


def test_time_never_runs_back_where_the_kernel_counts_in_coarse_ticks() -> None:
    one = framed((0.5, Arrived(0.0, 1), [SAID]), (0.501, Arrived(0.01, 1), [SAID]))
    assert one.times.longest_pause == 0
    assert one.times.last_token == 0.5


@pytest.mark.parametrize(
    ("packets", "last"),
    [(2, 0.67), (3, 0.62), (4, 0.62)],
    ids=["the finish came with the last piece", "behind it", "and the count too"],
)
def test_a_finish_in_the_same_frame_does_not_move_the_last_piece(packets: int, last: float) -> None:
    one = framed(
        (0.50, Arrived(0.0, 1), [SAID]),
        (0.58, Arrived(0.02, 3), [SAID, SAID]),
        (0.68, Arrived(0.01, packets), [SAID, SAID, Finished("stop")]),
    )
    assert one.times.last_token == pytest.approx(last)


@pytest.mark.parametrize(
    ("counts", "apart"),
    [
        # docs.x.ai, grok-3-mini: the total is the sum of three
        ({"prompt": 32, "completion": 9, "total": 142, "reasoning": 101}, 101),
        # Gemini's compatible API: thoughts stand in the total alone
        ({"prompt": 10, "completion": 20, "total": 80}, 50),
        # OpenAI, vLLM: within the completion
        ({"prompt": 19, "completion": 163, "total": 182, "reasoning": 43}, 0),
        ({"prompt": 19, "completion": 163, "total": 200, "reasoning": 43}, 0),
        ({"prompt": 19, "completion": 163}, 0),
    ],
)
def test_reasoning_that_is_counted_beside_the_completion_is_told_apart(
    counts: dict[str, int], apart: int
) -> None:
    told: dict[str, object] = {f"{k}_tokens": v for k, v in counts.items() if k != "reasoning"}
    if "reasoning" in counts:
        told["completion_tokens_details"] = {"reasoning_tokens": counts["reasoning"]}
    read = read_usage(told)
    assert read is not None
    assert (read.apart, read.completion) == (apart, counts["completion"])
