"""Where in a Markdown text one stands: in code, a quotation, a sentence, on a line of its own.

Answers tell of tags and quote them; what stands in code or between quotation marks is such a tag.
"""

import re

WINDOW = 400
"""Characters of a line that are looked at before and behind a place."""

_FENCE = re.compile(r"[ \t>]*(?:(?:[-*+]|\d{1,3}[.)])[ \t]+)?(`{3,}(?=[^`]*$)|~{3,})")
_INDENTED = re.compile(r" {4}| {0,3}\t")
_CODE = re.compile(r"(?<!`)(`{1,8})(?!`).*?[^`]\1(?!`)")
_TICKS = re.compile("`+")
_QUOTES = {'"': '"', "'": "'", "“": "”", "„": "“", "‘": "’", "«": "»", "「": "」", "『": "』"}
# An apostrophe is no quotation mark, nor is an inch.
_QUOTED = re.compile(
    r"""(?<!\d)"[^"]*"|(?<!\w)'[^']*'(?!\w)|“[^”]*”|„[^“”]*[“”]|‘[^’]*’|«[^»]*»|「[^」]*」|『[^』]*』"""
)
_OPEN_QUOTE = re.compile(r"""(?<!\d)"|(?<!\w)'|[“„‘«「『]""")
_CLOSING_APOSTROPHE = re.compile(r"'(?!\w)")
_MARKER = re.compile(r"[-*+>#•|]+|\d{1,3}[.)]")
_SENTENCE_END = tuple(".!?…。！？")


class Place:
    """The end of a text that grows; its lines are only looked at when somebody asks."""

    __slots__ = ("_fence", "_line", "pieces")

    def __init__(self) -> None:
        self.pieces: list[str] = []
        """What came since somebody asked: append to it. The list stays the same one."""
        self._fence = ""
        self._line = ""

    def reset(self) -> None:
        """Begin a new text."""
        self.pieces.clear()
        self._fence = self._line = ""

    def catch_up(self) -> str:
        """Look at what came since the last time, and give it."""
        if not self.pieces:
            return ""
        text = "".join(self.pieces)
        self.pieces.clear()
        *lines, last = (self._line + text).split("\n")
        for line in lines:
            self._pass(line)
        self._line = last if len(last) <= WINDOW else last[-WINDOW:]
        return text

    @property
    def in_block(self) -> bool:
        """In a fence, on the line that opens one, or in code that is indented."""
        return bool(self._fence or _FENCE.match(self._line) or _INDENTED.match(self._line))

    @property
    def in_code(self) -> bool:
        """In code of any kind, or behind a quotation mark that is open."""
        return self.in_block or bool(self.mark)

    def is_wrapped(self, after: str) -> bool:
        """What stands between here and `after` has a mark of code or quotation on both sides."""
        before = self._line[-1:]
        return bool(before and after) and after[0] == (_QUOTES.get(before) or "`")

    @property
    def begins_line(self) -> bool:
        """Nothing but white space stands on the line so far."""
        return not self._line.strip()

    @property
    def in_sentence(self) -> bool:
        """Something stands on the line that goes on here: a sentence, code, a quotation, a list."""
        line, body = self._line, self._line.strip()
        if not body:
            return False
        if _MARKER.fullmatch(body) or self.mark:
            return True
        if line[-1].isspace():
            return not body.endswith(_SENTENCE_END)
        return not (body[-1].isalnum() or body.endswith((*_SENTENCE_END, *")]}\"'”»」』")))

    @property
    def mark(self) -> str:
        """The backticks or quotation mark that would end what is open on the line, or nothing."""
        rest = _CODE.sub("", self._line)
        if ticks := _TICKS.search(rest):
            return ticks[0]
        opening = _OPEN_QUOTE.search(_QUOTED.sub("", rest))
        return _QUOTES[opening[0]] if opening else ""

    def is_quoted(self, after: str, *, ended: bool) -> bool | None:
        """Whether what stands between here and `after` is in code or quoted; None: not known yet.

        A mark that is not answered on the same line is none. `ended`: nothing more will come.
        """
        if self._fence or _FENCE.match(self._line):
            return True
        mark = self.mark
        if not mark:
            return False
        line, newline, _ = after.partition("\n")
        if mark in line[:WINDOW] and (mark != "'" or _CLOSING_APOSTROPHE.search(line[:WINDOW])):
            return True
        return False if newline or ended or len(line) >= WINDOW else None

    def _pass(self, line: str) -> None:
        if self._fence:
            body = line.strip(" \t>\r")
            if body.startswith(self._fence) and not body.strip(self._fence[0]):
                self._fence = ""
        elif match := _FENCE.match(line):
            self._fence = match[1]


def ends_line(rest: str, *, ended: bool) -> bool | None:
    """Whether nothing stands before `rest`'s line ends; None: not known before more came."""
    line, newline, _ = rest.partition("\n")
    if line.strip():
        return False
    return True if newline or ended else None
