"""One agent's conversation as rows, brought up to date for the price of what is new."""

from collections.abc import Iterator
from sys import maxsize

from massgen_tui.console.stream.blocks import STALE, Growing
from massgen_tui.console.stream.facts import show_facts, version_told
from massgen_tui.console.stream.fitting import Fitting
from massgen_tui.console.stream.later import highlight, turn_view
from massgen_tui.console.stream.looking import Looking
from massgen_tui.console.stream.room import Room
from massgen_tui.console.stream.rows import Row
from massgen_tui.console.stream.scroll import Scroll
from massgen_tui.console.stream.sought import Sought
from massgen_tui.console.stream.standing import Standing
from massgen_tui.console.terminal.width import forget_widths
from massgen_tui.session.agent import Agent

NEAR = 1
"""Last turns that are not put away, wherever the window is."""


class Document(Standing):
    """The conversation of one agent in rows of one width."""

    def __init__(self, agent: Agent, scroll: Scroll) -> None:
        """Write the conversation of `agent` into `scroll`."""
        super().__init__(scroll)
        self.agent = agent
        self.width = 0
        self._old: list[Row] = []  # rows of another width: freeing many takes time, so in sweeps
        self._seen = -1
        self.waiting = False
        """More text has come than the last `flush` took in."""
        self.stale = False
        """Rows wait to be wrapped, or to be freed: a `sweep` is due."""
        self._room = Room(scroll)
        self._fitting = Fitting(scroll)
        self._looking: Looking | None = None  # while turns are that were put away
        self._now = 0.0  # when it was looked last for what is new

    def set_width(self, width: int, now: float) -> None:
        """Wrap for another width: what the window shows at once, the rest in later `sweep`s."""
        if width == self.width:
            return
        self._old += self.scroll.rows
        shown, self.width = self._share(), width
        self._seen = -1
        live = (at for at, view in enumerate(self.views) if not view.shelved)
        self._look_again(next(live, len(self.views)))
        self.stale = True
        rows = list[Row]()
        for view in self.views:
            view.rewrap(width)
            if not view.shelved:
                view.update(now, 0, Scroll())
            rows += view.rows
        self._done.measure(self.views)
        self._gone.measure(self.views)
        self._fitting.begin(self.views)
        self.scroll.replace(rows, shown)
        self.flush(now)
        self.settle_window()

    def flush(self, now: float) -> bool:
        """Take in what is new, a step of each text at most; tells whether any row changed."""
        if not self.width:
            return False
        self._now = now
        changed = self._sync() if self.agent.revision != self._seen else False
        self.waiting = False
        if not self.views:
            return show_facts(self.agent, self.width, self.scroll) or changed
        start, unbroken = self._done.rows, True
        for view in self.views[self._done.views :]:
            if view.outdated:
                self.scroll.splice(start, start + view.size, ())
                view.show(view.turn.attempt)
            if not view.settled:
                changed |= view.update(now, start, self.scroll)
                self.waiting |= view.waiting
                self.stale |= view.stale
                self._room.let_go(view, start)
            start += view.size
            unbroken = unbroken and view.final
            if unbroken:
                self._done.add(view)
        return changed

    def _sync(self) -> bool:
        """Let the views be those of the agent's turns."""
        self._seen = self.agent.revision
        turns = self.agent.turns
        kept = 0
        for view, turn in zip(self.views, turns, strict=False):
            if view.turn is not turn:
                break
            kept += 1
        self._look_again(kept)
        changed = kept < len(self.views) or (bool(turns) and not self.views)
        if changed:
            start = sum(view.size for view in self.views[:kept])
            self.scroll.splice(start, len(self.scroll.rows), ())
            if not self.views:
                self.scroll.to_end()
            del self.views[kept:]
            if not turns:
                highlight.forget_code()
                forget_widths()
        if len(turns) > kept and not self._room.all:
            self._put_away()
            forget_widths()  # what was measured of turns long past is seldom measured again
        for turn in turns[kept:]:
            told = version_told(self.agent, turn)
            first = not self.views
            self.views.append(turn_view.TurnView(turn, self.width, first=first, told=told))
        for view in self.views:
            view.place.earlier = view is not self.views[-1]
        done = enumerate(self.views[: self._done.views])
        self._look_again(next((at for at, view in done if view.changed), len(self.views)))
        return changed

    def _put_away(self) -> None:
        """Let go of the rows of turns long past, but for those a window's height around it."""
        scroll, start, unbroken = self.scroll, self._gone.rows, True
        first, last = scroll.top - scroll.height, scroll.top + 2 * scroll.height
        for view in self.views[self._gone.views : -NEAR]:
            end = start + view.size
            if (end < first or start > last) and view.settled and not view.away:
                view.put_away(start, scroll)
            unbroken = unbroken and view.final and view.away
            if unbroken:
                self._gone.add(view)
            start = end

    @property
    def searched(self) -> bool:
        """Somebody looks through its rows: none is let go of."""
        return self._room.all

    def look_for(self, sought: Sought | None) -> None:
        """Have the rows of all that it may stand in, in later `sweep`s; None: as ever again."""
        before, self._room.all = self._room.all, sought is not None
        self._looking = None
        if sought is not None:
            self._looking = Looking(self.views, sought, self._unshelve, self._look_again_at)
            self.stale = True
        elif before:
            self.let_go()

    def _unshelve(self, view: "turn_view.TurnView") -> None:
        if self._look_again_at(view):
            start = sum(one.size for one in self.views[: self.views.index(view)])
            view.unshelve(self._now, start, self.scroll)

    def settle_window(self) -> None:
        """Wrap what the window shows, if it still waits for that."""
        scroll = self.scroll
        while True:
            stale = [n for n, row in enumerate(scroll.window, scroll.top) if row is STALE]
            if not stale:
                return
            if not self._settle_at(stale[-1] if scroll.follow else stale[0]):
                return
            self._room.see(self.views)

    def settle(self, first: int = 0, last: int = maxsize) -> None:
        """Wrap what waits for it, or was let go of, between two rows; `let_go` is to follow."""
        rows, at = self.scroll.rows, first
        while at < len(rows) and at <= last:
            if rows[at] is not STALE:
                at += 1
            elif not self._settle_at(at):
                return

    def let_go(self) -> None:
        """Let go of all rows that are far from the window, in later `sweep`s."""
        self._room.leave()
        self.stale = True

    def sweep(self, budget: int) -> bool:
        """Wrap about `budget` characters that wait for it, latest first; tells if more wait."""
        del self._old[-budget:]
        self.stale = self._room.step(self.views) or bool(self._old)
        if self._looking is not None:
            self._looking.step(self._now)
            self._looking = None if self._looking.done else self._looking
            self.stale = True
            return True
        for start, block in self._unwrapped(self._done.views):
            if not block.stale:
                continue
            budget = self._settle_back(start, block, budget)
            if block.stale:
                self.stale = True
                break
        self.stale = self.stale or self._fit()
        return self.stale

    def _fit(self) -> bool:
        """Let the last turn of which the height is a guess wait to be wrapped, if there is one."""
        at = None if self._room.all else self._fitting.next(self.views)
        if at is not None:
            self._look_again(at)
            self._fitting.wrap(self.views, self._now)
        return at is not None

    def _unwrapped(self, first: int) -> Iterator[tuple[int, Growing]]:
        """Texts of the `first` view and later ones with rows to be wrapped, and where they begin.

        The last come first.
        """
        end = len(self.scroll.rows)
        for view in reversed(self.views[first:]):
            if not view.stale:
                end -= view.size
                continue
            for block in reversed(view.blocks):
                end -= len(block.rows)
                if isinstance(block, Growing) and (block.stale or block.away):
                    yield end, block

    def _settle_at(self, row: int) -> bool:
        view, place = self._standing_at(row)
        if view is None:
            return False
        self._look_again_at(view)  # heights may change, and code may be to be highlighted again
        known = self.scroll.changed, len(self.scroll.rows)
        if view.shelved:
            view.unshelve(self._now, place, self.scroll)
            self._keep_known(*known)
            return True
        end = place
        for block in view.blocks:
            at = start = end
            end += len(block.rows)
            if row >= end or not isinstance(block, Growing):
                continue
            for segment in block.segments:
                if row < at + segment.count:
                    away = segment.away
                    old_end, new_end = block.settle(segment, at - start)
                    self._splice(start, at - start, old_end, block.rows[at - start : new_end])
                    if away:
                        self._keep_known(*known)
                    return True
                at += segment.count
            break
        return False

    def _keep_known(self, changed: int, size: int) -> None:
        """Let a search not begin again for what it knows not to stand there, seen now."""
        if self._room.all and self._looking is None and len(self.scroll.rows) == size:
            self.scroll.changed = changed

    def _settle_back(self, start: int, block: Growing, budget: int) -> int:
        """Settle stale segments from the last on; gives what is left of the budget."""
        at = sum(segment.count for segment in block.segments)
        for segment in reversed(block.segments):
            at -= segment.count
            if segment.stale and not segment.away:
                budget -= segment.size + 16
                old_end, new_end = block.settle(segment, at)
                if self._room.beyond(start + at, start + new_end):
                    block.let_go(segment, at)
                self._splice(start, at, old_end, block.rows[at:new_end])
                if budget <= 0 or not block.stale:
                    break
        return budget

    def _splice(self, base: int, start: int, stop: int, rows: list[Row]) -> None:
        self.scroll.splice(base + start, base + stop, rows)

    def _share(self) -> float:
        return self.scroll.top / max(len(self.scroll.rows), 1)
