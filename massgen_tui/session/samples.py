"""What servers and GPUs were like at a moment, as far as a session keeps it; None: unknown."""

from massgen_tui.data_class import dataclass


@dataclass(frozen=True, slots=True)
class ServerSample:
    """A server at a moment."""

    id: str
    """Its root, with a mark where headers tell it apart from others there."""
    state: str
    """`up`, `loading`, `down`, `unauthorized` or `unknown`."""
    condition: str | None = None
    """What it is in beside its state: `asleep`, `hung`, `partial`."""
    running: int | None = None
    """Requests that it answers."""
    waiting: int | None = None
    """Requests that wait in its queue."""
    kv_usage: float | None = None
    """Share of the KV cache in use, 0 to 1."""
    tokens_per_s: float | None = None
    """Tokens that it generates in a second."""
    kind: str | None = None
    """What it turned out to be: `vLLM`."""
    version: str | None = None
    reasoning_parser: str | None = None
    """The parser that is on, where it tells (SGLang); empty: none."""


@dataclass(frozen=True, slots=True)
class GpuSample:
    """A GPU at a moment."""

    index: int
    host: str = ""
    """The machine; empty: this one."""
    uuid: str | None = None
    name: str | None = None
    utilisation: int | None = None
    """Percent."""
    memory_used: int | None = None
    """Bytes."""
    memory_total: int | None = None
    """Bytes."""
    power: float | None = None
    """Watts."""
    temperature: int | None = None
    """Degrees Celsius."""
    state: str = "there"
    """`there`, or why it tells no number."""
