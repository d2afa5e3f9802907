"""Two runs compared, for people at a terminal."""

from collections.abc import Iterator, Sequence

from massgen_tui.diff import wording
from massgen_tui.diff.comparing import Diff, OfPair
from massgen_tui.text import clean, one_line


def as_text(diff: Diff) -> str:
    """All of it as lines, safe for a terminal."""
    return clean("\n".join(_lines(diff))) + "\n"


def _lines(diff: Diff) -> Iterator[str]:
    for side, run in (("A", diff.a), ("B", diff.b)):
        yield f"{side}  {wording.of_run(run)}"
        yield f"   {wording.servers(run) or 'what its servers were is not known'}"
    if diff.setup:
        yield "what differs in the set-up:"
        cells = [(one.of, one.what, f"{_shown(one.a)} → {_shown(one.b)}") for one in diff.setup]
        yield from _table(cells)
    else:
        yield "nothing that is known of the set-up differs"
    yield from (f"! {words}" for words in wording.unjoined(diff))
    for one in diff.pairs:
        yield ""
        yield from _pair(one)


def _pair(one: OfPair) -> Iterator[str]:
    joined = "" if one.pair.by == "agent" else f" (joined by {one.pair.by})"
    yield one_line(f"{one.pair.name}{joined}: {wording.prompts(one)}")
    if numbers := list(wording.rows(one)):
        yield from _table([wording.HEADINGS, *numbers])
    yield f"  {wording.answers(one)}"
    for parted in one.parted[: wording.MOST]:
        parting = parted.parting
        texts = f"A {_quoted(parting.one)}  B {_quoted(parting.two)}"
        asked = wording.of_prompt(parted.prompt, parted.repeat)
        yield f"    {one_line(asked, 40)}  word {parting.word}: {texts}"
    yield from (f"    {words}" for words in (wording.more(len(one.parted)),) if words)
    yield f"  {wording.failures(one)}"
    for failure in one.new[: wording.MOST]:
        words = ": ".join(part for part in (failure.answer.ending, failure.answer.message) if part)
        asked = wording.of_prompt(failure.prompt, failure.answer.repeat)
        yield f"    ✗ {one_line(asked, 40)}  {one_line(words)}"
    yield from (f"    {words}" for words in (wording.more(len(one.new)),) if words)


def _quoted(text: str) -> str:
    return f"“{one_line(text, 60)}”" if text else "(ends)"


def _shown(value: str) -> str:
    return one_line(value, 60) or "–"


def _table(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True))
        yield f"  {'  '.join(cells)}".rstrip()
