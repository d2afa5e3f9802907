"""What was sent for an agent and what came, as it was; a key is never part of it."""

import asyncio
import json
from collections.abc import Callable
from typing import ClassVar

from textual.binding import BindingType

from massgen_tui.backends.curl import curl
from massgen_tui.config.extras import MASK
from massgen_tui.config.model import Endpoint
from massgen_tui.config.secrets import secrets_of, without
from massgen_tui.console.action import Scope
from massgen_tui.console.clipboard import CopyingApp
from massgen_tui.console.keys import bindings
from massgen_tui.console.raw_answer import raw_lines
from massgen_tui.console.screens.text_modal import TextModal
from massgen_tui.monitor.energy import Energy
from massgen_tui.session.agent import Agent
from massgen_tui.session.attempt import Attempt
from massgen_tui.session.queries import shown
from massgen_tui.session.redact import Redactor
from massgen_tui.text import clean, one_line

Redact = Callable[[str], str]
"""Takes keys out of a text."""


class RequestScreen(TextModal):
    """What was sent and what came, to read and to copy, also as a command for a shell."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(Scope.REQUEST)
    TOLD = ("sheet.close", "close"), ("sheet.copy", "copy"), ("request.curl", "copy as curl")

    def __init__(self, agent: Agent, title: str, body: str, redact: Redact) -> None:
        """Show the `body` that `request_text` made of `agent`; `redact` hides what is copied."""
        super().__init__(title, body)
        self._agent = agent
        self._redact = redact

    async def action_curl(self) -> None:
        """Copy what was sent as a command."""
        await copy_curl(self.app, self._agent, self._redact)


async def copy_curl(app: object, agent: Agent, redact: Redact) -> None:
    """Copy what was last sent for `agent` as a command, and say which variables it needs."""
    text, variables = await asyncio.to_thread(curl_of, agent, redact)
    needs = f"; set {', '.join(variables)} before it" if variables else ""
    if isinstance(app, CopyingApp):
        app.copy(text, f"curl command{needs}" if text else "request")


def curl_of(agent: Agent, redact: Redact | None = None) -> tuple[str, tuple[str, ...]]:
    """What was last sent for `agent` as a command; the variables that it needs. Empty: nothing."""
    attempt = shown(agent)
    if attempt is None or attempt.request is None:
        return "", ()
    url, elsewhere = _where(agent, attempt)
    endpoint = agent.config.endpoint
    if elsewhere:  # what the agent is asked with now is meant for another server
        endpoint = Endpoint(type=endpoint.type, key_template=MASK, secrets=endpoint.secrets)
    text, variables = curl(url, endpoint, attempt.request)
    redact = redact or Redactor(secrets_of(endpoint))
    return clean(redact(text)), variables


def request_text(
    agent: Agent, energy: Energy | None = None, redact: Redact | None = None
) -> tuple[str, str]:
    """The title and the text of what was last sent for `agent`, and of what came.

    It may be megabytes: call it in a thread.

    Args:
        agent: whose request it is.
        energy: what its answer took.
        redact: hides keys; by default those that the agent has now.
    """
    attempt = shown(agent)
    title = f"Request · {one_line(agent.id, 40)}"
    if attempt is None or attempt.request is None:
        return title, "Nothing was sent yet."
    url, elsewhere = _where(agent, attempt)
    endpoint, provider = agent.config.endpoint, agent.profile.provider
    if elsewhere:
        lines = [f"POST {url}; by now the agent is asked elsewhere"]
    else:
        lines = [f"POST {url} ({provider}); the key travels in a header"]
        lines += [f"{extra.name}: {extra.shown}" for extra in endpoint.extra_headers]
        lines += [f"?{extra.name}={extra.shown}" for extra in endpoint.extra_query]
    if energy is not None:
        lines.append(energy_words(energy))
    if words := untold_cache(attempt, endpoint.dialect.name):
        lines.append(words)
    # before the body, which may be long: what was left out of it belongs to it
    lines += [f"⚠ {text}" for text in attempt.warnings]
    if attempt.error is not None and attempt.error.detail:
        lines += ["", "All that the server said:", attempt.error.detail]
    body = json.dumps(dict(attempt.request), indent=2, ensure_ascii=False, default=str)
    came = "\n".join(raw_lines(attempt))
    redact = redact or Redactor(secrets_of(endpoint))
    said = without(redact(came), secrets_of(endpoint))
    sent = redact("\n".join([*lines, "", "What was sent", body]))
    return title, clean(f"{sent}\n\nWhat came\n{said}")


def _where(agent: Agent, attempt: Attempt) -> tuple[str, bool]:
    """Where an attempt was sent, and whether its agent is asked elsewhere by now."""
    url = attempt.place.profile.url if attempt.place is not None else agent.profile.url
    return url, url != agent.profile.url


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
