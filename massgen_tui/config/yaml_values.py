"""A YAML document as plain values, and the lines and columns of their paths."""

import math
import re
from collections import deque
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final, cast

import yaml

from massgen_tui.config.document import Entry, Unusable, entries, place
from massgen_tui.config.values import OWN, Steps, Written

_TAG = "tag:yaml.org,2002:"
_MAX_ENTRIES = 300_000
"""Keys of all mappings of a file, with what `<<` merges into each."""
_OCTAL = re.compile(r"[-+]?0[0-7_]*[1-7][0-7_]*")
_SIXTIES = re.compile(r"[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?")


class YamlValues:
    """The values of a document; what an alias repeats is one value in several places."""

    def __init__(self, root: yaml.Node) -> None:
        """Read every node once."""
        self._node = root
        self._made: dict[int, object] = {}
        self._entries: dict[int, dict[str, Entry]] = {}
        self._faults: dict[int, yaml.Node] = {}
        """What is wrong in each mapping that cannot be read."""
        self._open: deque[tuple[yaml.Node, dict[str, object] | list[object]]] = deque()
        self._left = _MAX_ENTRIES
        self.root = self._value(root)
        # no recursion: a file may be nested deeper than Python's stack
        while self._open:
            self._complete(*self._open.popleft())

    def place(self, steps: Steps, *, on_key: bool = False) -> tuple[int, int]:
        """Line and column, from 1, at a path, or at the deepest value on the way that there is.

        With `on_key` the place of the last step's key, else of its value.
        """
        node = key = self._node
        for step in steps:
            if isinstance(node, yaml.SequenceNode):
                if not isinstance(step, int) or step >= len(node.value):
                    break
                key = node = node.value[step]
                continue
            entry = self._entries.get(id(node), {}).get(str(step))
            if entry is None:
                node = self._faults.get(id(node), node)
                break
            key, node = entry.key, entry.value
        return place(key if on_key else node)

    def _value(self, node: yaml.Node) -> object:
        if id(node) not in self._made:
            self._made[id(node)] = self._new(node)
        return self._made[id(node)]

    def _new(self, node: yaml.Node) -> object:
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node)
        if isinstance(node, yaml.SequenceNode):
            items: list[object] = []
            self._open.append((node, items))
            error = _tag_error(node, "seq")
            return Written(items, "seq", error=error) if error else items
        return _scalar(cast(yaml.ScalarNode, node))

    def _mapping(self, node: yaml.MappingNode) -> object:
        if self._left < 0:
            return Written(kind="map", error="merges more than a config holds")
        try:
            found = entries(node)
        except Unusable as unusable:
            self._faults[id(node)] = unusable.node
            return Written(kind="map", error=str(unusable))
        self._left -= len(found)
        self._entries[id(node)] = found
        content: dict[str, object] = {}
        self._open.append((node, content))
        error = _tag_error(node, "map")
        repeats = {
            name: f"is written twice, first on line {place(entry.repeats)[0]}"
            for name, entry in found.items()
            if entry.repeats is not None
        }
        if not error and not repeats:
            return content
        return Written(content, "map", error=error, repeats=repeats)

    def _complete(self, node: yaml.Node, content: dict[str, object] | list[object]) -> None:
        if isinstance(content, list):
            content += [self._value(item) for item in node.value]
        else:
            for name, entry in self._entries[id(node)].items():
                # the user's own sections matter only where an alias repeats them
                unread = node is self._node and name.startswith(OWN)
                content[name] = None if unread else self._value(entry.value)


def _tag_error(node: yaml.Node, kind: str) -> str:
    return "" if node.tag == f"{_TAG}{kind}" else f"{node.tag} means nothing here"


_READERS: Final[Mapping[str, Callable[..., object]]] = MappingProxyType(
    {
        "null": yaml.constructor.SafeConstructor.construct_yaml_null,
        "bool": yaml.constructor.SafeConstructor.construct_yaml_bool,
        "int": yaml.constructor.SafeConstructor.construct_yaml_int,
        "float": yaml.constructor.SafeConstructor.construct_yaml_float,
    }
)


def _scalar(node: yaml.ScalarNode) -> object:
    kind, text = node.tag.removeprefix(_TAG), str(node.value)
    if kind == "str":
        return text
    if kind == "null":
        return None
    reader = _READERS.get(kind)
    if reader is None:
        tag = node.tag.rpartition(":")[2]
        return Written(kind=tag, source=text, error=f"{node.tag} means nothing here")
    try:
        value = reader(yaml.constructor.SafeConstructor(), node)
    except (ValueError, KeyError):
        return Written(kind=kind, source=text, error=f"is no {kind}")
    if isinstance(value, float) and not math.isfinite(value):
        return Written(value, kind, text, error="should be a finite number")
    note = "" if kind == "bool" else _unmeant(text, cast(float, value))
    return Written(value, kind, text, note=note)


def _unmeant(text: str, value: float) -> str:
    """What to say of a number that few mean as YAML 1.1 reads it; empty where all do."""
    if _OCTAL.fullmatch(text):
        told = f"`{text}` is octal in YAML 1.1 and is read as {value}"
        return f"{told}: write {int(text)} or {value}, whichever is meant"
    if _SIXTIES.fullmatch(text):
        told = f"`{text}` counts in sixties in YAML 1.1 and is read as {value}"
        return f'{told}: write {value}, or "{text}" for the text'
    return ""
