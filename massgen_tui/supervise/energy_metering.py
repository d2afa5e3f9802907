"""Meters the energy of answers while they are made, where that means anything."""

from collections import OrderedDict
from collections.abc import Sequence

from massgen_tui.monitor.energy import Energy, Meter, reading_of
from massgen_tui.monitor.gpu_processes import on_this_host
from massgen_tui.monitor.gpu_status import GpuSnapshot
from massgen_tui.monitor.status import ServerStatus
from massgen_tui.session.attempt import Attempt

_KEPT = 200


class Metering:
    """One meter an answer; told once a second what runs."""

    def __init__(self) -> None:
        """Nothing ran yet."""
        self._meters: OrderedDict[int, tuple[Attempt, Meter]] = OrderedDict()

    def tick(
        self, running: Sequence[tuple[Attempt, ServerStatus | None]], gpus: GpuSnapshot
    ) -> None:
        """Take in what runs on which server, and what the GPUs of this host do.

        An answer of a server elsewhere costs this host nothing; two at once here cannot be told
        apart.
        """
        here = [(one, status) for one, status in running if status and on_this_host(status.target)]
        for attempt, status in here:
            asked = attempt.times.asked
            if asked is None:
                continue
            meter = self._meter(attempt, asked)
            if len(here) > 1 or (status.running or 0) > 1:
                meter.spoil()
            elif reading := reading_of(gpus, status.target.place):
                meter.take(reading)

    def energy(self, attempt: Attempt) -> Energy | None:
        """What an answer that ended took; None where it is not known."""
        _, meter = self._meters.get(id(attempt), (attempt, None))
        if meter is None or attempt.times.end is None:
            return None
        tokens = attempt.tokens
        return meter.energy(attempt.times.end, tokens[0] if tokens else None)

    def _meter(self, attempt: Attempt, asked: float) -> Meter:
        """The meter of this attempt, begun anew where its request was repeated."""
        _, meter = self._meters.get(id(attempt), (attempt, None))
        if meter is None or meter.begun != asked:
            meter = Meter(asked)
            self._meters[id(attempt)] = (attempt, meter)
            while len(self._meters) > _KEPT:
                self._meters.popitem(last=False)
        return meter
