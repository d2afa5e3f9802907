"""GPUs over time: who is who, who is lost, and what the last minute was."""

from massgen_tui.monitor.gpu_inventory import GpuInventory
from massgen_tui.monitor.gpu_status import GpuStatus

GIB = 2**30
Told = tuple[int, str | None, bool]


def sample(roll: GpuInventory, *rows: GpuStatus) -> list[Told]:
    """Take in a whole sample; gives number, id and loss of all that are known."""
    roll.begin()
    for row in rows:
        roll.add(row)
    return [(row.index, row.uuid, row.away) for row in roll.end()]


def test_one_that_is_not_in_a_sample_is_lost_and_comes_back_under_any_number() -> None:
    roll = GpuInventory(60)
    sample(roll, GpuStatus(0, uuid="a"), GpuStatus(1, uuid="b"), GpuStatus(2, uuid="c"))
    assert sample(roll, GpuStatus(0, uuid="a"), GpuStatus(1, uuid="c")) == [
        (0, "a", False),
        (1, "c", False),
        (1, "b", True),
    ]
    assert sample(roll, GpuStatus(0, uuid="a"), GpuStatus(1, uuid="c"), GpuStatus(2, uuid="b")) == [
        (0, "a", False),
        (1, "c", False),
        (2, "b", False),
    ]


def test_one_without_an_id_keeps_its_row_by_its_number() -> None:
    roll = GpuInventory(60)
    sample(roll, GpuStatus(0), GpuStatus(1))
    assert sample(roll, GpuStatus(0)) == [(0, None, False), (1, None, True)]


def test_what_one_look_did_not_tell_of_who_it_is_stays() -> None:
    roll = GpuInventory(60)
    sample(roll, GpuStatus(0, "H100", "a", utilisation=5))
    sample(roll, GpuStatus(0, note="cannot be asked"))
    (row,) = roll.rows
    assert (row.name, row.uuid, row.note, row.utilisation) == ("H100", "a", "cannot be asked", None)
    assert sample(roll) == [(0, "a", True)]


def test_an_id_that_is_told_later_is_no_other_gpu() -> None:
    roll = GpuInventory(60)
    sample(roll, GpuStatus(0, utilisation=1))
    assert sample(roll, GpuStatus(0, uuid="a", utilisation=2)) == [(0, "a", False)]
    assert roll.rows[0].history == (1, 2)


def test_two_with_one_id_are_two() -> None:
    roll = GpuInventory(60)
    same = GpuStatus(0, uuid="a", utilisation=0), GpuStatus(1, uuid="a", utilisation=100)
    for _ in range(2):
        assert sample(roll, *same) == [(0, "a", False), (1, "a", False)]
    assert [row.history for row in roll.rows] == [(0, 0), (100, 100)]


def test_ids_that_change_at_every_look_fill_no_memory() -> None:
    roll = GpuInventory(60)
    for turn in range(500):
        sample(roll, GpuStatus(0, uuid=f"new-{turn}"))
    assert len(roll.rows) <= 65
    assert not roll.rows[0].away


def test_an_instance_that_is_gone_is_no_lost_gpu() -> None:
    roll = GpuInventory(60)
    sample(roll, GpuStatus(0, uuid="a"), GpuStatus(0, uuid="a/7", part=True))
    assert sample(roll, GpuStatus(0, uuid="a")) == [(0, "a", False)]


def test_histories_have_gaps_where_nothing_was_told_and_end_with_the_minute() -> None:
    roll = GpuInventory(3)
    told = GpuStatus(0, uuid="a", utilisation=50, memory_used=GIB, memory_total=4 * GIB, power=100)
    sample(roll, told)
    sample(roll, GpuStatus(0, uuid="a", memory_total=4 * GIB))
    (row,) = roll.rows
    assert (row.history, row.memory_history, row.power_history) == (
        (50, None),
        (0.25, None),
        (100, None),
    )
    sample(roll)
    sample(roll, told)
    assert roll.rows[0].history == (None, None, 50)


def test_what_never_was_told_has_no_history() -> None:
    roll = GpuInventory(60)
    sample(roll, GpuStatus(0, uuid="a"))
    assert roll.rows[0].history == ()


def test_numbers_that_cannot_be_are_not_taken_in() -> None:
    roll = GpuInventory(60)
    odd = GpuStatus(
        0,
        utilisation=150,
        memory_used=81 * GIB,
        memory_total=80 * GIB,
        temperature=2**31 - 1,
        power=4294967.295,
        sm_clock=2**32 - 1,
        ecc_errors=2**64 - 1,
    )
    sample(roll, odd)
    assert roll.rows == (GpuStatus(0, memory_total=80 * GIB),)
    sample(roll, GpuStatus(0, memory_used=5 * GIB, memory_total=0))
    assert (roll.rows[0].memory_used, roll.rows[0].memory_total) == (5 * GIB, None)
