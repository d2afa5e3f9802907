"""One row of the conformance table: a server and a case, its bytes, and what they mean."""

from dataclasses import dataclass, field

from massgen_tui.backends.events import UsageReported


@dataclass(frozen=True)
class Row:
    """What a stream has to decode to; white space counts."""

    name: str
    body: bytes
    reasoning: str = ""
    content: str = ""
    tools: list[tuple[str | None, str, str]] = field(default_factory=list)
    finish: str | None = "stop"
    usage: UsageReported | None = None
    model: str | None = "m"
    error: str | None = None
    """The message of the error, if the stream has one."""
    status: int | None = None
    kind: str = "server_error"
    """The kind of that error."""
    done: bool = True
    warnings: int = 0
    unshown: list[str] = field(default_factory=list)
    hint: str = ""
    """Stands in the hint of that error."""


def usage(
    prompt: int | None = 10,
    completion: int | None = 5,
    reasoning: int | None = None,
    cached: int | None = None,
) -> UsageReported:
    """Short for the rows."""
    return UsageReported(prompt, completion, reasoning, cached)
