"""The words of a pane: states, verdicts, numbers. Spans of text with style keys, and no layout."""

from massgen_tui.backends.events import ErrorKind
from massgen_tui.console.stream.wrap import Span
from massgen_tui.session.agent import Agent
from massgen_tui.session.attempt import Attempt, Status
from massgen_tui.text import one_line

_STATES: dict[Status, Span] = {
    Status.QUEUED: ("queued", "dim"),
    Status.CONNECTING: ("connecting", "dim"),
    Status.WAITING: ("waiting", "dim"),
    Status.THINKING: ("thinking", "mark"),
    Status.ANSWERING: ("answering", "link"),
    Status.DONE: ("✓ done", "good"),
    Status.FAILED: ("✗ failed", "bad"),
    Status.CANCELLED: ("■ stopped", "warn"),
}
_FINISHES = {
    "length": "! truncated",
    "content_filter": "! filtered",
    "tool_calls": "✓ tool call",
    "function_call": "✓ tool call",
}


def seconds(value: float) -> str:
    """A duration: `0.21 s`, `12.4 s`, `2 m 05 s`."""
    if value < 1:
        return f"{max(value, 0):.2f} s"
    if value < 60:
        return f"{value:.1f} s"
    minutes, rest = divmod(int(value), 60)
    return f"{minutes} m {rest:02} s"


def count(value: int) -> str:
    """A count: `512`, `12.3k`."""
    return str(value) if value < 10_000 else f"{value / 1000:.1f}k"


def active(agent: Agent) -> Attempt | None:
    """The attempt that is running, else the one in front of the last exchange."""
    for exchange in reversed(agent.exchanges):
        for attempt in reversed(exchange.attempts):
            if not attempt.status.ended and attempt.status is not Status.QUEUED:
                return attempt
    return agent.current


def state(agent: Agent) -> Span:
    """What the agent is doing, in a word."""
    attempt = active(agent)
    if attempt is None:
        return ("✗ unusable", "bad") if agent.config.problem else ("ready", "dim")
    if attempt.retrying is not None:
        return "retrying", "warn"
    if attempt.status is Status.DONE and attempt.finish_reason in _FINISHES:
        return _FINISHES[attempt.finish_reason], "warn"
    if attempt.error is not None and attempt.error.kind is ErrorKind.INTERRUPTED:
        return "✗ interrupted", "bad"
    return _STATES[attempt.status]


def foot(agent: Agent, now: float) -> list[Span]:
    """The numbers of the attempt that runs or ran last, most telling first."""
    attempt = active(agent)
    if attempt is None:
        return []
    parts = [_waiting(attempt, now)] if attempt.ttft is None else [_first(attempt)]
    rate, tokens = attempt.tokens_per_s, attempt.tokens
    if rate is not None:
        parts.append((f"{_about(rate[1])}{rate[0]:.1f} tok/s", "text"))
    if tokens is not None:
        parts.append((f"{_about(tokens[1])}{count(tokens[0])} tok", "text"))
    parts.append((finish(attempt), "text"))
    parts.append((context(agent), "dim"))
    return [part for part in parts if part[0]]


def finish(attempt: Attempt) -> str:
    """Why it ended, in words; empty while it runs and for a plain stop."""
    reason = attempt.finish_reason
    if attempt.status is Status.CANCELLED:
        return "stopped"
    if attempt.status is Status.FAILED and attempt.error is not None:
        return attempt.error.kind.value.replace("_", " ")
    if reason is None or not attempt.status.ended:
        return ""
    words = {
        "stop": "stop",
        "length": "truncated",
        "content_filter": "filtered",
        "tool_calls": "stopped to call a tool",
        "function_call": "stopped to call a tool",
    }
    return words.get(reason) or one_line(reason, 24)


def context(agent: Agent) -> str:
    """How full the model's context is, when the server told both numbers."""
    used, length = agent.context_used, agent.context_length
    if not used or not length:
        return ""
    return f"ctx {min(used * 100 // length, 999)}%"


def _first(attempt: Attempt) -> Span:
    first, content = attempt.ttft or 0.0, attempt.first_content_s
    text = f"TTFT {seconds(first)}"
    if content is not None and content - first >= 0.005:
        text += f" (answer {seconds(content)})"
    return text, "text"


def _waiting(attempt: Attempt, now: float) -> Span:
    if attempt.status.ended:
        return "", "dim"
    since = attempt.times.sent if attempt.times.sent is not None else attempt.times.created
    return f"{_STATES[attempt.status][0]} {max(int(now - since), 0)} s", "dim"


def _about(counted: bool) -> str:
    return "" if counted else "~"


def verdict(attempt: Attempt) -> Span | None:
    """What a reader must know of how it ended, as a sentence; None when it simply ended well."""
    if attempt.status is Status.CANCELLED:
        return "■ stopped: what came is kept", "warn"
    return _ended(attempt) if attempt.status is Status.DONE else None


def _ended(attempt: Attempt) -> Span | None:
    unanswered = bool(attempt.reasoning) and not attempt.content and not attempt.tool_calls
    match attempt.finish_reason:
        case "length" if unanswered:
            text = "! the token limit was spent on thinking: none was left for an answer"
        case "length":
            text = "! truncated: the token limit was reached"
        case "content_filter":
            text = "! filtered: the server's content filter ended the answer"
        case "tool_calls" | "function_call":
            return "stopped to call a tool; it is shown and never run", "tool"
        case _ if attempt.empty:
            text = "! the server ended without an answer"
        case _ if unanswered:
            text = "! all of it came as reasoning: take that as the answer"
        case _:
            return None
    return text, "warn"


def thinking(attempt: Attempt, now: float, *, folded: bool) -> str:
    """The head of the reasoning: fold mark, how long, how many tokens."""
    times = attempt.times
    words = [f"{'▸' if folded else '▾'} reasoning"]
    start = times.first_reasoning
    if start is not None:
        running = now if attempt.status is Status.THINKING else times.last_token
        end = times.first_content or times.end or running or start
        words.append(seconds(end - start))
    reported = attempt.usage.reasoning if attempt.usage else None
    if reported:
        words.append(f"· {count(reported)} tok")
    elif attempt.reasoning.parts:
        words.append(f"· ~{count(len(attempt.reasoning.parts))} tok")
    return f"{words[0]}  {' '.join(words[1:])}".rstrip()
