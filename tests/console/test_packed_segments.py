"""Stretches of a text that nobody looks at are a few bytes each, and come back as they were."""

import gc

import pytest

from massgen_tui.console.stream.carry import Carry, carried
from massgen_tui.console.stream.segment import Packed, Segment

SMALL = [(0, 687, 14), (687, 1374, 15), (1376, 2065, 255)]


def packed(places: list[tuple[int, int, int]], *carries: object) -> Packed:
    text = b"x" * max((stop for _, stop, _ in places), default=0)
    carry = [*carries, *[carries[-1] if carries else None] * len(places)]
    parts = [Segment.at(text, *one, its) for one, its in zip(places, carry, strict=False)]
    return Packed(text, parts, 80)


@pytest.mark.parametrize(
    "places",
    [
        [],
        SMALL,
        [(0, 65_536, 1)],
        [(0, 65_535, 256)],
        [(127, 200, 1), (73, 90, 2)],
        [(128, 200, 1), (71, 90, 2)],
        [(0, 300_000, 70_000), (299_000, 300_001, 0)],
    ],
    ids=["none", "small", "long", "many rows", "near", "just not near", "large"],
)
def test_stretches_come_back_where_they_stood(places: list[tuple[int, int, int]]) -> None:
    assert [one.place for one in packed(places).unpack()] == places


def test_each_stretch_has_its_carry_again() -> None:
    carries = [Carry(number=at, prefix="| a |") for at in range(300)]
    places = [(at, at + 1, 1) for at in range(300)]
    assert [one.carry for one in packed(places, *carries).unpack()] == carries


def test_texts_that_carry_the_same_share_that() -> None:
    plain = carried(True, False), carried(False, True)
    assert _tuples(packed(SMALL, *plain)) == _tuples(packed(SMALL[:2], *plain))
    said = carried(False, True, prefix="| said |")
    one, other = packed(SMALL, said), packed(SMALL, said)
    assert _tuples(one) != _tuples(other), "no text is held on to"


def test_a_small_stretch_takes_five_bytes() -> None:
    [numbers] = [
        one for one in gc.get_referents(packed(SMALL)) if type(one) is bytes and one[:1] != b"x"
    ]
    assert len(numbers) == 5 * len(SMALL)


def _tuples(one: Packed) -> list[int]:
    return [id(part) for part in gc.get_referents(one) if type(part) is tuple]
