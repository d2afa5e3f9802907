"""A session's answers as Markdown, to keep or to send to someone."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from massgen_tui.paths import open_private
from massgen_tui.session.agent import Agent, Turn
from massgen_tui.session.attempt import Attempt
from massgen_tui.session.cited import as_code, sources_markdown
from massgen_tui.session.numbers import numbers
from massgen_tui.session.outcome import answer_in_reasoning, answer_text, verdict
from massgen_tui.text import clean

_CONVERSATION = frozenset({"model", "messages", "stream", "stream_options"})
"""What of a request is no setting: it stands in the text, or is the same in all."""


@dataclass(frozen=True, slots=True)
class Now:
    """One moment, on the wall and on the session's clock."""

    wall: datetime
    clock: float
    """Seconds."""

    def wall_at(self, clock: float) -> datetime:
        """The time on the wall when the session's clock stood at `clock`, to the second."""
        then = self.wall - timedelta(seconds=self.clock - clock)
        return then.replace(microsecond=0)


def to_markdown(agents: Sequence[Agent], title: str, now: Now) -> str:
    """Write down every turn: the prompt, and of each agent every attempt at it.

    Under each stand how it ended and its numbers, its server, its settings and when it was asked.
    Control characters are left out; a code block that an answer left open is closed.
    """
    serials = sorted({turn.serial for agent in agents for turn in agent.turns})
    parts = [f"# {_line(title) or 'Answers'}"]
    for number, serial in enumerate(serials, 1):
        asked = [(a, turn) for a in agents for turn in a.turns if turn.serial == serial]
        parts.append(f"## {number}. Prompt")
        parts.append(_quoted(asked[0][1].prompt))
        parts += [_answers(agent, turn, now) for agent, turn in asked]
    return "\n\n".join(parts) + "\n"


def save_markdown(
    agents: Sequence[Agent], title: str, folder: Path, now: Now, redact: Callable[[str], str]
) -> Path:
    """Write the answers to a new private file in `folder`; gives its path.

    `redact` takes the keys out, which a server may repeat in its answer.

    Raises:
        OSError: it cannot be written.
    """
    safe = re.sub(r"[^\w.-]+", "_", title).strip("._") or "answers"
    path = folder / f"massgen-tui-{safe}-{now.wall:%Y%m%d-%H%M%S}.md"
    number = 1
    while path.exists():
        number += 1
        path = path.with_name(f"massgen-tui-{safe}-{now.wall:%Y%m%d-%H%M%S}-{number}.md")
    text = redact(to_markdown(agents, title, now))
    try:
        with open_private(path, "x") as file:
            file.write(text)
    except FileExistsError:
        raise
    except OSError:
        # a full disk: half a file, or an empty one, would pass for the answers
        with suppress(OSError):
            path.unlink(missing_ok=True)
        raise
    return path


def _answers(agent: Agent, turn: Turn, now: Now) -> str:
    """All that an agent said to a prompt; of several attempts the one in front is marked."""
    model = f" · {_line(agent.profile.model)}" if agent.profile.model else ""
    parts = [f"### {_line(agent.id)}{model}"]
    many = len(turn.attempts) > 1
    for number, attempt in enumerate(turn.attempts, 1):
        if many:
            front = " (in front)" if attempt is turn.attempt else ""
            parts.append(f"#### Attempt {number} of {len(turn.attempts)}{front}")
        parts += [_answer(attempt), _circumstances(agent, attempt, now)]
    return "\n\n".join(part for part in parts if part)


def _answer(attempt: Attempt) -> str:
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
    if note := _note(attempt):
        parts.append(f"*{note}*")
    return "\n\n".join(parts)


def _note(attempt: Attempt) -> str:
    how = _line(verdict(attempt).words) if attempt.status.ended else "Still answering."
    return " ".join(part for part in (how, numbers(attempt)) if part)


def _circumstances(agent: Agent, attempt: Attempt, now: Now) -> str:
    """Whom it was asked, when and with which settings, so that the numbers can be judged."""
    times = attempt.times
    asked = now.wall_at(times.created if times.sent is None else times.sent)
    told = [agent.served_by or agent.profile.provider, agent.profile.server]
    if attempt.model and attempt.model != agent.profile.model:
        told.append(f"answered as {attempt.model}")
    words = [_line(part) for part in (*told, f"asked {asked.isoformat(sep=' ')}") if part]
    settings = _settings(attempt.request or {})
    return " · ".join([*words, *([f"settings {settings}"] if settings else [])])


def _settings(request: Mapping[str, object]) -> str:
    """What was asked for beside the conversation, as code; empty when nothing was."""
    asked = {name: value for name, value in request.items() if name not in _CONVERSATION}
    if not asked:
        return ""
    text = _line(json.dumps(asked, ensure_ascii=False, default=str))
    return as_code(text)


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
