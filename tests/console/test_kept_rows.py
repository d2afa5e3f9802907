"""Rows that are kept say what rows made anew would."""

from collections.abc import Iterator
from dataclasses import fields, replace
from typing import Any

import pytest

from massgen_tui.console.stream.rows import Row
from massgen_tui.console.widgets.gpu_rows import gpu_sections
from massgen_tui.console.widgets.kept_rows import KeptRows
from massgen_tui.console.widgets.server_rows import server_rows
from massgen_tui.monitor.failure import LastFailure
from massgen_tui.monitor.gpu_state import GpuState
from massgen_tui.monitor.gpu_status import GpuStatus
from massgen_tui.monitor.status import Condition, Load, ServedModel, ServerState, ServerStatus
from massgen_tui.monitor.workers import Workers
from tests.support.monitored import DOWN, GIB, GPU, NOW, UP, sampled, target


def texts(rows: list[Row]) -> list[object]:
    return [row.spans for row in rows]


def kept_and_made(kept: KeptRows, status: ServerStatus, now: float) -> Iterator[list[object]]:
    own = kept.of_server("x", status, 40, now, copy_key="c", chosen=False)
    made = server_rows(status, 40, now, copy_key="c", chosen=False)
    yield from (texts(own), texts(made))


CHANGES: tuple[dict[str, Any], ...] = (
    {"state": ServerState.LOADING, "reason": "not ready"},
    {"running": 3},
    {"waiting": 2},
    {"kv_usage": 0.97},
    {"tokens_per_s": 20.0},
    {"history": (Load(1.0), Load(99.0))},
    {"ttft_s": 0.4},
    {"itl_s": 0.01},
    {"cache_hits": 0.5},
    {"preempted": 3},
    {"version": "0.34.0"},
    {"kind": "SGLang"},
    {"models": (ServedModel("other", 1024),)},
    {"reason": "slow: it took 9 s to answer"},
    {"condition": Condition.HUNG},
    {"notes": ("it does not serve m",)},
    {"workers": Workers(2, 2)},
    {"remark": "a remark"},
    {"last_failure": LastFailure("look", NOW - 5, 500)},
    {"target": target("http://localhost:8001")},
    {"checked_at": NOW - 31},
)


@pytest.mark.parametrize("change", CHANGES, ids=",".join)
def test_what_is_shown_of_a_server_is_never_old(change: dict[str, Any]) -> None:
    kept = KeptRows()
    changed = replace(UP, **change)
    for now, status in enumerate((UP, changed, changed, UP, DOWN, UP), int(NOW)):
        own, made = kept_and_made(kept, status, float(now))
        assert own == made


def test_a_look_that_found_nothing_new_has_its_rows_made_once() -> None:
    kept = KeptRows()
    first = kept.of_server("x", UP, 40, NOW, copy_key="", chosen=False)
    again = replace(UP, checked_at=NOW + 2.5, latency_s=0.3)
    assert kept.of_server("x", again, 40, NOW + 2.5, copy_key="", chosen=False) is first
    assert kept.of_server("x", again, 41, NOW + 2.5, copy_key="", chosen=False) is not first


def test_a_look_that_was_too_old_is_no_more_once_it_is_repeated() -> None:
    kept = KeptRows()
    for now, at in ((NOW, NOW), (NOW + 40, NOW), (NOW + 41, NOW + 41)):
        own, made = kept_and_made(kept, replace(UP, checked_at=at), now)
        assert own == made
    assert "last look" not in str(own)


ON_A_LINE: dict[str, Any] = {
    "utilisation": 3,
    "memory_used": 7 * GIB,
    "memory_total": 96 * GIB,
    "temperature": 33,
    "throttled": ("power",),
    "ecc_errors": 2,
    "xid": 79,
    "history": (1, 2, 3),
    "chosen": True,
    "state": GpuState.LOST,
    "note": "a note",
    "power": 1.0,
    "name": "A100",
    "uuid": "GPU-other",
}


@pytest.mark.parametrize("name", ON_A_LINE)
@pytest.mark.parametrize("width", [26, 100])
def test_what_is_shown_of_a_gpu_is_never_old(name: str, width: int) -> None:
    kept = KeptRows()
    changed = replace(GPU, **{name: ON_A_LINE[name]})
    for gpu in (GPU, changed, GPU):
        row = [replace(gpu, index=index) for index in range(8)]
        own = gpu_sections(sampled(*row), width, NOW, None, kept)
        made = gpu_sections(sampled(*row), width, NOW, None)
        assert [texts(rows) for _, rows in own] == [texts(rows) for _, rows in made]


EDGES = (21.428571428571423, 21.428571428571427, 92.85714285714286)
"""Loads between two bars: a mean of some that are equal may be another number."""


@pytest.mark.parametrize("value", [0, 1, 87, 50.5, *EDGES, None])
def test_bars_of_an_idle_gpu_are_as_many_as_looks_and_then_stand(value: float | None) -> None:
    kept = KeptRows()
    last: list[list[Row]] = []
    for looks in range(1, 50 if value in EDGES else 12):
        row = [replace(GPU, index=at, history=(value,) * looks) for at in range(8)]
        own = [rows for _, rows in gpu_sections(sampled(*row), 40, NOW, None, kept)]
        made = [rows for _, rows in gpu_sections(sampled(*row), 40, NOW, None)]
        assert list(map(texts, own)) == list(map(texts, made))
        if looks > 8 and value is not None and value % 1 == 0:
            assert all(now is before for now, before in zip(own[1:], last, strict=True))
        last = own[1:]


@pytest.mark.parametrize(
    "change",
    [
        {"power": 411.0},
        {"utilisation": 1},
        {"memory_used": GIB},
        {"memory_total": 99 * GIB},
        {"shared": True},
        {"part": True},
        {"state": GpuState.LOST},
    ],
    ids=",".join,
)
def test_totals_of_a_machine_are_never_old(change: dict[str, Any]) -> None:
    kept = KeptRows()
    for changed in ({}, change, {}):
        row = [replace(GPU, index=at) for at in range(7)] + [replace(GPU, index=7, **changed)]
        own = gpu_sections(sampled(*row), 40, NOW, None, kept)
        made = gpu_sections(sampled(*row), 40, NOW, None)
        assert [texts(rows) for _, rows in own] == [texts(rows) for _, rows in made]


def test_each_field_of_a_gpu_is_known_here() -> None:
    """What a new field changes on the screen belongs into `ON_A_LINE`."""
    seen = {*ON_A_LINE, "index", "processes", "instances", "part", "shared"}
    seen |= {"power_limit", "sm_clock", "memory_clock", "power_history", "memory_history"}
    assert {one.name for one in fields(GpuStatus)} == seen
