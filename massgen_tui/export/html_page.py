"""A session as one HTML page: nothing in it runs, and nothing comes from elsewhere."""

from collections.abc import Mapping, Sequence

from massgen_tui.coordinate.told import heading, outcome, votes_told
from massgen_tui.export.document import (
    ASIDE,
    AskedTurn,
    Document,
    circumstances,
    ending,
    joined_from,
    models_of,
    settings_of,
    told_before,
)
from massgen_tui.export.html_style import style
from massgen_tui.export.html_text import HtmlText
from massgen_tui.export.redacted import Redact, redacted
from massgen_tui.session.agent import Agent, Turn
from massgen_tui.session.attempt import Attempt
from massgen_tui.session.coordination import Agreement
from massgen_tui.session.numbers import numbers
from massgen_tui.session.outcome import answer_in_reasoning, answer_text, verdict
from massgen_tui.store.schema import asked_model, to_json

POLICY = "default-src 'none'; style-src 'unsafe-inline'"
"""What a browser may fetch or run for the page: nothing but its own style."""


def to_html(document: Document, redact: Redact) -> str:
    """The page: each turn's prompt, and the agents' answers side by side where there is room.

    Reasoning and the attempts that are not in front are folded.
    """
    return _Page(document, redact).html()


class _Page:
    """Writes one document."""

    def __init__(self, document: Document, redact: Redact) -> None:
        self._document = document
        self._redact = redact
        self._html = HtmlText(redact)

    def html(self) -> str:
        session = self._document.session
        title = self._html.line(session.title) or "Answers"
        begun = "" if session.at is None else session.at.replace(microsecond=0).isoformat(sep=" ")
        facts = [begun, session.config, f"session {session.id}" if session.id else ""]
        turns = "\n".join(self._turn(turn) for turn in self._document.turns)
        return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
{style()}
</style>
</head>
<body>
<header>
<h1>{title}</h1>
{self._facts(facts)}
{self._agents()}
</header>
<main>
{turns}
</main>
<footer>massgen-tui {self._html.line(session.version)}</footer>
</body>
</html>
"""

    def _agents(self) -> str:
        """Who was there, and what each was told beforehand."""
        rows = [
            (
                agent.id,
                _each(models_of(agent)),
                agent.served_by or agent.profile.provider,
                agent.profile.server,
                _each(told_before(agent)),
            )
            for agent in self._document.agents
        ]
        heads = ("agent", "model", "served by", "server", "system message")
        # a column that is empty for all says nothing
        shown = [n for n in range(len(heads)) if any(row[n] for row in rows)]
        head = "".join(f"<th>{heads[n]}</th>" for n in shown)
        body = "".join(
            f"<tr>{''.join(f'<td>{self._html.text(row[n])}</td>' for n in shown)}</tr>"
            for row in rows
        )
        return f'<table class="agents"><tr>{head}</tr>{body}</table>' if rows else ""

    def _turn(self, turn: AskedTurn) -> str:
        answers = "\n".join(self._answers(agent, part) for agent, part in turn.answers)
        return f"""<section class="turn">
<h2>Turn {turn.number}</h2>
{self._html.plain(turn.prompt, "prompt")}
<div class="answers">
{answers}
</div>
{self._agreed(turn.agreement)}
</section>"""

    def _agreed(self, agreement: Agreement | None) -> str:
        """What the agents came to, the votes for it, and the final answer."""
        if agreement is None:
            return ""
        votes = "".join(f"<li>{self._html.line(one)}</li>" for one in votes_told(agreement))
        listed = f"<ul>{votes}</ul>" if votes else ""
        final = self._html.markdown((agreement.final or "").strip())
        head = f"<h3>{heading(agreement)} <small>{self._html.line(outcome(agreement))}</small></h3>"
        return f'<article class="agreed">{head}{listed}{final}</article>'

    def _answers(self, agent: Agent, turn: Turn) -> str:
        """All that an agent said to a prompt; of several attempts the one in front is open."""
        many = len(turn.attempts)
        attempts = []
        for number, attempt in enumerate(turn.attempts, 1):
            said = self._attempt(agent, attempt)
            if many > 1:
                front = attempt is turn.attempt
                name = f"Attempt {number} of {many}{' · in front' if front else ''}"
                name += self._html.line(joined_from(turn, attempt))
                opened = '<details class="attempt front" open>' if front else _CLOSED
                said = f"{opened}<summary>{name}</summary>\n{said}\n</details>"
            attempts.append(said)
        model = self._html.line(asked_model(agent, turn.attempt))
        aside = f" · {ASIDE}" if turn.aside else ""
        head = f"<h3>{self._html.line(agent.id)} <small>{model}{aside}</small></h3>"
        return "\n".join(["<article>", head, *attempts, "</article>"])

    def _attempt(self, agent: Agent, attempt: Attempt) -> str:
        parts = []
        reasoning = str(attempt.reasoning).strip()
        if reasoning and not answer_in_reasoning(attempt):
            shown = self._html.plain(reasoning, "reasoning")
            parts.append(f"<details><summary>Reasoning</summary>{shown}</details>")
        for call in attempt.tool_calls:
            parts.append(f"<p>Tool call <code>{self._html.line(call.name)}</code></p>")
            parts.append(self._html.code(call.arguments, "json"))
        if answer := answer_text(attempt).strip():
            parts.append(self._html.markdown(answer))
        parts += [self._sources(attempt), self._ending(attempt), self._settings(attempt)]
        parts.append(self._facts(circumstances(self._document, agent, attempt)))
        return "\n".join(part for part in parts if part)

    def _sources(self, attempt: Attempt) -> str:
        """The pages that the answer rests on, as text."""
        lines = []
        for one in attempt.sources:
            title = f"{self._html.line(one.title)} · " if one.title else ""
            address = f'<span class="address">{self._html.line(one.url)}</span>'
            lines.append(f"<li>[{one.n}] {title}{address}</li>")
        return f'<p>Sources:</p><ul class="sources">{"".join(lines)}</ul>' if lines else ""

    def _ending(self, attempt: Attempt) -> str:
        """What it lacks, what was odd, and its numbers."""
        parts = []
        if words := ending(self._document, attempt):
            kind = "note" if verdict(attempt).whole else "note bad"
            parts.append(f'<p class="{kind}">{self._html.line(words)}</p>')
        if attempt.warnings:
            lines = "".join(f"<li>{self._html.line(one)}</li>" for one in attempt.warnings)
            parts.append(f'<ul class="warnings">{lines}</ul>')
        if measured := numbers(attempt):
            parts.append(f'<p class="numbers">{self._html.line(measured)}</p>')
        return "\n".join(parts)

    def _settings(self, attempt: Attempt) -> str:
        settings = redacted(settings_of(attempt), self._redact)
        if not isinstance(settings, Mapping) or not settings:
            return ""
        lines = "".join(
            f"<dt>{self._html.line(name)}</dt><dd>{self._html.line(to_json(value))}</dd>"
            for name, value in settings.items()
        )
        return f'<details><summary>Settings</summary><dl class="settings">{lines}</dl></details>'

    def _facts(self, facts: list[str]) -> str:
        shown = " · ".join(self._html.line(one) for one in facts if one)
        return f'<p class="facts">{shown}</p>' if shown else ""


_CLOSED = '<details class="attempt">'


def _each(texts: Sequence[str]) -> str:
    """The one text, or all of them under numbers."""
    if len(texts) == 1:
        return texts[0]
    return "\n\n".join(f"{number}. {text or 'none'}" for number, text in enumerate(texts, 1))
