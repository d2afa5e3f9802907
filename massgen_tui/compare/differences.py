"""What differs between two texts, by words.

What both begin and end with is set aside first. The rest is for difflib, without its guess at what
is junk, in pieces: where it is long, words that each text has once, in the same order, hold it
together ("patience"), and difflib sees what lies between them. A piece that is too long for
difflib, and has no such word, is one difference. So the time grows with the length, not its square.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from massgen_tui.compare.words import key_of, words_of

SMALL = 1500
"""Words of each text up to which difflib sees all of it at once."""
_AREA = SMALL * SMALL
"""Pairs of words that difflib sees at once."""
_GRAMS = (1, 2, 4)
"""How many words that stand together are looked for, one after the other."""

_MANY = -1
"""The place of what stands in several."""


class Stopped(Exception):
    """Nobody wants to know any more."""


@dataclass(frozen=True, slots=True)
class Run:
    """Successive words of both texts: the same in both, or different."""

    same: bool
    one: tuple[str, ...]
    two: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Differences:
    """Two texts as runs of words: those of one side, joined, are its text."""

    runs: tuple[Run, ...]
    words: tuple[int, int]
    """How many words each has."""
    same_up_to: int
    """How many words both begin with."""

    @property
    def identical(self) -> bool:
        """They are the same, character by character."""
        return all(run.same for run in self.runs)

    @property
    def count(self) -> int:
        """How many runs differ."""
        return sum(not run.same for run in self.runs)

    @property
    def first_difference_word(self) -> int | None:
        """The number of the first word that differs, from 1; None: the texts are identical."""
        return None if self.identical else self.same_up_to + 1

    @property
    def headline(self) -> str:
        """`identical`, or `same up to word 37 of 812 and 790 · 5 differences`."""
        if self.identical:
            return "both empty" if not any(self.words) else f"identical ({self.words[0]} words)"
        if 0 in self.words:
            return f"only one has it ({max(self.words)} words)"
        one, two = self.words
        many = f"{self.count} difference{'' if self.count == 1 else 's'}"
        of = f"{one}" if one == two else f"{one} and {two}"
        if not self.same_up_to:
            return f"different from the first word, of {of} · {many}"
        return f"same up to word {self.same_up_to} of {of} · {many}"


def differences(
    one: str,
    two: str,
    *,
    progress: Callable[[float], None] = lambda share: None,
    stopped: Callable[[], bool] = lambda: False,
) -> Differences:
    """What differs between two texts; identical ones cost nothing.

    Args:
        one: a text.
        two: another.
        progress: told how much of the work is done, from 0 to 1, in the thread that works.
        stopped: whether nobody wants to know any more.

    Raises:
        Stopped: nobody did.
    """
    left, right = words_of(one), words_of(two)
    count = len(left) - _blank_end(left), len(right) - _blank_end(right)
    if one == two:
        same = (Run(True, tuple(left), tuple(right)),) if left else ()
        return Differences(same, count, count[0])
    ours, theirs = [*map(key_of, left)], [*map(key_of, right)]
    found = _Matching(ours, theirs, progress, stopped)
    runs = tuple(_runs(left, right, found.blocks()))
    first = runs[0].one if runs and runs[0].same else ()
    return Differences(runs, count, min(len(first), *count))


def _blank_end(words: Sequence[str]) -> int:
    return 1 if words and words[-1].isspace() else 0


Block = tuple[int, int, int]
"""Where words that both have begin in each text, and how many they are."""
Piece = tuple[int, int, int, int]
"""From and to in the first text, from and to in the second."""


class _Matching:
    def __init__(
        self,
        one: Sequence[str],
        two: Sequence[str],
        progress: Callable[[float], None],
        stopped: Callable[[], bool],
    ) -> None:
        self._one, self._two = one, two
        self._progress, self._stopped = progress, stopped

    def blocks(self) -> Iterator[Block]:
        """Words that both have, in their order."""
        whole = max(len(self._one), 1)
        todo: list[Piece | Block] = [(0, len(self._one), 0, len(self._two))]
        while todo:
            if self._stopped():
                raise Stopped
            piece = todo.pop()
            if len(piece) == 3:
                yield piece
                continue
            self._progress(piece[0] / whole)
            todo += reversed(list(self._parts(piece)))
        self._progress(1.0)

    def _parts(self, piece: Piece) -> Iterator[Piece | Block]:
        """Blocks, and what lies between them and is to be looked at again."""
        one, two = self._one, self._two
        a, a_end, b, b_end = piece
        shorter = min(a_end - a, b_end - b)
        head = _alike(one, two, (a, b), shorter)
        tail = _alike(one, two, (a_end - 1, b_end - 1), shorter - head, -1)
        if head:
            yield a, b, head
        inner = a + head, a_end - tail, b + head, b_end - tail
        yield from self._within(inner)
        if tail:
            yield a_end - tail, b_end - tail, tail

    def _within(self, piece: Piece) -> Iterator[Piece | Block]:
        a, a_end, b, b_end = piece
        if a == a_end or b == b_end:
            return
        ours, theirs = self._one[a:a_end], self._two[b:b_end]
        if len(ours) * len(theirs) <= _AREA:
            matcher = SequenceMatcher(None, ours, theirs, autojunk=False)
            for x, y, size in matcher.get_matching_blocks()[:-1]:
                yield a + x, b + y, size
            return
        for gram in _GRAMS:
            anchors = _anchors(ours, theirs, gram)
            if anchors:
                yield from _around(piece, anchors)
                return


def _around(piece: Piece, anchors: Sequence[tuple[int, int]]) -> Iterator[Piece | Block]:
    """One word of each anchor, and the pieces between: they grow over the words beside it."""
    a, a_end, b, b_end = piece
    x, y = a, b
    for ours, theirs in anchors:
        if (a + ours, b + theirs) != (x, y):
            yield x, a + ours, y, b + theirs
        x, y = a + ours + 1, b + theirs + 1
        yield x - 1, y - 1, 1
    yield x, a_end, y, b_end


def _alike(
    one: Sequence[str], two: Sequence[str], places: tuple[int, int], most: int, step: int = 1
) -> int:
    """How many words are the same from two places on, forwards or backwards."""
    (a, b), size = places, 0
    while size < most and one[a + size * step] == two[b + size * step]:
        size += 1
    return size


def _anchors(one: Sequence[str], two: Sequence[str], gram: int) -> list[tuple[int, int]]:
    """Places of what each has once, as many as stand in the same order in both."""
    left, right = _once(one, gram), _once(two, gram)
    pairs = [(at, right[words]) for words, at in left.items() if words in right]
    ends: list[int] = []
    last: list[int] = []
    before: list[int] = []
    for index, (_, place) in enumerate(pairs):
        length = bisect_left(ends, place)
        before.append(last[length - 1] if length else -1)
        ends[length:] = [place] if length == len(ends) else [place, *ends[length + 1 :]]
        last[length:] = [index] if length == len(last) else [index, *last[length + 1 :]]
    chain: list[tuple[int, int]] = []
    index = last[-1] if last else -1
    while index >= 0:
        chain.append(pairs[index])
        index = before[index]
    return chain[::-1]


def _once(words: Sequence[str], gram: int) -> dict[tuple[str, ...], int]:
    """What stands there once, of so many words, with its place, in order."""
    places: dict[tuple[str, ...], int] = {}
    for at in range(len(words) - gram + 1):
        one = tuple(words[at : at + gram])
        places[one] = _MANY if one in places else at
    return {one: at for one, at in places.items() if at != _MANY}


def _runs(left: Sequence[str], right: Sequence[str], blocks: Iterator[Block]) -> Iterator[Run]:
    """What is the same and what lies between, successive ones of a kind joined."""
    kind, a, b = True, 0, 0
    for same, x, y in _spans(left, right, blocks):
        if same is not kind and (a, b) != (x[0], y[0]):
            yield Run(kind, tuple(left[a : x[0]]), tuple(right[b : y[0]]))
            a, b = x[0], y[0]
        kind = same
    if a < len(left) or b < len(right):
        yield Run(kind, tuple(left[a:]), tuple(right[b:]))


def _spans(
    left: Sequence[str], right: Sequence[str], blocks: Iterator[Block]
) -> Iterator[tuple[bool, tuple[int, int], tuple[int, int]]]:
    a = b = 0
    for x, y, size in blocks:
        if (a, b) != (x, y):
            yield False, (a, x), (b, y)
        for shift in range(size):
            at, place = x + shift, y + shift
            # keys leave a blank out: it is no difference only where a text begins
            same = left[at] == right[place] or at == 0 or place == 0
            same = same and (left[at] == right[place] or (at, place) != (0, 0))
            yield same, (at, at + 1), (place, place + 1)
        a, b = x + size, y + size
    if a < len(left) or b < len(right):
        yield False, (a, len(left)), (b, len(right))
