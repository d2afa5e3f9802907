"""The line in which one types what to find in all panes; how often it is in each stands beside."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import Input, Static

from massgen_tui.console.keys import name_of
from massgen_tui.console.stream.pane import AgentPane
from massgen_tui.console.stream.wrap import crop
from massgen_tui.console.widgets.search import SearchInput
from massgen_tui.text import one_line

_EVERY = 0.1
"""Seconds between two counts."""


class _Typed(SearchInput):
    """What is typed; it acts itself, since the next key waits for it and not for its parent."""

    def __init__(self, told: str, typed: Callable[[], None], done: Callable[[], None]) -> None:
        super().__init__(told)
        self._typed = typed
        self._done = done

    def keep(self) -> None:
        """Go on with what was found."""
        self._done()

    @on(Input.Changed)
    def _changed(self, event: Input.Changed) -> None:
        event.stop()
        self._typed()


class FindAll(Horizontal):
    """Searches all panes at once, until it is closed; places are gone through from pane to pane."""

    DEFAULT_CSS = """
    FindAll {
        width: 100%; height: 1;
        & > Input { width: 1fr; }
        & > Static { width: auto; height: 1; padding: 0 1; }
    }
    """

    def __init__(
        self,
        panes: Callable[[], Sequence[AgentPane]],
        first: AgentPane,
        go: Callable[[AgentPane], None],
        keymap: Mapping[str, str],
        *,
        id: str,
    ) -> None:
        """Search what `panes` gives.

        Args:
            panes: gives those that there are, in their order.
            first: the pane whose places are gone through first.
            go: brings a pane into sight and gives it the focus.
            keymap: the user's own keys, by binding id.
            id: the widget's.
        """
        super().__init__(id=id)
        self._panes = panes
        self._first = first
        self._go = go
        self._waits = False  # enter was pressed and nothing has been found yet
        onward = " and ".join(name_of(f"pane.{one}-place", keymap) for one in ("next", "earlier"))
        told = f"find in all panes · enter, then {onward} go on · {name_of('stop', keymap)} ends"
        self.input = _Typed(told, self._typed, self._done)
        self.counts = Static(Text(), markup=False)
        self._followed = {pane for pane in panes() if pane.follows}

    def compose(self) -> ComposeResult:
        """What is typed, and what was found."""
        yield self.input
        yield self.counts

    def on_mount(self) -> None:
        """Begin anew in all panes."""
        for pane in self._panes():
            pane.find("")
        self.set_interval(_EVERY, self.work)

    def _typed(self) -> None:
        self._waits = False
        self.work()

    def _done(self) -> None:
        for pane in self._panes():
            if pane.search is not None:
                pane.search.open_folds()
        self._waits = bool(self.input.value)
        self.work()

    def work(self) -> None:
        """Have all panes search, those that are not seen too, and tell what was found."""
        panes, text = self._panes(), self.input.value
        for pane in panes:
            if pane.finding != text:
                pane.find(text, share=len(panes))
            pane.onward = partial(self._onward, pane)
            pane.look_through(self._first.size.width)
        self.counts.update(Text(self._said(panes), no_wrap=True))
        if self._waits:
            self._begin(panes)

    def _begin(self, panes: Sequence[AgentPane]) -> None:
        """Go to the first pane in which something is found, from the one that was read."""
        at = panes.index(self._first) if self._first in panes else 0
        for pane in (*panes[at:], *panes[:at]):
            search = pane.search
            if search is not None and search.finder.hits:
                self._waits = False
                if self.input.has_focus or self._first.has_focus:
                    self._go(pane)
                return
            if search is not None and search.working:
                if self.input.has_focus:
                    self._go(self._first)  # what is typed from now on is for a pane
                return
        self._waits = False

    def _onward(self, here: AgentPane, by: int) -> bool:
        """From the last place of a pane go to the next one that has some; False: there is none."""
        search, panes = here.search, self._panes()
        if search is None or here not in panes or not search.finder.at_edge(by):
            return False
        at = panes.index(here)
        others = (*panes[at + 1 :], *panes[:at])[::by]
        found = (pane for pane in others if pane.search and pane.search.finder.hits)
        following = next(found, None)
        if following is None:
            return False
        self._go(following)
        following.stand_at(by)
        return True

    def _said(self, panes: Sequence[AgentPane]) -> str:
        """How often it was found, in all and by pane."""
        searched = [(pane, pane.search) for pane in panes]
        counts = [(pane, search.count, search.working) for pane, search in searched if search]
        if not counts:
            return ""
        more = "…" if any(working for _, _, working in counts) else ""
        each = [f"{one_line(pane.agent.id, 16)} {count}" for pane, count, _ in counts]
        total = sum(count for _, count, _ in counts)
        return crop(f"{total}{more}: {' · '.join(each)}", max(self.size.width * 2 // 3 - 2, 12))

    def close(self) -> None:
        """Search no more; panes that followed their end do so again, but the one that is read."""
        read = self.screen.focused
        for pane in self._panes():
            pane.onward = lambda by: False
            pane.find("")
            if pane in self._followed and pane is not read:
                pane.action_end()
        self.remove()
