"""YAML as nodes that know their line and column, and as plain values where the nodes are used.

Only what is used is turned into values, so nothing is complained of elsewhere. Anchors and merge
keys work; documents that expand without end through them are bounded.
"""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import yaml

from massgen_tui.config.errors import ConfigError, Problem

MAX_BYTES = 300_000
MAX_VALUES = 100_000
"""Values of a whole file after its aliases are expanded."""
MAX_DEPTH = 64
MAX_MERGED = 100
"""Mappings that `<<` brings into one."""

Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]


class Unusable(ValueError):
    """A node that cannot become a plain value."""

    def __init__(self, node: yaml.Node, message: str) -> None:
        """Hold the node and what is wrong with it."""
        super().__init__(message)
        self.node = node


@dataclass(frozen=True, slots=True)
class Entry:
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
    """The one YAML document of a file.

    Raises:
        ConfigError: it cannot be read, is too large, or is no YAML document.
    """
    text = _text(path)
    loader = None
    try:
        loader = _Loader(text)
        node = loader.get_single_node()
    except yaml.MarkedYAMLError as error:
        raise ConfigError(path, (_yaml_problem(error, text),)) from error
    except yaml.reader.ReaderError as error:
        before = text[: error.position]
        problem = Problem(
            "a control character cannot stand in YAML",
            before.count("\n") + 1,
            error.position - before.rfind("\n"),
        )
        raise ConfigError(path, (problem,)) from error
    except (RecursionError, ValueError) as error:
        raise ConfigError(path, (Problem("this YAML is nested too deeply"),)) from error
    finally:
        if loader is not None:
            loader.dispose()
    if node is None:
        raise ConfigError(path, (Problem("the file is empty", hint=_SHAPE),))
    if not isinstance(node, yaml.MappingNode):
        raise ConfigError(path, (Problem("a config is a mapping", *place(node), hint=_SHAPE),))
    return node


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


def locate(node: yaml.Node, path: Sequence[str | int]) -> yaml.Node:
    """The node at a path, or the deepest one on the way that there is."""
    for step in path:
        if isinstance(node, yaml.MappingNode):
            found = entries(node).get(str(step))
            if found is None:
                return node
            node = found.value
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int):
            if step >= len(node.value):
                return node
            node = node.value[step]
        else:
            return node
    return node


def reach(node: yaml.Node, path: Sequence[str | int]) -> tuple[str | int, ...]:
    """As much of a path as leads to a node: what a validator appends of its own is cut off."""
    steps: list[str | int] = []
    for step in path:
        deeper = locate(node, [step])
        if deeper is node and not (not steps and isinstance(node, yaml.MappingNode)):
            break
        steps.append(step)
        node = deeper
    return tuple(steps)


def word(node: yaml.Node) -> str:
    """A text as it is written, numbers included (`id: 7`); nothing (`null`) is empty.

    Raises:
        Unusable: it is no text.
    """
    if isinstance(node, yaml.ScalarNode):
        kind = node.tag.rpartition(":")[2]
        if kind in {"str", "int", "float"}:
            return str(node.value)
        if kind == "null":
            return ""
        raise Unusable(node, f"should be a text: put {node.value} in quotes")
    raise Unusable(node, "should be a text")


_OCTAL = re.compile(r"[-+]?0[0-7_]*[1-7][0-7_]*")
_SIXTIES = re.compile(r"[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?")


def _unmeant(text: str, value: float) -> str:
    """What to say of a number that few mean as YAML 1.1 reads it; empty where all do."""
    if _OCTAL.fullmatch(text):
        said = f"`{text}` is octal in YAML 1.1 and is read as {value}"
        return f"{said}: write {int(text)} or {value}, whichever is meant"
    if _SIXTIES.fullmatch(text):
        said = f"`{text}` counts in sixties in YAML 1.1 and is read as {value}"
        return f'{said}: write {value}, or "{text}" for the text'
    return ""


class Plain:
    """Turns nodes into JSON values; `fill` sees every text, `note` what few mean as it is read."""

    def __init__(
        self, fill: Callable[[str, yaml.Node], str], note: Callable[[yaml.Node, str], None]
    ) -> None:
        """Take the function that fills in variables, and the one that is told what is odd."""
        self._fill = fill
        self._note = note
        self._left = MAX_VALUES
        self._scalars = yaml.constructor.SafeConstructor()

    def value(self, node: yaml.Node, depth: int = 0) -> Json:
        """The value of a node.

        Raises:
            Unusable: JSON has no such value, or there is no end to it.
        """
        self._left -= 1
        if self._left < 0 or depth > MAX_DEPTH:
            raise Unusable(node, "expands to more than a config holds: an anchor repeats itself")
        if isinstance(node, yaml.MappingNode):
            self._expect(node, "map")
            found = entries(node)
            return {name: self.value(entry.value, depth + 1) for name, entry in found.items()}
        if isinstance(node, yaml.SequenceNode):
            self._expect(node, "seq")
            return [self.value(item, depth + 1) for item in node.value]
        return self._scalar(node)

    def _expect(self, node: yaml.Node, kind: str) -> None:
        if node.tag != f"tag:yaml.org,2002:{kind}":
            raise Unusable(node, f"{node.tag} means nothing here")

    def _scalar(self, node: yaml.Node) -> Json:
        if not isinstance(node, yaml.ScalarNode):
            raise Unusable(node, f"{node.tag} means nothing here")
        kind = node.tag.removeprefix("tag:yaml.org,2002:")
        text = str(node.value)
        if kind == "str":
            return self._fill(text, node)
        readers: Mapping[str, Callable[[yaml.ScalarNode], Json]] = {
            "null": self._scalars.construct_yaml_null,
            "bool": self._scalars.construct_yaml_bool,
            "int": self._scalars.construct_yaml_int,
            "float": self._scalars.construct_yaml_float,
        }
        reader = readers.get(kind)
        if reader is None:
            raise Unusable(node, f"{node.tag} means nothing here")
        try:
            value = reader(node)
        except (ValueError, KeyError) as error:
            raise Unusable(node, f"is no {kind}") from error
        if isinstance(value, float) and not math.isfinite(value):
            raise Unusable(node, "should be a finite number")
        if kind in ("int", "float") and (said := _unmeant(text, cast(float, value))):
            self._note(node, said)
        return value
