from dataclasses import replace

import pytest

from massgen_tui.monitor.energy import Meter, Reading, reading_of
from massgen_tui.monitor.gpu_status import GpuInstance, GpuProcess, GpuSnapshot, GpuStatus

BUSY = GpuStatus(0, utilisation=90, power=400.0, processes=(GpuProcess(1, server=":8000"),))
IDLE = GpuStatus(1, utilisation=0, power=60.0)


def read(*gpus: GpuStatus) -> Reading | None:
    return reading_of(GpuSnapshot(gpus, sampled_at=7.0), ":8000")


def metered(*readings: Reading, begun: float = 0.0) -> Meter:
    meter = Meter(begun)
    for reading in readings:
        meter.take(reading)
    return meter


def at(*seconds: float, watts: float = 100.0) -> list[Reading]:
    return [Reading(second, watts) for second in seconds]


def test_the_one_gpu_that_works_tells_its_power() -> None:
    assert read(BUSY, IDLE) == Reading(7.0, 400.0)
    assert read(replace(BUSY, processes=())) == Reading(7.0, 400.0), "whose it is may be unknown"


def test_no_gpu_that_works_tells_nothing_and_spoils_nothing() -> None:
    assert read(IDLE) == Reading(7.0)
    assert read() == Reading(7.0)
    assert reading_of(GpuSnapshot(), ":8000") is None


@pytest.mark.parametrize(
    "gpus",
    [
        (BUSY, replace(IDLE, utilisation=40)),
        (BUSY, replace(IDLE, utilisation=None)),
        (replace(BUSY, processes=(GpuProcess(1, server=":30000"),)),),
        (replace(BUSY, processes=(*(BUSY.processes or ()), GpuProcess(2, name="blender"))),),
        (replace(BUSY, power=None),),
        (replace(BUSY, instances=(GpuInstance("1g.10gb"),)),),
    ],
)
def test_what_cannot_be_told_apart_is_not(gpus: tuple[GpuStatus, ...]) -> None:
    reading = read(*gpus)
    assert reading is not None
    assert reading.mixed


def test_power_over_time_from_the_request_to_the_end() -> None:
    meter = metered(Reading(1.0, 100.0), Reading(2.0, 300.0), Reading(3.0, 100.0))
    energy = meter.energy(3.5, 50)
    assert energy is not None
    assert energy.joules == pytest.approx(100 + 200 + 200 + 50)
    assert energy.per_token == pytest.approx(11.0)


def test_without_tokens_there_is_no_price_of_one() -> None:
    energy = metered(*at(1, 2, 3)).energy(3.0, None)
    assert energy is not None
    assert energy.per_token is None


def test_a_sample_counts_once_and_only_inside_the_answer() -> None:
    meter = metered(*at(9, 11, 11, 12, 13, 20, watts=100), begun=10.0)
    energy = meter.energy(14.0, 1)
    assert energy is not None
    assert energy.joules == pytest.approx(400.0)


@pytest.mark.parametrize(
    "readings",
    [
        at(1, 2),
        at(1, 2, 6, 7, 8),
        at(4, 5, 6, 7, 8),
        at(1, 2, 3, 4),
        [*at(1, 2, 3), Reading(4.0, mixed=True), *at(5, 6, 7, 8)],
        [Reading(second) for second in range(1, 9)],
    ],
)
def test_too_few_samples_gaps_and_company_give_no_estimate(readings: list[Reading]) -> None:
    assert metered(*readings).energy(8.0, 10) is None
