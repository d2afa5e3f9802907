"""What reading a file gathers on the way: problems with their place, warnings, unset variables."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from massgen_tui.config.document import (
    Entry,
    Json,
    Plain,
    Unusable,
    entries,
    locate,
    place,
    reach,
    word,
)
from massgen_tui.config.errors import Problem
from massgen_tui.config.names import nearest
from massgen_tui.config.variables import substitute
from massgen_tui.text import one_line

_M = TypeVar("_M", bound=BaseModel)
_MESSAGE, _HINT = 300, 1500
"""Characters."""


@dataclass(slots=True)
class Reading:
    """One pass over a file."""

    path: Path
    variables: Mapping[str, str]
    problems: list[Problem] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    ignored: set[str] = field(default_factory=set)
    """MassGen's keys that mean nothing here, as `backend.cwd`."""
    unset: list[str] = field(default_factory=list)
    """References to unset variables in the section being read, with their place."""
    filled: bool = False
    """Some text of the section being read came from a variable."""
    plain: Plain = field(init=False)
    """Makes values of nodes; one for the whole file, as what they expand to is bounded for it."""

    def __post_init__(self) -> None:
        """Fill in variables in every text."""
        self.plain = Plain(self.fill, self.note)

    def begin(self) -> None:
        """Start a section of its own: forget what the last one said of variables."""
        self.unset, self.filled = [], False

    def complain(self, node: yaml.Node, key: str, message: str, hint: str = "") -> None:
        """Note a problem at a node."""
        self.problems.append(
            Problem(
                one_line(message, _MESSAGE),
                *place(node),
                one_line(key, _MESSAGE),
                one_line(hint, _HINT),
            )
        )

    def note(self, node: yaml.Node, said: str) -> None:
        """Warn of something at a node."""
        line, column = place(node)
        self.warnings.append(f"{self.path.name}:{line}:{column}: {said}")

    def mapping(self, node: yaml.Node, key: str, hint: str = "") -> dict[str, Entry] | None:
        """The entries of a node that should be a mapping, or None with a problem noted."""
        if not isinstance(node, yaml.MappingNode):
            self.complain(node, key, "should be a mapping", hint)
            return None
        try:
            found = entries(node)
        except Unusable as error:
            self.complain(error.node, key, str(error))
            return None
        for entry in found.values():
            if entry.repeats is not None:
                line = place(entry.repeats)[0]
                where = f"{key}.{entry.name}".lstrip(".")
                self.complain(entry.key, where, f"is written twice, first on line {line}")
        return found

    def fill(self, text: str, node: yaml.Node) -> str:
        """A text with its variables filled in; unset ones are noted."""
        filled, unset = substitute(text, self.variables)
        line, column = place(node)
        self.unset += [f"{name} ({self.path.name}:{line}:{column})" for name in unset]
        self.filled = self.filled or filled != text
        return filled

    def text(self, entry: Entry | None, key: str) -> str:
        """A text with its variables filled in; empty when it is missing, or is none."""
        if entry is None:
            return ""
        try:
            return self.fill(word(entry.value), entry.value)
        except Unusable as error:
            self.complain(error.node, f"{key}.{entry.name}".lstrip("."), str(error))
            return ""

    def value(self, node: yaml.Node, key: str) -> Json:
        """The plain value of a node; None when it has none, or a variable in it is unset."""
        before = len(self.unset)
        try:
            value = self.plain.value(node)
            return value if len(self.unset) == before else None
        except Unusable as error:
            self.complain(error.node, key, str(error))
            return None

    def stranger(self, entry: Entry, key: str, known: Collection[str], *, hint: str = "") -> None:
        """Note a key that is not known here, with the nearest one that is, or what is."""
        near = nearest(entry.name, known)
        parts = [f"did you mean `{near}`?" if near else "", hint or _allowed(known)]
        where = f"{key}.{entry.name}".lstrip(".")
        said = f"`{entry.name}` is not known"
        self.complain(entry.key, where, said, " ".join(part for part in parts if part))

    def validated(self, model: type[_M], data: object, node: yaml.Node, key: str) -> _M | None:
        """The data as a model, or None with every problem noted at its place."""
        try:
            return model.model_validate(data)
        except ValidationError as error:
            said: dict[tuple[str | int, ...], list[str]] = {}
            for detail in error.errors(include_url=False, include_input=False):
                steps = reach(node, detail["loc"])
                extra = detail["type"] == "extra_forbidden"
                message = (
                    "is not known" if extra else detail["msg"].replace("Input should", "should")
                )
                said.setdefault(steps, []).append(message)
            for steps, messages in said.items():
                where = "".join(f"[{s}]" if isinstance(s, int) else f".{s}" for s in steps)
                message = " or ".join(dict.fromkeys(messages))
                hint = _fields(model, steps) if message == "is not known" else ""
                self.complain(locate(node, steps), f"{key}{where}".lstrip("."), message, hint)
            return None


def _allowed(known: Collection[str]) -> str:
    return "allowed: " + ", ".join(sorted(known)) if known else ""


def _fields(model: type[BaseModel], steps: tuple[str | int, ...]) -> str:
    """The nearest name to the last step and the fields of the model that it should be one of."""
    inner = model
    for step in steps[:-1]:
        field_info = inner.model_fields.get(str(step))
        found = field_info.annotation if field_info else None
        if not (isinstance(found, type) and issubclass(found, BaseModel)):
            return ""
        inner = found
    near = nearest(str(steps[-1]), inner.model_fields)
    suggestion = f"did you mean `{near}`? " if near else ""
    return suggestion + _allowed(inner.model_fields)
