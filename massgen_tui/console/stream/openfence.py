"""A fence whose end has not come: plain lines, each rendered once."""

import re

from massgen_tui.console.stream.fences import closes, code_rows, expand, language_of
from massgen_tui.console.stream.highlight import lexer_name, plain, prepare
from massgen_tui.console.stream.markdown import Carry, render
from massgen_tui.console.stream.rows import Row

_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})([^\n]*)")


class OpenFence:
    """A fence whose end has not come: its lines, plain."""

    def __init__(self, carry: Carry) -> None:
        self.carry = carry
        self.closed = False
        self.rows: list[Row] = []
        self._lines: list[str] = []
        self._mark = ""
        self._width = 0

    @property
    def source(self) -> str:
        return "".join(f"{line}\n" for line in self._lines)

    def add(self, line: str, width: int) -> None:
        self._lines.append(line)
        if len(self._lines) == 1:
            opening = _FENCE.match(line)
            self._mark = opening[1] if opening else "```"
            prepare(lexer_name(language_of(opening[2] if opening else "")))
            return
        self.closed = closes(line, self._mark)
        if not self.closed and self._width == width:
            self.rows += code_rows(plain(expand(line)), width, (), (), [line])

    def rows_for(self, width: int) -> list[Row]:
        """The rows of the whole lines."""
        if self._width != width:
            self._width = width
            head = render(f"{self._lines[0]}\n", self.carry, width, growing=True)
            if not self._lines[0].strip().strip("`~").strip():
                head = [row for row in head if row.fill != "code"]
            code = "".join(f"{line}\n" for line in self._lines[1:])
            rows = code_rows(plain(expand(code)), width, (), (), self._lines[1:]) if code else []
            self.rows = head + rows
        return self.rows

    def partial(self, line: str, width: int) -> list[Row]:
        """The rows of the line that is still coming; the start of a closing mark shows nothing."""
        bare = line.strip(" \t")
        if not line or (bare and set(bare) == {self._mark[0]}):
            return []
        return code_rows(plain(expand(line)), width, (), (), [line])
