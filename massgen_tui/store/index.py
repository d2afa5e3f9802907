"""The journals of past sessions, looked through."""

import json
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Kept:
    """One journal."""

    path: Path
    prompts: int
    """How many prompts were given."""
    first: str
    """The first of them."""


def kept_sessions(folder: Path) -> list[Kept]:
    """The journals in `folder`, the newest first; one that cannot be read is left out."""
    found = []
    for path in sorted(folder.glob("*.jsonl"), reverse=True):
        try:
            found.append(_kept(path))
        except OSError:
            continue
    return found


def _kept(path: Path) -> Kept:
    prompts = []
    with path.open(encoding="utf-8", errors="replace") as lines:
        for line in lines:
            if '"event": "prompt"' in line and (prompt := _prompt(line)) is not None:
                prompts.append(prompt)
    return Kept(path, len(prompts), prompts[0] if prompts else "")


def _prompt(line: str) -> str | None:
    try:
        record = json.loads(line)
    except ValueError:
        # The last line of a session that was killed while it wrote.
        return None
    if not isinstance(record, dict) or record.get("event") != "prompt":
        return None
    return str(record.get("prompt", ""))
