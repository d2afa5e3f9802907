"""YAML as nodes that know their line and column.

Anchors and merge keys work; documents that expand without end through them are bounded.
"""

import re
from pathlib import Path
from typing import NamedTuple

import yaml

from massgen_tui.config.errors import ConfigError, Problem

MAX_BYTES = 300_000
MAX_MERGED = 100
"""Mappings that `<<` brings into one."""


class Unusable(ValueError):
    """A node that cannot become a plain value."""

    def __init__(self, node: yaml.Node, message: str) -> None:
        """Hold the node and what is wrong with it."""
        super().__init__(message)
        self.node = node


class NotYaml(ValueError):
    """A text that is no YAML document."""

    def __init__(self, problem: Problem) -> None:
        """Hold what is wrong with it, and where."""
        super().__init__(problem.message)
        self.problem = problem


class Entry(NamedTuple):
    """One key of a mapping with its value."""

    name: str
    key: yaml.Node
    value: yaml.Node
    repeats: yaml.Node | None = None
    """The same key, written before in the same mapping."""


class _Loader(yaml.SafeLoader):
    """SafeLoader without dates, which JSON has not, and with `1e-3` as a number, as YAML 1.2."""


_Loader.yaml_implicit_resolvers = {
    first: [pair for pair in resolvers if not pair[0].endswith(":timestamp")]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:float", re.compile(r"[-+]?\d+(?:\.\d*)?[eE][-+]?\d+"), list("-+0123456789")
)


def read(path: Path) -> yaml.Node:
    """The one YAML document of a config file.

    Raises:
        ConfigError: it cannot be read, is too large, or is no YAML document.
    """
    node = read_any(path)
    if node is None:
        raise ConfigError(path, (Problem("the file is empty", hint=_SHAPE),))
    if not isinstance(node, yaml.MappingNode):
        raise ConfigError(path, (Problem("a config is a mapping", *place(node), hint=_SHAPE),))
    return node


def read_any(path: Path) -> yaml.Node | None:
    """The one YAML document of a file; None where there is nothing in it.

    Raises:
        ConfigError: it cannot be read, is too large, or is no YAML document.
    """
    try:
        return node_of(_text(path))
    except NotYaml as wrong:
        raise ConfigError(path, (wrong.problem,)) from wrong


def node_of(text: str) -> yaml.Node | None:
    """The one YAML document of a text; None where it is empty.

    Raises:
        NotYaml: it is none.
    """
    loader = None
    try:
        loader = _Loader(text)
        return loader.get_single_node()
    except yaml.MarkedYAMLError as error:
        raise NotYaml(_yaml_problem(error, text)) from error
    except yaml.reader.ReaderError as error:
        before = text[: error.position]
        problem = Problem(
            "a control character cannot stand in YAML",
            before.count("\n") + 1,
            error.position - before.rfind("\n"),
        )
        raise NotYaml(problem) from error
    except (RecursionError, ValueError) as error:
        raise NotYaml(Problem("this YAML is nested too deeply")) from error
    finally:
        if loader is not None:
            loader.dispose()


_SHAPE = "it begins with `agents:`, a list of agents with `id` and `backend`"


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        reason = (error.strerror or "unknown error").lower()
        raise ConfigError(path, (Problem(f"cannot be read: {reason}"),)) from error
    if len(data) > MAX_BYTES:
        problem = Problem(f"is larger than {MAX_BYTES // 1000} kB: this is no config file")
        raise ConfigError(path, (problem,))
    encoding = "utf-16" if data[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-8-sig"
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        before = data[: error.start]
        problem = Problem(
            "is not UTF-8",
            before.count(b"\n") + 1,
            error.start - before.rfind(b"\n"),
            hint="save the file as UTF-8",
        )
        raise ConfigError(path, (problem,)) from error


def _yaml_problem(error: yaml.MarkedYAMLError, text: str) -> Problem:
    mark = error.problem_mark or error.context_mark
    said = " ".join(part for part in (error.context, error.problem) if part)
    if mark is None:
        return Problem(said)
    lines = text.splitlines()
    line = lines[mark.line] if mark.line < len(lines) else ""
    tabs = "\t" in line[: mark.column + 1]
    return Problem(
        said, mark.line + 1, mark.column + 1, hint="YAML is indented with blanks" if tabs else ""
    )


def place(node: yaml.Node) -> tuple[int, int]:
    """Line and column of a node, from 1."""
    return node.start_mark.line + 1, node.start_mark.column + 1


def entries(node: yaml.MappingNode) -> dict[str, Entry]:
    """The keys of a mapping by name, with what `<<` merges in below its own.

    Raises:
        Unusable: a key is no text or number, or what is merged is no mapping.
    """
    return _entries(node, {})


def _entries(node: yaml.MappingNode, known: dict[int, dict[str, Entry] | None]) -> dict[str, Entry]:
    """The entries of a mapping; `known` has those read before, None for those being read."""
    if id(node) in known:
        found = known[id(node)]
        if found is None:
            raise Unusable(node, "an anchor merges itself")
        return found
    if len(known) > MAX_MERGED:
        raise Unusable(node, "merges more than a config holds")
    known[id(node)] = None
    merged: dict[str, Entry] = {}
    own: dict[str, Entry] = {}
    for key, value in node.value:
        if key.tag == "tag:yaml.org,2002:merge":
            for source in _merged(value):
                merged = {**_entries(source, known), **merged}
            continue
        if not isinstance(key, yaml.ScalarNode):
            raise Unusable(key, "a key is a word")
        before = own.get(key.value)
        own[key.value] = Entry(key.value, key, value, before.key if before else None)
    known[id(node)] = {**merged, **own}
    return {**merged, **own}


def _merged(value: yaml.Node) -> list[yaml.MappingNode]:
    sources = value.value if isinstance(value, yaml.SequenceNode) else [value]
    mappings = [source for source in sources if isinstance(source, yaml.MappingNode)]
    if len(mappings) < len(sources):
        raise Unusable(value, "`<<` merges mappings")
    return mappings
