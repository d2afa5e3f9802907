"""`metrics_url`: pages that somebody writes anew at times of their own."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from massgen_tui.monitor.servers import ServerMonitor
from massgen_tui.monitor.status import Condition, ServerState
from tests.support.engine_pages import engine, page, ray
from tests.support.paged import Paged, vllm_pages


def gathered(every: float, prefix: str, *, bears: bool) -> tuple[Paged, Callable[[], None]]:
    """A server whose page is written anew so often, and what does so: 100 tokens a second."""
    watched = Paged({**ray(), "/agent": ""}, elsewhere=(page(),))
    clock, begin = watched.clock, datetime(2026, 11, 29)

    def wall() -> datetime:
        return begin + timedelta(seconds=clock.now)

    watched.monitor = ServerMonitor([watched.target], clock=clock, wall=wall, fetcher=watched.wire)

    def write() -> None:
        then = (clock.now // every) * every
        stamp = (begin + timedelta(seconds=then)).timestamp()
        at = f" {stamp * 1000:.0f}" if bears else ""
        told = engine(2, 0, 0.5, prefix=prefix, total=100 * then, at=at)
        watched.wire.pages["/agent"] = told

    return watched, write


@pytest.mark.parametrize(
    ("every", "prefix", "bears"),
    # a Prometheus by its scrape_interval, Ray's agent by its report interval
    [(15, "vllm:", True), (30, "vllm:", True), (55, "vllm:", True), (10, "ray_vllm_", False)],
)
async def test_a_page_that_is_written_seldom_makes_no_engine_look_hung(
    every: float, prefix: str, bears: bool
) -> None:
    watched, write = gathered(every, prefix, bears=bears)
    speeds = set()
    for _ in range(80):
        write()
        status = await watched.look()
        assert (status.state, status.condition, status.reason) == (ServerState.UP, None, "")
        speeds.add(status.tokens_per_s)
    assert speeds == {None, 100}


async def test_an_engine_that_does_nothing_is_hung_where_its_own_page_says_so() -> None:
    agent = engine(2, 0, 0.5, prefix="vllm:", who="")
    watched = Paged({**vllm_pages(""), "/agent": agent}, elsewhere=(page(),))
    assert (await watched.looks(45)).condition is Condition.HUNG
