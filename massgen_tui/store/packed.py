"""Names and places of texts, each kind in one stretch of memory.

As objects of Python they are four small ones an answer, which lie among what the screen makes
meanwhile: what stays of that then keeps all the memory around it from being given back.
"""

from array import array
from collections.abc import Collection, Iterable

_HEX = 16
"""Hexadecimal digits of a name that is packed."""
_ROOM = 64
"""Names for which there is room at first; always twice as much as there are."""
_NUMBER = 8
"""Bytes of a number."""


class Names:
    """A set of names of messages: numbers of 64 bits, in an open hash table."""

    __slots__ = ("_count", "_other", "_table")

    def __init__(self) -> None:
        """There are none."""
        self._table = array("Q", bytes(_ROOM * _NUMBER))
        self._count = 0
        self._other: set[str] = set()
        """Those that are no such numbers, as another program may have given them."""

    def add(self, name: str) -> None:
        """Take one in."""
        number = _number(name)
        if not number:
            self._other.add(name)
        elif self._table[at := _place(self._table, name, number)] != number:
            self._table[at] = number
            self._count += 1
            if self._count * 2 > len(self._table):
                self._grow()

    def update(self, names: Iterable[str]) -> None:
        """Take in all of these."""
        for name in names:
            self.add(name)

    def __contains__(self, name: str) -> bool:
        number = _number(name)
        if not number:
            return name in self._other
        return self._table[_place(self._table, name, number)] == number

    def _grow(self) -> None:
        table = array("Q", bytes(2 * len(self._table) * _NUMBER))
        for number in self._table:
            if number:
                table[_place(table, f"{number:0{_HEX}x}", number)] = number
        self._table = table


def _number(name: str) -> int:
    """What a name is packed to; 0: it is not."""
    if len(name) != _HEX or name.strip("0123456789abcdef"):
        return 0
    return int(name, 16)


def _place(table: "array[int]", name: str, number: int) -> int:
    """Where a name stands in a table, or would."""
    # of a string: no file can choose where its names stand
    last = len(table) - 1
    at = hash(name) & last
    while table[at] not in (0, number):
        at = at + 1 & last
    return at


class Places:
    """Numbers by the digests of texts, all of which are as long."""

    __slots__ = ("_records", "_size")

    def __init__(self, size: int) -> None:
        """There are none; a digest has `size` bytes."""
        self._size = size
        self._records = bytearray()

    def put(self, digest: bytes, number: int) -> None:
        """Have a number for a text; of several it is the last."""
        self._records += digest + number.to_bytes(_NUMBER, "big")

    def get(self, digest: bytes) -> int | None:
        """The number of a text, if it has one."""
        records, size = self._records, self._size
        at = records.rfind(digest)
        while at >= 0 and at % (size + _NUMBER):  # over the end of another one
            at = records.rfind(digest, 0, at + size - 1)
        if at < 0:
            return None
        return int.from_bytes(records[at + size : at + size + _NUMBER], "big")

    def drop(self, numbers: Collection[int]) -> None:
        """Have none of these numbers any more."""
        step = self._size + _NUMBER
        records = (self._records[at : at + step] for at in range(0, len(self._records), step))
        kept = (one for one in records if int.from_bytes(one[self._size :], "big") not in numbers)
        self._records = bytearray().join(kept)
