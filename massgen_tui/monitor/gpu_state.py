"""Whether a GPU can be asked at all, and if not, why: each is mended in a way of its own."""

from enum import StrEnum


class GpuState(StrEnum):
    """What a GPU was when it was last looked at; the values are the words that people read."""

    THERE = "there"
    LOST = "lost"
    """It fell off the bus, or its driver lists it no more."""
    RESET = "needs a reset"
    """It is there and answers nothing but its name until it, or the machine, is reset."""
    UNREACHABLE = "unreachable"
    """It cannot be asked from here, whatever it does: no driver, another's version, no device."""
