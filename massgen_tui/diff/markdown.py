"""Two runs compared, as Markdown that fits into an issue report."""

from collections.abc import Iterator, Sequence

from massgen_tui.diff import wording
from massgen_tui.diff.comparing import Diff, OfPair
from massgen_tui.text import one_line


def as_markdown(diff: Diff) -> str:
    """All of it; what a model or a server said stands in code spans."""
    return "\n".join(_lines(diff)) + "\n"


def _lines(diff: Diff) -> Iterator[str]:
    for side, run in (("A", diff.a), ("B", diff.b)):
        served = _code(wording.servers(run), 400)
        yield f"- **{side}** {_plain(wording.of_run(run))}; servers: {served}"
    yield ""
    if diff.setup:
        headings = ("", "set-up", "A", "B")
        cells = [
            (_plain(one.of), _code(one.what), _code(one.a), _code(one.b)) for one in diff.setup
        ]
        yield from _table(headings, cells)
    else:
        yield "Nothing that is known of the set-up differs."
    for words in wording.unjoined(diff):
        yield ""
        yield f"{_plain(words)}."
    for one in diff.pairs:
        yield ""
        yield from _pair(one)


def _pair(one: OfPair) -> Iterator[str]:
    yield f"### {_plain(one.pair.name)}"
    yield ""
    joined = "" if one.pair.by == "agent" else f"; joined by {one.pair.by}"
    words = f"{wording.prompts(one)}{joined}; {wording.answers(one)}; {wording.failures(one)}."
    yield words[:1].upper() + words[1:]
    if numbers := list(wording.rows(one)):
        yield ""
        yield from _table(wording.HEADINGS, numbers)
    if one.parted:
        cells = [
            (
                _code(wording.of_prompt(p.prompt, p.repeat)),
                str(p.parting.word),
                _code(p.parting.one),
                _code(p.parting.two),
            )
            for p in one.parted[: wording.MOST]
        ]
        yield from _listed(("differs", "from word", "A", "B"), cells, len(one.parted))
    if one.new:
        failures = [
            (
                _code(wording.of_prompt(f.prompt, f.answer.repeat)),
                _code(f.answer.ending),
                _code(f.answer.message),
            )
            for f in one.new[: wording.MOST]
        ]
        yield from _listed(("new failure", "ending", "message"), failures, len(one.new))


def _listed(headings: Sequence[str], cells: Sequence[Sequence[str]], count: int) -> Iterator[str]:
    yield ""
    yield from _table(headings, cells)
    if words := wording.more(count):
        yield ""
        yield words


def _table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(headings)} |"
    yield f"|{' --- |' * len(headings)}"
    yield from (f"| {' | '.join(row)} |" for row in rows)


def _code(text: str, limit: int = 80) -> str:
    """A text of others, which acts on nothing: no link, no mention, no end of the table."""
    shown = one_line(text, limit).replace("`", "ˋ").replace("|", "\\|")
    return f"`{shown}`" if shown else "–"


def _plain(text: str) -> str:
    """A name of one's own, with what Markdown would read in it escaped."""
    return "".join(f"\\{char}" if char in "\\`*_[]<>|#@" else char for char in one_line(text))
