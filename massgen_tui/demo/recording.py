"""Recorded answers of real servers, kept in the package: their bytes, and when each piece came."""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.resources import files
from itertools import pairwise

NO_MODEL = "replay, no model"
"""The model's name wherever a replay could be taken for one."""


@dataclass(frozen=True, slots=True)
class Recording:
    """One recorded stream."""

    name: str
    question: str
    """What the server was asked."""
    pieces: Sequence[tuple[float, bytes]]
    """Bytes, each with its arrival in seconds after the request."""


def recording(name: str, question: str) -> Recording:
    """Read a recording; the model's name in it gives way to `NO_MODEL`.

    Raises:
        FileNotFoundError: there is none of that name.
    """
    folder = files(__package__) / "recordings"
    stream = (folder / f"{name}.sse").read_bytes()
    timing = folder / f"{name}.chunks.jsonl"
    cut = _as_recorded(stream, timing.read_text()) if timing.is_file() else _as_counted(stream)
    return Recording(name, question, tuple((at, _without_model(piece)) for at, piece in cut))


def _as_recorded(stream: bytes, timing: str) -> Iterator[tuple[float, bytes]]:
    """Cut where the HTTP chunks were."""
    for line in timing.splitlines():
        chunk = json.loads(line)
        yield chunk["t"], stream[chunk["off"] : chunk["off"] + chunk["n"]]


def _as_counted(stream: bytes) -> Iterator[tuple[float, bytes]]:
    """Cut into events, at the pace that the server itself reports in its last one."""
    told = re.search(rb'"timings":(\{[^}]*\})', stream)
    timings = json.loads(told[1]) if told else {}
    first = timings.get("prompt_ms", 0) / 1000
    step = timings.get("predicted_per_token_ms", 0) / 1000
    ends = [match.end() for match in re.finditer(rb"\n\n", stream)]
    for number, (start, end) in enumerate(pairwise([0, *ends])):
        yield first + number * step, stream[start:end]


def _without_model(piece: bytes) -> bytes:
    return re.sub(rb'"model":\s*"[^"]*"', f'"model":"{NO_MODEL}"'.encode(), piece)
