"""A llama.cpp that sleeps is left asleep, and its router tells of the model that is asked for."""

import json

import pytest

from massgen_tui.monitor.fetch import Answer
from massgen_tui.monitor.status import Condition, ServerState
from tests.support.paged import Paged, models

UP, DOWN, LOADING = ServerState.UP, ServerState.DOWN, ServerState.LOADING
PAGE = (
    "llamacpp:requests_processing {run}\nllamacpp:requests_deferred 0\n"
    "llamacpp:tokens_predicted_total {tokens}\nllamacpp:n_decode_total {steps}\n"
)
NONE = Answer(501, b'{"error":{"message":"This server does not support metrics endpoint."}}')


def llamacpp(
    metrics: str | Answer = "", *, asleep: bool = False, slots: str | Answer = "[]"
) -> dict[str, str | Answer]:
    return {
        "/v1/models": models({"id": "m", "owned_by": "llamacpp", "meta": {"n_ctx": 2048}}),
        "/health": '{"status":"ok"}',
        "/props": json.dumps({"model_alias": "m", "build_info": "b9", "is_sleeping": asleep}),
        "/metrics": metrics or PAGE.format(run=0, tokens=5, steps=9),
        "/slots": slots,
    }


async def test_a_server_that_sleeps_says_so_and_is_asked_nothing_that_wakes_it() -> None:
    """llama.cpp of 2026, `--sleep-idle-seconds`: GET /slots loads the weights anew."""
    watched = Paged(llamacpp(asleep=True), "llamacpp")
    for _ in range(20):
        status = await watched.look()
        assert (status.state, status.condition) == (UP, Condition.ASLEEP)
    assert status.reason == "asleep: the next prompt wakes it"
    assert (status.running, status.waiting) == (0, 0)
    assert set(watched.wire.asked) == {"/v1/models", "/health", "/props"}
    watched.wire.pages |= llamacpp()
    status = await watched.look()
    assert (status.condition, status.reason) == (None, "")


async def test_one_whose_page_tells_what_runs_is_never_asked_for_its_slots() -> None:
    watched = Paged(llamacpp(PAGE.format(run=1, tokens=5, steps=9)), "llamacpp")
    await watched.looks(60)
    assert "/slots" not in watched.wire.asked


async def test_one_without_a_page_is_asked_for_its_slots_less_and_less_while_nothing_runs() -> None:
    watched = Paged(llamacpp(NONE), "llamacpp")
    assert (await watched.look()).running == 0
    await watched.looks(600)
    assert watched.wire.asked.count("/slots") < 12, "it falls asleep at twice the time"
    assert watched.wire.asked.count("/v1/models") < 25
    watched.monitor.await_answer(watched.target.root)
    watched.wire.pages["/slots"] = '[{"is_processing":true}]'
    assert (await watched.look()).running == 1, "what works for us is awake"


async def test_one_that_tells_nothing_says_which_flag_is_missing() -> None:
    watched = Paged(llamacpp(NONE, slots=NONE), "llamacpp")
    assert (await watched.look()).notes == ("it tells no numbers: start it with --metrics",)


async def test_its_speed_is_that_of_its_steps_while_an_answer_is_under_way() -> None:
    watched = Paged(llamacpp(), "llamacpp")
    for at in range(6):
        watched.wire.pages["/metrics"] = PAGE.format(run=2, tokens=5, steps=9 + 50 * at)
        status = await watched.look()
    assert status.tokens_per_s == 40, "50 steps of two requests in 2.5 s"


async def test_one_that_does_not_count_steps_is_not_called_hung() -> None:
    page = "llamacpp:requests_processing 1\nllamacpp:requests_deferred 0\n"
    watched = Paged(llamacpp(page + "llamacpp:tokens_predicted_total 5\n"), "llamacpp")
    assert (await watched.looks(60)).condition is None


def router(*entries: tuple[str, dict[str, object]], loads: bool = True) -> dict[str, str | Answer]:
    refused = Answer(400, b'{"error":{"message":"model name is missing from the request"}}')
    listed = models(
        *({"id": name, "owned_by": "llamacpp", "status": status} for name, status in entries)
    )
    return {
        "/v1/models": listed,
        "/health": '{"status":"ok"}',
        "/props": json.dumps({"role": "router", "models_autoload": loads, "build_info": "b9760"}),
        "/metrics": refused,
        "/slots": refused,
    }


@pytest.mark.parametrize(
    ("status", "state", "condition", "reason"),
    [
        ({"value": "loaded"}, UP, None, ""),
        ({"value": "unloaded"}, UP, None, "m is not loaded: the next prompt loads it"),
        ({"value": "loading"}, LOADING, None, "m is loading"),
        ({"value": "downloading"}, LOADING, None, "m is downloading"),
        ({"value": "sleeping"}, UP, Condition.ASLEEP, "m sleeps: the next prompt wakes it"),
        (
            {"value": "unloaded", "failed": True, "exit_code": 1},
            DOWN,
            None,
            "m failed to load (exit code 1)",
        ),
        ({"value": "unloaded", "failed": True}, DOWN, None, "m failed to load"),
        ({"value": "something new"}, UP, None, ""),
    ],
)
async def test_a_router_is_what_the_model_is_that_is_asked_for(
    status: dict[str, object], state: ServerState, condition: Condition | None, reason: str
) -> None:
    """llama.cpp b9760, `llama-server` without a model."""
    watched = Paged(router(("m", status), ("other", {"value": "loaded"})), "llamacpp")
    found = await watched.looks(10)
    assert (found.state, found.condition, found.reason) == (state, condition, reason)
    assert found.kind == "llama.cpp router"
    assert found.notes == ()
    assert not [path for path in watched.wire.asked if "?" in path or path == "/slots"]


async def test_a_router_that_loads_nothing_by_itself_is_down_for_a_model_that_is_not_there() -> (
    None
):
    watched = Paged(router(("m", {"value": "unloaded"}), loads=False), "llamacpp")
    assert (await watched.look()).state is DOWN


async def test_a_router_one_of_whose_models_failed_is_partly_there() -> None:
    pages = router(("m", {"value": "loaded"}), ("n", {"value": "unloaded", "failed": True}))
    status = await Paged(pages, "llamacpp", asked_for=("m", "n")).look()
    assert (status.state, status.condition) == (UP, Condition.PARTIAL)
    assert status.reason == "n failed to load"


async def test_a_router_whose_properties_are_kept_from_us_carries_no_warning() -> None:
    pages = router(("m", {"value": "loaded"})) | {"/props": Answer(404)}
    status = await Paged(pages, "llamacpp").looks(10)
    assert (status.state, status.reason) == (UP, "")
