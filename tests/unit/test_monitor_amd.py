"""AMD's cards from files that the test wrote, beside and without NVIDIA's."""

import threading
from pathlib import Path

import pytest

from massgen_tui.monitor.amd import AmdCards
from massgen_tui.monitor.gpu_status import GpuStatus
from massgen_tui.monitor.gpus import GpuMonitor
from massgen_tui.monitor.nvml import NoGpus, Nvml

GIB = 2**30

RADEON = {
    "vendor": "0x1002\n",
    "device": "0x744c\n",
    "product_name": "AMD Radeon RX 7900 XTX\n",
    "unique_id": "dead0001\n",
    "gpu_busy_percent": "87\n",
    "mem_info_vram_used": f"{6 * GIB}\n",
    "mem_info_vram_total": f"{24 * GIB}\n",
    "hwmon/hwmon4/temp1_input": "64000\n",
    "hwmon/hwmon4/power1_average": "212000000\n",
    "hwmon/hwmon4/power1_cap": "327000000\n",
    "hwmon/hwmon4/freq1_input": "2482000000\n",
    "hwmon/hwmon4/freq2_input": "1249000000\n",
}


def card(root: Path, number: int, files: dict[str, str]) -> Path:
    device = root / f"card{number}" / "device"
    for name, text in files.items():
        path = device / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return device


def test_a_card_is_read_in_the_units_of_the_others(tmp_path: Path) -> None:
    card(tmp_path, 0, RADEON)
    assert AmdCards(tmp_path).sample(2) == [
        GpuStatus(
            2,
            "Radeon RX 7900 XTX",
            "AMD-device",
            utilisation=87,
            memory_used=6 * GIB,
            memory_total=24 * GIB,
            temperature=64,
            power=212.0,
            power_limit=327.0,
            sm_clock=2482,
            memory_clock=1249,
        )
    ]


def test_only_amd_s_cards_count_in_the_order_of_their_numbers(tmp_path: Path) -> None:
    card(tmp_path, 10, RADEON | {"product_name": "ten"})
    card(tmp_path, 9, RADEON | {"product_name": "nine"})
    card(tmp_path, 1, RADEON | {"vendor": "0x10de\n"})
    (tmp_path / "card9-DP-1").mkdir()
    (tmp_path / "renderD128").mkdir()
    assert [row.name for row in AmdCards(tmp_path).sample()] == ["nine", "ten"]


@pytest.mark.parametrize("text", ["", "N/A\n", "-1\n", "9" * 30, "\xb2"])
def test_a_file_that_says_nothing_blanks_only_its_own_field(tmp_path: Path, text: str) -> None:
    files = {name: words for name, words in RADEON.items() if not name.startswith("hwmon")}
    card(tmp_path, 0, files | {"gpu_busy_percent": text, "product_name": "", "unique_id": ""})
    (row,) = AmdCards(tmp_path).sample()
    assert (row.utilisation, row.temperature, row.power) == (None, None, None)
    assert (row.name, row.uuid, row.memory_used) == ("AMD 0x744c", "AMD-device", 6 * GIB)


HALO = RADEON | {
    "device": "0x1586\n",
    "product_name": "",
    "mem_info_vram_used": "476000000\n",
    "mem_info_vram_total": f"{512 * 2**20}\n",
    "mem_info_gtt_used": "67645734912\n",
    "mem_info_gtt_total": "133143986176\n",
}
V1, V2, V3 = b"\x78\x00\x01\x03", b"\x80\x00\x02\x02", b"\x08\x01\x03\x00"


@pytest.mark.parametrize(
    ("files", "form", "gib", "unified"),
    [
        # Strix Halo as on kernel 6.14; a model of 63 GiB lies in GTT (Syllo/nvtop#399, #428)
        (HALO, b"", (63.4, 124.5), True),
        (HALO, V3, (63.4, 124.5), True),
        # the firmware gave it 96 GiB
        (HALO | {"mem_info_vram_total": f"{96 * GIB}\n"}, b"", (63.4, 220.0), True),
        # Van Gogh (Steam Deck) and one whose number is not known yet, by its sensors or its pools
        (HALO | {"device": "0x163f\n", "mem_info_vram_total": f"{GIB}\n"}, V2, (63.4, 125.0), True),
        (
            HALO | {"device": "0xffff\n", "mem_info_vram_total": f"{16 * GIB}\n"},
            V3,
            (63.4, 140.0),
            True,
        ),
        (HALO | {"device": "0xffff\n"}, b"", (63.4, 124.5), True),
        # cards, whose GTT is for what does not fit
        (
            HALO | {"device": "0x744c\n", "mem_info_vram_total": f"{24 * GIB}\n"},
            b"",
            (0.4, 24.0),
            False,
        ),
        (
            HALO | {"device": "0x699f\n", "mem_info_vram_total": f"{2 * GIB}\n"},
            V1,
            (0.4, 2.0),
            False,
        ),
        (RADEON, b"", (6.0, 24.0), False),
        # an RX 550, whose driver has no such table, in a machine with much memory
        (
            HALO | {"device": "0x699f\n", "mem_info_vram_total": f"{2 * GIB}\n"},
            b"",
            (0.4, 2.0),
            False,
        ),
    ],
)
def test_the_memory_of_an_apu_is_the_pool_that_its_models_are_in(
    files: dict[str, str], form: bytes, gib: tuple[float, float], unified: bool, tmp_path: Path
) -> None:
    device = card(tmp_path, 0, files)
    if form:
        (device / "gpu_metrics").write_bytes(form + bytes(100))
    (row,) = AmdCards(tmp_path).sample()
    assert (row.memory_used, row.memory_total) != (None, None)
    assert tuple(round((size or 0) / GIB, 1) for size in (row.memory_used, row.memory_total)) == gib
    assert (row.shared, row.note) == (unified, "unified memory" if unified else "")


def test_a_pool_that_is_not_told_leaves_the_sum_unknown(tmp_path: Path) -> None:
    card(tmp_path, 0, HALO | {"mem_info_gtt_used": "N/A\n"})
    (row,) = AmdCards(tmp_path).sample()
    assert (row.memory_used, row.note) == (None, "unified memory")


def test_a_card_that_sleeps_is_left_to_sleep(tmp_path: Path) -> None:
    card(tmp_path, 0, RADEON | {"power/runtime_status": "suspended\n"})
    (row,) = AmdCards(tmp_path).sample()
    assert (row.note, row.utilisation) == ("asleep", None)


def test_no_such_folder_is_no_card(tmp_path: Path) -> None:
    assert AmdCards(tmp_path / "none").sample() == []


def absent() -> Nvml:
    raise NoGpus("no NVIDIA driver on this host")


def test_a_host_with_amd_s_cards_alone_is_sampled_as_often_as_any(tmp_path: Path) -> None:
    device = card(tmp_path, 0, RADEON)
    monitor = GpuMonitor(interval=0.005, retry=60, open_nvml=absent, cards=AmdCards(tmp_path))
    monitor.start()
    first = monitor.wait_for(lambda s: bool(s.gpus))
    (device / "gpu_busy_percent").write_text("12\n")
    later = monitor.wait_for(lambda s: s.gpus[0].utilisation == 12)
    assert monitor.stop(5)
    assert (first.reason, first.gpus[0].utilisation) == ("", 87)
    assert later.gpus[0].history[0] == 87
    assert later.gpus[0].power_history[0] == 212.0


def test_without_any_card_the_reason_is_told_and_it_rests(tmp_path: Path) -> None:
    monitor = GpuMonitor(interval=0.001, retry=60, open_nvml=absent, cards=AmdCards(tmp_path))
    monitor.start()
    told = monitor.wait_for(lambda s: s.sampled_at is not None)
    assert told.reason == "no NVIDIA driver on this host"
    assert monitor.stop(5)
    assert monitor.snapshot is told, "it was not asked again"
    assert all(thread.name != "nvml" for thread in threading.enumerate())


def test_it_can_begin_later_and_be_ended_before(tmp_path: Path) -> None:
    cards = AmdCards(tmp_path)
    soon = GpuMonitor(interval=0.001, retry=60, delay=0.01, open_nvml=absent, cards=cards)
    never = GpuMonitor(interval=0.001, retry=60, delay=60, open_nvml=absent, cards=cards)
    for monitor in (soon, never):
        monitor.start()
    soon.wait_for(lambda s: s.sampled_at is not None)
    assert soon.stop(5)
    assert never.stop(5)
    assert (never.snapshot.asked_at, never.snapshot.sampled_at) == (None, None)


def test_a_fault_of_ours_ends_no_sampling(tmp_path: Path) -> None:
    failures = iter([ValueError("ours"), OSError("ours")])

    def broken_twice() -> Nvml:
        for failure in failures:
            raise failure
        return absent()

    monitor = GpuMonitor(
        interval=0.001, retry=0.001, open_nvml=broken_twice, cards=AmdCards(tmp_path)
    )
    monitor.start()
    monitor.wait_for(lambda s: s.reason == "no NVIDIA driver on this host")
    assert monitor.stop(5)
    assert next(failures, None) is None
