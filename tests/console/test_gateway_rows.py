"""A gateway on the screen: how many of its workers there are, and each of them in the details."""

from dataclasses import replace

from massgen_tui.config.metrics_pages import page_at
from massgen_tui.console.screens.monitor import server_detail
from massgen_tui.console.widgets.status_line import one_line
from massgen_tui.monitor.gpu_status import GpuSnapshot
from massgen_tui.monitor.status import Condition, ServerState, ServerStatus
from massgen_tui.monitor.workers import Worker, Workers
from tests.support.monitored import DOWN, NOW, UP, lines

WHOLE = replace(UP, kind="smg", version="1.13.0", workers=Workers(2, 2), foreign=True)
CREW = (
    Worker("10.0.0.4:8000", True, 2, 0, 0.25, routed=0, version="0.5.23"),
    Worker("10.0.0.5:8000", False, routed=3),
    Worker("10.0.0.6:8000", routed=3),
)


def test_a_gateway_says_how_many_workers_it_has() -> None:
    assert lines(WHOLE)[:3] == [
        "● smg 1.13.0 :8000                    up",
        "  Qwen/Qwen3-4B 40k",
        "  2 of 2 workers",
    ]
    assert lines(replace(WHOLE, workers=Workers(1, 1)))[2] == "  1 of 1 worker"


def test_a_gateway_that_lacks_some_says_so_once_and_stands_out() -> None:
    half = replace(
        WHOLE, workers=Workers(1, 2), condition=Condition.PARTIAL, reason="1 of 2 workers"
    )
    told = [line for line in lines(half) if "worker" in line]
    assert told == ["! 1 of 2 workers"]
    fine = replace(UP, target=replace(UP.target, root="http://other:8000"))
    text = one_line({"a": fine, "b": half}, GpuSnapshot(), NOW).plain
    assert text.index("smg") < text.index("vLLM"), "trouble comes first"
    assert "1 of 2 workers" in text


def test_the_details_have_a_row_for_each_worker() -> None:
    said = server_detail(replace(WHOLE, crew=CREW, workers=Workers(2, 3)), NOW)
    rows = said[said.index("\nworkers\n") :].splitlines()[2:5]
    assert rows == [
        "  10.0.0.4:8000  0.5.23  ●  run 2  wait 0  KV 25%",
        "  10.0.0.5:8000  ✗ not healthy  3 open from here",
        "  10.0.0.6:8000  ○  3 open from here",
    ]
    assert "2 of 3 workers" in said


def test_what_is_good_to_know_is_no_warning() -> None:
    remark = "its /metrics is one worker's page"
    router = replace(WHOLE, kind="vllm-router", remark=remark)
    assert f"  {remark}" in lines(router)
    assert not any(line.startswith("!") for line in lines(router))
    assert f"good to know\n  {remark}" in server_detail(router, NOW)


def test_no_start_command_is_offered_for_a_gateway() -> None:
    assert DOWN.state is ServerState.DOWN
    assert DOWN.startable
    gone = replace(DOWN, kind="smg", foreign=True)
    assert not gone.startable
    assert "start command" not in server_detail(gone, NOW)
    assert DOWN.start_command not in server_detail(gone, NOW)
    assert not any(DOWN.start_command in line for line in lines(gone, 200))


def test_a_server_whose_numbers_are_elsewhere_has_no_rows_of_dashes() -> None:
    bare = ServerStatus(
        UP.target, ServerState.UP, "its engine's numbers are on Ray's metrics agent, not here"
    )
    said = server_detail(bare, NOW)
    assert said.splitlines()[0].endswith(f"up: {bare.reason}")
    assert "  numbers  none are told" in said
    assert not [line for line in said.splitlines() if line.rstrip().endswith("–") and "KV" in line]
    assert not [line for line in lines(bare) if "–" in line]


def test_the_details_say_where_its_numbers_come_from_and_no_password() -> None:
    pages = tuple(filter(None, map(page_at, ("http://ann:s3cret@n:8080/metrics", "http://o:9/f"))))
    said = server_detail(replace(UP, target=replace(UP.target, pages=pages)), NOW)
    told = [line.split() for line in said.splitlines() if "numbers from" in line]
    assert told == [["numbers", "from", "n:8080/metrics"], ["numbers", "from", "o:9/f"]]
    assert "s3cret" not in said
