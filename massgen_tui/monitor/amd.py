"""AMD cards, as Linux' amdgpu driver tells of them in files under /sys/class/drm.

Names and units as in the kernel's Documentation/gpu/amdgpu: busy in percent, memory in bytes,
temperature in thousandths of a degree, power in millionths of a watt, clocks in Hz. A file that is
not there blanks only its own field. A card that sleeps is left to sleep: reading would wake it.

An APU shares the system's memory: its VRAM is what the firmware set aside, often 512 MiB, and its
models lie in GTT, which the driver maps of the rest. Cards have GTT too, for what does not fit.
"""

import re
from collections.abc import Sequence
from pathlib import Path

from massgen_tui.monitor.gpu_status import GpuStatus
from massgen_tui.text import one_line

DRM = Path("/sys/class/drm")
_CARD = re.compile(r"card(\d+)", re.ASCII)
_VENDOR = "0x1002"
_APUS = frozenset(
    f"0x{number:04x}"
    for number in (
        *(0x1114, 0x13C0, 0x1435, 0x1506, 0x150E, 0x1586, 0x15BF, 0x15C8, 0x15D8, 0x15DD),
        *(0x15E7, 0x1636, 0x1638, 0x163F, 0x164C, 0x164D, 0x164E, 0x1681, 0x1900, 0x1901),
    )
)
"""Raven to Strix Halo and Krackan, as of the kernel's amdgpu and the PCI ID list (2026)."""
_SET_ASIDE = 2**29
"""Bytes of VRAM up to which one with a GTT many times as large is taken for an APU."""
_UNIFIED = "unified memory"
_APU_FORM = 2
"""From this form on `gpu_metrics` is an APU's (kgd_pp_interface.h: v1 cards, v2 and v3 APUs)."""


class AmdCards:
    """The cards of this host; blocking reads of small files."""

    def __init__(self, root: Path = DRM) -> None:
        """Look under `root`."""
        self._root = root
        self._apus: dict[Path, bool] = {}
        """To read the sensors' table costs the card a question: once is enough."""

    def sample(self, first: int = 0) -> list[GpuStatus]:
        """One look at every card, numbered from `first`."""
        return [self._row(number, device) for number, device in enumerate(self._devices(), first)]

    def _row(self, number: int, device: Path) -> GpuStatus:
        if _text(device / "power" / "runtime_status") == "suspended":
            return GpuStatus(index=number, name=_name(device), uuid=_place(device), note="asleep")
        known = self._apus.get(device)
        if known is None:
            known = self._apus[device] = _is_apu(device)
        return _row(number, device, apu=known)

    def _devices(self) -> list[Path]:
        try:
            entries = list(self._root.iterdir())
        except OSError:
            return []
        cards = [(int(m[1]), path) for path in entries if (m := _CARD.fullmatch(path.name))]
        devices = [path / "device" for _, path in sorted(cards)]
        return [device for device in devices if _text(device / "vendor") == _VENDOR]


def _place(device: Path) -> str:
    """Its place on the bus: the two halves of one board have the same unique_id."""
    return f"AMD-{device.resolve().name}"


def _row(number: int, device: Path, *, apu: bool) -> GpuStatus:
    sensors = _sensors(device)
    power = _first(sensors, "power1_average", "power1_input")
    limit = _first(sensors, "power1_cap")
    heat = _first(sensors, "temp1_input")
    used, total = _memory(device, apu=apu)
    return GpuStatus(
        index=number,
        name=_name(device),
        uuid=_place(device),
        utilisation=_number(device / "gpu_busy_percent"),
        memory_used=used,
        memory_total=total,
        temperature=None if heat is None else round(heat / 1000),
        power=None if power is None else power / 1e6,
        power_limit=None if limit is None else limit / 1e6,
        sm_clock=_megahertz(_first(sensors, "freq1_input")),
        memory_clock=_megahertz(_first(sensors, "freq2_input")),
        shared=apu,
        note=_UNIFIED if apu else "",
    )


def _memory(device: Path, *, apu: bool) -> tuple[int | None, int | None]:
    """Used and total bytes: of an APU those of VRAM and GTT together."""
    vram = _pool(device, "vram")
    if not apu:
        return vram
    gtt = _pool(device, "gtt")
    return _sum(vram[0], gtt[0]), _sum(vram[1], gtt[1])


def _pool(device: Path, name: str) -> tuple[int | None, int | None]:
    paths = (device / f"mem_info_{name}_{what}" for what in ("used", "total"))
    used, total = map(_number, paths)
    return used, total


def _is_apu(device: Path) -> bool:
    """By the form of its sensors' table, by its number, else by its pools."""
    try:
        # struct metrics_table_header: size (2 bytes), format, content
        with (device / "gpu_metrics").open("rb") as table:
            form = table.read(4)[2:3]
    except OSError:
        form = b""
    if form:
        return form[0] >= _APU_FORM
    if _text(device / "device").lower() in _APUS:
        return True
    (_, vram), (_, gtt) = _pool(device, "vram"), _pool(device, "gtt")
    return vram is not None and gtt is not None and vram <= _SET_ASIDE and gtt >= 8 * vram


def _sum(one: int | None, other: int | None) -> int | None:
    return None if one is None or other is None else one + other


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
