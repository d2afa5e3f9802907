"""Words and tables that text and Markdown share."""

from collections.abc import Iterator, Sequence
from typing import Final

from massgen_tui.diff.comparing import Diff, Measured, OfPair
from massgen_tui.diff.reading import Run
from massgen_tui.stats import Spread
from massgen_tui.text import one_line

MOST: Final = 20
"""Answers that differ, and failures, of one agent that people are told; JSON has all."""
_NAMES: Final = {
    "ttft_s": ("TTFT", "s", 3),
    "first_content_s": ("first answer", "s", 3),
    "tokens_per_s": ("tok/s", "", 1),
    "tokens": ("tokens", "", 0),
    "reasoning_tokens": ("of them reasoning", "", 0),
    "prompt_tokens": ("prompt tokens", "", 0),
    "cached_tokens": ("of them cached", "", 0),
    "total_s": ("total", "s", 3),
}
HEADINGS: Final = ("", "A: p50 (p10–p90)", "B: p50 (p10–p90)", "B − A", "")


def of_run(run: Run) -> str:
    """Which run it is: `ab12cd34 · 2026-11-29 06:01 UTC · two.yaml · 10 prompts`."""
    at = (run.head.resumed or run.head.at).strftime("%Y-%m-%d %H:%M %Z")
    parts = [run.head.id, at, run.head.title, _many(len(run.prompts), "prompt")]
    if run.damage:
        parts.append(f"{_many(run.damage, 'damaged line')} left out")
    return one_line(" · ".join(part for part in parts if part))


def servers(run: Run) -> str:
    """What its servers were: `http://localhost:8000 vLLM 0.33.0`; empty: unknown."""
    told = (" ".join(filter(None, (one.id, one.kind, one.version))) for one in run.servers.values())
    return one_line(" · ".join(told), 400)


def _many(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"


def rows(one: OfPair) -> Iterator[Sequence[str]]:
    """The table of numbers, those that are known of at least one run."""
    for number in one.numbers:
        if number.a is None and number.b is None:
            continue
        name, unit, digits = _NAMES[number.name]
        yield (
            f"{name} {unit}".strip(),
            _spread(number.a, digits),
            _spread(number.b, digits),
            _delta(number, digits),
            _apart(number),
        )


def _spread(spread: Spread | None, digits: int) -> str:
    if spread is None:
        return "–"
    if spread.n == 1:
        return f"{spread.p50:.{digits}f}"
    return f"{spread.p50:.{digits}f} ({spread.p10:.{digits}f}–{spread.p90:.{digits}f})"


def _delta(number: Measured, digits: int) -> str:
    if number.delta is None:
        return "–"
    if number.percent is None:
        return f"{number.delta:+.{digits}f}"
    return f"{number.percent:+.1f} %"


def _apart(number: Measured) -> str:
    return {True: "apart", False: "within the spread", None: ""}[number.apart]


def prompts(one: OfPair) -> str:
    """How many prompts are compared, and which are not."""
    told = [f"{_many(one.both - one.others, 'prompt')} compared"]
    told += [f"{one.others} of the same name and another text"] if one.others else []
    told += [f"{one.only_a} in A only"] if one.only_a else []
    told += [f"{one.only_b} in B only"] if one.only_b else []
    return ", ".join(told)


def answers(one: OfPair) -> str:
    """How many answers differ."""
    return f"{_many(one.same, 'answer')} the same, {len(one.parted)} different"


def failures(one: OfPair) -> str:
    """How many answers failed, or are not whole."""
    new = f", {len(one.new)} new" if one.new else ""
    gone = f", {one.gone} gone" if one.gone else ""
    return f"failed or not whole: {one.failed_a} in A, {one.failed_b} in B{new}{gone}"


def of_prompt(prompt: str, repeat: int) -> str:
    """Which prompt it is: `line:7`, and `line:7 #2` of its second answer."""
    return f"{prompt} #{repeat}" if repeat > 1 else prompt


def more(count: int) -> str:
    """What is left off; empty: nothing."""
    return f"… and {count - MOST} more: --format json has all" if count > MOST else ""


def unjoined(diff: Diff) -> list[str]:
    """The agents that stand beside no other."""
    paired = [{one.pair.a for one in diff.pairs}, {one.pair.b for one in diff.pairs}]
    sides = zip("AB", (diff.a, diff.b), paired, strict=True)
    return [
        f"{agent} in {side} only"
        for side, run, of in sides
        for agent in run.agents
        if agent not in of
    ]
