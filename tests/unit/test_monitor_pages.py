"""Pages of metrics in less-used modes: priorities, speculation, other spellings, no numbers."""

import json
from pathlib import Path

import pytest

from massgen_tui.monitor import metrics, prometheus_text, series
from massgen_tui.monitor.fetch import Answer
from massgen_tui.monitor.metrics import Metrics
from massgen_tui.monitor.window import Window
from tests.support.paged import Paged, models, sglang_pages, vllm_pages

DATA = Path(__file__).parent.parent / "data" / "monitor"


def test_sglang_s_counters_add_up_over_priorities_and_its_gauges_have_a_total() -> None:
    """SGLang 0.5.23, `--dp-size 2 --enable-priority-scheduling`."""
    page = (DATA / "sglang-0.5.23-priority.txt").read_text()
    found = metrics.read(page, series.SGLANG)
    assert (found.running, found.waiting, found.kv_usage) == (5, 0, 0.01)
    assert (found.ttft_count, found.itl_count, found.queries) == (9, 110, 42)
    assert found.generated == 502
    assert [(one.name, one.running) for one in found.engines] == [("0", 3), ("1", 2)]


@pytest.mark.parametrize(
    ("rows", "sum"),
    [
        ({"": 4, "5": 3}, 7),
        ({"1": 2, "9": 3}, 5),
        ({"": 0, "-9223372036854775808": 6}, 6),
    ],
)
def test_no_priority_of_a_counter_is_left_out(rows: dict[str, int], sum: int) -> None:
    page = "".join(
        f'sglang:time_to_first_token_seconds_count{{model_name="m",priority="{name}"}} {value}\n'
        for name, value in rows.items()
    )
    assert metrics.read(page, series.SGLANG).ttft_count == sum


def test_a_gauge_s_total_is_taken_rank_by_rank() -> None:
    page = """\
sglang:num_queue_reqs{dp_rank="0",priority=""} 3
sglang:num_queue_reqs{dp_rank="0",priority="5"} 3
sglang:num_queue_reqs{dp_rank="1",priority="5"} 4
"""
    assert metrics.read(page, series.SGLANG).waiting == 7


SPECULATING = """\
vllm:inter_token_latency_seconds_sum{engine="0"} 2.46
vllm:inter_token_latency_seconds_count{engine="0"} 234
vllm:request_time_per_output_token_seconds_sum{engine="0"} 0.0288
vllm:request_time_per_output_token_seconds_count{engine="0"} 3
"""


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ("", (2.46, 234)),
        ('vllm:spec_decode_num_drafts_total{engine="0"} 90\n', (0.0288, 3)),
        ('vllm:spec_decode_num_drafts_total{engine="0"} 0\n', (0.0288, 3)),
    ],
)
def test_a_vllm_that_speculates_counts_steps_so_its_tokens_are_taken(
    more: str, told: tuple[float, float]
) -> None:
    """vLLM 0.32, ngram: 234 steps for 258 tokens."""
    found = metrics.read(SPECULATING + more, series.VLLM)
    assert (found.itl_sum, found.itl_count) == told


@pytest.mark.parametrize("before", ["vllm:", "vllm_", "ray_vllm_"])
def test_names_that_a_proxy_or_ray_spells_anew_are_read(before: str) -> None:
    """Ray Serve 2.50 and later: `ray_vllm_…`."""
    labels = '{ReplicaId="r1",WorkerId="w1",engine="0",model_name="m"}'
    page = (
        f"{before}num_requests_running{labels} 7.0\n{before}num_requests_waiting{labels} 2.0\n"
        f"{before}kv_cache_usage_perc{labels} 0.4\n{before}generation_tokens_total{labels} 1000\n"
    )
    found = metrics.read(page, series.VLLM)
    assert (found.running, found.waiting, found.kv_usage, found.generated) == (7, 2, 0.4, 1000)


@pytest.mark.parametrize("before", ["sglang:", "sglang_", "ray_sglang_"])
def test_sglang_s_names_too(before: str) -> None:
    page = f'{before}num_running_reqs{{tp_rank="0"}} 4\n{before}num_queue_reqs{{tp_rank="0"}} 1\n'
    found = metrics.read(page, series.SGLANG)
    assert (found.running, found.waiting) == (4, 1)


async def test_names_that_are_not_known_are_said() -> None:
    watched = Paged(vllm_pages("acme_vllm_num_requests_running 7\nprocess_start_time_seconds 9\n"))
    status = await watched.look()
    assert status.running is None
    assert status.reason == "/metrics: its numbers stand under names that are not known"


@pytest.mark.parametrize("wrapped", [True, False])
async def test_a_page_that_came_as_one_json_string_is_read(wrapped: bool) -> None:
    """llama.cpp b7100 (November 2025)."""
    page = "llamacpp:requests_processing 2\nllamacpp:requests_deferred 1\n"
    pages = {
        "/v1/models": models({"id": "m", "owned_by": "llamacpp"}),
        "/health": '{"status":"ok"}',
        "/metrics": json.dumps(page) if wrapped else page,
    }
    status = await Paged(pages, "llamacpp").look()
    assert (status.running, status.waiting) == (2, 1)


@pytest.mark.parametrize("page", ['"', '"half a', '"a"b', '["a"]'])
def test_a_page_that_is_no_json_string_is_as_it_is(page: str) -> None:
    assert prometheus_text.unwrapped(page) == page


async def test_a_vllm_without_stats_says_which_flag_keeps_them() -> None:
    """vLLM 0.32.0 with `--disable-log-stats`: 200, and no series of its own."""
    watched = Paged(vllm_pages((DATA / "vllm-0.32.0-nologstats.txt").read_text()))
    status = await watched.look()
    assert status.running is None
    assert status.notes == ("it tells no numbers: start it without --disable-log-stats",)
    watched.wire.pages["/metrics"] = "vllm:num_requests_running 1\n"
    assert (await watched.look()).notes == ()


@pytest.mark.parametrize("status", [404, 405])
async def test_an_sglang_without_metrics_says_which_flag_is_missing(status: int) -> None:
    pages = sglang_pages("") | {"/metrics": Answer(status, b'{"detail":"Not Found"}')}
    found = await Paged(pages, "sglang").look()
    assert found.notes == ("it tells little of its work: start it with --enable-metrics",)


async def test_the_page_of_a_wide_data_parallel_server_is_read_whole() -> None:
    """Some 70 kB an engine, 64 of them."""
    page = "".join(
        f'vllm:num_requests_running{{engine="{n}"}} 2\n'
        + "".join(f'vllm:x_bucket{{engine="{n}",le="{le}"}} 0.0\n' for le in range(1900))
        for n in range(64)
    )
    assert len(page) > 3 * 2**20
    assert (await Paged(vllm_pages(page)).look()).running == 128


@pytest.mark.parametrize("kept", [30, 60, 117])
async def test_a_page_that_was_cut_off_is_no_part_of_a_sum(kept: int) -> None:
    page = "".join(f'vllm:num_requests_running{{engine="{n}"}} 12.0\n' for n in range(3))
    status = await Paged(vllm_pages(page[:kept])).look()
    assert (status.running, status.reason) == (None, "/metrics: the page is cut off")
    assert (await Paged(vllm_pages(page)).look()).running == 36
    assert (await Paged(vllm_pages(page + "# EOF")).look()).running == 36


def turns(*told: Metrics) -> list[float | None]:
    """The tokens a second that are shown, look by look."""
    window = Window()
    speeds = []
    for at, scrape in enumerate(told):
        window.add(2.5 * at, scrape)
        speeds.append(window.rates().tokens_per_s)
    assert [load.tokens_per_s for load in window.rates().history] == speeds or window.rates().mixed
    return speeds


@pytest.mark.parametrize(
    ("low", "high"), [(10_000, 25_000), (10_000, 10_900), (2_000, 900_000), (50_000, 50_500)]
)
@pytest.mark.parametrize("running", [None, 3])
def test_two_processes_in_turn_never_give_a_rate(low: int, high: int, running: int | None) -> None:
    told = [
        Metrics(running=running, generated=(low if at % 2 else high) + 100 * at) for at in range(20)
    ]
    assert set(turns(*told)) | set(turns(*told[1:])) == {None}


def test_three_processes_in_turn_never_give_a_rate() -> None:
    told = [Metrics(running=1, generated=10_000 * (at % 3 + 1) + 50 * at) for at in range(20)]
    assert set(turns(*told)) == {None}


def test_processes_that_say_when_they_were_born_are_told_apart_at_once() -> None:
    window = Window()
    for at in range(4):
        window.add(2.5 * at, Metrics(generated=10_000 + 100 * at, born=5 + at % 2))
        assert window.rates().tokens_per_s is None
    assert window.rates().mixed


def test_a_rate_of_one_process_is_told_as_soon_as_three_looks_agree() -> None:
    told = [Metrics(generated=10_000 + 250 * at) for at in range(5)]
    assert turns(*told) == [None, None, 100, 100, 100]
    born = [Metrics(generated=10_000 + 250 * at, born=7) for at in range(3)]
    assert turns(*born) == [None, 100, 100]


def test_a_leap_is_believed_when_it_comes_twice() -> None:
    counted = [0, 250, 500, 15_000, 15_250, 30_000, 45_000]
    assert turns(*(Metrics(generated=value) for value in counted)) == [
        *(None, None, 100, None, 100, None, 6000)
    ]


@pytest.mark.parametrize(("hits", "rate"), [(150, None), (50, 0.5)])
def test_more_hits_than_questions_are_no_share(hits: int, rate: float | None) -> None:
    window = Window()
    window.add(0.0, Metrics(queries=100, hits=10, born=1))
    window.add(1.0, Metrics(queries=200, hits=10 + hits, born=1))
    assert window.rates().hit_rate == rate
    assert window.rates().history[-1].cache_hits == rate
