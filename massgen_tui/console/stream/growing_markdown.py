"""Markdown as it streams, of which only the unfinished end is rendered again.

Whole lines decide where the finished part ends: every top-level block before the last, and every
item of a top-level list before its last, can no longer change. Each becomes a segment of its own,
so that the cost of a flush is that of the unfinished block, whatever the length of the answer, and
a change of width can be done piece by piece. An unfinished block that grows beyond a limit is cut.
Segments that much has already come after are not rendered before they are seen, or there is time.
"""

import re

from massgen_tui.console.stream.blocks import STALE, Growing
from massgen_tui.console.stream.carry import Carry, carried
from massgen_tui.console.stream.highlight import awaited
from massgen_tui.console.stream.markdown import render
from massgen_tui.console.stream.openfence import OpenFence
from massgen_tui.console.stream.rows import Row, keep_same
from massgen_tui.console.stream.segment import NOTHING, Segment
from massgen_tui.console.stream.sought import Sought
from massgen_tui.console.stream.structure import mended, structure, table_head

LIMIT = 8192
"""Characters that an unfinished block may have before it is cut."""
CODE_LIMIT = 40_000
"""Characters that fenced code may have before it is cut: more is not highlighted anyway."""
_SEGMENT = 512
"""Characters that a segment has at least, where it is not the last of something."""
# A line that so far holds only marks may become a heading, a list, a rule or a fence: it waits.
_UNCLEAR = re.compile(r"[ \t>]*(?:[-=*_+#>~`|:]+|\d{1,9}[.)]?)?[ \t]*")
# Whole lines that begin with a letter are one paragraph: nothing before its end is finished.
_ONE_PARAGRAPH = re.compile(r"\n*(?:[^\W\d_][^\n]*\n)+\n*")


class MarkdownText(Growing):
    """Growing Markdown."""

    def __init__(self, width: int) -> None:
        """Start empty."""
        super().__init__(width)
        self._start_over()

    def _start_over(self) -> None:
        self._tail = ""
        self._carry = Carry()
        self._joins = False  # the last segment may be joined by the next
        self._solid = 0  # rows of the segments
        self._fence: OpenFence | None = None
        self._replaced: list[Row] | None = None  # rows that a feed has taken away
        self._far = False  # what is taken in is far from the end: it need not be rendered yet
        self._pale: list[Segment] = []  # whose code is to be highlighted yet

    @property
    def pale(self) -> bool:
        """Some code waits for its lexer."""
        return bool(self._pale)

    def update(self, now: float) -> int | None:
        """Highlight code whose lexer has come; all else changes by `feed`."""
        return self.highlight() if self._pale else None

    def highlight(self) -> int | None:
        """Render code again whose lexers have come; gives the index of the first row."""
        first, at = None, 0
        for segment in self.segments:
            if segment.awaits and not segment.stale and not any(map(awaited, segment.awaits)):
                self.stale += 1
                self.settle(segment, at)
                first = at if first is None else first
            at += segment.count
        self._pale = [segment for segment in self._pale if segment.awaits]
        return first

    def feed(self, text: str, *, end: bool = False, far: bool = False) -> int | None:
        """Add text; gives the index of the first row that changed.

        Args:
            text: what is new.
            end: nothing comes after it.
            far: much has come after it (more of a burst, later turns): it is rendered when seen.
        """
        fence, start = self._fence, self._solid
        lines = len(fence.rows) if fence else 0
        replaced = self._take_all(text, end=end, far=far)
        if fence is not None and fence is self._fence:
            start += lines
            before = self.rows[start:]
            del self.rows[start:]
            self.rows += fence.rows[lines:]
            self.rows += fence.partial(self._tail, self.width)
        else:
            before = self.rows[start:] if replaced is None else replaced
            del self.rows[self._solid :]
            self.render_open()
        fresh = self.rows[start:]
        same = keep_same(before, fresh)
        self.rows[start:] = fresh
        first = start + same
        return first if same < len(before) or same < len(fresh) else None

    def _take_all(self, text: str, *, end: bool, far: bool) -> list[Row] | None:
        """Take in text; gives the rows of the open rest where segments took their place."""
        self._far = far
        while text:
            text = self._take(text)
        if end:
            self._finish()
        self._far = False
        replaced, self._replaced = self._replaced, None
        return replaced

    def _take(self, text: str) -> str:
        """Take in some of `text`; gives the rest."""
        if self._fence is not None:
            return self._take_code(text)
        piece = text[: LIMIT - len(self._tail)]
        self._tail += piece
        if "\n" in piece:
            self._finish_blocks()
        if len(self._tail) >= LIMIT and self._fence is None:
            self._cut()
        return text[len(piece) :]

    def _finish_blocks(self) -> None:
        """Make segments of what the whole lines of the tail have finished."""
        whole = self._tail.rfind("\n") + 1
        source = self._tail[:whole]
        if _ONE_PARAGRAPH.fullmatch(source):
            return
        lines = source.split("\n")[:-1]
        starts, keep, fence = structure(source, lines, self._carry.number)
        if not starts:
            return
        if starts[0][0] > 0:
            carry = self._carry
            self._carry = carried(carry.first, True, carry.number, carry.prefix)
        bounds = [at for at, _ in starts if at < keep] + [keep]
        numbers = [number for _, number in starts]
        for number, at, stop in zip(numbers, bounds, bounds[1:], strict=False):
            self._segment("\n".join(lines[at:stop]) + "\n", number)
        last = next((number for at, number in starts if at == keep), None)
        self._carry = carried(self._carry.first, self._carry.gap, last)
        self._tail = "\n".join([*lines[keep:], ""]) + self._tail[whole:]
        if fence:
            self._open_fence()

    def _segment(
        self, source: str, number: int | None = None, prefix: str = "", *, whole: bool = True
    ) -> None:
        carry = carried(self._carry.first, self._carry.gap, number, prefix)
        awaits: set[str] = set()
        rows = (
            self._guess(source) if self._far else render(source, carry, self.width, awaits=awaits)
        )
        if self._replaced is None:
            self._replaced = self.rows[self._solid :]
        del self.rows[self._solid :]
        self.rows += rows
        self._solid += len(rows)
        self._keep(source, len(rows), carry, whole=whole)
        if awaits:
            last = self.segments[-1]
            last.awaits |= awaits
            self._pale += [last] if last not in self._pale else []
        line = source.removesuffix("\n").rpartition("\n")[2]
        self._carry = carried(first=False, gap=not line.strip("> \t"))

    def _guess(self, source: str) -> list[Row]:
        """As many stale rows as the source may need."""
        width = max(self.width, 1)
        lines = source.removesuffix("\n").split("\n")
        return [STALE] * sum(max(1, -(-len(line) // width)) for line in lines)

    def _keep(self, source: str, rows: int, carry: Carry, *, whole: bool) -> None:
        """Remember a segment; short ones that are whole blocks join the one before."""
        last = self.segments[-1] if self.segments and self._joins else None
        self._joins = whole
        other = last is None or not whole or last.away or last.stale is not self._far
        # after what shows nothing (an empty quote) a gap depends on what stands before it
        if last is None or other or not last.count or last.size >= _SEGMENT:
            self.segments.append(Segment(source, rows, carry, stale=self._far))
            self.stale += self._far
            return
        between = "\n" if carry.gap and not last.source.endswith("\n\n") else ""
        last.source += between + source
        last.count += rows

    def _open_fence(self) -> None:
        code, self._tail = self._tail, ""
        self._fence = OpenFence(self._carry)
        rest = self._take_code(code)
        while rest:
            rest = self._take(rest)

    def _take_code(self, text: str) -> str:
        fence = self._fence
        if fence is None:
            return text
        lines = (self._tail + text).split("\n")
        self._tail = lines.pop()
        for number, line in enumerate(lines):
            fence.add(line, self.width)
            if fence.closed:
                self._fence = None
                self._carry = fence.carry
                rest = "\n".join([*lines[number + 1 :], self._tail])
                self._tail = ""
                self._segment(fence.source, None, self._carry.prefix)
                return rest
            if fence.size > CODE_LIMIT:
                self._carry = fence.carry
                self._segment(fence.source, None, self._carry.prefix, whole=False)
                self._fence = fence = fence.rest()
        return ""

    def _cut(self) -> None:
        """End an overlong block at its last line, or where it is when it is one line."""
        at = self._tail.rfind("\n") + 1 or LIMIT
        source, rest = self._tail[:at], self._tail[at:]
        table = table_head(source)
        self._segment(source, self._carry.number, self._carry.prefix, whole=False)
        self._carry = Carry(False, self._carry.gap, None, self._carry.prefix or table)
        self._tail = rest

    def _finish(self) -> None:
        """Nothing more comes: what is left is final as it stands."""
        if self._fence is not None:
            fence, self._fence = self._fence, None
            self._carry = fence.carry
            source = fence.source + self._tail
        else:
            source = self._tail
        self._tail = ""
        if source.strip():
            self._segment(source, self._carry.number, self._carry.prefix, whole=False)

    @property
    def solid(self) -> int:
        """How many rows the segments have."""
        return self._solid

    def let_go(self, segment: Segment, at: int) -> bool:
        """Let go of its rows; when they are made again, code is highlighted that can be by then."""
        gone = super().let_go(segment, at)
        if gone and self._pale:
            self._pale = [one for one in self._pale if one is not segment]
        return gone

    def shift(self, rows: int) -> None:
        """Know where the open rest is now."""
        self._solid += rows

    def may_hold(self, source: str, sought: Sought) -> bool:
        """Whether something may stand in the rows of a source."""
        return sought.in_markdown(source)

    def render(self, segment: Segment) -> list[Row]:
        """Render a finished segment."""
        carry = segment.carry if isinstance(segment.carry, Carry) else Carry()
        awaits: set[str] = set()
        rows = render(segment.source, carry, self.width, awaits=awaits)
        segment.awaits = frozenset(awaits) if awaits else NOTHING
        if awaits and segment not in self._pale:
            self._pale.append(segment)
        return rows

    def rewrap(self, width: int) -> None:
        """Fit another width; what is wrapped again finds out what its code waits for."""
        self._pale = []
        super().rewrap(width)

    def render_open(self) -> None:
        """Add the rows of what is not finished."""
        self._solid = len(self.rows)
        if self._fence is not None:
            self.rows += self._fence.rows_for(self.width)
            self.rows += self._fence.partial(self._tail, self.width)
            return
        source = self._tail
        line_at = source.rfind("\n") + 1
        if _UNCLEAR.fullmatch(source, line_at):
            source = source[:line_at]
        else:
            line = source[line_at:]
            is_code = line.startswith("    ") or "```" in source or "~~~" in source
            source = source[:line_at] + (line if is_code else mended(line))
        if source.strip():
            self.rows += render(source, self._carry, self.width, growing=True)
