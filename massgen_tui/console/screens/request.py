"""What was sent for an agent, as it was sent; a key is never part of it."""

import json

from massgen_tui.console.screens.sheet import Sheet
from massgen_tui.session.agent import Agent
from massgen_tui.text import clean, one_line


def request_screen(agent: Agent) -> Sheet:
    """The sheet of the last request of `agent`, or why there is none."""
    attempt = agent.current
    title = f"Request · {one_line(agent.id, 40)}"
    if attempt is None or attempt.request is None:
        return Sheet(title, "Nothing was sent yet.")
    lines = [
        f"POST to {agent.backend.server} ({agent.backend.provider}); the key travels in a header",
        "",
        json.dumps(dict(attempt.request), indent=2, ensure_ascii=False, default=str),
    ]
    if attempt.warnings:
        lines += ["", "Warnings", *(f"- {text}" for text in attempt.warnings)]
    return Sheet(title, clean("\n".join(lines)))
