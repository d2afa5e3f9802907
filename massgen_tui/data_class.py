"""Data classes whose methods are compiled when they are first called.

`dataclasses.dataclass` compiles three to seven functions for a class: 0.45 ms for five fields that
do not change, in place of 0.03. Of most classes that are imported for the first screen there is
nothing yet, and hardly any are compared or shown. So methods begin as stubs: at the first call the
one that `dataclasses` makes takes the place, for good.
"""

from collections.abc import Callable
from copy import copy
from dataclasses import FrozenInstanceError, fields, make_dataclass
from dataclasses import dataclass as at_once
from functools import partial
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dataclasses import dataclass

    from _typeshed import DataclassInstance

__all__ = ["dataclass"]

_MADE_BY: dict[str, dict[str, Any]] = {
    "__init__": {"init": True},
    "__repr__": {"repr": True},
    "__eq__": {"eq": True},
    "__hash__": {"unsafe_hash": True},
}
"""What `dataclasses` is asked for to get a method."""
_NOTHING = {"init": False, "repr": False, "eq": False}
_BEHIND = "__post_init__"


def _late(
    cls: type[Any],
    /,
    *,
    frozen: bool = False,
    eq: bool = True,
    init: bool = True,
    slots: bool = False,
    kw_only: bool = False,
) -> type[Any]:
    """The class with its fields and with stubs; methods that it has itself are left alone."""
    own = frozenset(vars(cls))
    made: type[Any] = at_once(**_NOTHING, slots=slots, kw_only=kw_only)(cls)
    wanted = ["__repr__", *(["__init__"] if init else []), *(["__eq__"] if eq else [])]
    methods: dict[str, object] = {}
    if eq and frozen:
        wanted.append("__hash__")
    elif eq:
        methods["__hash__"] = None  # as for whatever says what it is equal to
    for name in wanted:
        methods[name] = _stub(made, name, frozen=frozen, slots=slots)
    if frozen:
        methods |= {"__setattr__": _refuse_to_set, "__delattr__": _refuse_to_delete}
    if frozen and slots:
        methods |= {"__getstate__": _values, "__setstate__": _put_values}
    for name, method in methods.items():
        if name not in own:
            setattr(made, name, method)
    return made


def _stub(cls: type[Any], name: str, *, frozen: bool, slots: bool) -> Callable[..., object]:
    """What makes a method of a class when it is called, and calls it."""

    def stub(self: object, *args: object, **values: object) -> object:
        method = _compiled(cls, name, frozen=frozen, slots=slots)
        setattr(cls, name, method)
        return method(self, *args, **values)

    return stub


def _compiled(cls: type[Any], name: str, *, frozen: bool, slots: bool) -> Callable[..., object]:
    """A method as `dataclasses` makes it, taken from a class that has the same fields."""
    there = {_BEHIND: getattr(cls, _BEHIND)} if hasattr(cls, _BEHIND) else {}
    same = make_dataclass(
        cls.__name__,
        [(each.name, each.type, copy(each)) for each in fields(cls)],
        namespace=there,
        frozen=frozen and name == "__init__",
        slots=slots,
        **(_NOTHING | _MADE_BY[name]),
    )
    method: Callable[..., object] = vars(same)[name]
    method.__qualname__ = f"{cls.__qualname__}.{name}"
    return method


def _refuse_to_set(self: "DataclassInstance", name: str, value: object) -> None:
    if _is_fixed(self, name):
        raise FrozenInstanceError(f"cannot assign to field {name!r}")
    object.__setattr__(self, name, value)


def _refuse_to_delete(self: "DataclassInstance", name: str) -> None:
    if _is_fixed(self, name):
        raise FrozenInstanceError(f"cannot delete field {name!r}")
    object.__delattr__(self, name)


def _is_fixed(self: "DataclassInstance", name: str) -> bool:
    """Whether an attribute is a field, or belongs to nothing that may have others."""
    kind = type(self)
    return "__match_args__" in vars(kind) or any(each.name == name for each in fields(kind))


def _values(self: "DataclassInstance") -> list[object]:
    return [getattr(self, each.name) for each in fields(self)]


def _put_values(self: "DataclassInstance", values: list[object]) -> None:
    for each, value in zip(fields(self), values, strict=True):
        object.__setattr__(self, each.name, value)


def _decorator(cls: type[Any] | None = None, /, **options: bool) -> object:
    """`dataclasses.dataclass` for what this program asks of it."""
    return partial(_late, **options) if cls is None else _late(cls)


if not TYPE_CHECKING:
    dataclass = _decorator  # to a type checker it is the library's
