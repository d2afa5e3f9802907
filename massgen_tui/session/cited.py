"""The pages that an answer rests on, as they stand under it where it is copied or saved."""

import re
from collections.abc import Sequence

from massgen_tui.backends.events import Source
from massgen_tui.session.attempt import Attempt
from massgen_tui.session.outcome import answer_text


def cited_answer(attempt: Attempt) -> str:
    """The answer with its sources under it; empty where there is none."""
    answer = answer_text(attempt)
    if not answer or not attempt.sources:
        return answer
    return f"{answer.rstrip()}\n\n{sources_markdown(attempt.sources)}"


def sources_markdown(sources: Sequence[Source]) -> str:
    """A list in Markdown, empty without sources: titles and addresses as code, so no link."""
    lines = []
    for one in sources:
        title = f"{as_code(one.title)} · " if one.title else ""
        lines.append(f"- [{one.n}] {title}{as_code(one.url)}")
    return "\n".join(["Sources:", "", *lines]) if lines else ""


def as_code(text: str) -> str:
    """One line of text as code in Markdown, whatever backticks it has."""
    ticks = "`" * (1 + max((len(run) for run in re.findall(r"`+", text)), default=0))
    space = " " if text[:1] == "`" or text[-1:] == "`" else ""
    return f"{ticks}{space}{text}{space}{ticks}"
