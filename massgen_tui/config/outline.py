"""What a config file shows at once: its agents' names, read from the YAML alone.

Models, variables, keys and most of what can be wrong are the loader's, which takes longer.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import yaml

from massgen_tui.config.document import Unusable, entries, read, read_any
from massgen_tui.config.errors import ConfigError
from massgen_tui.text import one_line

THEME_VARIABLE = "TEXTUAL_THEME"
"""Textual takes its theme from there."""
_MOST = 120
"""Characters of a name."""


class AgentOutline(NamedTuple):
    """One agent as the file names it."""

    id: str
    model: str
    """Empty where only the loader can tell."""


class Outline(NamedTuple):
    """A config file of which no more is known yet."""

    path: Path
    agents: tuple[AgentOutline, ...]
    theme: str = ""
    layout: str = ""
    monitor: bool = True
    coordinate: bool = False
    """The agents are to agree, as far as the file alone says so."""
    own_keys: bool = False
    """Some keys are the user's own."""
    root: yaml.Node = yaml.MappingNode("tag:yaml.org,2002:map", [])
    """The whole document."""


def outline_of(path: Path) -> Outline | None:
    """The outline of a config file; None where the file is of another shape.

    Raises:
        ConfigError: it cannot be read, or is no YAML document.
    """
    root = read(path)
    try:
        agents = tuple(map(_agent, agents_of(root)))
        if not agents:
            return None
        return Outline(
            path,
            agents,
            _word(root, "ui", "theme"),
            _word(root, "ui", "layout"),
            _word(root, "monitor") != "false",
            _coordinates(root),
            find(root, "ui", "keymap") is not None,
            root,
        )
    except Unusable:
        return None


def own_looks(path: Path) -> tuple[str, str, bool]:
    """Theme and layout of the user's settings, as they are written, empty where they are not.

    And whether they give keys of the user's own.

    A theme that the environment names wins: Textual takes that one by itself.
    """
    try:
        root = read_any(path) if path.exists() else None
        if root is None:
            return "", "", False
        theme = "" if os.environ.get(THEME_VARIABLE) else _word(root, "theme")
        return theme, _word(root, "layout"), find(root, "keymap") is not None
    except (ConfigError, OSError, Unusable):
        return "", "", False


def _coordinates(root: yaml.Node) -> bool:
    outer = find(root, "orchestrator", "coordinate")
    said = outer or find(root, "orchestrator", "coordination", "coordinate")
    return isinstance(said, yaml.ScalarNode) and said.value.lower() in ("true", "yes", "on")


def agents_of(root: yaml.Node) -> Iterator[yaml.Node]:
    """The agents of a document."""
    many, one = find(root, "agents"), find(root, "agent")
    if isinstance(many, yaml.SequenceNode) and one is None:
        yield from many.value
    elif one is not None and many is None:
        yield one


def _agent(node: yaml.Node) -> AgentOutline:
    name, model = _word(node, "id"), _word(node, "backend", "model")
    if not name.strip() or find(node, "backend") is None:
        raise Unusable(node, "is no agent")
    return AgentOutline(_shown(name), _shown(model))


def _shown(text: str) -> str:
    return "" if "${" in text else one_line(text, _MOST)


def _word(node: yaml.Node, *path: str) -> str:
    found = find(node, *path)
    return str(found.value) if isinstance(found, yaml.ScalarNode) else ""


def find(node: yaml.Node, *path: str) -> yaml.Node | None:
    """The node at a path of keys.

    Raises:
        Unusable: a mapping on the way is none that can be read.
    """
    for name in path:
        entry = entries(node).get(name) if isinstance(node, yaml.MappingNode) else None
        if entry is None:
            return None
        node = entry.value
    return node
