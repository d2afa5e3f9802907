"""One question of a look, and how it was answered."""

from massgen_tui.data_class import dataclass


@dataclass(frozen=True, slots=True)
class ProbeLogEntry:
    """One question of a probe, and what came back."""

    at: float
    """Seconds of the monitor's clock."""
    path: str
    status: int
    """HTTP status; 0 when there was none."""
    seconds: float
    words: str = ""
    """What went wrong."""
