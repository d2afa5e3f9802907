"""One turn of a conversation as blocks of rows, which tell what changed."""

from collections.abc import Sequence
from itertools import islice
from sys import maxsize

from massgen_tui.console.stream.attempt_blocks import AttemptHead, Prompt, attempt_blocks
from massgen_tui.console.stream.blocks import STALE, Block, Growing
from massgen_tui.console.stream.figures import Place
from massgen_tui.console.stream.reasoning_blocks import Fold
from massgen_tui.console.stream.rows import Row
from massgen_tui.console.stream.scroll import Scroll
from massgen_tui.console.stream.shelf import Shelf
from massgen_tui.console.stream.sought import Sought
from massgen_tui.session.agent import Turn
from massgen_tui.session.attempt import Attempt
from massgen_tui.session.status import Status

States = tuple[bool, tuple[Status, ...]]
_states: dict[States, States] = {}
"""How turns stand, mostly alike: hundreds share one of a few."""


class TurnView:
    """One turn: its prompt and the attempt in front."""

    __slots__ = (
        "_blocks",
        "_first",
        "_folds",
        "_growing",
        "_seen",
        "_shelf",
        "_told",
        "_told_of",
        "attempt",
        "epoch",
        "place",
        "turn",
        "width",
    )

    def __init__(self, turn: Turn, width: int, *, first: bool, told: str = "") -> None:
        """Show `turn`, with what is `told` of its prompt; the `first` one has no space above."""
        self.turn = turn
        self.width = width
        self._first = first
        self._told_of = told
        self.place = Place()
        self._folds: dict[int, Fold] | None = None  # by id: the fold keeps its attempt alive
        self._shelf: Shelf | None = None
        self.show(turn.attempt)

    def show(self, attempt: Attempt | None) -> None:
        """Put another attempt in front: its blocks start without rows."""
        self.attempt = attempt
        self.epoch = attempt.epoch if attempt else 0
        self._seen = -1
        self._told = self._states
        self._shelf = None
        self._make()

    def _make(self) -> None:
        blocks = self._made()
        self._blocks: Sequence[Block] = blocks
        self._growing: Sequence[Growing] = [one for one in blocks if isinstance(one, Growing)]

    def _made(self) -> list[Block]:
        """Its blocks, without rows."""
        attempt, blocks = self.attempt, list[Block]()
        blocks.append(Prompt(self.width, self.turn, first=self._first, told=self._told_of))
        if attempt is not None:
            blocks.append(AttemptHead(self.width, self.turn, attempt))
            blocks += attempt_blocks(self.width, attempt, self.fold, self.place)
        return blocks

    @property
    def blocks(self) -> Sequence[Block]:
        """What it consists of; made again where it was put away."""
        shelf, self._shelf = self._shelf, None
        if shelf is not None:
            self._make()
            shelf.restore(self._blocks)
        return self._blocks

    @property
    def fold(self) -> Fold:
        """How the reasoning of the attempt in front is folded."""
        attempt = self.attempt
        if attempt is None:
            raise ValueError("nothing is in front")
        if self._folds is None:
            self._folds = {}
        return self._folds.setdefault(id(attempt), Fold(attempt))

    @property
    def outdated(self) -> bool:
        """It must be built anew: another attempt is in front, or text of this one moved."""
        attempt = self.turn.attempt
        return attempt is not self.attempt or (attempt is not None and attempt.epoch != self.epoch)

    @property
    def changed(self) -> bool:
        """What is in front, its place, or how an attempt stands, is not what was shown last."""
        attempt = self.attempt
        revision = attempt.revision if attempt is not None else -1
        return self.outdated or revision != self._seen or self._states != self._told

    @property
    def _states(self) -> States:
        """Its place, and where each attempt stands, those that are not in front too."""
        return self.place.earlier, tuple([attempt.status for attempt in self.turn.attempts])

    @property
    def settled(self) -> bool:
        """Nothing can have changed since the last update."""
        attempt = self.attempt
        return (
            attempt is not None
            and attempt.status.ended
            and attempt.revision == self._seen
            and self._states == self._told
            and not self.waiting
        )

    @property
    def final(self) -> bool:
        """Nothing changes before the agent's list of turns, or what is in front of one, does."""
        return self.settled and not self.stale and all(one.ended for one in self._told[1])

    @property
    def waiting(self) -> bool:
        """Text has come that was not taken in yet."""
        return any(block.waiting for block in self._growing)

    @property
    def stale(self) -> bool:
        """Something waits to be wrapped."""
        return any(block.stale for block in self._growing)

    @property
    def away(self) -> bool:
        """None of its finished text has rows."""
        return self._shelf is not None or all(block.gone for block in self._growing)

    def put_away(self, start: int, scroll: Scroll) -> None:
        """Let go of the rows of its text, from `start` in `scroll`; their places stay."""
        at = start
        for block in self.blocks:
            end = at + len(block.rows)
            if isinstance(block, Growing) and block.put_away():
                scroll.splice(at, end, block.rows)
            at = end
        self._shelf = Shelf.of(self._blocks)
        if self._shelf is not None:
            scroll.splice(start, at, [STALE] * (at - start))
            self._blocks = self._growing = ()
            self._told = _states.setdefault(self._told, self._told)
            self._keep_chosen()

    def _keep_chosen(self) -> None:
        """Forget folds that stand as they would by themselves."""
        folds = (self._folds or {}).items()
        self._folds = {id: fold for id, fold in folds if fold.chosen is not None} or None

    def let_go(
        self,
        start: int,
        scroll: Scroll,
        first: int,
        last: int,
        *,
        every: bool,
        most: int = maxsize,
    ) -> int:
        """Let go of rows before `first` and from `last` on, where it grew or of `every` text.

        These, and `start`, where its own begin, are rows of `scroll`. At `most` so many stretches;
        gives how many it were.
        """
        gone = 0
        for block in self._blocks:
            size = len(block.rows)
            if isinstance(block, Growing):
                beyond = block.let_go_beyond(first - start, last - start, every=every)
                for at, end in islice(beyond, most - gone):
                    scroll.splice(start + at, start + end, block.rows[at:end])
                    gone += 1
            start += size
        return gone

    @property
    def rows(self) -> list[Row]:
        """All of them."""
        if self._shelf is not None:
            return [STALE] * self._shelf.size
        return [row for block in self._blocks for row in block.rows]

    @property
    def shelved(self) -> bool:
        """It was put away whole: only how many rows it has is kept."""
        return self._shelf is not None

    @property
    def guessed(self) -> bool:
        """How many rows it has is a guess, as it was put away in another width."""
        shelf = self._shelf
        return shelf.guessed if shelf else any(block.guessed for block in self._growing)

    def bring_back(self) -> None:
        """Let texts that were put away wait to be wrapped."""
        for block in self.blocks:
            if isinstance(block, Growing):
                block.bring_back()

    def may_hold(self, sought: Sought, now: float) -> bool:
        """Whether something may stand in its rows, which were put away whole."""
        if self._shelf is None or self._shelf.may_hold(sought):
            return True
        beside = [block for block in self._made() if not isinstance(block, Growing)]
        self._keep_chosen()
        for block in beside:
            block.update(now)
        return any(sought.in_rows(block.rows) for block in beside)

    def unshelve(self, now: float, start: int, scroll: Scroll) -> bool:
        """Have rows again but for its texts, from `start` on; tells whether it was shelved."""
        if self._shelf is None:
            return False
        self.update(now, start, scroll)
        return True

    def update(self, now: float, start: int, scroll: Scroll) -> bool:
        """Bring the rows, from `start` in `scroll`, up to date; tells whether any changed."""
        revision = self.attempt.revision if self.attempt else -1
        changed = False
        for block in self.blocks:
            size = len(block.rows)
            first = block.update(now)
            if first is not None:
                scroll.splice(start + first, start + size, block.rows[first:])
                changed = True
            start += len(block.rows)
        self._seen, self._told = revision, self._states
        return changed

    def touch(self) -> None:
        """Let the next update look again."""
        self._seen = -1

    def rewrap(self, width: int) -> None:
        """Fit another width; what was put away stays so."""
        self.width = width
        if self._shelf is not None:
            self._shelf.rewrap(width)
            return
        for block in self._blocks:
            block.rewrap(width)
        self.touch()

    @property
    def head(self) -> int:
        """Which of its rows is the head of the reasoning, if there is any."""
        shelf = self._shelf
        return shelf.head if shelf else sum(len(block.rows) for block in self._blocks[:2])

    @property
    def size(self) -> int:
        """How many rows it has."""
        shelf = self._shelf
        return shelf.size if shelf else sum(len(block.rows) for block in self._blocks)
