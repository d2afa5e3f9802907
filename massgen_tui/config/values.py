"""Plain values of a config, whatever they come from, and the paths that lead to them.

A config is mappings, lists and scalars, as from YAML or JSON. A file may wrap any of them in
`Written`, with what only the file knows: how a number is spelt, why a value is none.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import field

from massgen_tui.data_class import dataclass

MAX_VALUES = 100_000
"""Values of a whole config after its aliases are expanded."""
MAX_DEPTH = 64
OWN = ("x-", "_", ".")
"""Keys that begin so are the user's own: nothing reads them."""

Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]
Steps = tuple[str | int, ...]
"""A path: keys of mappings and places in lists."""
WITHIN = "<<"
"""A step below a mapping that cannot be read: it leads to what is wrong in there."""


def dotted(steps: Steps) -> str:
    """A path for people, such as `agents[0].backend.model`."""
    parts = [f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps]
    return "".join(parts).lstrip(".")


@dataclass(frozen=True, slots=True)
class Written:
    """One value as it is written."""

    value: object = None
    kind: str = "null"
    """`str`, `int`, `float`, `bool`, `null`, `map`, `seq`, or a tag of another name."""
    source: str | None = None
    """The characters of a scalar; None for a mapping or a list."""
    error: str = ""
    """Why it is no JSON value."""
    note: str = ""
    """What to warn of where it is read as a value, not as a text."""
    repeats: Mapping[str, str] = field(default_factory=dict)
    """What is wrong with keys of this mapping that are written more than once."""

    @property
    def broken(self) -> bool:
        """Whether it is a mapping of which not even the keys can be read."""
        return self.kind == "map" and self.value is None


def written(value: object) -> Written:
    """A plain value as a file would write it."""
    if isinstance(value, Written):
        return value
    if isinstance(value, Mapping):
        words = all(isinstance(key, str) for key in value)
        return Written(value, "map") if words else Written(kind="map", error="a key is a word")
    if isinstance(value, list | tuple):
        return Written(value, "seq")
    return Written(source="") if value is None else _scalar(value)


def _scalar(value: object) -> Written:
    kind, source = type(value).__name__, str(value)
    if not isinstance(value, bool | int | float | str):
        return Written(kind=kind, source="", error=f"{kind} means nothing here")
    if isinstance(value, float) and not math.isfinite(value):
        return Written(value, kind, source, error="should be a finite number")
    return Written(value, kind, source.lower() if isinstance(value, bool) else source)


@dataclass(frozen=True, slots=True)
class Item:
    """A value and where it is."""

    steps: Steps
    written: Written

    @property
    def name(self) -> str:
        """The last step of its path."""
        return str(self.steps[-1]) if self.steps else ""

    @property
    def empty(self) -> bool:
        """Whether it is null, which counts as not written."""
        return self.written.kind == "null"

    def items(self) -> list["Item"] | None:
        """The items of a list; None where it is none."""
        value = self.written.value
        if not isinstance(value, list | tuple):
            return None
        return [Item((*self.steps, index), written(item)) for index, item in enumerate(value)]

    def reach(self, path: Sequence[str | int]) -> Steps:
        """As much of a path below as leads to a value: what a validator appends is cut off.

        A first step that is missing in a mapping stays: it names the key that should be there.
        """
        value, steps = self.written.value, list[str | int]()
        for step in path:
            if isinstance(value, Mapping) and str(step) in value:
                value = written(value[str(step)]).value
            elif isinstance(value, list | tuple) and isinstance(step, int) and step < len(value):
                value = written(value[step]).value
            elif steps or not isinstance(value, Mapping):
                break
            steps.append(step)
        return tuple(steps)


class NotText(ValueError):
    """A value that is no text."""


def text_of(value: Written) -> str:
    """A text as it is written, numbers included (`id: 7`); null is empty.

    Raises:
        NotText: it is no text.
    """
    if value.source is None:
        raise NotText("should be a text")
    if value.kind not in {"str", "int", "float", "null"}:
        raise NotText(f"should be a text: put {value.source} in quotes")
    return "" if value.kind == "null" else value.source


class NotJson(ValueError):
    """A value that JSON does not have."""

    def __init__(self, message: str, steps: Steps) -> None:
        """Hold what is wrong and where."""
        super().__init__(message)
        self.steps = steps


class ValueBuilder:
    """Makes JSON of values; `fill` sees every text, `note` what few mean as it is read."""

    def __init__(
        self, fill: Callable[[str, Steps], str], note: Callable[[str, Steps], None]
    ) -> None:
        """Take the function that fills in variables, and the one that takes remarks."""
        self._fill = fill
        self._note = note
        self._left = MAX_VALUES

    def value(self, value: object, steps: Steps, depth: int = 0) -> Json:
        """The JSON value at a path.

        Raises:
            NotJson: JSON has no such value, or there is no end to it.
        """
        self._left -= 1
        if self._left < 0 or depth > MAX_DEPTH:
            message = "expands to more than a config holds: an anchor repeats itself"
            raise NotJson(message, steps)
        read = written(value)
        if read.error:
            raise NotJson(read.error, (*steps, WITHIN) if read.broken else steps)
        match read.value:
            case None | bool() | int() | float() as scalar:
                if read.note:
                    self._note(read.note, steps)
                return scalar
            case str() as text:
                return self._fill(text, steps)
            case Mapping() as mapping:
                pairs = mapping.items()
                return {key: self.value(item, (*steps, key), depth + 1) for key, item in pairs}
            case list() | tuple() as sequence:
                numbered = enumerate(sequence)
                return [self.value(item, (*steps, index), depth + 1) for index, item in numbered]
        raise NotJson("means nothing here", steps)
