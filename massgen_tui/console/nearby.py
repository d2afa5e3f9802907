"""What one may begin with: configs nearby and of late, and the sessions kept last."""

import json
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from massgen_tui import paths
from massgen_tui.config.outline import outline_of
from massgen_tui.store.find import HEAD_BYTES, begun_first
from massgen_tui.store.glance import summarise

FOLDERS = (Path(), Path("configs"))
ENDINGS = (".yaml", ".yml")
FILES = 30
"""Files of a folder that are looked into."""
SESSIONS = 5
LOOKED_BACK = 40
"""Sessions whose configs are remembered."""
SMALL = 4 * 1024 * 1024
"""Bytes of a session's file that is read for its first prompt."""


@dataclass(frozen=True, slots=True)
class NearConfig:
    """A config file, and whom it names."""

    path: Path
    agents: tuple[str, ...]
    recent: bool = False
    """A kept session used it."""


@dataclass(frozen=True, slots=True)
class NearSession:
    """A kept session."""

    path: Path
    id: str
    when: str
    title: str
    prompt: str


def configs(folder: Path, sessions: Path) -> list[NearConfig]:
    """The configs in `folder` and its `configs`, those that sessions used first.

    What is no config is left out, and so is one that is gone.
    """
    recent = [path for path in _recent(sessions) if path.is_file()]
    there = [path for part in FOLDERS for path in _files(folder / part)]
    found: dict[Path, NearConfig] = {}
    for path in (*recent, *there):
        whole = path.absolute()
        if whole not in found and (named := _named(path)) is not None:
            found[whole] = NearConfig(_short(whole, folder), named, path in recent)
    return list(found.values())


def sessions(folder: Path | None = None) -> list[NearSession]:
    """The sessions that were kept last."""
    kept = []
    for one in islice(begun_first(folder or paths.sessions_dir()), SESSIONS):
        if one.size > SMALL:
            kept.append(NearSession(one.path, one.path.stem[-8:], _when(one.path), "", ""))
            continue
        with suppress(OSError, ValueError):
            summary, _ = summarise(one.path)
            when = f"{summary.at.astimezone():%Y-%m-%d %H:%M}"
            title = summary.title
            kept.append(NearSession(one.path, summary.id, when, title, summary.prompt))
    return kept


def _files(folder: Path) -> list[Path]:
    with suppress(OSError):
        named = (path for path in folder.iterdir() if path.suffix in ENDINGS)
        return sorted(path for path in named if path.is_file())[:FILES]
    return []


def _named(path: Path) -> tuple[str, ...] | None:
    with suppress(OSError, ValueError):
        outline = outline_of(path)
        return None if outline is None else tuple(agent.id for agent in outline.agents)
    return None


def _recent(folder: Path) -> list[Path]:
    """The configs of the sessions kept last, the newest first."""
    found: dict[Path, None] = {}
    for one in islice(begun_first(folder), LOOKED_BACK):
        with suppress(OSError, ValueError, RecursionError), one.path.open("rb") as file:
            head = json.loads(file.readline(HEAD_BYTES))
            config = head.get("config") if isinstance(head, dict) else None
            if isinstance(config, str) and config.endswith(ENDINGS):
                found.setdefault(Path(config))
    return list(found)


def _short(path: Path, folder: Path) -> Path:
    """The path as one would type it."""
    try:
        return path.relative_to(folder.absolute())
    except ValueError:
        return path


def _when(path: Path) -> str:
    day, _, rest = path.stem.partition("-")
    return f"{day[:4]}-{day[4:6]}-{day[6:]} {rest[:2]}:{rest[2:4]}" if len(day) == 8 else ""
