"""Pictures of a screen made into one that moves: SVG with CSS, a row kept once while it stays."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

_RULE = re.compile(r"\.terminal-(r\d+) \{ (.*?) \}")
_MATRIX = re.compile(r'<g class="terminal-matrix">(.*?)</g>', re.DOTALL)
_ELEMENT = re.compile(r"<text [^>]*>[^<]*</text>|<rect [^>]*/>")
_ROW_OF_TEXT = re.compile(r"terminal-line-(\d+)")
_ROW_OF_RECT = re.compile(r' y="([\d.]+)"')
_CLASS = re.compile(r'class="terminal-(r\d+)"')
_ROW = 24.4
"""Height of a row in Textual's pictures."""


@dataclass(slots=True)
class _Styles:
    """Classes of all frames, each rule once."""

    names: dict[str, str] = field(default_factory=dict)

    def of(self, rule: str) -> str:
        return self.names.setdefault(rule, f"s{len(self.names)}")

    @property
    def css(self) -> str:
        return "".join(f".{name}{{{rule}}}" for rule, name in self.names.items())


def moving(frames: Sequence[str], seconds: float, hold: float) -> str:
    """One SVG that shows the frames in turn, forever.

    Args:
        frames: exported screenshots of one size.
        seconds: how long each is seen.
        hold: for how long the last one stays.
    """
    styles = _Styles()
    rows = [_rows(frame, styles) for frame in frames]
    spans = _spans(rows)
    whole = seconds * len(frames) + hold
    keys = sorted({(begin, end) for begin, end, _ in spans})
    css = "".join(_keyframes(begin, end, len(frames), seconds, whole) for begin, end in keys)
    groups = "".join(
        f'<g class="k{begin}-{end}">{drawn}</g>' if (begin, end) != (0, len(frames)) else drawn
        for begin, end, drawn in spans
    )
    first = frames[0]
    before, after = first[: first.index("<style>")], first[first.index("</style>") + 8 :]
    shell = re.sub(
        r"@font-face \{.*?\}",
        "",
        first[first.index("<style>") + 7 : first.index("</style>")],
        flags=re.DOTALL,
    )
    shell = _RULE.sub("", shell)
    body = _MATRIX.sub(lambda _: f'<g class="terminal-matrix">{groups}</g>', after, count=1)
    return re.sub(r"\n\s*\n+", "\n", f"{before}<style>{shell}{styles.css}{css}</style>{body}")


def _rows(frame: str, styles: _Styles) -> list[str]:
    """The elements of each row of a frame, by the classes of all."""
    own = {name: styles.of(rule) for name, rule in _RULE.findall(frame)}
    found = _MATRIX.search(frame)
    assert found is not None
    rows: dict[int, list[str]] = {}
    for element in _ELEMENT.findall(found[1]):
        text = _ROW_OF_TEXT.search(element)
        place = _ROW_OF_RECT.search(element)
        assert place is not None
        number = int(text[1]) if text else round((float(place[1]) - 1.5) / _ROW)
        drawn = _CLASS.sub(lambda match: f'class="{own[match[1]]}"', element)
        rows.setdefault(number, []).append(drawn)
    return ["".join(rows.get(number, ())) for number in range(max(rows) + 1)]


def _spans(rows: Sequence[Sequence[str]]) -> list[tuple[int, int, str]]:
    """Each state of a row with the frames from which and up to which it is seen."""
    spans = []
    for number in range(max(map(len, rows))):
        begin = 0
        told = [frame[number] if number < len(frame) else "" for frame in rows]
        for end in range(1, len(told) + 1):
            if end == len(told) or told[end] != told[begin]:
                if told[begin]:
                    spans.append((begin, end, told[begin]))
                begin = end
    return spans


def _keyframes(begin: int, end: int, frames: int, seconds: float, whole: float) -> str:
    """The rule that shows something from one frame up to another."""
    if (begin, end) == (0, frames):
        return ""
    start = 100 * begin * seconds / whole
    stop = 100.0 if end == frames else 100 * end * seconds / whole
    name = f"k{begin}-{end}"
    hidden = "" if begin == 0 else "0%{visibility:hidden}"
    gone = "" if end == frames else f"{stop:.2f}%{{visibility:hidden}}"
    moves = f"@keyframes {name}{{{hidden}{start:.2f}%{{visibility:visible}}{gone}}}"
    return f"{moves}.{name}{{animation:{name} {whole:g}s step-end infinite}}"
