"""What was sent for an agent, as it was sent; a key is never part of it."""

import json

from massgen_tui.config.secrets import secrets_of
from massgen_tui.monitor.energy import Energy
from massgen_tui.session.agent import Agent
from massgen_tui.session.attempt import Attempt
from massgen_tui.session.queries import shown
from massgen_tui.session.redact import Redactor
from massgen_tui.text import clean, one_line


def request_text(agent: Agent, energy: Energy | None = None) -> tuple[str, str]:
    """The title and the text of what was last sent for `agent`; what its answer took.

    It may be megabytes: call it in a thread.
    """
    attempt = shown(agent)
    title = f"Request · {one_line(agent.id, 40)}"
    if attempt is None or attempt.request is None:
        return title, "Nothing was sent yet."
    lines = [f"POST {agent.profile.url} ({agent.profile.provider}); the key travels in a header"]
    if energy is not None:
        lines.append(energy_words(energy))
    endpoint = agent.config.endpoint
    if words := untold_cache(attempt, endpoint.dialect.name):
        lines.append(words)
    lines += [f"{extra.name}: {extra.shown}" for extra in endpoint.extra_headers]
    lines += [f"?{extra.name}={extra.shown}" for extra in endpoint.extra_query]
    # before the body, which may be long: what was left out of it belongs to it
    lines += [f"⚠ {text}" for text in attempt.warnings]
    if attempt.error is not None and attempt.error.detail:
        lines += ["", "All that the server said:", attempt.error.detail]
    body = json.dumps(dict(attempt.request), indent=2, ensure_ascii=False, default=str)
    redact = Redactor(secrets_of(endpoint))
    return title, clean(redact("\n".join([*lines, "", body])))


_TELLS_CACHE = {
    "vllm": "--enable-prompt-tokens-details",
    "sglang": "--enable-cache-report",
}
"""What a server is started with so that it tells how much of a prompt it had in its cache."""


def untold_cache(attempt: Attempt, dialect: str) -> str:
    """Which flag is missing where a server counts tokens and tells nothing of its cache."""
    usage, flag = attempt.usage, _TELLS_CACHE.get(dialect)
    if usage is None or usage.cached is not None or flag is None:
        return ""
    return f"cached tokens: not told; the server tells them when it is started with {flag}"


def energy_words(energy: Energy) -> str:
    """An estimate in joules, and per token."""
    words = f"energy ~{energy.joules:.0f} J"
    if energy.per_token is not None:
        words += f", ~{energy.per_token:.2g} J/token"
    return f"{words} (estimate: all that the GPU drew meanwhile)"
