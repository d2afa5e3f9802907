"""AMD cards, as Linux' amdgpu driver tells of them in files under /sys/class/drm.

Names and units as in the kernel's Documentation/gpu/amdgpu: busy in percent, memory in bytes,
temperature in thousandths of a degree, power in millionths of a watt, clocks in Hz. A file that is
not there blanks only its own field. A card that sleeps is left to sleep: reading would wake it.
"""

import re
from collections.abc import Sequence
from pathlib import Path

from massgen_tui.monitor.status import GpuStatus
from massgen_tui.text import one_line

DRM = Path("/sys/class/drm")
_CARD = re.compile(r"card(\d+)", re.ASCII)
_VENDOR = "0x1002"


class AmdCards:
    """The cards of this host; blocking reads of small files."""

    def __init__(self, root: Path = DRM) -> None:
        """Look under `root`."""
        self._root = root

    def sample(self, first: int = 0) -> list[GpuStatus]:
        """One look at every card, numbered from `first`."""
        return [_row(number, device) for number, device in enumerate(self._devices(), first)]

    def _devices(self) -> list[Path]:
        try:
            entries = list(self._root.iterdir())
        except OSError:
            return []
        cards = [(int(m[1]), path) for path in entries if (m := _CARD.fullmatch(path.name))]
        devices = [path / "device" for _, path in sorted(cards)]
        return [device for device in devices if _text(device / "vendor") == _VENDOR]


def _row(number: int, device: Path) -> GpuStatus:
    # its place on the bus: the two halves of one board have the same unique_id
    uuid = f"AMD-{device.resolve().name}"
    if _text(device / "power" / "runtime_status") == "suspended":
        return GpuStatus(index=number, name=_name(device), uuid=uuid, note="asleep")
    sensors = _sensors(device)
    power = _first(sensors, "power1_average", "power1_input")
    limit = _first(sensors, "power1_cap")
    heat = _first(sensors, "temp1_input")
    return GpuStatus(
        index=number,
        name=_name(device),
        uuid=uuid,
        utilisation=_number(device / "gpu_busy_percent"),
        memory_used=_number(device / "mem_info_vram_used"),
        memory_total=_number(device / "mem_info_vram_total"),
        temperature=None if heat is None else round(heat / 1000),
        power=None if power is None else power / 1e6,
        power_limit=None if limit is None else limit / 1e6,
        sm_clock=_megahertz(_first(sensors, "freq1_input")),
        memory_clock=_megahertz(_first(sensors, "freq2_input")),
    )


def _sensors(device: Path) -> Sequence[Path]:
    try:
        return sorted((device / "hwmon").iterdir())
    except OSError:
        return ()


def _first(folders: Sequence[Path], *names: str) -> int | None:
    found = (_number(folder / name) for name in names for folder in folders)
    return next((value for value in found if value is not None), None)


def _name(device: Path) -> str:
    name = _text(device / "product_name")
    if name:
        return name.removeprefix("AMD ")
    return f"AMD {_text(device / 'device')}".strip()


def _megahertz(hertz: int | None) -> int | None:
    return None if hertz is None else round(hertz / 1e6)


def _number(path: Path) -> int | None:
    text = _text(path)
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else None


def _text(path: Path) -> str:
    try:
        return one_line(path.read_text(encoding="utf-8", errors="replace"), 80).strip()
    except OSError:
        return ""
