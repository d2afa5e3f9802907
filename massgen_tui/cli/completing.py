"""What the shell offers to complete: files, ids of a config's agents, ids of kept sessions.

A shell waits for it at each tab: no screen, no client and no server is imported or asked, and what
cannot be read offers nothing.
"""

import importlib
import os
from contextlib import suppress
from itertools import islice
from pathlib import Path

import click
from click.shell_completion import CompletionItem, split_arg_string

from massgen_tui import paths
from massgen_tui.config.outline import outline_of
from massgen_tui.store.find import begun_first, session_id
from massgen_tui.text import one_line

MOST = 200
"""Sessions that are offered, the newest."""


def files(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The files there are."""
    return [CompletionItem(incomplete, type="file")]


def agents(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The agents of the config that the line names already."""
    # an option that waits for its value keeps click from telling the words before it
    words = split_arg_string(os.environ.get("COMP_WORDS", ""))
    outline = None
    with suppress(OSError, ValueError, RuntimeError):  # RuntimeError: the home of nobody
        # the shell gives its words as they are typed
        named = [path for word in words if (path := Path(word).expanduser()).is_file()]
        outline = outline_of(named[0]) if named else None
    ids = [agent.id for agent in outline.agents] if outline is not None else []
    return [CompletionItem(id) for id in ids if id.startswith(incomplete)]


def sessions(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """`last`, and the ids of kept sessions, the newest first, with what they are called."""
    found = [CompletionItem("last", help="the newest")]
    with suppress(OSError, ValueError):
        for kept in islice(begun_first(paths.sessions_dir()), MOST):
            id = session_id(kept.path)
            if id and id.startswith(incomplete):
                found.append(CompletionItem(id, help=_told(kept.path)))
    return [one for one in found if str(one.value).startswith(incomplete)]


def _told(path: Path) -> str:
    """When the session began, and what it is called."""
    name = ""
    with suppress(OSError, ValueError):
        name = importlib.import_module("massgen_tui.store.glance").called(path)
    return " ".join(filter(None, [_when(path), name]))


def _when(path: Path) -> str:
    """When the session began, as its file's name says."""
    day, _, rest = path.stem.partition("-")
    time = rest.partition("-")[0]
    if len(day) != 8 or len(time) != 6:
        return ""
    return one_line(f"{day[:4]}-{day[4:6]}-{day[6:]} {time[:2]}:{time[2:4]}")
