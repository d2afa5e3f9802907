"""What an attempt waits for before it is sent."""

from massgen_tui.backends.events import BackendError
from massgen_tui.data_class import dataclass


@dataclass(frozen=True, slots=True)
class Deferral:
    """What an attempt waits for before it is sent: its server to be up."""

    since: float
    """When it began to wait, or did again; seconds of the session's clock."""
    words: str = ""
    """What is known of the server: `down: connection refused`."""
    error: BackendError | None = None
    """How the last sending failed, where the server was not up after all."""
    tries: int = 0
    """How often it was sent in vain."""
