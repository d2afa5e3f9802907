"""What checking a config gathers: problems by path, warnings, unset variables."""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import field
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, SecretStr, ValidationError

from massgen_tui.config.names import nearest
from massgen_tui.config.values import (
    WITHIN,
    Item,
    Json,
    NotJson,
    NotText,
    Steps,
    ValueBuilder,
    dotted,
    text_of,
    written,
)
from massgen_tui.config.variables import secrets_in, substitute
from massgen_tui.data_class import dataclass

_INSTANCE = re.compile(r" or instance of \w+")
"""A model's name, which tells the user nothing."""
_M = TypeVar("_M", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class PathProblem:
    """One thing that is wrong with the values of a config."""

    path: Steps
    """What it is told of; `at` where it is to be found."""
    message: str
    hint: str = ""
    at: Steps = ()
    on_key: bool = False
    """It is the key that is wrong, not its value."""

    def __str__(self) -> str:
        """The path, what is wrong, and what would be right."""
        hint = f" ({self.hint})" if self.hint else ""
        return f"{dotted(self.path)}: {self.message}{hint}".removeprefix(": ")


@dataclass(frozen=True, slots=True)
class Origin:
    """Where the values come from, as messages tell it."""

    path: Path | None = None
    places: Callable[[Steps], tuple[int, int]] | None = None
    """Line and column of a path, where there is a file."""

    def place(self, steps: Steps) -> str:
        """`config.yaml:3:9`, or the path itself where there is no file."""
        if self.path is None or self.places is None:
            return dotted(steps)
        line, column = self.places(steps)
        return f"{self.path.name}:{line}:{column}"

    def line(self, steps: Steps) -> str:
        """`config.yaml:3`, or the path itself where there is no file."""
        return self.place(steps).rpartition(":")[0] or dotted(steps)

    @property
    def dotenv(self) -> str:
        """The `.env` that a person may write to."""
        return f".env beside {self.path.name}" if self.path else ".env"


@dataclass(slots=True)
class Diagnostics:
    """One pass over the values of a config."""

    variables: Mapping[str, str]
    origin: Origin = field(default_factory=Origin)
    problems: list[PathProblem] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    ignored: set[str] = field(default_factory=set)
    """MassGen's keys that mean nothing here, as `backend.cwd`."""
    unset: list[str] = field(default_factory=list)
    """References to unset variables in the section being read, with their place."""
    _secrets: dict[str, str] = field(default_factory=dict)
    """Variables of the section being read whose names say that they hold a secret."""
    filled: bool = False
    """Some text of the section being read came from a variable."""
    _builder: ValueBuilder = field(init=False)
    """One for the whole config, as what its values expand to is bounded as a whole."""

    def __post_init__(self) -> None:
        """Fill in variables in every text."""
        self._builder = ValueBuilder(self.fill, self.note)

    def begin(self) -> None:
        """Start a section of its own: forget what the last one said of variables."""
        self.unset, self._secrets, self.filled = [], {}, False

    def error(
        self, item: Item, message: str, hint: str = "", *, key: str = "", on_key: bool = False
    ) -> None:
        """Note a problem at a value, or told of a key below it."""
        path = (*item.steps, key) if key else item.steps
        self.problems.append(PathProblem(path, message, hint, item.steps, on_key))

    def note(self, remark: str, steps: Steps) -> None:
        """Warn of something at a path."""
        self.warnings.append(f"{self.origin.place(steps)}: {remark}")

    def mapping(self, item: Item, hint: str = "") -> dict[str, Item] | None:
        """The entries of a mapping, or None with a problem noted where it is none."""
        value = item.written.value
        if not isinstance(value, Mapping):
            if item.written.broken:
                at = (*item.steps, WITHIN)
                self.problems.append(PathProblem(item.steps, item.written.error, at=at))
            else:
                self.error(item, "should be a mapping", hint)
            return None
        found = {name: Item((*item.steps, name), written(each)) for name, each in value.items()}
        for name, message in item.written.repeats.items():
            self.error(found[name], message, on_key=True)
        return found

    def fill(self, text: str, steps: Steps) -> str:
        """A text with its variables filled in; unset ones are noted."""
        filled, unset = substitute(text, self.variables)
        if unset:
            place = self.origin.place(steps)
            self.unset += [f"{name} ({place})" for name in unset]
        self.filled = self.filled or filled != text
        self._secrets |= secrets_in(text, self.variables)
        return filled

    @property
    def secrets(self) -> tuple[tuple[str, SecretStr], ...]:
        """Those variables, and what they hold."""
        return tuple((name, SecretStr(value)) for name, value in sorted(self._secrets.items()))

    def text(self, item: Item | None) -> str:
        """A text with its variables filled in; empty when it is missing, or is none."""
        if item is None:
            return ""
        try:
            return self.fill(text_of(item.written), item.steps)
        except NotText as error:
            self.error(item, str(error))
            return ""

    def value(self, item: Item) -> Json:
        """The JSON value of an item; None when it has none, or a variable in it is unset."""
        before = len(self.unset)
        try:
            value = self._builder.value(item.written, item.steps)
            return value if len(self.unset) == before else None
        except NotJson as error:
            self.problems.append(PathProblem(item.steps, str(error), at=error.steps))
            return None

    def unknown_key(self, item: Item, known: Collection[str], *, hint: str = "") -> None:
        """Note a key that is not known here, with the nearest one that is, or what is."""
        near = nearest(item.name, known)
        parts = [f"did you mean `{near}`?" if near else "", hint or _allowed(known)]
        message = f"`{item.name}` is not known"
        self.error(item, message, " ".join(part for part in parts if part), on_key=True)

    def validated(self, model: type[_M], data: object, item: Item) -> _M | None:
        """The data as a model, or None with every problem noted at its path."""
        try:
            return model.model_validate(data)
        except ValidationError as error:
            found: dict[Steps, list[str]] = {}
            for detail in error.errors(include_url=False, include_input=False):
                extra = detail["type"] == "extra_forbidden"
                message = "is not known" if extra else detail["msg"]
                message = _INSTANCE.sub("", message.replace("Input should", "should"))
                found.setdefault(item.reach(detail["loc"]), []).append(message)
            for steps, messages in found.items():
                message = " or ".join(dict.fromkeys(messages))
                hint = _fields(model, steps) if message == "is not known" else ""
                path = (*item.steps, *steps)
                self.problems.append(PathProblem(path, message, hint, path))
            return None


def _allowed(known: Collection[str]) -> str:
    return "allowed: " + ", ".join(sorted(known)) if known else ""


def _fields(model: type[BaseModel], steps: Steps) -> str:
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
