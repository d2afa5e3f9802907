"""Tool calls: name and arguments as they stream. They are shown, never run."""

from massgen_tui.console.stream.blocks import Block
from massgen_tui.console.stream.growing_plain import PlainText
from massgen_tui.console.stream.jsontext import JsonIndenter, parses
from massgen_tui.console.stream.rows import Row, keep_same, line_rows, unsent
from massgen_tui.console.stream.wrap import Span
from massgen_tui.session.attempt import Attempt
from massgen_tui.session.pieces import ToolCall
from massgen_tui.text import clean, one_line


class ToolCalls(Block):
    """The tool calls of an attempt."""

    lasting = True

    def __init__(self, width: int, attempt: Attempt) -> None:
        """Show what tools `attempt` calls."""
        super().__init__(width)
        self._attempt = attempt
        self._calls: list[_Call] = []

    def update(self, now: float) -> int | None:
        """Take in what came."""
        calls = self._attempt.tool_calls
        if not calls:
            return None
        self._calls += [_Call(call, self.width) for call in calls[len(self._calls) :]]
        for call in self._calls:
            call.update(ended=self._attempt.status.ended)
        rows = [row for n, call in enumerate(self._calls) for row in call.rows(apart=n > 0)]
        same = keep_same(self.rows, rows)
        changed = same < max(len(rows), len(self.rows))
        self.rows = rows
        return same if changed else None

    def rewrap(self, width: int) -> None:
        """Make all rows again at the next update."""
        self.width, self.rows, self._calls = width, [], []


class _Call:
    """One tool call: its head and its arguments."""

    def __init__(self, call: ToolCall, width: int) -> None:
        self._call = call
        self._width = width
        self._seen = 0
        self._judged = False
        self._indenter = JsonIndenter()
        self._text = PlainText(max(width - 2, 2), "code")

    def update(self, *, ended: bool) -> None:
        call = self._call
        if call.length > self._seen:
            new, self._seen = clean(call.arguments[self._seen :]), call.length
            self._text.feed(self._indenter.feed(new))
        if ended and not self._judged:
            self._judged = True
            arguments = call.arguments
            if arguments and not parses(arguments):
                self._text = PlainText(max(self._width - 2, 2), "code")
                self._text.feed(clean(arguments))

    def rows(self, *, apart: bool) -> list[Row]:
        head: list[Span] = [("◇ tool call ", "tool"), (one_line(self._call.name), "tool.b")]
        rows = [Row()] if apart else []
        rows += line_rows(head, self._width, rest=(("  ", "tool"),))
        edge = (("▏ ", "code-edge"),)
        swaps = unsent(edge)
        return rows + [
            Row(edge + r.spans, join=r.join, fill="code", swaps=swaps) for r in self._text.rows
        ]
