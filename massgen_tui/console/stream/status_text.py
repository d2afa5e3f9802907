"""The words of a pane: states and numbers. Spans of text with style keys, and no layout."""

from massgen_tui.console.stream.first_rows import READY
from massgen_tui.console.stream.wrap import Span
from massgen_tui.session.agent import Agent
from massgen_tui.session.attempt import Attempt
from massgen_tui.session.health import HUNG
from massgen_tui.session.numbers import cached, of_server, stalled, stopped
from massgen_tui.session.outcome import may_wait, verdict
from massgen_tui.session.queries import shown
from massgen_tui.session.stall import SILENT_AFTER
from massgen_tui.session.status import Status
from massgen_tui.text import one_line

_STATES: dict[Status, Span] = {
    Status.QUEUED: ("queued", "dim"),
    Status.CONNECTING: ("asking", "dim"),
    Status.WAITING: ("waiting", "dim"),
    Status.THINKING: ("thinking", "mark"),
    Status.ANSWERING: ("answering", "link"),
    Status.DONE: ("✓ done", "good"),
    Status.FAILED: ("✗ failed", "bad"),
    Status.CANCELLED: ("■ stopped", "warn"),
}


_HELD = "waiting for server"
_PLAIN_SECONDS = 100
"""Seconds up to which a pause is told in seconds alone."""


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


def state(agent: Agent) -> Span:
    """What the agent is doing, in a word."""
    attempt = shown(agent)
    if attempt is None or (agent.paused and attempt.status.ended):
        return _idle(agent)
    word, style = _STATES[attempt.status]
    if attempt.deferral is not None:
        return _HELD, "warn"
    if attempt.retrying is not None:
        return "retrying", "warn"
    if attempt.silent:
        return f"{word}, {HUNG if attempt.silent.startswith(HUNG) else 'silent'}", "warn"
    if attempt.status in (Status.DONE, Status.FAILED):
        said = verdict(attempt)
        if said.short:
            mark = "✗" if attempt.status is Status.FAILED else "✓" if said.whole else "!"
            return f"{mark} {one_line(said.short, 30)}", style if said.whole else "bad"
    return word, style


def _idle(agent: Agent) -> Span:
    if agent.paused:
        return "paused", "warn"
    if agent.config.problem:
        return "✗ unusable", "bad"
    return ("server not up", "warn") if agent.away else READY


def foot(agent: Agent, now: float, pane: int | None = None) -> list[Span]:
    """The numbers of the attempt that runs or ran last, most telling first.

    Args:
        agent: whose attempt.
        now: the session's time.
        pane: the number of its pane, where keys go elsewhere now.
    """
    attempt = shown(agent)
    if attempt is None:
        return []
    first, rate, tokens = _measured(attempt)
    parts = [(first, "text") if first else _waiting(attempt, now)]
    quiet = silence(attempt, now)
    parts.append((quiet, "warn") if quiet else (rate, "text"))
    parts.append((stopped(attempt), "warn"))
    parts.append((tokens, "text"))
    if attempt.status is not Status.FAILED:  # the title says how it failed
        parts.append((finish(attempt), "text"))
    parts.append((context(agent), "dim"))
    parts += [(part, "text") for part in _besides(attempt)]
    if not may_wait(attempt):
        # where it may for its error, that says so
        parts.insert(0, (offer(attempt, pane, away=agent.away), "mark"))
    return [part for part in parts if part[0]]


def figures(attempt: Attempt) -> str:
    """The numbers of an answer that ended, for the row under it; empty when none is known."""
    measured = _measured(attempt)
    if not any(measured):
        return ""
    first, rate, tokens = measured
    told = first, rate, stopped(attempt), tokens, finish(attempt), *_besides(attempt)
    return " · ".join(filter(None, told))


def _measured(attempt: Attempt) -> tuple[str, str, str]:
    """First token, rate and count; empty what is not known."""
    first, rate, tokens = attempt.times.ttft, attempt.tokens_per_s, attempt.tokens
    return (
        f"TTFT {seconds(first)}" if first is not None else "",
        f"{_about(rate[1])}{rate[0]:.1f} tok/s" if rate is not None else "",
        f"{_about(tokens[1])}{count(tokens[0])} tok" if tokens is not None else "",
    )


def _besides(attempt: Attempt) -> tuple[str, ...]:
    """What is told where there is room; how long it paused ends it."""
    hit = attempt.cold or (attempt.usage is not None and attempt.usage.cached)
    still = stalled(attempt) or _longest_pause(attempt)
    return _first_answer(attempt), cached(attempt) if hit else "", of_server(attempt), still


def silence(attempt: Attempt, now: float) -> str:
    """How long nothing has come of an answer that had begun: `silent 22 s`; empty while it goes on.

    A rate from before would pass for one of now.
    """
    times = attempt.times
    if attempt.status.ended or attempt.finish_reason is not None or times.first_token is None:
        return ""
    quiet = now - times.quiet_since
    return f"silent {duration(quiet)}" if quiet >= SILENT_AFTER else ""


def _longest_pause(attempt: Attempt) -> str:
    pause = attempt.times.longest_pause
    if not attempt.status.ended or pause < SILENT_AFTER:
        return ""
    return f"longest pause {f'{pause:.0f} s' if pause < _PLAIN_SECONDS else duration(pause)}"


def finish(attempt: Attempt) -> str:
    """Why it ended, in words; empty while it runs."""
    if not attempt.status.ended:
        return ""
    return one_line(verdict(attempt).short or attempt.finish_reason or "", 30)


def context(agent: Agent) -> str:
    """How full the model's context is, when the server told both numbers."""
    used, length = agent.context_used, agent.context_length
    if not used or not length:
        return ""
    return f"ctx {min(used * 100 // length, 999)}%"


def countdown(attempt: Attempt, now: float) -> str:
    """What went wrong and when it is tried again; empty when nothing is waited for."""
    retrying = attempt.retrying
    if retrying is None:
        return ""
    since = attempt.times.last_event if attempt.times.last_event is not None else now
    left = max(0, round(since + retrying.seconds - now))
    when = f"in {left} s" if left else "now"
    return f"↻ {retrying.reason}: again {when} (repetition {retrying.attempt}) · esc stops"


def held(attempt: Attempt, now: float) -> str:
    """That it is sent later, and how long it has waited; empty when it is not held."""
    if attempt.deferral is None:
        return ""
    waited = duration(now - attempt.times.created)
    return f"○ will send when the server is up · waiting {waited} · esc takes it back"


IN_PANE = "ctrl+g and the pane's number, then"
"""How a letter comes to act in a pane, whatever has the focus: else it goes to the prompt."""
OFFER = "w: send it when the server is up"
"""What the user can do about a server that is not up."""


NO_REASONING = "there is no reasoning to show or fold yet"


def no_other(attempts: int, step: int) -> str:
    """Why no attempt stands `step` further: there are so many."""
    if attempts < 2:
        return "there is one attempt alone" if attempts else "nothing was asked yet"
    return f"this is the {'first' if step < 0 else 'last'} of {attempts} attempts"


def offer(attempt: Attempt, pane: int | None = None, *, away: bool = False) -> str:
    """What the user can do about a server that was or is not up; empty where it was and is."""
    if not may_wait(attempt, away=away):
        return ""
    return OFFER if pane is None else f"ctrl+g {pane}, w: send it when it is up"


def duration(value: float) -> str:
    """A duration that runs, in whole seconds: `5 s`, `2 m 05 s`, `1 h 02 m`."""
    minutes, rest = divmod(max(int(value), 0), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes:02} m"
    return f"{minutes} m {rest:02} s" if minutes else f"{rest} s"


def thinking(attempt: Attempt, now: float, *, folded: bool) -> str:
    """The head of the reasoning: fold mark, how long, how many tokens."""
    times = attempt.times
    words = [f"{'▸' if folded else '▾'} reasoning"]
    start = times.first_reasoning
    if start is not None:
        running = now if attempt.status is Status.THINKING else times.last_token
        end = times.first_content or times.end or running or start
        if end - start >= attempt.resolution_s or attempt.status is Status.THINKING:
            words.append(f" {seconds(end - start)}")
    reported = attempt.usage.reasoning if attempt.usage else None
    if reported:
        words.append(f"· {count(reported)} tok")
    elif attempt.reasoning.pieces:
        words.append(f"· ~{count(attempt.reasoning.pieces)} tok")
    return " ".join(words)


def _first_answer(attempt: Attempt) -> str:
    """When the answer itself began, where something came before it."""
    first, content = attempt.times.ttft, attempt.times.first_content_s
    apart = first is not None and content is not None and content - first >= 0.005
    return f"answer at {seconds(content)}" if apart and content is not None else ""


def _waiting(attempt: Attempt, now: float) -> Span:
    if attempt.status.ended or attempt.tool_calls:
        return "", "dim"
    times = attempt.times
    if attempt.deferral is not None:
        return f"{_HELD} {duration(now - times.created)}", "dim"
    since = times.asked if times.asked is not None else times.created
    return f"{_STATES[attempt.status][0]} {max(int(now - since - attempt.stopped_s), 0)} s", "dim"


def _about(counted: bool) -> str:
    return "" if counted else "~"
