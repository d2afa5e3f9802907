"""What servers tell of one answer's timings, in each of their forms, and what is none."""

import json
from dataclasses import asdict
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from massgen_tui.backends.events import (
    ContentDelta,
    Finished,
    Opened,
    RequestSent,
    ServerTimed,
    UsageReported,
)
from massgen_tui.backends.timings import read_timings
from massgen_tui.console.screens.request import untold_cache
from massgen_tui.session.attempt import Attempt
from massgen_tui.session.numbers import numbers
from massgen_tui.session.stalls import Stall
from massgen_tui.session.status import Status
from massgen_tui.session.times import Times
from massgen_tui.store.schema import attempt_record

VLLM = {
    "time_to_first_token_ms": 62.9,
    "generation_time_ms": 283.6,
    "queue_time_ms": 1.5,
    "mean_itl_ms": 5.15625,
    "tokens_per_second": 161.6,
}


@pytest.mark.parametrize(
    ("chunk", "timed"),
    [
        # vLLM with --enable-per-request-metrics; its tokens_per_second is another number
        ({"metrics": VLLM}, ServerTimed(0.0015, 0.0629, 0.2836, 1000 / 5.15625)),
        (
            {"metrics": {**VLLM, "spec_decode": {"draft_acceptance_rate": 0.75}}},
            ServerTimed(0.0015, 0.0629, 0.2836, 1000 / 5.15625, 0.75),
        ),
        ({"metrics": {"queue_time_ms": 0}}, ServerTimed(0.0)),
        # llama.cpp, with a draft model
        (
            {
                "timings": {
                    "prompt_ms": 120.5,
                    "predicted_ms": 1500,
                    "predicted_per_second": 88.5,
                    "draft_n": 40,
                    "draft_n_accepted": 30,
                }
            },
            ServerTimed(None, 0.1205, 1.5, 88.5, 0.75),
        ),
        # Groq, in usage and in x_groq
        (
            {
                "usage": {
                    "queue_time": 0.25,
                    "prompt_time": 0.5,
                    "completion_time": 2.0,
                    "completion_tokens": 100,
                }
            },
            ServerTimed(0.25, 0.5, 2.0, 50.0),
        ),
        ({"x_groq": {"usage": {"queue_time": 0.25}}}, ServerTimed(0.25)),
        # Cerebras
        (
            {"time_info": {"queue_time": 0.001, "prompt_time": 0.002, "completion_time": 0.5}},
            ServerTimed(0.001, 0.002, 0.5),
        ),
        (
            {
                "time_info": {"queue_time": 0.001, "prompt_time": 0.002, "completion_time": 0.5},
                "usage": {"prompt_tokens": 9, "completion_tokens": 1000},
            },
            ServerTimed(0.001, 0.002, 0.5, 2000.0),
        ),
        # GPUStack: its gateway, and llama-box
        (
            {
                "usage": {
                    "prompt_tokens": 14,
                    "completion_tokens": 56,
                    "time_to_first_token_ms": 62.5,
                    "time_per_output_token_ms": 5.0,
                    "tokens_per_second": 200.0,
                }
            },
            ServerTimed(None, 0.0625, None, 200.0),
        ),
        (
            {
                "usage": {
                    "time_to_first_token_ms": 250,
                    "tokens_per_second": 40.5,
                    "draft_tokens": 8,
                    "draft_tokens_acceptance": 0.75,
                }
            },
            ServerTimed(None, 0.25, None, 40.5, 0.75),
        ),
        (
            {
                "usage": {
                    "tokens_per_second": 40.5,
                    "draft_tokens": 0,
                    "draft_tokens_acceptance": 0.0,
                }
            },
            ServerTimed(None, None, None, 40.5),
        ),
        # SambaNova
        (
            {
                "usage": {
                    "time_to_first_token": 0.125,
                    "total_latency": 0.375,
                    "completion_tokens_per_sec": 135.0,
                    "completion_tokens_after_first_per_sec": 203.5,
                    "acceptance_rate": 5,
                }
            },
            ServerTimed(None, 0.125, 0.25, 203.5),
        ),
        (
            {"usage": {"time_to_first_token": 2.0, "total_latency": 1.0, "tokens_per_second": 0}},
            ServerTimed(None, 2.0),
        ),
        # times so short that no rate can be told
        ({"metrics": {"mean_itl_ms": 5e-324, "queue_time_ms": 2}}, ServerTimed(0.002)),
        (
            {"usage": {"completion_time": 5e-324, "completion_tokens": 100}},
            ServerTimed(None, None, 5e-324),
        ),
        # what tells nothing
        ({"usage": {"completion_tokens": 9}}, None),
        ({"metrics": []}, None),
        ({"metrics": {}}, None),
        ({"timings": {"prompt_ms": "fast"}}, None),
        ({"timings": {"prompt_ms": -1, "predicted_ms": True}}, None),
        ({"metrics": {"queue_time_ms": float("nan"), "mean_itl_ms": 0}}, None),
        ({"time_info": {"queue_time": 10**400}}, None),
        ({"timings": {"draft_n": 1, "draft_n_accepted": 9}}, None),
        ({}, None),
    ],
)
def test_timings_are_read(chunk: dict[str, object], timed: ServerTimed | None) -> None:
    assert read_timings(chunk) == timed


@given(
    st.dictionaries(
        st.sampled_from(["metrics", "timings", "time_info", "x_groq", "usage"]),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
            lambda of: (
                st.lists(of, max_size=2)
                | st.dictionaries(
                    st.sampled_from(
                        [
                            "queue_time_ms",
                            "prompt_ms",
                            "queue_time",
                            "usage",
                            "draft_n",
                            "mean_itl_ms",
                            "completion_time",
                            "completion_tokens",
                        ]
                    ),
                    of,
                )
            ),
            max_leaves=8,
        ),
    )
)
def test_whatever_a_server_tells_does_no_harm(chunk: dict[str, object]) -> None:
    timed = read_timings(chunk)
    if timed is not None:
        json.dumps(asdict(timed), allow_nan=False)


def answered(*moments: float) -> Attempt:
    """An answer whose pieces came at these seconds after the request."""
    attempt = Attempt("a", 1, Times(0.0))
    attempt.begin()
    attempt.apply(RequestSent({}), 10.0)
    attempt.apply(Opened(), 10.0)
    for moment in moments:
        attempt.apply(ContentDelta("x"), 10.0 + moment)
    attempt.apply(Finished("stop"), 10.0 + moments[-1])
    attempt.end(Status.DONE, 10.0 + moments[-1])
    return attempt


@pytest.mark.parametrize(
    ("moments", "stalls"),
    [
        ([0.5, 0.6, 0.7, 0.8], ()),
        ([0.5, 0.6, 0.7, 3.7, 3.8, 3.9], ((0.7, 3.0),)),
        ([0.5, 0.6, 0.7, 1.65, 1.7], ()),  # nearly a second, which is none
        ([0.5, 1.5, 2.5, 3.5, 9.0], ()),  # a slow server: 5.5 s are not ten medians
        ([5.0, 5.1], ()),  # the first token is waited for: that is TTFT
        ([0.1, 0.2, 2.2, 2.3, 5.3, 5.4, 5.5], ((0.2, 2.0), (2.3, 3.0))),
    ],
)
def test_a_gap_out_of_proportion_is_a_stall(
    moments: list[float], stalls: tuple[tuple[float, float], ...]
) -> None:
    attempt = answered(*moments)
    found = [moment for stall in attempt.stalls for moment in stall]
    assert found == pytest.approx([moment for stall in stalls for moment in stall])
    told = attempt_record(attempt)["timing"]
    assert isinstance(told, dict)
    assert [tuple(one.values()) for one in told["stalls"]] == list(stalls)


@given(st.lists(st.floats(0.001, 5), min_size=1, max_size=40))
def test_stalls_are_gaps_of_a_second_at_least(gaps: list[float]) -> None:
    moments = [sum(gaps[:count]) for count in range(1, len(gaps) + 1)]
    attempt = answered(*moments)
    inner = sorted(gaps[1:])
    for stall in attempt.stalls:
        assert isinstance(stall, Stall)
        assert stall.gap_s >= 1
        assert stall.gap_s >= 9.9 * inner[(len(inner) - 1) // 2]


def test_what_the_server_measured_stands_beside_ours() -> None:
    attempt = answered(0.5, 0.6, 0.7, 3.7)
    attempt.timed = ServerTimed(0.01, 0.12, None, 88.44, 0.75)
    attempt.cold = "yes"
    told = numbers(attempt)
    assert "server: queue 0.01 s, prefill 0.12 s, 88.4 tok/s, 75% accepted" in told
    assert "stalled 3.0 s at 0.7 s" in told
    assert "cold" in told
    record = attempt_record(attempt)
    assert record["cold"] is True


def test_every_number_is_defined() -> None:
    text = Path("docs/numbers.md").read_text("utf-8")
    for number in ("TTFT", "first answer", "tok/s", "cached", "stall", "total", "longest pause"):
        assert f"| {number} |" in text


@pytest.mark.parametrize(
    ("cached", "dialect", "told"),
    [
        (None, "vllm", "--enable-prompt-tokens-details"),
        (None, "sglang", "--enable-cache-report"),
        (None, "llamacpp", ""),
        (8, "vllm", ""),
    ],
)
def test_the_flag_that_is_missing_is_named(cached: int | None, dialect: str, told: str) -> None:
    attempt = answered(0.5, 0.6)
    attempt.usage = UsageReported(24, 2, None, cached)
    words = untold_cache(attempt, dialect)
    assert bool(words) == bool(told)
    assert told in words
