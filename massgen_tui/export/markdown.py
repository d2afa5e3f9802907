"""A session's answers as Markdown, to keep or to send to someone."""

import json
import re

from massgen_tui.coordinate.told import heading, outcome, votes_told
from massgen_tui.export.document import (
    ASIDE,
    Document,
    circumstances,
    ending,
    joined_from,
    settings_of,
)
from massgen_tui.session.agent import Agent, Turn
from massgen_tui.session.attempt import Attempt
from massgen_tui.session.cited import as_code, sources_markdown
from massgen_tui.session.coordination import Agreement
from massgen_tui.session.numbers import numbers
from massgen_tui.session.outcome import answer_in_reasoning, answer_text
from massgen_tui.store.schema import asked_model
from massgen_tui.text import clean


def to_markdown(document: Document) -> str:
    """Write down every turn: the prompt, and of each agent every attempt at it.

    Under each stand how it ended and its numbers, its server, its settings and when it was asked.
    Control characters are left out; a code block that an answer left open is closed.
    """
    parts = [f"# {_line(document.session.title) or 'Answers'}"]
    for turn in document.turns:
        parts.append(f"## {turn.number}. Prompt")
        parts.append(_quoted(turn.prompt))
        parts += [_answers(document, agent, part) for agent, part in turn.answers]
        parts += _agreed(turn.agreement) if turn.agreement is not None else []
    return "\n\n".join(parts) + "\n"


def _agreed(agreement: Agreement) -> list[str]:
    """What the agents came to, the votes for it, and the final answer."""
    votes = [f"- {_line(words)}" for words in votes_told(agreement)]
    parts = [f"### {heading(agreement)}: {_line(outcome(agreement))}", "\n".join(votes)]
    parts.append(_closed(clean(agreement.final or "").strip()))
    return [part for part in parts if part]


def _answers(document: Document, agent: Agent, turn: Turn) -> str:
    """All that an agent said to a prompt; of several attempts the one in front is marked."""
    asked = asked_model(agent, turn.attempt)
    model = f" · {_line(asked)}" if asked else ""
    aside = f" ({ASIDE})" if turn.aside else ""
    parts = [f"### {_line(agent.id)}{model}{aside}"]
    many = len(turn.attempts) > 1
    for number, attempt in enumerate(turn.attempts, 1):
        if many:
            front = " (in front)" if attempt is turn.attempt else ""
            front += joined_from(turn, attempt)
            parts.append(f"#### Attempt {number} of {len(turn.attempts)}{front}")
        parts += [_answer(document, attempt), _circumstances(document, agent, attempt)]
    return "\n\n".join(part for part in parts if part)


def _answer(document: Document, attempt: Attempt) -> str:
    parts = []
    reasoning = "" if answer_in_reasoning(attempt) else clean(str(attempt.reasoning)).strip()
    if reasoning:
        parts.append("<details><summary>Reasoning</summary>")
        parts += [_closed(reasoning), "</details>"]
    parts += [_fenced(call.name, call.arguments) for call in attempt.tool_calls]
    if answer := clean(answer_text(attempt)).strip():
        parts.append(_closed(answer))
    if sources := sources_markdown(attempt.sources):
        parts.append(sources)
    if note := _note(document, attempt):
        parts.append(f"*{note}*")
    return "\n\n".join(parts)


def _note(document: Document, attempt: Attempt) -> str:
    how = _line(ending(document, attempt))
    return " ".join(part for part in (how, numbers(attempt)) if part)


def _circumstances(document: Document, agent: Agent, attempt: Attempt) -> str:
    words = [_line(part) for part in circumstances(document, agent, attempt)]
    settings = _settings(attempt)
    return " · ".join([*words, *([f"settings {settings}"] if settings else [])])


def _settings(attempt: Attempt) -> str:
    """What was asked for beside the conversation, as code; empty when nothing was."""
    asked = settings_of(attempt)
    return as_code(_line(json.dumps(asked, ensure_ascii=False, default=str))) if asked else ""


def _line(text: str) -> str:
    return " ".join(clean(text).split())


def _quoted(text: str) -> str:
    return "\n".join(f"> {line}".rstrip() for line in clean(text).split("\n"))


def _fenced(name: str, arguments: str) -> str:
    body = clean(arguments)
    ticks = "`" * max(3, 1 + max((len(run) for run in re.findall(r"`+", body)), default=0))
    return f"Tool call `{_line(name)}`\n\n{ticks}json\n{body}\n{ticks}"


_FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})(.*)$")


def _closed(text: str) -> str:
    """The text with the code block closed that it left open: it must not swallow what follows."""
    fence = ""
    for line in text.split("\n"):
        found = _FENCE.match(line)
        if found is None:
            continue
        marks, rest = found.groups()
        if not fence:
            fence = "" if marks[0] == "`" and "`" in rest else marks
        elif marks[0] == fence[0] and len(marks) >= len(fence) and not rest.strip():
            fence = ""
    return f"{text}\n{fence}" if fence else text
