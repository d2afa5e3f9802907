"""The files of sessions of past sessions, looked through."""

import json
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Kept:
    """One file."""

    path: Path
    prompts: int
    """How many prompts were given."""
    first: str
    """The first of them."""


def kept_sessions(folder: Path) -> list[Kept]:
    """The files of sessions in `folder`, the newest first; one that cannot be read is left out."""
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
            if ('"e":"prompt"' in line or '"event": "prompt"' in line) and (
                prompt := _prompt(line)
            ) is not None:
                prompts.append(prompt)
    return Kept(path, len(prompts), prompts[0] if prompts else "")


def _prompt(line: str) -> str | None:
    try:
        record = json.loads(line)
    except ValueError:
        # The last line of a session that was killed while it wrote.
        return None
    if not isinstance(record, dict):
        return None
    if record.get("e") == "prompt":
        return str(record.get("text", ""))
    return str(record.get("prompt", "")) if record.get("event") == "prompt" else None
