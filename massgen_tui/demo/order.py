"""What the parent asks of the demo's server process."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Order:
    """What the child is to serve."""

    model: str
    """Path of the GGUF file."""
    alias: str
    """The model's name in answers."""
    key: str
    """The bearer token that requests must carry."""
    template: str
    """The chat template; the one inside the file is not used."""
    threads: int
    slots: int = 4
    context: int = 8192
    """Tokens, shared by all slots."""
