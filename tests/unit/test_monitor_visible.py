import pytest

from massgen_tui.monitor.cuda_visible import chosen
from massgen_tui.monitor.gpu_state import GpuState
from massgen_tui.monitor.gpu_status import GpuInstance, GpuStatus

GIB = 2**30
CUT_UP = GpuStatus(2, "H100", "GPU-cccc-3", instances=(GpuInstance("1g.10gb", "MIG-dddd"),))
ROWS = (
    GpuStatus(0, "H100", "GPU-aaaa-1", memory_total=80 * GIB),
    GpuStatus(1, "H100", "GPU-bbbb-2", memory_total=80 * GIB),
    GpuStatus(2, "H100", "GPU-cccc-3", memory_total=80 * GIB),
)


def marks(said: str | None, *rows: GpuStatus, order: str = "") -> list[bool | None]:
    environ = {} if said is None else {"CUDA_VISIBLE_DEVICES": said}
    environ |= {"CUDA_DEVICE_ORDER": order} if order else {}
    found = chosen(rows or ROWS, environ)
    assert [row.index for row in found] == [row.index for row in rows or ROWS], "none is hidden"
    return [row.chosen for row in found]


@pytest.mark.parametrize(
    ("said", "marked"),
    [
        (None, [None, None, None]),
        ("0,2", [True, False, True]),
        (" 1 ", [False, True, False]),
        ("GPU-bb", [False, True, False]),
        ("", [False, False, False]),
        ("-1", [False, False, False]),
        ("1,-1,0", [False, True, False]),
        ("0,7,1", [True, False, False]),
        ("NoDevFiles", [False, False, False]),
        ("GPU-", [False, False, False]),
        ("9" * 5000, [False, False, False]),
    ],
)
def test_marks_as_cuda_reads_them_and_hides_none(
    said: str | None, marked: list[bool | None]
) -> None:
    assert marks(said) == marked


FAST = GpuStatus(1, "RTX 4090", "GPU-fast", memory_total=24 * GIB)
SLOW = GpuStatus(0, "GTX 1080", "GPU-slow", memory_total=8 * GIB)
SMALL = GpuStatus(2, "RTX 4090", "GPU-small", memory_total=16 * GIB)
NAMELESS = GpuStatus(0), GpuStatus(1)
NONE = [None, None]


@pytest.mark.parametrize(
    ("said", "rows", "order", "marked"),
    [
        # CUDA's own order is the fastest first, and which is faster only CUDA knows
        ("0", (SLOW, FAST), "", NONE),
        ("0", (SLOW, FAST), "FASTEST_FIRST", NONE),
        ("0", (SLOW, FAST), "PCI_BUS_ID", [True, False]),
        ("1,0", (SLOW, FAST), "PCI_BUS_ID", [True, True]),
        ("GPU-fast", (SLOW, FAST), "", [False, True]),
        ("GPU-slow,0", (SLOW, FAST), "", NONE),
        ("0", (FAST, SMALL), "", NONE),
        ("0", NAMELESS, "", NONE),
        ("0", NAMELESS, "PCI_BUS_ID", [True, False]),
        ("0", (SLOW,), "", [True]),
        ("", (SLOW, FAST), "", [False, False]),
    ],
)
def test_a_number_marks_a_card_only_where_it_can_be_no_other_s(
    said: str, rows: tuple[GpuStatus, ...], order: str, marked: list[bool | None]
) -> None:
    assert marks(said, *rows, order=order) == marked


@pytest.mark.parametrize("state", [GpuState.LOST, GpuState.RESET, GpuState.UNREACHABLE])
def test_numbers_from_one_that_is_away_on_may_be_another_s(state: GpuState) -> None:
    away = GpuStatus(1, "H100", "GPU-old", state=state)
    rows = (ROWS[0], away, ROWS[2])
    assert marks("0", *rows) == [True, False, False]
    assert marks("0,2", *rows) == [None, None, None]
    assert marks("1", ROWS[0], ROWS[1], away) == [None, None, None]
    assert marks("GPU-cccc", *rows) == [False, False, True]


def test_numbers_from_one_that_mig_cut_up_on_are_counted_in_another_way() -> None:
    rows = (*ROWS[:2], CUT_UP)
    assert marks("MIG-dddd", *rows) == [False, False, True]
    assert marks("1", *rows, order="PCI_BUS_ID") == [False, True, False]
    assert marks("2", *rows, order="PCI_BUS_ID") == [None, None, None]
