"""Why a busy GPU's clocks are held down: the bits that NVML and DCGM give alike."""

from functools import lru_cache

_REASONS = (
    (0x04, "power cap"),
    (0x08, "hardware slowdown"),
    (0x20, "heat"),
    (0x40, "heat"),
    (0x80, "power brake"),
)
"""nvml.h, nvmlClocksEventReason*; without those that hold no busy GPU back, as idleness."""


@lru_cache(maxsize=256)
def held_back(bits: int) -> tuple[str, ...]:
    """The reasons in words, each once."""
    return tuple(dict.fromkeys(word for bit, word in _REASONS if bits & bit))
