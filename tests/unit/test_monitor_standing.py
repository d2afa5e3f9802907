"""Engines that stand still, sleep, or only seem to: what is said, and what is not cried."""

import json

import pytest

from massgen_tui.monitor.fetch import Answer, Fault
from massgen_tui.monitor.status import Condition, ServerState
from tests.support.paged import Paged, sglang_pages, vllm_pages

HUNG, PARTIAL, ASLEEP = Condition.HUNG, Condition.PARTIAL, Condition.ASLEEP


def engine(name: str, run: int, wait: int, generated: int, prompts: int = 900) -> str:
    labels = f'{{engine="{name}",model_name="m"}}'
    return (
        f"vllm:num_requests_running{labels} {run}\n"
        f"vllm:num_requests_waiting{labels} {wait}\n"
        f"vllm:generation_tokens_total{labels} {generated}\n"
        f"vllm:prompt_tokens_total{labels} {prompts}\n"
        f"vllm:kv_cache_usage_perc{labels} 0.11\n"
    )


def sleeping(name: str, state: str) -> str:
    return "".join(
        f'vllm:engine_sleep_state{{engine="{name}",sleep_state="{one}"}} {float(one == state)}\n'
        for one in ("awake", "weights_offloaded", "discard_all")
    )


def rank(run: int, queue: int, decoded: int, *, dp: str = "0", more: str = "") -> str:
    labels = f'dp_rank="{dp}",model_name="m",tp_rank="0"'
    return (
        f"sglang:num_running_reqs{{{labels}}} {run}\n"
        f"sglang:num_queue_reqs{{{labels}}} {queue}\n"
        f'sglang:realtime_tokens_total{{mode="decode",{labels}}} {decoded}\n{more}'
    )


@pytest.mark.parametrize(
    ("page", "words"),
    [
        (engine("0", 0, 3, 45_000), "requests wait and none runs"),
        (engine("0", 2, 0, 45_000), "requests run, but no token came"),
        (engine("0", 0, 1, 0, 0), "requests wait and none runs"),
        # V0 names had no engine (vLLM 0.6)
        (
            "vllm:num_requests_running 0\nvllm:num_requests_waiting 7\n"
            "vllm:generation_tokens_total 9\n",
            "requests wait and none runs",
        ),
    ],
)
async def test_a_vllm_that_does_nothing_of_what_it_was_asked_is_hung(page: str, words: str) -> None:
    watched = Paged(vllm_pages(page))
    assert (await watched.looks(20)).condition is None
    status = await watched.looks(10)
    assert (status.state, status.condition) == (ServerState.UP, HUNG)
    assert status.reason.startswith(words)


@pytest.mark.parametrize("page", [rank(0, 40, 90_000), rank(0, 1, 0)])
async def test_an_sglang_whose_queue_does_not_move_is_hung(page: str) -> None:
    watched = Paged(sglang_pages(page), "sglang")
    assert (await watched.looks(30)).condition is HUNG


async def test_what_moves_again_is_hung_no_more() -> None:
    watched = Paged(vllm_pages(engine("0", 2, 3, 500)))
    assert (await watched.looks(30)).condition is HUNG
    watched.wire.pages["/metrics"] = engine("0", 2, 3, 501)
    status = await watched.look()
    assert (status.condition, status.reason) == (None, "")


@pytest.mark.parametrize("counter", ["prompt", "iteration", "success"])
async def test_an_engine_that_reads_prompts_is_not_hung_though_no_token_comes(
    counter: str,
) -> None:
    """An embedding server; a long prompt in parts; requests of one token."""
    watched = Paged(vllm_pages(""))
    for at in range(14):
        watched.wire.pages["/metrics"] = engine("0", 8, 2, 0, 100 * at * (counter == "prompt")) + (
            f'vllm:iteration_tokens_total_sum{{engine="0"}} {at * (counter == "iteration")}\n'
            f'vllm:request_success_total{{engine="0"}} {at * (counter == "success")}\n'
        )
        status = await watched.look()
        assert (status.condition, status.reason) == (None, "")


@pytest.mark.parametrize("mode", ["prefill_compute", "prefill_cache"])
async def test_a_prefill_node_is_not_hung_though_it_never_decodes(mode: str) -> None:
    watched = Paged(sglang_pages(""), "sglang")
    for at in range(14):
        more = f'sglang:realtime_tokens_total{{mode="{mode}",dp_rank="0"}} {9000 * at}\n'
        watched.wire.pages["/metrics"] = rank(6, 3, 0, more=more)
        assert (await watched.look()).condition is None


async def test_a_decode_node_s_requests_wait_for_room_and_for_their_cache() -> None:
    labels = '{engine_type="decode",tp_rank="0"}'
    page = rank(4, 0, 5000) + (
        f"sglang:num_decode_prealloc_queue_reqs{labels} 12\n"
        f"sglang:num_decode_transfer_queue_reqs{labels} 21\n"
    )
    watched = Paged(sglang_pages(page) | {"/v1/loads": loads(4, 12)}, "sglang")
    assert (await watched.look()).waiting == 33
    watched.wire.pages["/v1/loads"] = loads(4, 35)
    watched.wire.pages["/metrics"] = rank(4, 0, 5100)
    assert (await watched.look()).waiting == 35, "the fuller answer counts"


def loads(run: int, wait: int, speed: float = 0.0) -> str:
    told = {"num_running_reqs": run, "num_waiting_reqs": wait, "gen_throughput": speed}
    return json.dumps({"version": "0.5.23", "loads": [{"dp_rank": 0} | told]})


@pytest.mark.parametrize(
    ("page", "told"),
    [
        # gauges that stayed when the last request had ended, and an old one of /v1/loads
        (rank(3, 2, 500), loads(0, 0)),
        (rank(0, 0, 500), loads(3, 2)),
    ],
)
async def test_where_nothing_moves_and_one_source_says_idle_it_is_idle(
    page: str, told: str
) -> None:
    watched = Paged(sglang_pages(page) | {"/v1/loads": told}, "sglang")
    status = await watched.looks(40)
    assert (status.running, status.waiting, status.condition) == (0, 0, None)


@pytest.mark.parametrize("told", [(rank(3, 2, 1), loads(0, 0)), (rank(0, 0, 1), loads(3, 2))])
async def test_where_tokens_come_what_one_source_has_not_seen_yet_runs(
    told: tuple[str, str],
) -> None:
    page, load = told
    watched = Paged(sglang_pages(page) | {"/v1/loads": load}, "sglang")
    await watched.look()
    watched.wire.pages["/metrics"] = page.replace("} 1\n", "} 90\n")
    status = await watched.look()
    assert (status.running, status.waiting) == (3, 2)


async def test_one_engine_that_stands_still_is_named() -> None:
    watched = Paged(vllm_pages(""))
    for at in range(12):
        watched.wire.pages["/metrics"] = "".join(
            engine(str(n), 5 if n == 2 else 3, 9 if n == 2 else 0, 500 + (n != 2) * 100 * at)
            for n in range(4)
        )
        status = await watched.look()
    assert (status.condition, status.running, status.waiting) == (PARTIAL, 14, 9)
    assert status.reason == "engine 2 of 4 stands still: 5 run, 9 wait, no token for 25 s"


async def test_one_engine_that_stands_still_while_the_others_idle_is_named() -> None:
    watched = Paged(sglang_pages(rank(0, 0, 7) + rank(0, 4, 7, dp="1")), "sglang")
    status = await watched.looks(30)
    assert status.condition is PARTIAL
    assert status.reason.startswith("engine 1 of 2 stands still: 0 run, 4 wait")


async def test_workers_behind_one_page_are_engines_too() -> None:
    """A gateway's page, with `worker_addr` (smg 1.13)."""
    watched = Paged(sglang_pages(""), "sglang")
    for at in range(12):
        watched.wire.pages["/metrics"] = "".join(
            rank(1, 0, 7 + at * n).replace("tp_rank", f'worker_addr="gpu{n}:8000",tp_rank')
            for n in range(2)
        )
        status = await watched.look()
    assert status.reason.startswith("engine gpu0:8000 0 of 2 stands still: 1 run")


@pytest.mark.parametrize("state", ["weights_offloaded", "discard_all"])
async def test_a_vllm_that_sleeps_says_so_and_what_wakes_it(state: str) -> None:
    watched = Paged(vllm_pages(engine("0", 0, 0, 5) + sleeping("0", state)))
    status = await watched.look()
    assert (status.state, status.condition) == (ServerState.UP, ASLEEP)
    assert status.reason == f"asleep ({state}): prompts wait until POST /wake_up"
    watched.wire.pages["/metrics"] = engine("0", 0, 0, 5) + sleeping("0", "awake")
    assert (await watched.look()).condition is None


async def test_a_vllm_one_of_whose_engines_sleeps_is_partly_there() -> None:
    page = engine("0", 0, 0, 5) + engine("1", 0, 0, 5)
    watched = Paged(vllm_pages(page + sleeping("0", "awake") + sleeping("1", "discard_all")))
    status = await watched.look()
    assert status.condition is PARTIAL
    assert status.reason == "engine 1 of 2 asleep (discard_all): POST /wake_up wakes it"


async def test_a_prompt_of_ours_at_a_sleeping_vllm_is_no_sign_of_a_hung_engine() -> None:
    watched = Paged(vllm_pages(engine("0", 0, 0, 5) + sleeping("0", "weights_offloaded")))
    await watched.look()
    watched.monitor.await_answers({watched.target.root})
    status = await watched.looks(40)
    assert (status.condition, status.reason[:6]) == (ASLEEP, "asleep")


async def test_a_server_that_takes_connections_and_answers_nothing_is_hung() -> None:
    watched = Paged(vllm_pages(engine("0", 0, 0, 5)))
    await watched.look()
    for path in watched.wire.pages:
        watched.wire.pages[path] = Answer(fault=Fault.TIMEOUT, words="no answer in 12 s")
    assert (await watched.look()).condition is None, "slow or hung, it is not known yet"
    status = await watched.look()
    assert (status.state, status.condition) == (ServerState.DOWN, HUNG)
    status = await watched.look(patient=False)
    assert status.condition is HUNG


async def test_a_server_that_takes_no_connections_is_not_called_hung() -> None:
    watched = Paged(vllm_pages(engine("0", 0, 0, 5)))
    await watched.look()
    for path in watched.wire.pages:
        watched.wire.pages[path] = Answer(fault=Fault.UNCONNECTED, words="no connection in 2 s")
    assert [(await watched.look()).condition for _ in range(3)] == [None, None, None]


async def test_a_long_prompt_that_fills_the_cache_is_no_hung_engine() -> None:
    """vLLM tells of a prompt in no counter before it was read whole."""
    watched = Paged(vllm_pages(""))
    for at in range(14):
        watched.wire.pages["/metrics"] = engine("0", 1, 0, 500).replace("0.11", f"0.{10 + at}")
        status = await watched.look()
        assert (status.condition, status.reason) == (None, "")


async def test_where_no_cache_is_told_of_it_may_be_a_long_prompt() -> None:
    page = "vllm:num_requests_running 1\nvllm:generation_tokens_total 9\n"
    status = await Paged(vllm_pages(page)).looks(30)
    assert status.condition is None
    assert status.reason.startswith("requests run, but no token came")


async def test_a_server_that_streams_to_us_is_not_hung_whatever_its_page_says() -> None:
    watched = Paged(vllm_pages(engine("0", 1, 0, 500)))
    await watched.looks(40)
    watched.monitor.talked(watched.target.root, watched.clock.now + 2)
    status = await watched.look()
    assert (status.condition, status.reason) == (None, "")
