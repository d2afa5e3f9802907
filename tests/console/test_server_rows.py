from dataclasses import replace

import pytest

from massgen_tui.console.screens.monitor import server_detail
from massgen_tui.console.widgets.server_rows import server_rows, word
from massgen_tui.console.widgets.status_line import one_line
from massgen_tui.monitor.gpu_status import GpuSnapshot, GpuStatus
from massgen_tui.monitor.status import Condition, Load, ServerState, ServerStatus
from tests.support.monitored import (
    DOWN,
    NOW,
    UP,
    gpus,
    lines,
    of,
    sampled,
    target,
)


def test_a_server_that_is_up() -> None:
    assert lines(UP) == [
        "● vLLM 0.33.0 :8000                   up",
        "  Qwen/Qwen3-4B 40k",
        "  run 1 wait 0 KV 12%",
        "  ▁▄█ 141 server tok/s",
    ]


BUSY = replace(
    UP,
    running=3,
    waiting=2,
    kv_usage=0.97,
    cache_hits=0.5,
    ttft_s=0.21,
    itl_s=0.0112,
    history=tuple(
        Load(speed, running, waiting, kv, hits, ttft, itl)
        for speed, running, waiting, kv, hits, ttft, itl in (
            (70.0, 1, 0, 0.5, 0.5, 0.105, 0.0112),
            (None, None, None, None, None, None, None),
            (141.2, 3, 2, 0.97, None, 0.21, 0.0112),
        )
    ),
)


def test_a_wide_row_of_numbers_has_the_last_minute_beside_each() -> None:
    assert [" ".join(line.split()) for line in lines(BUSY, 150)[2:]] == [
        "run 3 ▃ █ wait 2 ▁ █ KV 97% ▅ █ cache 50% ▅",
        "server tok/s 141 ▄ █ TTFT 210 ms ▅ █ ITL 11 ms █ █",
    ]
    assert lines(BUSY, 90)[2:] == [
        "  run 3 ▃ █                                   wait 2 ▁ █",
        "  KV 97% ▅ █                                  cache 50% ▅",
        "  server tok/s 141 ▄ █                        TTFT 210 ms ▅ █",
        "  ITL 11 ms █ █",
    ]


@pytest.mark.parametrize("width", [24, 40, 90, 150])
def test_numbers_that_one_look_did_not_bring_keep_their_place(width: int) -> None:
    silent = replace(
        BUSY,
        running=None,
        waiting=None,
        kv_usage=None,
        cache_hits=None,
        tokens_per_s=None,
        ttft_s=None,
        itl_s=None,
        history=(*BUSY.history, Load()),
    )
    assert len(lines(silent, width)) == len(lines(BUSY, width))
    said = " ".join(lines(silent, width))
    assert "run –" in said
    assert "tok/s" in said


def test_requests_that_wait_and_a_full_cache_stand_out() -> None:
    for width in (40, 90):
        spans = [span for row in server_rows(BUSY, width, NOW) for span in row.spans]
        worries = [text.strip() for text, style in spans if style == "warn"]
        assert worries == ["wait 2", "KV 97%"]
    calm = [span for row in server_rows(UP, 40, NOW) for span in row.spans]
    assert not [text for text, style in calm if style == "warn"]


def test_preempted_requests_are_pointed_out() -> None:
    status = replace(UP, preempted=3)
    said = "! 3 preemptions in the last minute: the KV cache is too small"
    assert lines(status, 80)[-1] == said
    assert "preempted" not in " ".join(lines(replace(UP, preempted=0)))


def test_a_server_that_is_down_says_since_when_why_and_how_to_start_it() -> None:
    assert lines(DOWN) == [
        "✗ SGLang? gpubox:30000              down",
        "  12 s: connection refused by a server",
        "  that nobody started",
        "  run this on gpubox (c copies):",
        "  python -m sglang.launch_server",
        "  --model-path Qwen/Qwen3-4B --port",
        "  30000",
    ]


@pytest.mark.parametrize(
    ("width", "head"),
    [
        (26, "● SGLang 0.5.23 :30000  up"),
        (24, "● SGLang 0.5 :30000   up"),
        (20, "● SGLang :30000   up"),
        (16, "● SGLang      up"),
    ],
)
def test_a_narrow_head_gives_up_the_version_before_the_address(width: int, head: str) -> None:
    sglang = replace(UP, kind="SGLang", version="0.5.23", target=target("http://localhost:30000"))
    assert lines(sglang, width)[0] == head


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (ServerState.UP, "● vLLM 0.33.0 :8000                   up"),
        (ServerState.LOADING, "◐ vLLM 0.33.0 :8000              loading"),
        (ServerState.DOWN, "✗ vLLM 0.33.0 :8000                 down"),
        (ServerState.UNAUTHORIZED, "▲ vLLM 0.33.0 :8000            no access"),
        (ServerState.UNKNOWN, "○ vLLM 0.33.0 :8000              unknown"),
    ],
)
def test_every_state_has_a_glyph_and_a_word(state: ServerState, said: str) -> None:
    assert lines(replace(UP, state=state))[0] == said


def test_what_is_unknown_is_never_nought() -> None:
    said = lines(replace(UP, waiting=None, kv_usage=None, tokens_per_s=None))
    assert said[2:] == ["  run 1 wait –", "  ▁▄█ – server tok/s"]
    blank = GpuStatus(3)
    assert gpus(sampled(blank)) == ["3 –                                    –", "  –/– GiB"]


def test_notes_are_told_and_an_old_look_is_not_passed_for_the_present() -> None:
    noted = replace(UP, notes=("this is vLLM, the config says sglang",))
    assert "! this is vLLM, the config says sglang" in lines(noted)
    assert lines(UP, now=NOW + 45)[-1] == "  last look 45 s ago"


def test_a_server_whose_first_answer_has_not_come_is_being_asked() -> None:
    fresh = ServerStatus(target("http://localhost:8000"))
    assert lines(fresh) == ["○ vLLM? :8000                   asking …"]
    looked = replace(fresh, checked_at=NOW, reason="redirects to elsewhere, which is not followed")
    assert lines(looked)[0].endswith(" unknown")
    problem = replace(fresh, target=replace(fresh.target, problem="no key"), reason="no key")
    assert lines(problem)[0].endswith(" unknown")


@pytest.mark.parametrize(
    ("state", "condition", "head"),
    [
        (ServerState.UP, Condition.HUNG, "✗ vLLM 0.33.0 :8000                 hung"),
        (ServerState.DOWN, Condition.HUNG, "✗ vLLM 0.33.0 :8000                 hung"),
        (ServerState.UNKNOWN, Condition.HUNG, "✗ vLLM 0.33.0 :8000                 hung"),
        (ServerState.UP, Condition.ASLEEP, "○ vLLM 0.33.0 :8000               asleep"),
        (ServerState.UP, Condition.PARTIAL, "● vLLM 0.33.0 :8000                   up"),
    ],
)
def test_a_server_that_hangs_or_sleeps_is_called_so_whatever_its_state(
    state: ServerState, condition: Condition, head: str
) -> None:
    status = replace(UP, state=state, condition=condition, reason="no token came for 25 s")
    assert lines(status)[0] == head
    assert f" {word(status)} run 1" in one_line(of(status), GpuSnapshot(), NOW).plain
    first = server_detail(status, NOW).splitlines()[0]
    assert first.startswith(f"{head[0]} {word(status)} for ")
