"""The config of a kept session, built anew from its head: keys come from where they came from."""

import os
from collections.abc import Mapping
from pathlib import Path

from massgen_tui.config.build import InvalidValues, build
from massgen_tui.config.model import Config
from massgen_tui.config.variables import gather
from massgen_tui.store.head import Head


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
