"""What is kept of a turn long past: its blocks can be made again as they were."""

from collections.abc import Sequence
from typing import Self

from massgen_tui.console.stream.answer import Answer
from massgen_tui.console.stream.blocks import Block, Growing
from massgen_tui.console.stream.rows import Row
from massgen_tui.console.stream.segment import Packed


class Shelf:
    """The rows of a turn's blocks beside its answer, and where in the text those of the answer are.

    The blocks of one turn are a hundred small objects.
    """

    __slots__ = ("_answer", "_rows", "_segments", "head", "size")

    def __init__(self, blocks: Sequence[Block], segments: Packed) -> None:
        """Keep what `blocks` show; those of their answer's rows are all `segments`."""
        self.size = sum(len(block.rows) for block in blocks)
        """How many rows they have."""
        self.head = sum(len(block.rows) for block in blocks[:2])
        """How many are those of the first two."""
        self._segments = segments
        self._answer = 0
        self._rows: list[tuple[int, list[Row]]] = []
        for at, block in enumerate(blocks):
            if isinstance(block, Answer):
                self._answer = len(block.rows)
            elif block.rows:
                self._rows.append((at, block.rows))

    @classmethod
    def of(cls, blocks: Sequence[Block]) -> Self | None:
        """What is to be kept in place of `blocks`; None where they cannot be made again alike."""
        segments = None
        for block in blocks:
            if isinstance(block, Answer):
                segments = block.packed
            elif block.rows and (isinstance(block, Growing) or block.lasting):
                return None
        return cls(blocks, segments) if segments is not None else None

    def restore(self, blocks: Sequence[Block]) -> None:
        """Let `blocks`, made anew, show what those before showed."""
        for at, rows in self._rows:
            blocks[at].rows = rows
        for block in blocks:
            if isinstance(block, Answer):
                block.restore(self._segments, self._answer)
