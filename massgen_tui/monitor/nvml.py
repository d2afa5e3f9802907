"""NVML through nvidia-ml-py: every field asked on its own, so that one that fails blanks no other.

`pynvml` is imported when the library is opened, in the monitor's thread. Its traps (nvidia-ml-py
13): an old driver makes it raise NVMLLibraryMismatchError, which is no NVMLError; names may not
decode; the first version of the memory call counts reserved memory as used.
"""

import contextlib
import ctypes
import importlib
from collections.abc import Iterator
from typing import Any

from massgen_tui.descriptors import exhausted
from massgen_tui.monitor.clocks import held_back
from massgen_tui.monitor.gpu_status import GpuInstance, GpuProcess, GpuStatus, short_name
from massgen_tui.monitor.host import command, is_wsl, system_memory
from massgen_tui.monitor.nvml_errors import (
    CLOSED,
    NO_FUNCTION,
    NOT_SUPPORTED,
    graver,
    reason,
    state_of,
)
from massgen_tui.text import one_line


class NoGpus(Exception):
    """There is nothing to look at; `reason` says why in one calm line."""

    def __init__(self, reason: str) -> None:
        """Hold the reason."""
        super().__init__(reason)
        self.reason = reason


class DriverLost(NoGpus):
    """The driver went away while it was being asked."""


class Unanswered(NoGpus):
    """The driver did not answer this time."""


class _Absent(Exception):
    """A field that this GPU does not tell; `value` is NVML's error number, 0 for any other."""

    def __init__(self, value: int) -> None:
        super().__init__(value)
        self.value = value


class Nvml:
    """The opened library. Use from one thread only; any call may hang for as long as it likes."""

    def __init__(self) -> None:
        """Open it.

        Raises:
            NoGpus: there is no driver, or it cannot be asked.
        """
        try:
            self._nvml: Any = importlib.import_module("pynvml")
        except ImportError:
            raise NoGpus("nvidia-ml-py is not installed") from None
        except OSError as error:
            raise NoGpus(exhausted(error) or f"nvidia-ml-py cannot be read: {error}") from None
        self._note = _WSL if is_wsl() else ""
        self._commands: dict[int, str] = {}
        self._natures: dict[int, tuple[bytes | None, tuple[str | None, str | None, bool]]] = {}
        self._looks = 0
        mismatch = getattr(self._nvml, "NVMLLibraryMismatchError", self._nvml.NVMLError)
        self._failures = (self._nvml.NVMLError, mismatch, *_BROKEN)
        self._gone = 0
        """The gravest that some call said of the GPU that is asked; 0: nothing grave."""
        try:
            self._call("nvmlInit")
        except _Absent as absent:
            raise NoGpus(reason(absent.value)) from None

    def close(self) -> None:
        """Close it; what fails then no longer matters."""
        with contextlib.suppress(_Absent):
            self._call("nvmlShutdown")

    def sample(self) -> Iterator[GpuStatus]:
        """One look at every GPU that the driver lists, each when it has been asked.

        Raises:
            DriverLost: the driver went away.
            Unanswered: it does not say how many there are.
        """
        try:
            count = self._call("nvmlDeviceGetCount")
        except _Absent as absent:
            lost = DriverLost if absent.value in CLOSED else Unanswered
            raise lost(reason(absent.value)) from None
        self._looks += 1
        if self._looks % _KEPT == 0:
            self._commands.clear()
            self._natures.clear()
        for index in range(min(count, _MOST_GPUS) if isinstance(count, int) else 0):
            try:
                row = self._row(index)
            except _Absent as absent:
                if absent.value in CLOSED:
                    raise DriverLost(reason(absent.value)) from None
                row = _away(index, absent.value)
            yield row

    def _row(self, index: int) -> GpuStatus:
        """A GPU, each field on its own; it is away when a call says so and no number comes."""
        self._gone = 0
        handle = self._call("nvmlDeviceGetHandleByIndex", index)
        name, uuid, mig = self._nature(index, handle)
        parts = self._instances(handle) if mig else ()
        used, total, unified = self._memory(handle, mig=mig)
        row = GpuStatus(
            index=index,
            name=short_name(name) if name else None,
            uuid=uuid,
            utilisation=self._number("nvmlDeviceGetUtilizationRates", handle, part="gpu"),
            memory_used=used,
            memory_total=total,
            temperature=self._temperature(handle),
            power=self._watts("nvmlDeviceGetPowerUsage", handle),
            power_limit=self._watts("nvmlDeviceGetEnforcedPowerLimit", handle),
            sm_clock=self._number("nvmlDeviceGetClockInfo", handle, self._nvml.NVML_CLOCK_SM),
            memory_clock=self._number("nvmlDeviceGetClockInfo", handle, self._nvml.NVML_CLOCK_MEM),
            throttled=self._throttled(handle),
            ecc_errors=self._ecc(handle),
            processes=self._processes(handle),
            instances=parts or (),
            shared=unified,
            note=_cut_into(parts) if mig else _UNIFIED if unified else self._note,
        )
        if self._gone and (row.utilisation, row.memory_used, row.temperature, row.power) == _NONE:
            if self._gone in CLOSED:
                raise _Absent(self._gone)
            return _away(index, self._gone, row.name, row.uuid)
        return row

    def _nature(self, index: int, handle: object) -> tuple[str | None, str | None, bool]:
        """Name, UUID and whether MIG cut it up, which are asked for anew every few looks."""
        place = bytes(handle) if isinstance(handle, ctypes._Pointer) else None
        known = self._natures.get(index)
        if known is not None and place is not None and known[0] == place:
            return known[1]
        nature = (
            self._text("nvmlDeviceGetName", handle),
            self._text("nvmlDeviceGetUUID", handle),
            self._cut_up(handle),
        )
        if not self._gone and all(nature[:2]):
            self._natures[index] = place, nature
        return nature

    def _throttled(self, handle: object) -> tuple[str, ...] | None:
        for name in ("nvmlDeviceGetCurrentClocksEventReasons", _OLD_REASONS):
            bits = self._number(name, handle)
            if bits is not None:
                return held_back(bits)
        return None

    def _ecc(self, handle: object) -> int | None:
        kind, since = self._nvml.NVML_MEMORY_ERROR_TYPE_UNCORRECTED, self._nvml.NVML_VOLATILE_ECC
        return self._number("nvmlDeviceGetTotalEccErrors", handle, kind, since)

    def _processes(self, handle: object) -> tuple[GpuProcess, ...] | None:
        for name in ("nvmlDeviceGetComputeRunningProcesses", _OLD_PROCESSES):
            found = self._try(name, handle)
            if isinstance(found, list):
                return tuple(
                    GpuProcess(one.pid, one.usedGpuMemory, self._command(one.pid))
                    for one in found[:_MOST_PROCESSES]
                )
        return None

    def _command(self, pid: int) -> str:
        """The name of a process, which is read anew every few looks."""
        if pid not in self._commands:
            self._commands[pid] = command(pid)
        return self._commands[pid]

    def _memory(self, handle: object, *, mig: bool) -> tuple[int | None, int | None, bool]:
        """Used and total bytes, and whether they are the system's own (GB10, Jetson)."""
        own = False
        for arguments in ((handle, getattr(self._nvml, "nvmlMemory_v2", None)), (handle,)):
            try:
                info = self._call("nvmlDeviceGetMemoryInfo", *arguments)
            except _Absent as absent:
                self._note_gone(absent)
                own = own or absent.value not in (NOT_SUPPORTED, NO_FUNCTION)
                continue
            used, total = getattr(info, "used", 0), getattr(info, "total", 0)
            if total > 0:
                return used, total, False
        if own or mig:
            return None, None, False
        return (*system_memory(), True)

    def _cut_up(self, handle: object) -> bool:
        mode = self._try("nvmlDeviceGetMigMode", handle)
        return isinstance(mode, list) and mode[:1] == [1]

    def _instances(self, handle: object) -> tuple[GpuInstance, ...] | None:
        """What MIG made of it; None where that cannot be asked."""
        most = self._number("nvmlDeviceGetMaxMigDeviceCount", handle)
        if most is None:
            return None
        numbers = range(min(most, _MOST_INSTANCES))
        handles = [self._try("nvmlDeviceGetMigDeviceHandleByIndex", handle, i) for i in numbers]
        return tuple(self._instance(one) for one in handles if one is not None)

    def _instance(self, handle: object) -> GpuInstance:
        name = self._text("nvmlDeviceGetName", handle) or ""
        used, total, _ = self._memory(handle, mig=True)
        uuid = self._text("nvmlDeviceGetUUID", handle)
        return GpuInstance(name.rpartition("MIG ")[2], uuid, used, total)

    def _temperature(self, handle: object) -> int | None:
        sensor = self._nvml.NVML_TEMPERATURE_GPU
        newer = self._number("nvmlDeviceGetTemperatureV", handle, sensor)
        return newer if newer is not None else self._number(_OLD_TEMPERATURE, handle, sensor)

    def _watts(self, name: str, handle: object) -> float | None:
        milliwatts = self._number(name, handle)
        return None if milliwatts is None else milliwatts / 1000

    def _text(self, name: str, handle: object) -> str | None:
        value = self._try(name, handle)
        if isinstance(value, bytes):
            value = value.decode("utf-8", "replace")
        return one_line(value, 80) if isinstance(value, str) and value else None

    def _number(self, name: str, *arguments: object, part: str = "") -> int | None:
        value = self._try(name, *arguments)
        if part:
            value = getattr(value, part, None)
        return value if isinstance(value, int) else None

    def _try(self, name: str, *arguments: object) -> object:
        """What the call gives, or None where this GPU does not tell."""
        # eleven times a second and GPU: it goes through no other function
        try:
            found: object = getattr(self._nvml, name)(*arguments)
            return found
        except self._failures as error:
            self._note_gone(self._absent(error))
            return None

    def _note_gone(self, absent: _Absent) -> None:
        self._gone = graver(self._gone, absent.value)

    def _call(self, name: str, *arguments: object) -> object:
        try:
            found: object = getattr(self._nvml, name)(*arguments)
            return found
        except self._failures as error:
            raise self._absent(error) from None

    def _absent(self, error: Exception) -> _Absent:
        told = isinstance(error, self._nvml.NVMLError)
        return _Absent(int(getattr(error, "value", 0) or 0) if told else 0)


_UNIFIED, _WSL = "unified memory", "WSL: its driver tells only a part"
_OLD_TEMPERATURE = "nvmlDeviceGetTemperature"
_OLD_REASONS = "nvmlDeviceGetCurrentClocksThrottleReasons"
_OLD_PROCESSES = "nvmlDeviceGetComputeRunningProcesses_v2"
_KEPT = 10
"""Looks for which names of processes and GPUs are believed."""
_MOST_GPUS, _MOST_INSTANCES, _MOST_PROCESSES = 256, 16, 512
_NONE = (None, None, None, None)
_BROKEN = (
    AttributeError,
    LookupError,
    MemoryError,
    OSError,
    TypeError,
    ValueError,
    ctypes.ArgumentError,
)
"""What a library that is older, newer or mistaken makes of the bindings; UnicodeDecodeError too."""


def _away(index: int, value: int, name: str | None = None, uuid: str | None = None) -> GpuStatus:
    """A GPU of which nothing is told but, maybe, which it is."""
    state, note = state_of(value)
    return GpuStatus(index=index, name=name, uuid=uuid, state=state, note=note)


def _cut_into(parts: tuple[GpuInstance, ...] | None) -> str:
    if parts is None:
        return "MIG"
    return f"MIG, {len(parts)} instance{'' if len(parts) == 1 else 's'}"
