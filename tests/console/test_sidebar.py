from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from rich.cells import cell_len
from textual.app import App, ComposeResult
from textual.geometry import Region

from massgen_tui.console.screens.monitor import DetailSheet, gpu_detail, server_detail
from massgen_tui.console.stream.rows import Row
from massgen_tui.console.widgets import gauges
from massgen_tui.console.widgets.folded import one_line
from massgen_tui.console.widgets.gpu_rows import gpu_sections
from massgen_tui.console.widgets.server_rows import server_rows
from massgen_tui.console.widgets.sidebar import Sidebar
from massgen_tui.monitor.status import (
    Asked,
    GpuInstance,
    GpuProcess,
    GpuSnapshot,
    GpuStatus,
    Load,
    ServedModel,
    ServerState,
    ServerStatus,
    ServerTarget,
    StateChange,
)

GIB = 2**30
NOW = 100.0
COMMAND = "python -m sglang.launch_server --model-path Qwen/Qwen3-4B --port 30000"


def target(root: str, dialect: str = "vllm", command: str = "") -> ServerTarget:
    return ServerTarget(root, f"{root}/v1", dialect, ("Qwen/Qwen3-4B",), start_command=command)


UP = ServerStatus(
    target("http://localhost:8000"),
    ServerState.UP,
    kind="vLLM",
    version="0.33.0",
    models=(ServedModel("Qwen/Qwen3-4B", 40960),),
    running=1,
    waiting=0,
    kv_usage=0.12,
    tokens_per_s=141.2,
    history=(Load(0.0), Load(70.0), Load(141.2)),
    checked_at=NOW,
    since=NOW,
)
DOWN = ServerStatus(
    target("http://gpubox:30000", "sglang", COMMAND),
    ServerState.DOWN,
    "connection refused by a server that nobody started",
    since=NOW - 12,
    checked_at=NOW,
)
GPU = GpuStatus(
    0,
    "H100 80GB HBM3",
    "GPU-0",
    utilisation=87,
    memory_used=60 * GIB,
    memory_total=80 * GIB,
    temperature=64,
    power=412.5,
    history=(10, 50, 87),
)


def lines(status: ServerStatus, width: int = 40, now: float = NOW) -> list[str]:
    return [row.text.rstrip() for row in server_rows(status, width, now, copy_key="c")]


def gpus(snapshot: GpuSnapshot, width: int = 40, now: float = NOW) -> list[str]:
    return [row.text.rstrip() for row in gpu_rows(snapshot, width, now)]


def gpu_rows(snapshot: GpuSnapshot, width: int, now: float) -> list[Row]:
    return [row for _, rows in gpu_sections(snapshot, width, now) for row in rows]


def sampled(*found: GpuStatus, reason: str = "", at: float = NOW) -> GpuSnapshot:
    return GpuSnapshot(found, reason, at)


def test_a_server_that_is_up() -> None:
    assert lines(UP) == [
        "● vLLM 0.33.0 :8000                   up",
        "  Qwen/Qwen3-4B 40k",
        "  run 1 wait 0 KV 12%",
        "  ▁▄█ 141 tok/s",
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
        "tok/s 141 ▄ █ TTFT 210 ms ▅ █ ITL 11 ms █ █",
    ]
    assert lines(BUSY, 90)[2:] == [
        "  run 3 ▃ █                                   wait 2 ▁ █",
        "  KV 97% ▅ █                                  cache 50% ▅",
        "  tok/s 141 ▄ █                               TTFT 210 ms ▅ █",
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
    assert said[2:] == ["  run 1 wait –", "  ▁▄█ – tok/s"]
    blank = GpuStatus(3)
    assert gpus(sampled(blank)) == ["3 –                                    –", "  –/– GiB"]


def test_notes_are_told_and_an_old_look_is_not_passed_for_the_present() -> None:
    noted = replace(UP, notes=("this is vLLM, the config says sglang",))
    assert "! this is vLLM, the config says sglang" in lines(noted)
    assert lines(UP, now=NOW + 45)[-1] == "  last look 45 s ago"


def test_a_gpu() -> None:
    assert gpus(sampled(GPU)) == [
        "0 H100 80GB HBM3                 87% ▂▅▇",
        "  60.0/80.0 GiB  64 °C  412 W",
    ]


WORKED = replace(
    GPU,
    sm_clock=1980,
    power_limit=700.0,
    memory_history=(0.0, 0.75),
    power_history=(0.0, 412.5),
)


def test_a_wide_sidebar_shows_the_last_minute_of_a_gpu() -> None:
    assert gpus(sampled(WORKED), width=72) == [
        f"0 H100 80GB HBM3{'64 °C  1980 MHz':>56}",
        "  load 87% ▂▅▇                       60.0/80.0 GiB ▁▆",
        "  412 W of 700 ▁▅",
    ]
    assert gpus(sampled(WORKED), width=150)[1:] == [
        f"  {'load 87% ▂▅▇':<37}{'60.0/80.0 GiB ▁▆':<37}412 W of 700 ▁▅"
    ]
    bare = replace(GPU, temperature=None, power=None, utilisation=None, history=())
    assert gpus(sampled(bare), width=72) == [
        "0 H100 80GB HBM3",
        f"  {'load –':<35}60.0/80.0 GiB",
    ]


def test_many_gpus_of_a_wide_sidebar_have_their_minute_in_columns() -> None:
    unknown = replace(GPU, utilisation=None, power=None, history=(), temperature=None)
    served = replace(WORKED, processes=(GpuProcess(1, 40 * GIB, server=":8000"),))
    said = gpus(sampled(served, *[unknown] * 7), width=80)
    assert said[1:3] == [
        f" 0   87% {'▂▅▇':<10}   60.0/80.0 {'▁▆':<10}  412 W {'▁▅':<10}  64 °C ← :8000",
        f" 0     – {'':<10}   60.0/80.0 {'':<10}      –",
    ]


@pytest.mark.parametrize(
    ("name", "head"),
    [
        ("H100 80GB HBM3", "0 H100 80GB   87% ▁▂▄▅▇█"),
        ("NVIDIA GeForce RTX 4090", "0 RTX 4090    87% ▁▂▄▅▇█"),
        ("RTX PRO 6000 Blackwell", "0 RTX PRO 6000 87% ▂▄▅▇█"),
        ("A100-SXM4-80GB", "0 A100-SXM4-8… 87% ▂▄▅▇█"),
    ],
)
def test_a_name_gives_way_to_the_history(name: str, head: str) -> None:
    gpu = replace(GPU, name=name, history=(0, 20, 40, 60, 80, 100))
    assert gpus(sampled(gpu), width=24)[0] == head


def test_a_gpu_names_the_servers_of_ours_on_it() -> None:
    workers = [GpuProcess(n, 20 * GIB, "python", ":8000") for n in (1, 2)]
    gpu = replace(GPU, processes=(*workers, GpuProcess(3, 5 * GIB, "blender")))
    assert gpus(sampled(gpu))[2:] == ["  ← :8000 40.0 GiB"]
    said = gpu_detail(sampled(gpu), NOW)
    assert "process 1 python 20.0 GiB, the server :8000\n" in said
    assert "process 3 blender 5.0 GiB" in said.splitlines()[-1]


def test_many_gpus_name_the_servers_on_them_where_there_is_room() -> None:
    worker = GpuProcess(1, GIB, server=":8000")
    eight = [replace(GPU, index=index, processes=(worker,)) for index in range(8)]
    assert gpus(sampled(*eight), width=40)[1].startswith(" 0  87% 60.0/80.0 64° ← :8000")
    assert gpus(sampled(*eight), width=26)[1] == " 0  87% 60.0/80.0 64° ▂▅▇"


def test_what_cuda_may_use_is_marked_and_nothing_hidden() -> None:
    other = replace(GPU, index=1, chosen=False)
    said = gpus(sampled(replace(GPU, chosen=True), other))
    assert (said[0][:6], said[2][:6]) == ("0•H100", "1 H100")
    sheet = gpu_detail(sampled(replace(GPU, chosen=True), other), NOW)
    assert sheet.count("named by CUDA_VISIBLE_DEVICES") == 2
    assert sheet.count("not named by CUDA_VISIBLE_DEVICES") == 1


def test_instances_of_a_gpu_that_was_cut_up_have_rows() -> None:
    parts = (GpuInstance("1g.10gb", "MIG-1", GIB, 10 * GIB), GpuInstance("2g.20gb", "MIG-2"))
    gpu = replace(GPU, note="MIG, 2 instances", instances=parts)
    assert gpus(sampled(gpu), width=28)[-3:] == [
        "  MIG, 2 instances",
        "  1g.10gb 1.0/10.0 GiB",
        "  2g.20gb –/– GiB",
    ]


def test_a_gpu_s_sheet_has_three_histories() -> None:
    gpu = replace(GPU, power_limit=700.0, memory_history=(0.0, 1.0), power_history=(0.0, 700.0))
    said = gpu_detail(sampled(gpu), NOW)
    said = " ".join(said.split())
    assert "87% ▂▅▇" in said
    assert "60.0/80.0 GiB ▁█" in said
    assert "412 W of 700 W ▁█" in said


def test_a_lost_gpu_says_lost() -> None:
    lost = GpuStatus(1, "H100", "GPU-1", lost=True, note="lost")
    assert gpus(sampled(lost)) == ["1 H100                            ✗ lost"]


def test_a_stale_sample_says_how_old_it_is() -> None:
    assert gpus(sampled(GPU), now=NOW + 2)[0].startswith("0 H100")
    assert gpus(sampled(GPU), now=NOW + 7)[0] == "! stale: 7 s old"


def test_no_driver_is_one_calm_line() -> None:
    reason = "no NVIDIA driver on this host"
    assert gpus(sampled(reason=reason), now=NOW + 9) == [reason]
    assert gpus(GpuSnapshot()) == ["looking for GPUs …"]


def test_eight_gpus_take_a_line_each_and_a_total() -> None:
    many = [replace(GPU, index=index, uuid=f"GPU-{index}") for index in range(8)]
    said = gpus(sampled(*many))
    assert len(said) == 9
    assert said[0] == "8 GPUs 87% 480/640 GiB 3.3 kW"
    assert said[8] == " 7  87% 60.0/80.0 64° ▂▅▇"
    assert gpus(sampled(*many), width=25)[0] == "8× 87% 480/640 GiB 3.3 kW"
    assert gpus(sampled(*many), width=24)[0] == "87% 480/640 GiB 3.3 kW"
    assert gpus(sampled(*many), width=20)[0] == "87% 480/640 GiB"


def test_the_last_error_of_a_gpu_and_its_bad_memory_stand_out() -> None:
    gpu = replace(GPU, xid=79, ecc_errors=2)
    assert gpus(sampled(gpu))[-2:] == [
        "! 2 memory errors (ECC)",
        "! last driver error: XID 79",
    ]
    assert "XID" not in " ".join(gpus(sampled(replace(GPU, xid=0))))


def test_trouble_is_seen_among_many_gpus_too() -> None:
    many = [replace(GPU, index=index, uuid=f"GPU-{index}") for index in range(8)]
    many[3] = replace(many[3], throttled=("heat",), ecc_errors=1)
    many[5] = GpuStatus(5, "H100", "GPU-5", lost=True, note="lost")
    said = gpus(sampled(*many), width=24)
    assert said[4:7] == [
        " 3  87% 60.0/80.0 64° ▅▇",
        "! held back: heat",
        "! 1 memory error (ECC)",
    ]
    assert " 5 H100           ✗ lost" in said
    line = one_line(of(UP), sampled(*many), NOW).plain
    assert "│ ! GPU 3,5: held back: heat │ 8 GPUs 87% 420/560 GiB" in line


def test_totals_count_each_gpu_and_each_byte_once() -> None:
    def total(*rows: GpuStatus) -> str:
        return gpus(sampled(*rows), width=60)[0]

    whole = [replace(GPU, index=index, uuid=f"GPU-{index}") for index in range(8)]
    part = replace(GPU, memory_used=9 * GIB, memory_total=10 * GIB, part=True)
    parts = [replace(part, index=0, uuid=f"GPU-0/{number}") for number in range(3)]
    assert total(*whole, *parts) == "8 GPUs 87% 480/640 GiB 3.3 kW"
    alone = [replace(part, index=n // 4, uuid=f"GPU-{n}") for n in range(8)]
    assert total(*alone) == "2 GPUs 87% 72/80 GiB 825 W"
    shared = [replace(gpu, shared=True, power=None) for gpu in whole]
    assert total(*shared) == "8 GPUs 87% 60/80 GiB"


def test_a_driver_that_was_asked_and_does_not_answer_says_for_how_long() -> None:
    asked = GpuSnapshot(asked_at=NOW)
    assert gpus(asked, now=NOW + 2) == ["looking for GPUs …"]
    assert gpus(asked, now=NOW + 7) == ["! the driver has not answered for 7 s"]
    gone = GpuSnapshot((), "the NVIDIA driver is not loaded on this host", NOW, asked_at=NOW)
    assert gpus(gone, width=60, now=NOW + 2) == ["the NVIDIA driver is not loaded on this host"]
    assert gpus(gone, now=NOW + 7) == ["! the driver has not answered for 7 s"]
    said = one_line(of(UP), asked, NOW + 7).plain
    assert "! GPUs: the driver has not answered for 7 s" in said


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("H100 80GB HBM3", "H100 80GB"),
        ("RTX 4070 Ti SUPER", "RTX 4070 …"),
        ("RTX 5090 Laptop GPU", "RTX 5090 …"),
        ("Tesla V100-SXM2-32GB", "Tesla V10…"),
    ],
)
def test_a_name_that_is_cut_is_never_another_card_s(name: str, shown: str) -> None:
    (row, *_) = gpus(sampled(replace(GPU, name=name, history=())), width=16)
    assert row == f"0 {shown}".ljust(12) + " 87%"


def test_what_is_not_known_is_not_called_no() -> None:
    said = gpu_detail(sampled(GPU), NOW)
    assert "held back    –" in said
    assert "processes –" in said
    known = gpu_detail(sampled(replace(GPU, throttled=(), processes=())), NOW)
    assert "held back    no" in known
    assert "processes" not in known


@pytest.mark.parametrize("width", [14, 16, 22, 24, 36, 60, 72, 78, 100, 150])
def test_no_row_is_wider_than_the_sidebar(width: int) -> None:
    models = (ServedModel("组织/非常长的模型名字-7B-指令-👩‍👩‍👧", 131072), *UP.models)
    odd = replace(UP, models=models, notes=("很长的提示" * 9,), version="0.33.0.dev12345+cu130")
    gpu = replace(GPU, name="NVIDIA RTX PRO 6000 Blackwell Max-Q Workstation Edition")
    rows = server_rows(odd, width, NOW) + server_rows(DOWN, width, NOW, copy_key="c")
    rows += gpu_rows(sampled(gpu, replace(gpu, lost=True)), width, NOW)
    rows += gpu_rows(sampled(*[gpu] * 8), width, NOW)
    assert max(cell_len(row.text) for row in rows) <= width


def test_the_folded_line_has_state_and_load_of_all() -> None:
    servers = {status.target.root: status for status in (UP, DOWN)}
    assert one_line(servers, sampled(GPU), NOW).plain == (
        " ● vLLM :8000 up run 1 141 tok/s │ ✗ SGLang? gpubox:30000 down │ GPU0 87% 60.0/80.0 GiB"
    )


@pytest.mark.parametrize(
    ("values", "width", "top", "bars"),
    [
        ((0, 50, 100), 8, 100, "▁▅█"),
        ((1, 2, 3, 4), 2, None, "▆█"),
        ((0, 0), 5, None, "▁▁"),
        ((), 5, None, ""),
        ((5,), 0, None, ""),
        ((200, -3), 4, 100, "█▁"),
    ],
)
def test_sparklines(values: tuple[float, ...], width: int, top: float | None, bars: str) -> None:
    assert gauges.spark(values, width, top) == bars


@pytest.mark.parametrize(
    ("count", "said"),
    [
        (None, "–"),
        (512, "512"),
        (4096, "4k"),
        (40960, "40k"),
        (128000, "128k"),
        (131072, "128k"),
        (1048576, "1M"),
    ],
)
def test_context_lengths(count: int | None, said: str) -> None:
    assert gauges.tokens(count) == said


class Host(App[None]):
    def __init__(self, keymap: Mapping[str, str] | None = None) -> None:
        super().__init__()
        self.copied: list[str] = []
        self._keys = dict(keymap or {})

    def compose(self) -> ComposeResult:
        yield Sidebar(self._keys)

    def on_mount(self) -> None:
        self.set_keymap(self._keys)

    def on_sidebar_copy_requested(self, message: Sidebar.CopyRequested) -> None:
        self.copied.append(message.text)


def drawn(sidebar: Sidebar) -> list[str]:
    return [strip.text for strip in sidebar.render_lines(sidebar.size.region)]


def of(*statuses: ServerStatus) -> Mapping[str, ServerStatus]:
    return {status.target.root: status for status in statuses}


def test_the_folded_line_says_when_gpus_are_stale() -> None:
    assert "stale" not in one_line(of(UP), sampled(GPU), NOW + 2.9).plain
    assert "! GPUs stale: 3 s old" in one_line(of(UP), sampled(GPU), NOW + 3).plain


async def test_it_is_framed_and_titled() -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        sidebar = app.query_one(Sidebar)
        sidebar.show(of(UP), sampled(GPU), NOW)
        await pilot.pause()
        said = drawn(sidebar)
    assert said[0].startswith("┌ Servers ─")
    assert said[5].startswith("├ GPUs (this host) ─")
    assert said[-1] == f"└{'─' * 26}┘"
    assert {cell_len(line) for line in said} == {28}
    assert len(said) == 24


async def test_gpus_of_other_machines_stand_under_their_names() -> None:
    afar = GpuSnapshot((replace(GPU, utilisation=5),), "", NOW - 8, "rack 7")
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        sidebar = app.query_one(Sidebar)
        sidebar.show(of(UP), replace(sampled(GPU), others=(afar,)), NOW)
        await pilot.pause()
        said = drawn(sidebar)
    at = next(y for y, line in enumerate(said) if line.startswith("├ GPUs (rack 7) ─"))
    assert " 5% " in said[at + 1], "8 s are not stale there: it is asked less often"


async def test_it_is_painted_again_only_when_it_says_something_else() -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        sidebar = app.query_one(Sidebar)
        sidebar.show(of(UP), sampled(GPU), NOW)
        await pilot.pause()
        with _refreshes(sidebar) as count:
            sidebar.show(of(replace(UP, checked_at=NOW + 1)), sampled(GPU, at=NOW + 1), NOW + 1)
            assert count == []
            sidebar.show(of(replace(UP, running=2)), sampled(GPU, at=NOW + 2), NOW + 2)
            assert count == [(Region(0, 3, 28, 1),)], "only the row that differs"
            sidebar.show(of(replace(UP, notes=("odd",))), sampled(GPU, at=NOW + 3), NOW + 3)
            assert count[1:] == [()], "rows moved: all of it"


@contextmanager
def _refreshes(sidebar: Sidebar) -> Iterator[list[object]]:
    count: list[object] = []
    refresh = sidebar.refresh
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sidebar, "refresh", lambda *areas, **how: count.append(areas))
        yield count
    assert sidebar.refresh == refresh


async def test_a_key_copies_the_whole_command_of_the_server_that_is_down() -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        sidebar = app.query_one(Sidebar)
        sidebar.show(of(UP, DOWN), sampled(GPU), NOW)
        sidebar.focus()
        await pilot.press("c")
        assert app.copied == [COMMAND]


async def test_a_click_on_the_command_copies_it() -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        sidebar = app.query_one(Sidebar)
        sidebar.show(of(DOWN), sampled(GPU), NOW)
        await pilot.pause()
        row = next(y for y, line in enumerate(drawn(sidebar)) if "launch_server" in line)
        await pilot.click(Sidebar, offset=(6, row))
        assert app.copied == [COMMAND]


async def test_two_dead_servers_are_chosen_between() -> None:
    other = replace(DOWN, target=target("http://gpubox:8000", command="start the other"))
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        sidebar = app.query_one(Sidebar)
        sidebar.show(of(DOWN, other), sampled(GPU), NOW)
        sidebar.focus()
        await pilot.press("c", "down", "down", "c")
        assert app.copied == [COMMAND, "start the other"]


async def test_enter_shows_all_about_a_server_and_keeps_it_up_to_date() -> None:
    log = (Asked(NOW - 2, "/health", 200, 0.004), Asked(NOW - 1, "/metrics", 0, 2.5, "no answer"))
    app = Host()
    async with app.run_test(size=(100, 40)) as pilot:
        sidebar = app.query_one(Sidebar)
        sidebar.show(of(replace(UP, log=log), DOWN), sampled(GPU), NOW)
        sidebar.focus()
        await pilot.press("enter")
        sheet = app.screen
        assert isinstance(sheet, DetailSheet)
        said = sheet.body.plain
        assert said.startswith("● up for 0 s")
        assert "40960 tokens of context" in said
        assert said.index("/metrics") < said.index("/health"), "the newest first"
        sidebar.show(of(replace(UP, running=77), DOWN), sampled(GPU), NOW + 1)
        sheet.again()
        assert "77" in sheet.body.plain
        await pilot.press("escape")
        assert app.screen is not sheet


async def test_enter_on_the_gpus_shows_all_about_them() -> None:
    busy = GpuProcess(4242, 59 * GIB, "VLLM::EngineCor")
    gpu = replace(GPU, processes=(busy,), throttled=("heat",), sm_clock=1980)
    app = Host()
    async with app.run_test(size=(100, 40)) as pilot:
        sidebar = app.query_one(Sidebar)
        sidebar.show(of(UP), sampled(gpu), NOW)
        sidebar.focus()
        await pilot.press("down", "down", "enter")
        sheet = app.screen
        assert isinstance(sheet, DetailSheet)
        assert "process 4242 VLLM::EngineCor 59.0 GiB" in sheet.body.plain
        assert "1980 MHz SM" in sheet.body.plain


async def test_each_gpu_can_be_chosen_for_a_sheet_of_its_own() -> None:
    afar = GpuSnapshot((replace(GPU, uuid="far"),), "", NOW, "rack 7")
    both = replace(sampled(GPU, replace(GPU, index=1, uuid="GPU-1")), others=(afar,))
    app = Host()
    async with app.run_test(size=(100, 40)) as pilot:
        sidebar = app.query_one(Sidebar)
        sidebar.show(of(UP), both, NOW)
        sidebar.focus()
        await pilot.press("down", "down", "down", "down")
        assert any(line.startswith("1▸H100") for line in sidebar.lines)
        await pilot.press("enter")
        sheet = app.screen
        assert isinstance(sheet, DetailSheet)
        assert "GPU-1" in sheet.body.plain
        assert "GPU-0" not in sheet.body.plain
        await pilot.press("escape", "down", "enter")
        assert isinstance(app.screen, DetailSheet)
        assert "on rack 7" in app.screen.body.plain


@pytest.mark.parametrize(
    ("steps", "only"), [(3, "part-0"), (4, "part-1"), (5, "GPU-1"), (6, "there-0")]
)
async def test_each_gpu_is_reached_whatever_number_or_machine_it_shares(
    steps: int, only: str
) -> None:
    parts = [replace(GPU, uuid=f"part-{part}", part=True) for part in range(2)]
    there = GpuSnapshot((replace(GPU, uuid="there-0"),), "", NOW, "this host")
    gpus = replace(
        sampled(*parts, replace(GPU, index=1, uuid="GPU-1")),
        others=(there,),
    )
    app = Host()
    async with app.run_test(size=(100, 40)) as pilot:
        sidebar = app.query_one(Sidebar)
        sidebar.show(of(UP), gpus, NOW)
        sidebar.focus()
        await pilot.press(*["down"] * steps)
        assert sum("▸" in line for line in sidebar.lines) == 1
        await pilot.press("enter")
        sheet = app.screen
        assert isinstance(sheet, DetailSheet)
        ids = ("part-0", "part-1", "GPU-1", "there-0")
        assert [name for name in ids if name in sheet.body.plain] == [only]


async def test_what_does_not_fit_is_scrolled_to() -> None:
    app = Host()
    async with app.run_test(size=(80, 12)) as pilot:
        sidebar = app.query_one(Sidebar)
        sidebar.show(of(UP, DOWN), sampled(GPU), NOW)
        sidebar.focus()
        await pilot.pause()
        assert "more below" in drawn(sidebar)[-1]
        await pilot.press("pagedown", "pagedown", "pagedown")
        assert "H100" in "\n".join(drawn(sidebar))
        assert "more below" not in drawn(sidebar)[-1]


async def test_it_follows_the_theme_and_no_colour(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        sidebar = app.query_one(Sidebar)
        sidebar.show(of(UP, DOWN), sampled(GPU), NOW)
        await pilot.pause()
        plain = "\n".join(drawn(sidebar))
        colours = {
            part.style.color.triplet
            for strip in sidebar.render_lines(sidebar.size.region)
            for part in strip
            if part.style and part.style.color and part.style.color.triplet
        }
    assert " up " in plain
    assert " down " in plain
    assert all(r == g == b for r, g, b in colours), "only shades of grey"


WHEN = datetime(2026, 11, 23, 21, 3, 12)
WENT = StateChange(
    NOW - 12, WHEN, DOWN.target.root, ServerState.UP, ServerState.DOWN, "connection refused", True
)
CAME = replace(WENT, at=NOW, when=WHEN + timedelta(seconds=12), after=ServerState.UP, reason="")


async def test_what_went_down_and_came_back_is_told_with_its_time_the_newest_first() -> None:
    app = Host()
    async with app.run_test(size=(100, 40)) as pilot:
        sidebar = app.query_one(Sidebar)
        sidebar.focus()
        await pilot.press("e")
        sheet = app.screen
        assert isinstance(sheet, DetailSheet)
        assert sheet.body.plain == "Nothing has happened yet."
        sidebar.show(of(UP, replace(DOWN, changes=(WENT, CAME))), sampled(GPU), NOW)
        sheet.again()
        assert sheet.body.plain.splitlines() == [
            "21:03:24  SGLang? gpubox:30000 up",
            "21:03:12  SGLang? gpubox:30000 down: connection refused",
        ]


async def test_a_server_s_own_sheet_has_its_changes() -> None:
    said = server_detail(replace(DOWN, changes=(WENT,)), NOW)
    assert "changes\n  21:03:12  down: connection refused\n" in said


async def test_its_keys_can_be_changed_and_it_says_so() -> None:
    app = Host({"sidebar.copy": "x", "sidebar.events": "ctrl+l"})
    async with app.run_test(size=(80, 24)) as pilot:
        sidebar = app.query_one(Sidebar)
        sidebar.show(of(DOWN), sampled(GPU), NOW)
        sidebar.focus()
        assert "(x copies)" in " ".join(line.strip() for line in sidebar.lines)
        await pilot.press("c")
        assert app.copied == []
        await pilot.press("x")
        assert app.copied == [COMMAND]
        await pilot.press("ctrl+l")
        assert isinstance(app.screen, DetailSheet)
