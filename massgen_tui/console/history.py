"""Earlier prompts, kept across runs in a private file, and the drafts written meanwhile."""

import contextlib
import json
import os
from pathlib import Path

from massgen_tui import paths

LIMIT = 1000
"""Prompts that are kept."""


class History:
    """Prompts, oldest first, and a cursor into them.

    What is edited while browsing stays as it was left until a prompt is sent; the draft is the
    newest line of all.
    """

    def __init__(self, file: Path | None = None) -> None:
        """Read the history at `file`; None keeps nothing beyond this run."""
        self._file = file
        self._sent = _read(file) if file is not None else []
        self._edited: dict[int, str] = {}
        self._at = len(self._sent)

    @property
    def browsing(self) -> bool:
        """An earlier prompt is shown, not the draft."""
        return self._at < len(self._sent)

    def move(self, step: int, text: str) -> str | None:
        """Leave `text` where it stands and give what stands `step` further; None at either end."""
        target = self._at + step
        if not 0 <= target <= len(self._sent):
            return None
        self._edited[self._at] = text
        self._at = target
        return self._edited.get(target, self._sent[target] if target < len(self._sent) else "")

    def sent(self, text: str) -> str:
        """Keep a prompt that was sent; gives the draft beneath it, if it was not that one."""
        draft = self._edited.get(len(self._sent), "") if self.browsing else ""
        self.keep(text)
        return draft

    def remember(self, text: str) -> None:
        """Add a prompt as the newest unless it is among them, wherever one is browsing."""
        if text not in self._sent and not self.browsing:
            self.keep(text)

    def keep(self, text: str) -> None:
        """Add a prompt as the newest and forget the edits of older ones."""
        self._edited.clear()
        if not self._sent or self._sent[-1] != text:
            self._sent.append(text)
            if self._file is not None:
                _append(self._file, text)
        self._at = len(self._sent)


def _read(file: Path) -> list[str]:
    try:
        lines = file.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []
    prompts = [text for text in map(_decoded, lines) if text]
    if len(lines) > 2 * LIMIT:
        _rewrite(file, prompts[-LIMIT:])
    return prompts[-LIMIT:]


def _decoded(line: str) -> str:
    try:
        text = json.loads(line)
    except ValueError:
        return ""
    return text if isinstance(text, str) else ""


def _append(file: Path, text: str) -> None:
    with contextlib.suppress(OSError), paths.open_private(file) as out:
        out.write(json.dumps(text) + "\n")


def _rewrite(file: Path, prompts: list[str]) -> None:
    beside = file.with_name(f"{file.name}.{os.getpid()}")
    with contextlib.suppress(OSError):
        with paths.open_private(beside, "w") as out:
            out.writelines(json.dumps(text) + "\n" for text in prompts)
        beside.replace(file)
