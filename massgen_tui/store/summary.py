"""What a kept session is at a glance, and its texts."""

from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from massgen_tui.store.locks import is_locked

RUNNING = "running"
PROMPT, ANSWER, REASONING, TITLE = "prompt", "answer", "reasoning", "title"


@dataclass(frozen=True, slots=True)
class Summary:
    """One kept session."""

    path: Path
    id: str
    title: str
    """What the user called it, else the config's name."""
    at: datetime
    """When it began; one that goes on with another: when it went on."""
    config: str
    prompt: str
    """The first."""
    agents: tuple[str, ...]
    turns: int
    attempts: int
    tokens: int | None
    """Completion tokens of all attempts; None: nothing is known of any."""
    counted: bool
    """The servers counted all of them; else pieces were counted for some."""
    bytes: int
    """The size of its file."""
    end: str
    """`quit`, `failed` or `killed`; `running` while it is written."""
    continues: str
    """The ID of the session that it goes on with."""
    format: int

    @property
    def ended(self) -> str:
        """How it ended, for people: `done` where that was in order, be it a run or a console."""
        return "done" if self.end == "quit" else self.end

    def now(self) -> "Summary":
        """The same, `running` where a process writes the file just now."""
        running = self.end == "killed" and is_locked(self.path)
        return replace(self, end=RUNNING) if running else self


class Passage(NamedTuple):
    """One whole text of a session."""

    kind: str
    """`PROMPT`, `ANSWER`, `REASONING` or `TITLE`."""
    turn: int
    """As people count; 0: of none."""
    agent: str
    """Empty: of none."""
    text: str
