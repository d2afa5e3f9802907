"""A console in a browser: what `massgen_tui.serve` starts for each page.

It reads what to open from standard input, before anything that is typed: 4 bytes of size and a JSON
object with `config` (a file) or `values` (what a file would say) and `name`, and `resume` (the file
of a kept session that goes on).
"""

import gc
import json
import os
import sys
from pathlib import Path

from massgen_tui.config.build import build
from massgen_tui.config.errors import ConfigError
from massgen_tui.config.loader import load_config
from massgen_tui.config.model import Config
from massgen_tui.config.variables import gather
from massgen_tui.console import running
from massgen_tui.console.terminal.browser import BrowserDriver
from massgen_tui.descriptors import raise_limit
from massgen_tui.store.kept_config import NoConfigError, config_of
from massgen_tui.store.reader import NoSessionError, head_at_end
from massgen_tui.terminal import Before

_IN, _OUT, _ERROR = 0, 1, 2


def main() -> int:
    """Open what is asked for; gives the exit code."""
    raise_limit()
    job = _job()
    # a stray word must not stand among the packets
    BrowserDriver.output = os.dup(_OUT)
    os.dup2(_ERROR, _OUT)
    try:
        return _open(job)
    except ConfigError as error:
        print(f"Error: {error}", file=sys.stderr)
        return 1


def _job() -> dict[str, object]:
    size = int.from_bytes(_read(4), "big")
    job: dict[str, object] = json.loads(_read(size))
    return job


def _read(size: int) -> bytes:
    """So many bytes of standard input, and no more: what is typed comes behind them.

    Raises:
        EOFError: it ends before.
    """
    data = b""
    while len(data) < size:
        piece = os.read(_IN, size - len(data))
        if not piece:
            raise EOFError("nothing says what to open")
        data += piece
    return data


def _open(job: dict[str, object]) -> int:
    gc.disable()  # until the first frame: nothing that is imported is garbage
    if isinstance(kept := job.get("resume"), str):
        try:
            path = Path(kept)
            return running.open_session(path, _resumed(path, job))
        except (NoSessionError, NoConfigError, OSError) as error:
            print(f"The session of before cannot go on: {error}", file=sys.stderr)
    if isinstance(path_of := job.get("config"), str):
        return running.open_file(Path(path_of), prompt=None, before=Before())
    return running.open_console(_built(job))


def _built(job: dict[str, object]) -> Config:
    values, name = job.get("values"), job.get("name")
    variables, _ = gather(os.environ, [Path.cwd()])
    return build(values if isinstance(values, dict) else {}, variables, name=str(name))


def _resumed(path: Path, job: dict[str, object]) -> Config:
    """The session's own settings; a key that stood in the config comes from there again."""
    own = config_of(head_at_end(path))
    if all(agent.problem is None for agent in own.agents):
        return own
    first = load_config(Path(str(job["config"]))) if job.get("config") else _built(job)
    there = {agent.id: agent for agent in first.agents if agent.problem is None}
    agents = tuple(one if one.problem is None else there.get(one.id, one) for one in own.agents)
    return own.model_copy(update={"agents": agents})
