"""The config of a kept session, built anew from its head: keys come from where they came from."""

import os
from collections.abc import Mapping
from pathlib import Path

from massgen_tui.config.build import InvalidValues, build
from massgen_tui.config.difference import differences
from massgen_tui.config.model import Config
from massgen_tui.config.serialise import kept_values
from massgen_tui.config.variables import gather
from massgen_tui.store.config_name import is_file
from massgen_tui.store.head import Head
from massgen_tui.text import one_line


class NoConfigError(ValueError):
    """A session's settings cannot be used by this version."""


def config_of(head: Head, environ: Mapping[str, str] | None = None) -> Config:
    """The config that a session ran with.

    A key that stood in the config file is not kept: that agent's `problem` says so.

    Args:
        head: of the session.
        environ: stands in for the process's environment.

    Raises:
        NoConfigError: the head's settings are no config to this version.
    """
    values = {
        "agents": [dict(agent.settings) for agent in head.agents],
        "servers": [dict(server) for server in head.servers],
        "gpus": [dict(gpu) for gpu in head.gpus],
        "ui": dict(head.ui),
        "monitor": head.monitor,
    }
    folders = [Path.cwd()]
    if head.config and Path(head.config).parent.is_dir():
        folders.insert(0, Path(head.config).absolute().parent)
    variables, notes = gather(os.environ if environ is None else environ, folders)
    try:
        return build(
            {key: value for key, value in values.items() if value not in ([], {})},
            variables,
            name=head.title,
            warnings=notes,
        )
    except InvalidValues as error:
        raise NoConfigError(f"its settings cannot be used: {error}") from None


def greeting(head: Head, *, anew: bool = False) -> str:
    """Which session goes on, and with which settings; `anew`: those of another config."""
    began = f"{head.at.astimezone():%Y-%m-%d %H:%M}"
    told = f"Session {head.id} of {began} goes on, in a file of its own."
    gone = is_file(head.config) and not Path(head.config).is_file()
    if gone and not anew:
        told += f" {one_line(Path(head.config).name, 80)} is gone: its settings are those of then."
    return told


def changes(head: Head, config: Config) -> list[str]:
    """What another config changes in a session's settings: `a: temperature 0.3 → 1`."""
    before = {agent.id: agent.settings for agent in head.agents}
    after = {agent.id: kept_values(agent) for agent in config.agents}
    told = [f"{id}: is no agent of {config.name}" for id in before if id not in after]
    for id, values in after.items():
        if id not in before:
            told.append(f"{id}: is new")
            continue
        told += [f"{id}: {each}" for each in differences(before[id], values)]
    return told
