"""The real nvidia-ml-py on a library of ours, in processes of their own: it is loaded only once."""

import ctypes
import json
import os
import shutil
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from massgen_tui.monitor.host import in_container

ROOT = Path(__file__).parents[2]
STUB = ROOT / "tests" / "support" / "nvml_stub.c"
COMPILER = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
GIB = 2**30

pytestmark = pytest.mark.skipif(
    COMPILER is None or sys.platform != "linux", reason="needs a C compiler on Linux"
)

TAKEN_AWAY = (
    "this container has lost its GPUs' device files: start it anew (NVML error 999)"
    if in_container()
    else "the NVIDIA driver does not answer (NVML error 999)"
)
Play = Callable[[str], Any]

CHILD = """
import json, os, threading, time
from dataclasses import asdict
from pathlib import Path
from massgen_tui.monitor.gpus import GpuMonitor

def play(word):
    staged = Path(os.environ["NVML_STUB"] + ".new")
    staged.write_text(word)
    staged.replace(os.environ["NVML_STUB"])

def tell(snapshot):
    print(json.dumps(asdict(snapshot)), flush=True)

def hangs():
    mark = Path(os.environ["NVML_STUB"] + ".hangs")
    while not mark.exists():
        threading.Event().wait(0.005)

monitor = GpuMonitor(interval=0.01, retry=0.01)
wait = monitor.wait_for
"""


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("nvml")
    made = folder / "libnvidia-ml.so.1"
    command = [str(COMPILER), "-shared", "-fPIC", "-O1", "-o", str(made), str(STUB)]
    subprocess.run(command, check=True, timeout=60)
    return made


@pytest.fixture
def play(library: Path, tmp_path: Path) -> Play:
    """Runs a few lines with a monitor in a new process, and gives what they told."""

    def run(body: str) -> object:
        environment = os.environ | {
            "LD_LIBRARY_PATH": str(library.parent),
            "NVML_STUB": str(tmp_path / "plays"),
            "LIBRARY": str(library),
            "PYTHONPATH": str(ROOT),
        }
        done = subprocess.run(
            [sys.executable, "-c", CHILD + textwrap.dedent(body)],
            env=environment,
            capture_output=True,
            text=True,
            timeout=40,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        assert done.stderr == ""
        told = [json.loads(line) for line in done.stdout.splitlines()]
        return told[0] if len(told) == 1 else told

    return run


def test_two_healthy_gpus(play: Play) -> None:
    told = play("""
        play("two")
        monitor.start()
        tell(wait(lambda s: s.gpus and len(s.gpus[0].history) >= 3))
        assert monitor.stop(5)
    """)
    first, second = told["gpus"]
    assert told["reason"] == ""
    assert (first["index"], second["index"]) == (0, 1)
    assert (first["name"], first["uuid"]) == ("H100 80GB HBM3", "GPU-0")
    assert (first["utilisation"], second["utilisation"]) == (87, 86)
    assert (first["memory_used"], first["memory_total"]) == (60 * GIB, 80 * GIB)
    assert (first["temperature"], first["sm_clock"]) == (64, 1980)
    assert (first["power"], first["power_limit"]) == (412.5, 700.0)
    assert first["history"][:3] == [87, 87, 87]
    assert first["processes"] == [{"pid": 2**31 - 2, "memory": 59 * GIB, "name": "", "server": ""}]
    assert (first["power_history"][0], first["memory_history"][0]) == (412.5, 0.75)
    assert (first["throttled"], first["memory_clock"], first["ecc_errors"]) == ([], 1980, 0)
    assert first["state"] == "there"


def test_unsupported_fields_blank_only_themselves(play: Play) -> None:
    told = play("""
        play("unsupported")
        monitor.start()
        tell(wait(lambda s: s.gpus))
    """)
    gpu = told["gpus"][0]
    missing = ("utilisation", "temperature", "power")
    assert [gpu[name] for name in missing] == [None, None, None]
    assert (gpu["memory_used"], gpu["power_limit"], gpu["sm_clock"]) == (60 * GIB, 700.0, 1980)
    assert (gpu["ecc_errors"], gpu["processes"]) == (None, None)
    assert gpu["name"] == "H100 80GB HBM3"


@pytest.mark.parametrize("word", ["one lost", "one unreachable"])
def test_a_lost_gpu_keeps_its_row_and_comes_back(play: Play, word: str) -> None:
    healthy, lost, back = play(f"""
        play("two")
        monitor.start()
        tell(wait(lambda s: len(s.gpus) == 2))
        play("{word}")
        tell(wait(lambda s: s.gpus[1].away))
        play("two")
        tell(wait(lambda s: not s.gpus[1].away))
    """)
    assert [gpu["state"] for gpu in healthy["gpus"]] == ["there", "there"]
    first, second = lost["gpus"]
    assert (first["state"], first["utilisation"]) == ("there", 87)
    assert (second["name"], second["uuid"]) == ("H100 80GB HBM3", "GPU-1")
    assert (second["state"], second["note"]) == ("lost", "it fell off the bus")
    assert (second["utilisation"], second["memory_used"]) == (None, None)
    assert back["gpus"][1]["utilisation"] == 86


def test_a_gpu_that_needs_a_reset_is_not_lost_and_keeps_the_name_that_is_told(play: Play) -> None:
    """leptonai/gpud#1133: after an unrecoverable error all but its name is `GPU requires reset`."""
    told = play("""
        play("needs reset")
        monitor.start()
        tell(wait(lambda s: len(s.gpus) == 2 and s.gpus[1].away))
    """)
    gpu = told["gpus"][1]
    assert (gpu["state"], gpu["note"]) == ("needs a reset", "")
    assert (gpu["name"], gpu["uuid"], gpu["utilisation"]) == ("H100 80GB HBM3", "GPU-1", None)
    assert told["gpus"][0]["state"] == "there"


@pytest.mark.parametrize(
    ("word", "note"),
    [
        ("one unknown", TAKEN_AWAY),
        ("one forbidden", "no permission to ask the NVIDIA driver"),
    ],
)
def test_one_gpu_that_cannot_be_asked_from_here_is_unreachable(
    word: str, note: str, play: Play
) -> None:
    told, named = play(f"""
        play("{word}")
        monitor.start()
        tell(wait(lambda s: len(s.gpus) == 2 and s.gpus[1].away))
        play("two")
        wait(lambda s: not s.gpus[1].away)
        play("{word}")
        tell(wait(lambda s: s.gpus[1].away))
    """)
    assert [(gpu["state"], gpu["note"]) for gpu in told["gpus"]] == [
        ("there", ""),
        ("unreachable", note),
    ]
    assert named["gpus"][1]["name"] == "H100 80GB HBM3"


def test_a_container_that_loses_its_devices_loses_no_gpu(play: Play) -> None:
    """nvidia-container-toolkit#48: every call is Unknown, a new start of the library too."""
    told, later, back = play("""
        import massgen_tui.monitor.gpus as gpus
        gpus._SILENT = 0.05
        play("two")
        monitor.start()
        wait(lambda s: len(s.gpus) == 2)
        play("taken away")
        tell(wait(lambda s: s.gpus[0].away))
        tell(wait(lambda s: s.gpus[1].away and s.asked_at is not None))
        play("two")
        tell(wait(lambda s: not s.gpus[0].away))
    """)
    for one in (told, later):
        assert one["reason"] == TAKEN_AWAY
        assert [(gpu["state"], gpu["name"]) for gpu in one["gpus"]] == [
            ("unreachable", "H100 80GB HBM3"),
            ("unreachable", "H100 80GB HBM3"),
        ]
    assert [gpu["state"] for gpu in back["gpus"]] == ["there", "there"]


def test_a_driver_that_was_updated_under_us_leaves_all_unreachable(play: Play) -> None:
    told = play("""
        play("two")
        monitor.start()
        wait(lambda s: len(s.gpus) == 2)
        play("driver gone")
        wait(lambda s: s.gpus[0].away)
        play("mismatch")
        tell(wait(lambda s: "updated" in s.reason))
    """)
    assert {(gpu["state"], gpu["note"]) for gpu in told["gpus"]} == {
        ("unreachable", "the NVIDIA driver was updated: it works again after a reboot")
    }


def test_each_of_sixteen_has_the_state_that_it_is_in(play: Play) -> None:
    told = play("""
        play("sixteen")
        monitor.start()
        tell(wait(lambda s: len(s.gpus) == 16))
    """)
    away = {gpu["index"]: gpu["state"] for gpu in told["gpus"] if gpu["state"] != "there"}
    assert away == {3: "needs a reset", 13: "lost"}
    assert told["gpus"][3]["name"] == "H100 80GB HBM3"
    assert (told["gpus"][9]["throttled"], told["gpus"][5]["ecc_errors"]) == (
        ["hardware slowdown", "heat"],
        4,
    )


def test_a_gpu_that_is_no_longer_listed_keeps_its_row(play: Play) -> None:
    told = play("""
        play("two")
        monitor.start()
        wait(lambda s: len(s.gpus) == 2)
        play("one left")
        tell(wait(lambda s: any(gpu.away for gpu in s.gpus)))
    """)
    assert [(gpu["uuid"], gpu["state"]) for gpu in told["gpus"]] == [
        ("GPU-0", "there"),
        ("GPU-1", "lost"),
    ]


def test_a_gpu_cut_up_by_mig_says_so_and_has_no_utilisation(play: Play) -> None:
    told = play("""
        play("mig")
        monitor.start()
        tell(wait(lambda s: s.gpus))
    """)
    gpu = told["gpus"][0]
    assert gpu["note"] == "MIG, 3 instances"
    assert gpu["utilisation"] is None
    assert gpu["memory_total"] == 80 * GIB
    parts = [(one["name"], one["memory_used"], one["memory_total"]) for one in gpu["instances"]]
    assert parts == [
        ("1g.10gb", 1 * GIB, 10 * GIB),
        ("1g.10gb", 2 * GIB, 10 * GIB),
        ("1g.10gb", None, None),
    ]
    assert gpu["instances"][1]["uuid"] == "MIG-9"


def test_a_gpu_that_is_held_back_says_by_what(play: Play) -> None:
    told = play("""
        play("hot")
        monitor.start()
        tell(wait(lambda s: s.gpus))
    """)
    assert told["gpus"][0]["throttled"] == ["power cap", "heat"]


def test_a_driver_too_old_for_a_call_loses_only_that_field(play: Play) -> None:
    told = play("""
        play("old driver")
        monitor.start()
        tell(wait(lambda s: s.gpus))
    """)
    gpu = told["gpus"][0]
    assert (gpu["temperature"], gpu["utilisation"]) == (65, 87)
    assert gpu["processes"][0]["memory"] == 58 * GIB, "the older call tells"


def test_unified_memory_is_the_system_s_and_says_so(play: Play) -> None:
    told = play("""
        play("unified")
        monitor.start()
        tell(wait(lambda s: s.gpus))
    """)
    gpu = told["gpus"][0]
    assert gpu["note"] == "unified memory"
    assert 0 < gpu["memory_used"] < gpu["memory_total"]


def test_the_old_memory_call_is_used_where_the_new_one_is_not_there(play: Play) -> None:
    told = play("""
        play("old memory")
        monitor.start()
        tell(wait(lambda s: s.gpus))
    """)
    assert told["gpus"][0]["memory_used"] == 61 * GIB


def test_a_name_that_does_not_decode_hides_nothing_else(play: Play) -> None:
    told = play("""
        play("garbled")
        monitor.start()
        tell(wait(lambda s: s.gpus))
    """)
    gpu = told["gpus"][0]
    assert (gpu["name"], gpu["uuid"], gpu["utilisation"]) == (None, "GPU-0", 87)


def test_a_call_that_hangs_leaves_the_last_sample_and_stops_nobody(play: Play) -> None:
    """The process ends though its thread hangs in C, or the run times out."""
    before, hung = play("""
        play("two")
        monitor.start()
        tell(wait(lambda s: len(s.gpus) == 2))
        play("hang")
        hangs()
        tell(monitor.snapshot)
        monitor.start()
        assert threading.active_count() == 2, "a hung thread is not doubled"
        assert not monitor.stop(0.1)
    """)
    assert len(hung["gpus"]) == 2
    assert before["sampled_at"] <= hung["sampled_at"]


def test_a_call_that_hung_and_returns_goes_on(play: Play) -> None:
    told = play("""
        play("hang")
        monitor.start()
        hangs()
        assert monitor.snapshot.sampled_at is None
        play("two")
        tell(wait(lambda s: len(s.gpus) == 2))
    """)
    assert told["gpus"][0]["utilisation"] == 87


def test_one_call_that_says_lost_takes_no_gpu_away(play: Play) -> None:
    told = play("""
        play("ecc lost")
        monitor.start()
        tell(wait(lambda s: len(s.gpus) == 2))
    """)
    gpu = told["gpus"][0]
    assert (gpu["state"], gpu["ecc_errors"], gpu["utilisation"]) == ("there", None, 87)


def test_numbers_that_no_gpu_has_are_unknown(play: Play) -> None:
    told = play("""
        play("garbage")
        monitor.start()
        tell(wait(lambda s: len(s.gpus) == 2))
    """)
    gpu = told["gpus"][0]
    missing = ("utilisation", "power", "temperature", "memory_used", "ecc_errors", "processes")
    assert [gpu[name] for name in missing] == [None] * 6
    assert (gpu["memory_total"], gpu["sm_clock"]) == (80 * GIB, 1980)
    assert gpu["note"] == "MIG, 3 instances"


def test_a_driver_that_cannot_count_for_a_moment_loses_nothing(play: Play) -> None:
    told = play("""
        play("two")
        monitor.start()
        first = wait(lambda s: len(s.gpus) == 2)
        play("count fails")
        hangs()
        assert monitor.snapshot.gpus and not any(gpu.away for gpu in monitor.snapshot.gpus)
        play("two")
        tell(wait(lambda s: s.sampled_at > first.sampled_at and s.gpus[0].utilisation == 87))
    """)
    assert [gpu["state"] for gpu in told["gpus"]] == ["there", "there"]


def test_a_field_that_hangs_from_the_first_look_on_hides_no_other_gpu(play: Play) -> None:
    told = play("""
        play("second hangs")
        monitor.start()
        hangs()
        tell(wait(lambda s: s.gpus))
        assert not monitor.stop(0.1)
    """)
    assert [(gpu["index"], gpu["utilisation"]) for gpu in told["gpus"]] == [(0, 87)]


def test_a_driver_that_never_answers_is_told_with_the_time_it_was_asked(play: Play) -> None:
    told = play("""
        play("hang")
        monitor.start()
        hangs()
        tell(monitor.snapshot)
        assert not monitor.stop(0.1)
    """)
    assert told["sampled_at"] is None
    assert told["asked_at"] is not None


@pytest.mark.parametrize(
    ("word", "reason"),
    [
        ("absent", "no NVIDIA driver on this host"),
        ("no driver", "the NVIDIA driver is not loaded on this host"),
        ("mismatch", "the NVIDIA driver was updated: it works again after a reboot"),
        ("no device", "no NVIDIA GPU on this host"),
        ("odd", "TAKEN"),
    ],
)
def test_none_is_told_in_one_calm_line_and_looked_for_again(
    play: Play, word: str, reason: str
) -> None:
    none, later = play(f"""
        play("{word}")
        monitor.start()
        tell(wait(lambda s: s.sampled_at is not None))
        play("two")
        tell(wait(lambda s: len(s.gpus) == 2))
    """)
    assert (none["gpus"], none["reason"]) == ([], TAKEN_AWAY if reason == "TAKEN" else reason)
    assert later["reason"] == ""


def test_a_driver_that_goes_away_leaves_all_unreachable_and_brings_them_back(play: Play) -> None:
    gone, back = play("""
        play("two")
        monitor.start()
        wait(lambda s: len(s.gpus) == 2)
        play("driver gone")
        tell(wait(lambda s: s.reason))
        play("two")
        tell(wait(lambda s: not s.reason and not s.gpus[0].away))
    """)
    assert [gpu["state"] for gpu in gone["gpus"]] == ["unreachable", "unreachable"]
    assert gone["reason"] == "the NVIDIA driver is not loaded on this host"
    assert [gpu["utilisation"] for gpu in back["gpus"]] == [87, 86]


def _has_driver() -> bool:
    try:
        ctypes.CDLL("libnvidia-ml.so.1")
    except OSError:
        return False
    return True


@pytest.mark.skipif(_has_driver(), reason="this host has an NVIDIA driver")
def test_a_driver_that_is_installed_later_is_found(play: Play) -> None:
    none, later = play("""
        library = Path(os.environ["LIBRARY"])
        away = library.with_suffix(".away")
        library.rename(away)
        try:
            monitor.start()
            tell(wait(lambda s: s.sampled_at is not None))
        finally:
            away.rename(library)
        play("two")
        tell(wait(lambda s: len(s.gpus) == 2))
    """)
    assert none["reason"] == "no NVIDIA driver on this host"
    assert later["gpus"][0]["utilisation"] == 87
