"""What is kept of a turn long past: its blocks can be made again as they were."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Self

from massgen_tui.console.stream.answer import Answer
from massgen_tui.console.stream.blocks import MUCH, STALE, Block, Growing
from massgen_tui.console.stream.segment import Packed
from massgen_tui.console.stream.sought import Sought

_MOST = 255
"""Rows of a block beside the answer: of one that has more the turn stays as it is."""


@lru_cache(64)
def _one_of_few(counts: bytes) -> bytes:
    """How many rows the blocks of a turn have; those of most turns are alike."""
    return counts


class Shelf:
    """How many rows a turn's blocks have, and where in the text those of its answer are.

    The blocks of one turn and their rows are a hundred small objects.
    """

    __slots__ = ("_counts", "_packed", "guessed", "head")

    def __init__(self, blocks: Sequence[Block], segments: Packed) -> None:
        """Keep what is known of `blocks`; the rows of their answer are all `segments`."""
        self.guessed = any(isinstance(one, Growing) and one.guessed for one in blocks)
        """How many is a guess."""
        self.head = sum(len(block.rows) for block in blocks[:2])
        """How many are those of the first two."""
        self._packed = segments
        counts = (0 if isinstance(one, Answer) else len(one.rows) for one in blocks)
        self._counts = _one_of_few(bytes(counts))

    @classmethod
    def of(cls, blocks: Sequence[Block]) -> Self | None:
        """What is to be kept in place of `blocks`; None where they cannot be made again alike."""
        segments = None
        for block in blocks:
            if isinstance(block, Answer):
                segments = block.packed
            elif len(block.rows) > (0 if isinstance(block, Growing) or block.lasting else _MOST):
                return None
        return cls(blocks, segments) if segments is not None else None

    @property
    def size(self) -> int:
        """How many rows they have."""
        return sum(self._counts) + self._packed.rows

    def may_hold(self, sought: Sought) -> bool:
        """Whether something may stand in the rows of its answer."""
        sources = self._packed.sources
        return any(len(one) > MUCH or sought.in_markdown(one) for one in sources)

    def rewrap(self, width: int) -> None:
        """Have the rows of another width, or a guess of how many these are."""
        self.guessed = self._packed.rewrap(width)

    def restore(self, blocks: Sequence[Block]) -> None:
        """Let `blocks`, made anew, stand where those before stood, all rows stale."""
        for block, count in zip(blocks, self._counts, strict=True):
            block.rows = [STALE] * count
            if isinstance(block, Answer):
                block.restore(self._packed, guessed=self.guessed)
