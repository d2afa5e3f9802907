"""One search in one conversation: in what is seen, and in reasoning that is folded away."""

from massgen_tui.console.stream.document import Document
from massgen_tui.console.stream.find import STEP, Finder, pattern
from massgen_tui.console.stream.sought import Sought
from massgen_tui.session.pieces import Text
from massgen_tui.text import clean, one_line

_STEP = 100_000
"""Characters of folded reasoning that are looked through at once."""


class Folded:
    """How often something stands in texts that have no rows; they are read on, never again."""

    def __init__(self, text: str) -> None:
        """Look for `text`."""
        self._wanted = pattern(text)
        self._overlap = len(text) - 1
        self._read: dict[int, tuple[Text, int, int]] = {}  # by id: read up to, and how often there

    def work(self, texts: list[Text], share: int) -> bool:
        """Read on, a step (over `share`) of all at most; tells whether more is to be read."""
        room = _STEP // share
        for text in texts:
            known, at, count = self._read.get(id(text), (text, 0, 0))
            if known is not text:
                at = count = 0
            if at >= text.length:
                continue
            if room <= 0:
                return True
            stop = min(at + room, text.length)
            piece = clean(str(text)[at : stop + self._overlap])
            # what begins behind the step is found with the next
            count += sum(found.start() < stop - at for found in self._wanted.finditer(piece))
            self._read[id(text)] = text, stop, count
            room -= stop - at
        return any(self._read[id(text)][1] < text.length for text in texts)

    def count(self, text: Text) -> int:
        """How often it was found there until now."""
        known, _, count = self._read.get(id(text), (None, 0, 0))
        return count if known is text else 0


class Search:
    """What is searched for in a conversation, how far that is, and where one stands."""

    def __init__(self, document: Document, text: str, start: int) -> None:
        """Look for `text`; goes to the first place from row `start` on."""
        self._document = document
        self.finder = Finder(document.scroll, text, start)
        self._folded = Folded(text)
        self._reading = True
        self._opens = False
        self._opened: list[Text] = []
        self.share = 1
        """How many conversations are searched at once: each takes so much smaller steps."""
        document.look_for(Sought(text))

    @property
    def text(self) -> str:
        """What is searched for."""
        return self.finder.text

    @property
    def working(self) -> bool:
        """Not all that is there has been looked through."""
        return self.finder.working or self._reading or self._document.stale

    def work(self) -> None:
        """Look through some more."""
        folded = self._document.folded
        self._reading = self._folded.work(folded, self.share)
        if self._opens and (text := next(filter(self._folded.count, folded), None)) is not None:
            # one at a time: its rows are made with the next flush
            self._document.set_fold(text, folded=False)
            self._opened.append(text)
            self._reading = True
        if not self._document.stale or len(self._document.scroll.rows) < STEP:
            self.finder.work(STEP // self.share)  # else rows would be looked through again

    def open_folds(self) -> None:
        """Let the reasoning be unfolded in which something is found."""
        self._opens = True
        self._reading = self._reading or self.hidden > 0

    def close(self, *, goes_on: bool = False) -> None:
        """Fold again what was unfolded for it; unless another one `goes_on`, rows may go."""
        for text in self._opened:
            self._document.set_fold(text, folded=True)
        if not goes_on:
            self._document.look_for(None)

    @property
    def hidden(self) -> int:
        """How often it stands in folded reasoning."""
        return sum(map(self._folded.count, self._document.folded))

    @property
    def count(self) -> int:
        """How often it was found, seen or folded."""
        return len(self.finder.hits) + self.hidden

    @property
    def said(self) -> str:
        """How often it was found, and where one stands."""
        finder, hidden = self.finder, self.hidden
        many = len(finder.hits)
        if many or finder.working:
            place = "" if finder.place is None else f"{finder.place + 1}/"
            count = f"{place}{many}{'…' if finder.working else ''}"
        else:
            count = "not found"
        also = f" · {hidden} in folded reasoning" if hidden else ""
        return f"{count} /{one_line(finder.text, 30)}{also}"
