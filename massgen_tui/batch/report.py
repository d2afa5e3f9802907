"""What many prompts came to: one object of JSON, or agents by numbers as a table."""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from massgen_tui.batch.tally import AgentTally, Failure, Numbers, Tally
from massgen_tui.stats import percentile, spread_of
from massgen_tui.store.schema import Record, to_json
from massgen_tui.text import one_line

HEADS = (
    "agent",
    "done",
    "failed",
    "TTFT p50",
    "TTFT p95",
    "tok/s p50",
    "tokens",
    "cached",
    "stalls",
    "total",
)
_CSV = (
    "agent,asked,done,failed,ttft_p50_s,ttft_p95_s,tokens_per_s_p50,prompt_tokens,"
    "completion_tokens,reasoning_tokens,cached_tokens,stalls,total_s,expect_passed,expect_of,"
    "identical,first_difference_word"
)
_UNKNOWN = "—"


@dataclass(frozen=True, slots=True)
class Report:
    """What is told at the end."""

    session: str | None
    """The id of the session in which it is kept; None: it is not."""
    tally: Tally
    ids: Sequence[str]
    """The prompts' ids, by their places."""


def agent_numbers(agent: str, tally: AgentTally, repeats: int) -> Record:
    """One agent's numbers, as JSON has them."""
    usage = tally.usage
    counts = (usage.prompt, usage.completion, usage.reasoning, usage.cached)
    names = ("prompt_tokens", "completion_tokens", "reasoning_tokens", "cached_tokens")
    judged = {"passed": tally.passed, "of": tally.judged} if tally.judged else None
    return {
        "agent": agent,
        "asked": tally.asked,
        "done": tally.done,
        "failed": tally.failed,
        "ttft_s": {"p50": _at(tally.all.ttft_s, 0.5), "p95": _at(tally.all.ttft_s, 0.95)},
        "tokens_per_s": {"p50": _at(tally.all.tokens_per_s, 0.5)},
        "usage": None if counts == (None,) * 4 else dict(zip(names, counts, strict=True)),
        "stalls": tally.stalls,
        "total_s": round(sum(tally.all.total_s), 6) if tally.all.total_s else None,
        "expect": judged,
        "stats": _stats(tally) if repeats > 1 else None,
    }


def _stats(tally: AgentTally) -> Record:
    alike = tally.likeness
    return {
        "of": alike.of,
        "identical": alike.identical,
        "first_difference_word": alike.first_difference_word,
        **_spreads(tally.all),
        "warm": _spreads(tally.warm) if tally.warm.total_s else None,
        "cold": _spreads(tally.cold) if tally.cold.total_s else None,
    }


def _spreads(numbers: Numbers) -> Record:
    told = {
        "ttft_s": numbers.ttft_s,
        "tokens_per_s": numbers.tokens_per_s,
        "total_s": numbers.total_s,
    }
    return {
        name: spread.as_json() if (spread := spread_of(values)) else None
        for name, values in told.items()
    }


def _at(values: Sequence[float], share: float) -> float | None:
    return round(percentile(values, share), 6) if values else None


def as_json(report: Report) -> str:
    """One object."""
    failures = [
        {"id": report.ids[place], "agent": agent, "error": _error(failure)}
        for place, agent, failure in report.tally.failures()
    ]
    whole: Record = {
        "session": report.session,
        "agents": [
            agent_numbers(agent, tally, report.tally.repeats)
            for agent, tally in report.tally.agents.items()
        ],
        "failures": failures,
    }
    return to_json(whole, indent=2) + "\n"


def _error(failure: Failure) -> Record:
    return {
        "kind": failure.kind,
        "message": failure.message,
        "hint": failure.hint,
        "status": failure.status,
    }


def as_csv(report: Report) -> str:
    """A line an agent; what is unknown is empty."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(_CSV.split(","))
    for agent, tally in report.tally.agents.items():
        usage, alike = tally.usage, tally.likeness
        row = [
            _cell(agent), tally.asked, tally.done, tally.failed,
            _at(tally.all.ttft_s, 0.5), _at(tally.all.ttft_s, 0.95),
            _at(tally.all.tokens_per_s, 0.5),
            usage.prompt, usage.completion, usage.reasoning, usage.cached, tally.stalls,
            round(sum(tally.all.total_s), 6) if tally.all.total_s else None,
            *((tally.passed, tally.judged) if tally.judged else (None, None)),
            *((alike.identical, alike.first_difference_word) if alike.of else (None, None)),
        ]  # fmt: skip
        writer.writerow(["" if one is None else one for one in row])
    return out.getvalue()


def _cell(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    shown = one_line(text)
    return f"'{shown}" if shown[:1] in "=+-@" else shown


def as_table(report: Report) -> str:
    """Columns for a terminal."""
    rows = [HEADS, *_rows(report)]
    widths = [max(len(row[place]) for row in rows) for place in range(len(HEADS))]
    lines = [
        "  ".join(
            cell.rjust(width) if place else cell.ljust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]
    return "\n".join([*lines, *_remarks(report)]) + "\n"


def as_markdown(report: Report) -> str:
    """A table that an issue shows."""
    rows = [HEADS, ("---", *("---:",) * (len(HEADS) - 1)), *_rows(report)]
    lines = ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in rows]
    remarks = [f"- {one}" for one in _remarks(report)]
    return "\n".join([*lines, *(["", *remarks] if remarks else [])]) + "\n"


def _rows(report: Report) -> Iterator[tuple[str, ...]]:
    for agent, tally in report.tally.agents.items():
        numbers = tally.all
        yield (
            one_line(agent, 40),
            str(tally.done),
            str(tally.failed),
            _seconds(_at(numbers.ttft_s, 0.5)),
            _seconds(_at(numbers.ttft_s, 0.95)),
            _told(_at(numbers.tokens_per_s, 0.5)),
            _count(tally.usage.completion),
            _count(tally.usage.cached),
            _count(tally.stalls),
            f"{sum(numbers.total_s):.1f} s" if numbers.total_s else _UNKNOWN,
        )


def _remarks(report: Report) -> Iterator[str]:
    for agent, tally in report.tally.agents.items():
        name = one_line(agent, 40)
        if tally.judged:
            yield f"{name}: {tally.passed} of {tally.judged} answers are as expected"
        if tally.likeness.of:
            yield f"{name}: {_alike(tally)}"
            for words, numbers in (("warm", tally.warm), ("cold", tally.cold)):
                if numbers.total_s:
                    yield f"{name}: {words}: {_spread_words(numbers)}"


def _alike(tally: AgentTally) -> str:
    alike = tally.likeness
    word = alike.first_difference_word
    parted = f"; the first difference is at word {word}" if word is not None else ""
    return f"{alike.identical} of {alike.of} answers say the very same as the first{parted}"


def _spread_words(numbers: Numbers) -> str:
    told = []
    for name, values, unit in (
        ("TTFT", numbers.ttft_s, " s"),
        ("tok/s", numbers.tokens_per_s, ""),
        ("total", numbers.total_s, " s"),
    ):
        if (spread := spread_of(values)) is not None:
            told.append(
                f"{name} {spread.p50:.3g}{unit} (p10 {spread.p10:.3g}, p90 {spread.p90:.3g})"
            )
    return ", ".join(told)


def _seconds(value: float | None) -> str:
    return _UNKNOWN if value is None else f"{value:.3f} s"


def _told(value: float | None) -> str:
    return _UNKNOWN if value is None else f"{value:.1f}"


def _count(value: int | None) -> str:
    return _UNKNOWN if value is None else str(value)


FORMS = {"table": as_table, "json": as_json, "csv": as_csv, "md": as_markdown}
"""What is told at the end, by its name; `jsonl` tells each answer when it ends."""
