"""Plain values as YAML that every reader takes for the same values, and one typed text read.

Quoted texts are JSON's, which YAML reads alike, with what cannot be seen escaped: PyYAML 6.0.3
writes some (U+0085) so that it reads them as something else.
"""

import json
import re
from collections.abc import Mapping

import yaml

from massgen_tui.config.document import node_of
from massgen_tui.config.yaml_values import YamlValues

_SEQUENCE = "tag:yaml.org,2002:seq"
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_.-]*(?:[/@+][A-Za-z0-9_.-]+)*")
_OTHER_WORDS = frozenset(["y", "n", "yes", "no", "on", "off", "true", "false", "null"])
"""Words that YAML 1.1, or 1.2, takes for no text."""
_BEYOND_ASCII = re.compile(r"[^\x20-\x7e]")


def yaml_line(value: object) -> str:
    """A value on one line."""
    if isinstance(value, Mapping):
        pairs = ", ".join(f"{yaml_line(key)}: {yaml_line(each)}" for key, each in value.items())
        return f"{{{pairs}}}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(yaml_line, value))}]"
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, float):
        # YAML 1.1 takes `1e-05` for a text
        mantissa, e, exponent = repr(value).partition("e")
        return f"{mantissa}.0e{exponent}" if e and "." not in mantissa else repr(value)
    return json.dumps(value)


def _text(text: str) -> str:
    if _WORD.fullmatch(text) and text.lower() not in _OTHER_WORDS:
        return text
    return _BEYOND_ASCII.sub(_escaped, json.dumps(text, ensure_ascii=False))


def _escaped(found: re.Match[str]) -> str:
    return found[0] if found[0].isprintable() else f"\\U{ord(found[0]):08x}"


def yaml_block(value: object, indent: int = 0) -> str:
    """A value over lines, as files have it; mappings and lists begin on a line of their own."""
    margin = " " * indent
    if isinstance(value, Mapping) and value:
        return "".join(
            f"{margin}{yaml_line(key)}:{_below(each, indent)}" for key, each in value.items()
        )
    if isinstance(value, list | tuple) and value:
        return "".join(f"{margin}- {_item(each, indent + 2)}" for each in value)
    return f"{margin}{yaml_line(value)}\n"


def _below(value: object, indent: int) -> str:
    if isinstance(value, Mapping | list | tuple) and value:
        return f"\n{yaml_block(value, indent + 2)}"
    if isinstance(value, str) and _may_stand(value):
        margin = " " * (indent + 2)
        lines = (f"{margin}{line}".rstrip() for line in value.split("\n"))
        return " |-\n" + "\n".join(lines) + "\n"
    return f" {yaml_line(value)}\n"


def _item(value: object, indent: int) -> str:
    if isinstance(value, Mapping | list | tuple) and value:
        return yaml_block(value, indent).lstrip(" ")
    return f"{yaml_line(value)}\n"


def _may_stand(text: str) -> bool:
    """Whether a text of several lines comes back as it is from a block of them."""
    lines = text.split("\n")
    plain = all(line.isprintable() and line == line.rstrip() for line in lines)
    return len(lines) > 1 and plain and bool(lines[-1]) and lines[0][:1] not in ("", " ")


def typed(text: str) -> object:
    """What a text says as a value of a config: plain, or `Written`; None where it is empty.

    Raises:
        NotYaml: it is no YAML document.
    """
    node = node_of(text)
    if node is None:
        return None
    # in a list, since a file's own sections (`x-…`) go unread at its top only
    around = yaml.SequenceNode(_SEQUENCE, [node], node.start_mark, node.end_mark)
    root = YamlValues(around).root
    return root[0] if isinstance(root, list) else None
