"""A page with the series of many engines, read as it comes: only what is shown is kept.

Names may be vLLM's and SGLang's own, as Ray's metrics agent spells them (`ray_vllm_…`), or with `_`
for `:` as an OpenTelemetry collector has them. The other lines of a page of 4 MB cost 6 ms, where
prometheus_client takes 0.8 s for them all.
"""

import math
import re
from collections.abc import Mapping

from massgen_tui.monitor import series
from massgen_tui.monitor.prometheus_text import LONGEST_LINE, MOST_LINES, Sample

LIMIT = 8 * 2**20
"""Bytes of a page that are read."""
OLD = 60.0
"""Seconds from which a sample that bears its time does not count."""
QUEUED = "ray_serve_deployment_queued_queries"
STATUS = "ray_serve_deployment_status"
HEALTHY = "ray_serve_deployment_replica_healthy"
TARGET = "ray_serve_autoscaling_target_replicas"
SPECULATES = "vllm:spec_decode_num_drafts_total"
_BEGINS = (b"vllm", b"sglang", b"ray_vllm", b"ray_sglang", b"ray_serve_")
_LABELS = re.compile(rb'([^{ ]*\{(?:[^"}]|"(?:[^"\\]|\\.)*")*)\}(.*)')
_LABEL = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"', re.ASCII)
_ESCAPE = re.compile(r"\\(.)")
_VALUE = re.compile(rb"\s*(\S+)(?:[ \t]+(-?[\d.]+(?:[eE][+-]?\d+)?))?")
_SECONDS = 1e11
"""A time below this is in seconds (OpenMetrics), above in milliseconds."""


def _spellings() -> Mapping[bytes, str]:
    """Each spelling of each name that is kept, and the name itself."""
    tables = (*series.VLLM.values(), *series.SGLANG.values())
    names = {name for one in tables for name in (*one.names, *one.speculating)}
    names |= {"vllm:engine_sleep_state", SPECULATES}
    found = {name.encode(): name for name in (QUEUED, STATUS, HEALTHY, TARGET)}
    for name in names:
        plain = name.replace(":", "_")
        for spelled in (name, plain, f"ray_{name}", f"ray_{plain}"):
            found[spelled.encode()] = name
    return found


_NAMES = _spellings()


class RemotePage:
    """A page that is being read."""

    def __init__(self, now: float) -> None:
        """Nothing has come yet; `now` is seconds since 1970, beside which samples are old."""
        self._now = now
        self._rest = b""
        self._kept: list[bytes] = []
        self._known: dict[bytes, dict[str, str]] = {}
        self.old = False
        """Some of its samples were too old to count."""
        self.newest: float | None = None
        """Of the times that its samples bear, seconds since 1970; None: they bear none."""

    def feed(self, data: bytes) -> None:
        """Take in what came next."""
        lines = (self._rest + data).split(b"\n")
        self._rest = lines.pop()[: LONGEST_LINE + 1]
        self._kept += [
            line
            for line in lines
            if line.startswith(_BEGINS)
            and (line.partition(b"{")[0] in _NAMES or (b"{" not in line and _name(line) in _NAMES))
        ]

    @property
    def gathered(self) -> bool:
        """Somebody gathers it, at times of its own: a Prometheus, or Ray's agent."""
        return self.newest is not None or any(line.startswith(b"ray_") for line in self._kept)

    def end(self) -> str:
        """Nothing more comes; gives why it cannot be used, or empty."""
        if self._rest.strip() and not self._rest.startswith(b"# EOF"):
            return "the page is cut off"
        if len(self._kept) > MOST_LINES:
            return "it tells of more engines than are read"
        return ""

    def samples(self) -> list[Sample]:
        """What is kept and not old, under the servers' own names; NaN where a line is none."""
        found = [self._read(line) for line in self._kept]
        return [sample for sample in found if sample is not None]

    def _read(self, line: bytes) -> Sample | None:
        name = _NAMES[_name(line)]
        head, brace, rest = line.rpartition(b"}")
        if b" # " in line or not brace:
            # an exemplar has labels of its own
            labelled = _LABELS.match(line)
            head, rest = (labelled[1], labelled[2]) if labelled else (b"", line.partition(b" ")[2])
        found = _VALUE.match(rest)
        if found is None or len(line) > LONGEST_LINE:
            return Sample(name, {}, math.nan)
        if found[2] and not self._counts(found[2]):
            return None
        return Sample(name, self._labels(head.partition(b"{")[2]), _number(found[1]))

    def _labels(self, written: bytes) -> dict[str, str]:
        """The labels of a sample: those of one engine are written alike on many lines."""
        known = self._known.get(written)
        if known is None:
            told = _LABEL.findall(written.decode("utf-8", "replace"))
            known = self._known[written] = {key: _plain(value) for key, value in told}
        return known

    def _counts(self, told: bytes) -> bool:
        """Whether a sample of this time is not too old."""
        number = _number(told)
        at = number if number < _SECONDS else number / 1000
        if self._now - at > OLD:
            self.old = True
            return False
        self.newest = at if self.newest is None else max(at, self.newest)
        return True


def _name(line: bytes) -> bytes:
    name, brace, _ = line.partition(b"{")
    return name if brace else name.partition(b" ")[0]


def _number(text: bytes) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan


def _plain(value: str) -> str:
    """A label's value without its escapes."""
    if "\\" not in value:
        return value
    return _ESCAPE.sub(lambda found: "\n" if found[1] == "n" else found[1], value)
