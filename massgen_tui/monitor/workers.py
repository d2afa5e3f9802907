"""Workers behind a router: the engines that it hands prompts to."""

from massgen_tui.data_class import dataclass


@dataclass(frozen=True, slots=True)
class Workers:
    """How many of the workers behind a router, or replicas of a stack, are healthy."""

    healthy: int
    of: int

    def __str__(self) -> str:
        """For people: `1 of 2 workers`."""
        if not self.of:
            return "no worker"
        return f"{self.healthy} of {self.of} worker{'' if self.of == 1 else 's'}"

    @property
    def partial(self) -> bool:
        """Some are there, and some are not."""
        return 0 < self.healthy < self.of


@dataclass(frozen=True, slots=True)
class Worker:
    """What a router tells of one of its workers; None where it does not."""

    name: str
    """Its address, without scheme and credentials."""
    healthy: bool | None = None
    """What the router found when it last looked at it, which may be a minute ago."""
    running: int | None = None
    """Requests."""
    waiting: int | None = None
    kv_usage: float | None = None
    """Share of its KV cache in use, 0 to 1."""
    routed: int | None = None
    """Requests that the router has open there."""
    version: str = ""
    """Of its engine."""
