"""How a server last failed: what a prompt of ours met there, or a look."""

import math
import re
from collections.abc import Sequence
from typing import Literal

from massgen_tui.data_class import dataclass
from massgen_tui.monitor.probe_log import ProbeLogEntry

Source = Literal["prompt", "look"]
_ABSENT = frozenset({404, 405})
_PAUSED = re.compile(r"\bpaused\b|\bpausing\b", re.I)


@dataclass(frozen=True, slots=True)
class LastFailure:
    """The last answer of a server was a failure."""

    source: Source
    at: float
    """Seconds of the monitor's clock."""
    status: int | None = None
    """The HTTP status; None where there was none."""
    message: str = ""

    @property
    def paused(self) -> bool:
        """It took no prompt since it is paused (vLLM's `/pause`), and says that it is up."""
        refused = self.source == "prompt" and self.status == 503
        return refused and _PAUSED.search(self.message) is not None

    def words(self, ago: str) -> str:
        """What to say beside a server that is up; `ago` is how long it is past, in words."""
        if self.paused:
            return "refuses prompts: paused"
        what = f"HTTP {self.status}" if self.status else "a failure"
        return f"its last answer was {what}, {ago} ago"


class LastFailures:
    """The last failure of each source; a later success of the same source clears it."""

    def __init__(self) -> None:
        """Nothing failed."""
        self._failed: dict[Source, LastFailure] = {}
        self._looked = -math.inf

    def failed(self, failure: LastFailure) -> None:
        """Take in a failure."""
        self._failed[failure.source] = failure

    def succeeded(self, source: Source) -> None:
        """Take in a success."""
        self._failed.pop(source, None)

    def prompted(self, now: float, code: int | None, reason: str) -> None:
        """Take in how a prompt of ours ended; without a reason it was answered."""
        if reason:
            self.failed(LastFailure("prompt", now, code, reason))
        else:
            self.succeeded("prompt")

    def looked(self, now: float, log: Sequence[ProbeLogEntry], reason: str, *, up: bool) -> None:
        """Take in a look that asked what ends `log`, and what it said."""
        before, self._looked = self._looked, now
        if up:
            self.succeeded("look")
            return
        # that a path is not there is no failure of the server
        met = [asked.status for asked in log if asked.at > before and asked.status not in _ABSENT]
        status = next((status for status in reversed(met) if status >= 400), None)
        self.failed(LastFailure("look", now, status, reason))

    @property
    def last(self) -> LastFailure | None:
        """What counts: what prompts met, else what looks did."""
        return self._failed.get("prompt") or self._failed.get("look")
