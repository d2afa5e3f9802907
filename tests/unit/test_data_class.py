"""Data classes whose methods are compiled late are what `dataclasses` makes of the same class."""

import copy
import dataclasses
import pickle
from collections.abc import Callable
from dataclasses import FrozenInstanceError, field, fields, replace

import pytest

from massgen_tui import data_class

Decorator = Callable[..., Callable[[type], type]]
BOTH = pytest.mark.parametrize("made_by", [dataclasses.dataclass, data_class.dataclass])
OPTIONS = [
    {},
    {"frozen": True},
    {"slots": True},
    {"frozen": True, "slots": True},
    {"frozen": True, "slots": True, "eq": False},
    {"slots": True, "kw_only": True},
    {"frozen": True, "kw_only": True, "eq": False},
]
VALUES = {"name": "a", "size": 3}


@data_class.dataclass(frozen=True, slots=True)
class Kept:
    """Found by its name when it is read again."""

    name: str
    size: int = 2


def point(made_by: Decorator, options: dict[str, bool]) -> type:
    class Point:
        """A thing with every sort of field."""

        name: str
        size: int = 2
        parts: list[str] = field(default_factory=list)
        secret: str = field(default="hidden", repr=False, compare=False)
        told: str = field(default="-", init=False)

    return made_by(**options)(Point)


def shape(kind: type) -> list[object]:
    """What can be told of a class through its instances."""
    one, same, other = kind(**VALUES), kind(**VALUES), kind(name="b", parts=["x"])
    said = repr(one).rpartition(".")[2]
    values = [getattr(other, each.name) for each in fields(other)]
    return [said, one == same, one == other, one != "else", values, one.told]


@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_a_class_is_what_the_library_makes_of_it(options: dict[str, bool]) -> None:
    theirs, ours = point(dataclasses.dataclass, options), point(data_class.dataclass, options)
    if options.get("frozen") and options.get("eq", True):
        assert shape_unhashed(theirs) == shape_unhashed(ours)
    else:
        assert shape(theirs) == shape(ours)
    assert (theirs.__hash__ is None) == (ours.__hash__ is None)
    assert vars(theirs).get("__slots__") == vars(ours).get("__slots__")
    assert vars(theirs)["__match_args__"] == vars(ours)["__match_args__"]
    assert ours.__doc__ == "A thing with every sort of field."


def shape_unhashed(kind: type) -> list[object]:
    """The same of a class whose hash is its fields', of which one is a list."""
    with pytest.raises(TypeError, match="unhashable"):
        hash(kind(**VALUES))
    one, other = kind(**VALUES), kind(name="b", parts=["x"])
    return [repr(one).rpartition(".")[2], one == kind(**VALUES), one == other]


@BOTH
@pytest.mark.parametrize("wrong", [{}, {"name": "a", "what": 1}, {"name": "a", "told": "x"}])
def test_what_is_missing_or_unknown_is_refused(made_by: Decorator, wrong: dict[str, str]) -> None:
    with pytest.raises(TypeError, match="argument"):
        point(made_by, {"frozen": True, "slots": True})(**wrong)


@BOTH
@pytest.mark.parametrize("slots", [True, False])
def test_fields_that_are_frozen_stay(made_by: Decorator, slots: bool) -> None:
    one = point(made_by, {"frozen": True, "slots": slots})(**VALUES)
    with pytest.raises(FrozenInstanceError, match="cannot assign to field 'size'"):
        one.size = 4
    with pytest.raises(FrozenInstanceError, match="cannot delete field 'size'"):
        del one.size
    assert replace(one, size=4).size == 4
    assert one.size == 3


@BOTH
def test_each_of_a_family_is_equal_to_its_own_kind(made_by: Decorator) -> None:
    base = point(made_by, {"frozen": True})
    more = made_by(frozen=True)(type("More", (base,), {"__annotations__": {"at": int}, "at": 0}))
    assert [each.name for each in fields(more)][-1] == "at"
    assert more("a", at=1) == more("a", at=1)
    assert more("a", at=1) != more("a", at=2)
    assert base("a") != more("a")
    plain = type("Plain", (base,), {})
    assert plain("a") == plain("a")
    assert "Plain(name='a'" in repr(plain("a"))


@BOTH
def test_methods_of_its_own_stay_and_what_follows_the_beginning_is_called(
    made_by: Decorator,
) -> None:
    class Own:
        number: int

        def __post_init__(self) -> None:
            self.number += 1

        def __repr__(self) -> str:
            return "its own"

        def __eq__(self, other: object) -> bool:
            return True

        def __hash__(self) -> int:
            return 7

    kind = made_by()(Own)
    one = kind(number=1)
    assert (one.number, repr(one), one == "anything", hash(one)) == (2, "its own", True, 7)


@BOTH
def test_an_error_with_fields_can_be_raised(made_by: Decorator) -> None:
    kind = made_by(eq=False)(type("Odd", (Exception,), {"__annotations__": {"why": str}}))
    with pytest.raises(kind) as raised:
        raise kind(why="so")
    assert vars(raised.value) == {"why": "so"}


def test_frozen_ones_are_copied_kept_and_used_as_keys() -> None:
    one = Kept("a", 3)
    assert copy.copy(one) == copy.deepcopy(one) == pickle.loads(pickle.dumps(one)) == one
    assert {one: "there"}[Kept("a", 3)] == "there"
    assert hash(one) == hash(("a", 3))


def test_methods_take_their_places_at_the_first_call() -> None:
    kind: type = data_class.dataclass(frozen=True, slots=True)(
        type("Pair", (), {"__annotations__": {"one": int}})
    )
    names = ("__init__", "__repr__", "__eq__", "__hash__")
    stubs = [vars(kind)[name] for name in names]
    made = kind(1)
    assert vars(kind)["__init__"] is not stubs[0]
    assert [vars(kind)[name] for name in names[1:]] == stubs[1:]
    assert (repr(made), made == kind(1), hash(made)) == ("Pair(one=1)", True, hash((1,)))
    assert not any(vars(kind)[name] is stub for name, stub in zip(names, stubs, strict=True))
