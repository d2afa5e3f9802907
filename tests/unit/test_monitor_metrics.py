from dataclasses import replace
from pathlib import Path

import pytest

from massgen_tui.monitor import metrics, series
from massgen_tui.monitor.metrics import Metrics
from massgen_tui.monitor.status import Load
from massgen_tui.monitor.table import Table
from massgen_tui.monitor.window import Window

WIRE = Path(__file__).parent.parent / "data" / "wire"


def told(page: str, of: Table) -> Metrics:
    """What a page tells, without what tells of movement and of the process."""
    return replace(metrics.read(page, of), progress=None, steps=None, born=None)


def speeds(window: Window) -> list[float | None]:
    """Tokens a second, look by look."""
    return [load.tokens_per_s for load in window.rates().history]


def test_vllm_under_load_reads_as_it_was() -> None:
    page = (WIRE / "vllm-0.32.0" / "conc8_metrics_under_load.txt").read_text()
    assert told(page, series.VLLM) == Metrics(
        running=8,
        waiting=0,
        kv_usage=0.0013429373702844583,
        generated=5006,
        queries=1680,
        hits=0,
        ttft_sum=28.424923419952393,
        ttft_count=61,
        itl_sum=39.11027138800091,
        itl_count=4945,
        preempted=0,
    )


def test_sglang_under_load_reads_as_it_was() -> None:
    page = (WIRE / "sglang-0.5.23" / "conc8_metrics_under_load.txt").read_text()
    found = metrics.read(page, series.SGLANG)
    assert (found.running, found.waiting, found.kv_usage) == (8, 0, 0.02)
    assert found.generated == 5204, "tokens of every step, not only of finished requests"
    assert found.throughput == pytest.approx(343.948420641126)
    assert found.ttft_count == 67
    assert found.ttft_sum == pytest.approx(0.2409651187772397 + 23.12456565100183)


def test_llamacpp_busy_reads_as_it_was() -> None:
    folder = WIRE / "llamacpp-xllamacpp-2026.10.11549"
    page = (folder / "get_metrics_busy.body").read_text()
    assert told(page, series.LLAMACPP) == Metrics(running=1, waiting=0, generated=228)


def test_names_of_vllm_v0_are_read_too() -> None:
    page = """\
vllm:num_requests_running{model_name="m"} 2.0
vllm:num_requests_waiting{model_name="m"} 1.0
vllm:gpu_cache_usage_perc{model_name="m"} 0.25
vllm:gpu_prefix_cache_hit_rate{model_name="m"} -1.0
vllm:generation_tokens_total{model_name="m"} 70.0
vllm:time_per_output_token_seconds_sum{model_name="m"} 3.0
vllm:time_per_output_token_seconds_count{model_name="m"} 60.0
"""
    assert told(page, series.VLLM) == Metrics(
        running=2, waiting=1, kv_usage=0.25, generated=70, itl_sum=3, itl_count=60
    )


def test_names_of_vllm_v1_before_0_9_are_read_too() -> None:
    page = """\
vllm:num_requests_running{model_name="m"} 2.0
vllm:gpu_cache_usage_perc{model_name="m"} 0.25
vllm:gpu_prefix_cache_queries_total{model_name="m"} 400.0
vllm:gpu_prefix_cache_hits_total{model_name="m"} 100.0
vllm:num_preemptions_total{model_name="m"} 3.0
vllm:generation_tokens_total{model_name="m"} 70.0
vllm:time_to_first_token_seconds_sum{model_name="m"} 1.5
vllm:time_to_first_token_seconds_count{model_name="m"} 6.0
vllm:time_per_output_token_seconds_sum{model_name="m"} 3.0
vllm:time_per_output_token_seconds_count{model_name="m"} 60.0
"""
    assert told(page, series.VLLM) == Metrics(
        running=2,
        kv_usage=0.25,
        generated=70,
        queries=400,
        hits=100,
        preempted=3,
        ttft_sum=1.5,
        ttft_count=6,
        itl_sum=3,
        itl_count=60,
    )


def test_the_newer_name_wins_where_both_are_there() -> None:
    page = 'vllm:gpu_cache_usage_perc{e="0"} 0.9\nvllm:kv_cache_usage_perc{e="0"} 0.1\n'
    assert metrics.read(page, series.VLLM).kv_usage == 0.1


def test_engines_add_up_and_the_fullest_cache_counts() -> None:
    page = """\
vllm:num_requests_running{engine="0",model_name="m"} 3.0
vllm:num_requests_running{engine="1",model_name="m"} 4.0
vllm:kv_cache_usage_perc{engine="0",model_name="m"} 0.5
vllm:kv_cache_usage_perc{engine="1",model_name="m"} 0.75
"""
    found = metrics.read(page, series.VLLM)
    assert (found.running, found.kv_usage) == (7, 0.75)


def test_ranks_of_one_sglang_engine_count_once_and_engines_add_up() -> None:
    page = "\n".join(
        f'sglang:num_running_reqs{{dp_rank="{dp}",model_name="m",tp_rank="{tp}"}} {value}'
        for dp, tp, value in ((0, 0, 5), (0, 1, 5), (1, 0, 2), (1, 1, 0))
    )
    assert metrics.read(page, series.SGLANG).running == 7


@pytest.mark.parametrize("value", ["NaN", "+Inf", "-Inf", "-1.0", "many", ""])
def test_numbers_that_are_none_are_unknown(value: str) -> None:
    page = f'vllm:num_requests_running{{e="0"}} {value}\nvllm:num_requests_waiting{{e="0"}} 2\n'
    found = metrics.read(page, series.VLLM)
    assert found.running is None
    assert found.waiting == 2, "one bad line hides no other"


@pytest.mark.parametrize(
    "page",
    [
        "<html><body>404</body></html>",
        'vllm:num_requests_running{e="0',
        "vllm:num_requests_running{" + 'a="b",' * 5000 + "} 1",
        "\x00" * 1000,
        "".join(f'vllm:num_requests_running{{engine="{n}"}} 1\n' for n in range(10_001)),
        "",
    ],
)
def test_pages_that_are_no_metrics_tell_nothing(page: str) -> None:
    assert metrics.read(page, series.VLLM) == Metrics()


@pytest.mark.parametrize(
    ("said", "share"), [("1.004", 1.0), ("1.5", None), ("45", None), ("-1", None), ("0", 0.0)]
)
def test_a_share_that_cannot_be_is_unknown(said: str, share: float | None) -> None:
    assert metrics.read(f"sglang:token_usage {said}\n", series.SGLANG).kv_usage == share
    page = f"vllm:gpu_prefix_cache_hit_rate {said}\n"
    assert metrics.read(page, series.VLLM).hit_rate == share


def test_rates_come_from_counters() -> None:
    window = Window()
    window.add(
        10.0, Metrics(born=1, generated=100, ttft_sum=1.0, ttft_count=2, itl_sum=1, itl_count=100)
    )
    assert window.rates().tokens_per_s is None, "one look tells no rate"
    window.add(
        12.0, Metrics(born=1, generated=400, ttft_sum=2.5, ttft_count=5, itl_sum=7, itl_count=400)
    )
    rates = window.rates()
    assert rates.tokens_per_s == 150
    assert speeds(window) == [None, 150.0]
    assert rates.ttft_s == 0.5
    assert rates.itl_s == pytest.approx(0.02)


def test_a_restart_gives_no_negative_rate() -> None:
    window = Window()
    window.add(0.0, Metrics(born=1, generated=1000))
    window.add(1.0, Metrics(born=1, generated=1100))
    assert not window.add(2.0, Metrics(born=1, generated=5))
    assert window.rates().tokens_per_s is None
    assert window.add(3.0, Metrics(born=1, generated=25))
    assert window.rates().tokens_per_s == 20
    assert speeds(window) == [None, 100, None, 20]


def test_only_the_last_minute_is_remembered() -> None:
    window = Window()
    for second in range(0, 200, 10):
        window.add(float(second), Metrics(generated=second * second))
    history = speeds(window)
    assert len(history) == 7
    assert history[-1] == (190**2 - 180**2) / 10


def test_a_gauge_counts_where_there_is_no_counter_and_not_when_nothing_runs() -> None:
    window = Window()
    window.add(0.0, Metrics(throughput=80.0, running=2))
    assert window.rates().tokens_per_s == 80
    window.add(1.0, Metrics(throughput=80.0, running=0))
    assert window.rates().tokens_per_s == 0


def test_cache_hits_are_those_of_the_last_minute() -> None:
    window = Window()
    window.add(0.0, Metrics(born=1, queries=1000, hits=0))
    assert window.rates().hit_rate == 0
    window.add(1.0, Metrics(born=1, queries=1200, hits=150))
    assert window.rates().hit_rate == 0.75


def test_every_look_has_what_happened_since_the_one_before() -> None:
    window = Window()
    first = Metrics(born=1, queries=100, hits=50, ttft_sum=2, ttft_count=4, itl_sum=1, itl_count=50)
    window.add(0.0, replace(first, running=1, waiting=0, kv_usage=0.1, generated=10))
    second = Metrics(
        born=1, queries=300, hits=200, ttft_sum=5, ttft_count=6, itl_sum=2, itl_count=100
    )
    window.add(2.0, replace(second, running=3, waiting=2, kv_usage=0.4, generated=110))
    window.add(4.0, replace(second, running=0, waiting=0, kv_usage=0.0, generated=110))
    assert window.rates().history == (
        Load(running=1, waiting=0, kv_usage=0.1),
        Load(50, 3, 2, 0.4, cache_hits=0.75, ttft_s=1.5, itl_s=0.02),
        Load(0, 0, 0, 0.0),
    )


def test_a_look_that_brought_nothing_is_a_gap_and_ends_what_is_said_of_now() -> None:
    window = Window()
    window.add(0.0, Metrics(born=1, generated=10))
    window.add(1.0, Metrics(born=1, generated=20))
    window.miss(2.0, gone=False)
    assert speeds(window) == [None, 10, None]
    assert window.rates().tokens_per_s is None
    window.add(4.0, Metrics(born=1, generated=80))
    assert window.rates().tokens_per_s == 20, "over the whole time since the last scrape"
    window.miss(5.0, gone=True)
    window.add(6.0, Metrics(born=1, generated=1000))
    assert window.rates().tokens_per_s is None, "another server may have come in its place"


def test_a_server_that_never_told_anything_has_no_history() -> None:
    window = Window()
    window.miss(1.0, gone=True)
    assert window.rates().history == ()


def test_requests_that_lost_their_cache_are_counted_over_the_minute() -> None:
    window = Window()
    window.add(0.0, Metrics(preempted=7))
    assert window.rates().preempted is None, "one look tells no number"
    window.add(30.0, Metrics(preempted=9))
    window.add(50.0, Metrics(preempted=10))
    assert window.rates().preempted == 3
    window.add(85.0, Metrics(preempted=10))
    assert window.rates().preempted == 1


def test_priorities_are_in_the_total_already() -> None:
    page = """\
sglang:num_running_reqs{engine_type="unified",model_name="m"} 5.0
sglang:num_running_reqs{engine_type="unified",model_name="m",priority="1"} 2.0
sglang:num_running_reqs{engine_type="unified",model_name="m",priority="9"} 3.0
"""
    assert metrics.read(page, series.SGLANG).running == 5
    only = "".join(page.splitlines(keepends=True)[1:])
    assert metrics.read(only, series.SGLANG).running == 5, "where there is no total"


@pytest.mark.parametrize("value", ["NaN", "-5", "many", "+Inf"])
def test_a_sum_of_which_one_part_is_unknown_is_unknown(value: str) -> None:
    page = f"""\
vllm:num_requests_running{{engine="0"}} 3
vllm:num_requests_running{{engine="1"}} {value}
"""
    assert metrics.read(page, series.VLLM).running is None


def test_numbers_that_no_server_reaches_are_unknown() -> None:
    page = "".join(f'vllm:num_requests_running{{engine="{n}"}} 1e308\n' for n in range(3))
    assert metrics.read(page, series.VLLM).running is None


def test_a_counter_that_fell_unseen_makes_no_number_below_zero() -> None:
    window = Window()
    window.add(0.0, Metrics(generated=10, preempted=50))
    window.add(5.0, Metrics(generated=20))
    window.add(10.0, Metrics(generated=30, preempted=2))
    rates = window.rates()
    assert rates.preempted in (None, 0)
    assert rates.tokens_per_s is None or rates.tokens_per_s >= 0


def test_a_restart_is_seen_though_a_page_between_told_nothing() -> None:
    window = Window()
    window.add(0.0, Metrics(born=1, generated=1000))
    window.add(2.0, Metrics())
    assert not window.add(4.0, Metrics(born=1, generated=400))
    assert window.rates().tokens_per_s is None
    window.add(6.0, Metrics(born=1, generated=600))
    assert window.rates().tokens_per_s == 100


def test_servers_that_answer_in_turn_have_no_rates_and_it_is_said() -> None:
    window = Window()
    first, second = 50_000, 1_000_000
    for turn in range(12):
        generated = first if turn % 2 else second
        window.add(2.5 * turn, Metrics(generated=generated, running=turn % 2))
        first, second = first + 300, second + 200
    rates = window.rates()
    assert rates.mixed
    assert rates.tokens_per_s is None
    speeds_told = [speed for speed in speeds(window) if speed is not None]
    assert all(speed < 1000 for speed in speeds_told), "the gap between two counters is no speed"
    assert rates.history[-1].running == 1, "gauges stay"


def test_one_server_again_has_rates_again_after_a_minute() -> None:
    window = Window()
    for turn in range(12):
        window.add(2.5 * turn, Metrics(generated=50_000 if turn % 2 else 1_000_000))
    for turn in range(12, 60):
        window.add(2.5 * turn, Metrics(generated=2_000_000 + 250 * turn))
    rates = window.rates()
    assert (rates.mixed, rates.tokens_per_s) == (False, 100)


def test_two_starts_in_a_minute_are_no_second_server() -> None:
    window = Window()
    for at, generated in enumerate((500, 900, 10, 300, 5, 250, 500)):
        window.add(float(at), Metrics(generated=generated))
    rates = window.rates()
    assert (rates.mixed, rates.tokens_per_s) == (False, 250)
