from dataclasses import replace

import pytest
from rich.cells import cell_len

from massgen_tui.console.screens.monitor import gpu_detail
from massgen_tui.console.widgets.server_rows import server_rows
from massgen_tui.console.widgets.status_line import one_line
from massgen_tui.monitor.gpu_state import GpuState
from massgen_tui.monitor.gpu_status import GpuInstance, GpuProcess, GpuSnapshot, GpuStatus
from massgen_tui.monitor.status import ServedModel
from tests.support.monitored import (
    DOWN,
    GIB,
    GPU,
    NOW,
    UP,
    gpu_rows,
    gpus,
    of,
    sampled,
)


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


def test_all_of_the_last_minute_is_shown_whatever_the_room() -> None:
    spiked = replace(WORKED, history=(100,) * 30 + (0,) * 30, power_limit=None)
    assert "load 87% ████████████▁▁▁▁▁▁▁▁▁▁▁▁ " in gpus(sampled(spiked), width=150)[1]
    assert gpus(sampled(spiked), width=24)[0].endswith("87% ████▁▁▁▁")
    assert "load         87%               ███████████████▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁" in gpu_detail(
        sampled(spiked), NOW
    )


def test_a_number_that_is_missed_once_keeps_its_place() -> None:
    missed = replace(WORKED, power=None, power_limit=0.0, power_history=(412.5, None))
    assert gpus(sampled(missed), width=72)[2] == "  – █"


def test_parts_of_a_gpu_have_names_and_no_power_of_their_own() -> None:
    parts = [
        replace(WORKED, part=True, note=f"MIG {size}g.10gb", uuid=f"GPU-0/{size}")
        for size in range(1, 9)
    ]
    said = gpus(sampled(*parts), width=90)
    assert "412 W" in said[0]
    assert "412 W" not in said[1]
    assert said[1].endswith("64 °C 1g.10gb")


@pytest.mark.parametrize("width", [72, 98, 120, 130])
def test_many_gpus_tell_their_heat_and_servers_at_any_width(width: int) -> None:
    both = (GpuProcess(1, GIB, server=":8000"), GpuProcess(2, GIB, server=":30000/large"))
    said = gpus(sampled(*[replace(WORKED, processes=both)] * 8), width=width)
    assert "64 °C ← :8000" in said[1]
    assert cell_len(said[1]) <= width


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
        ("RTX PRO 6000 Blackwell", "0 RTX PRO 6000 87% ▁▂▄▅▇"),
        ("A100-SXM4-80GB", "0 A100-SXM4-8… 87% ▁▂▄▅▇"),
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


def test_an_instance_is_told_with_the_power_of_its_card_or_without_any() -> None:
    part = replace(GPU, part=True, note="MIG 1g.10gb", history=(), uuid="GPU-0/1")
    other = replace(part, power=None, uuid="GPU-0/2")
    assert gpus(sampled(part, other)) == [
        "0 H100 80GB HBM3                     87%",
        "  60.0/80.0 GiB  64 °C  card 412 W",
        "  MIG 1g.10gb",
        "0 H100 80GB HBM3                     87%",
        "  60.0/80.0 GiB  64 °C",
        "  MIG 1g.10gb",
    ]


def test_a_gpu_s_sheet_has_three_histories() -> None:
    gpu = replace(GPU, power_limit=700.0, memory_history=(0.0, 1.0), power_history=(0.0, 700.0))
    said = gpu_detail(sampled(gpu), NOW)
    said = " ".join(said.split())
    assert "87% ▂▅▇" in said
    assert "60.0/80.0 GiB ▁█" in said
    assert "412 W of 700 W ▁█" in said


def test_a_lost_gpu_says_lost() -> None:
    lost = GpuStatus(1, "H100", "GPU-1", state=GpuState.LOST, note="it fell off the bus")
    assert gpus(sampled(lost)) == [
        "1 H100                            ✗ lost",
        "  it fell off the bus",
    ]


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
    many[5] = GpuStatus(5, "H100", "GPU-5", state=GpuState.LOST, note="it fell off the bus")
    many[6] = GpuStatus(6, "H100", "GPU-6", state=GpuState.RESET)
    said = gpus(sampled(*many), width=24)
    assert said[4:7] == [
        " 3  87% 60.0/80.0 64° ▂▆",
        "! held back: heat",
        "! 1 memory error (ECC)",
    ]
    assert said[8:11] == [
        " 5 H100           ✗ lost",
        "  it fell off the bus",
        " 6 H100  ✗ needs a reset",
    ]
    assert gpus(sampled(*many), width=40)[0] == "6 of 8 GPUs 87% 360/480 GiB 2.5 kW"
    line = one_line(of(UP), sampled(*many), NOW).plain
    assert line.startswith(
        " ! GPU 5: lost (it fell off the bus) │ ! GPU 6: needs a reset │ "
        "! GPU 3: held back: heat │ ! GPU 3: 1 memory error (ECC) │ "
    )
    assert line.endswith(" │ 6 of 8 GPUs 87% 360/480 GiB")


def test_a_reason_that_is_all_gpus_is_told_once() -> None:
    why = "the NVIDIA driver was updated: it works again after a reboot"
    away = [
        GpuStatus(index, "H100", f"GPU-{index}", state=GpuState.UNREACHABLE, note=why)
        for index in range(8)
    ]
    said = gpus(sampled(*away, reason=why), width=64)
    assert said[:2] == [why, "0 of 8 GPUs –% –/– GiB".replace("–%", "–")]
    assert len(said) == 10
    assert said[2] == " 0 H100" + " " * 44 + "✗ unreachable"
    line = one_line(of(UP), sampled(*away, reason=why), NOW).plain
    assert line.startswith(f" ! 8 GPUs: unreachable ({why}) │ ")
    assert gpus(sampled(*away[:1], reason="another"))[-1] == "  works again after a reboot"


def test_what_is_troubled_comes_first_on_one_line() -> None:
    hot = replace(GPU, index=1, throttled=("heat",))
    said = one_line(of(UP), sampled(GPU, hot), NOW).plain
    assert said.startswith(" ! GPU1 held back: heat 87% 60.0/80.0 GiB │ ● vLLM")
    lost = replace(GPU, index=1, state=GpuState.LOST)
    assert one_line(of(UP), sampled(GPU, lost), NOW).plain.startswith(" ! GPU1 lost │ ● vLLM")


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
    rows += gpu_rows(sampled(gpu, replace(gpu, state=GpuState.LOST)), width, NOW)
    rows += gpu_rows(sampled(*[gpu] * 8), width, NOW)
    assert max(cell_len(row.text) for row in rows) <= width
