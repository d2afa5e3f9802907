import pytest

from massgen_tui.monitor.status import GpuInstance, GpuStatus
from massgen_tui.monitor.visible import chosen

ROWS = (
    GpuStatus(0, uuid="GPU-aaaa-1"),
    GpuStatus(1, uuid="GPU-bbbb-2"),
    GpuStatus(2, uuid="GPU-cccc-3", instances=(GpuInstance("1g.10gb", "MIG-dddd"),)),
)


@pytest.mark.parametrize(
    ("said", "marks"),
    [
        (None, [None, None, None]),
        ("0,2", [True, False, True]),
        (" 1 ", [False, True, False]),
        ("GPU-bb", [False, True, False]),
        ("MIG-dddd", [False, False, True]),
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
    said: str | None, marks: list[bool | None]
) -> None:
    environ = {} if said is None else {"CUDA_VISIBLE_DEVICES": said}
    rows = chosen(ROWS, environ)
    assert [row.chosen for row in rows] == marks
    assert [row.index for row in rows] == [0, 1, 2]


def test_a_number_is_that_of_a_gpu_that_is_there() -> None:
    rows = (GpuStatus(0), GpuStatus(1), GpuStatus(1, uuid="GPU-old", lost=True))
    assert [row.chosen for row in chosen(rows, {"CUDA_VISIBLE_DEVICES": "1"})] == [
        False,
        True,
        False,
    ]
