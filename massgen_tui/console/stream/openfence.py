"""A fence whose end has not come: plain lines, each rendered once."""

import re

from massgen_tui.console.stream.carry import Carry
from massgen_tui.console.stream.fences import closes, code_rows, expand, language_of
from massgen_tui.console.stream.highlight import lexer_name, plain, prepare
from massgen_tui.console.stream.markdown import render
from massgen_tui.console.stream.rows import Row

_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})([^\n]*)")


class OpenFence:
    """A fence whose end has not come: its lines, plain."""

    def __init__(self, carry: Carry, *, goes_on: str = "") -> None:
        """Begin with the opening line; or behind it, with the mark that `goes_on`."""
        self.carry = carry
        self.closed = False
        self.rows: list[Row] = []
        self.size = 0
        """Characters so far."""
        self._lines: list[str] = []
        self._mark = self._goes_on = goes_on
        self._width = 0

    def rest(self) -> "OpenFence":
        """What follows of a fence that is long: as if it began there, and named no language."""
        return OpenFence(Carry(False, False, None, f"{self._mark}\n"), goes_on=self._mark)

    @property
    def source(self) -> str:
        return "".join(f"{line}\n" for line in self._lines)

    def add(self, line: str, width: int) -> None:
        self._lines.append(line)
        self.size += len(line) + 1
        if len(self._lines) == 1 and not self._goes_on:
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
            lines = self._lines if self._goes_on else self._lines[1:]
            code = "".join(f"{line}\n" for line in lines)
            rows = code_rows(plain(expand(code)), width, (), (), lines) if code else []
            self.rows = self._head(width) + rows
        return self.rows

    def _head(self, width: int) -> list[Row]:
        """The rows of the opening line."""
        if self._goes_on:
            return []
        head = render(f"{self._lines[0]}\n", self.carry, width, growing=True)
        if not self._lines[0].strip().strip("`~").strip():
            head = [row for row in head if row.fill != "code"]
        return head

    def partial(self, line: str, width: int) -> list[Row]:
        """The rows of the line that is still coming; the start of a closing mark shows nothing."""
        bare = line.strip(" \t")
        if not line or (bare and set(bare) == {self._mark[0]}):
            return []
        return code_rows(plain(expand(line)), width, (), (), [line])
