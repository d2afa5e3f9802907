"""Facts beside a conversation: who an agent is before the first prompt, versions of a prompt."""

from massgen_tui.console.stream.first_rows import Named, facts
from massgen_tui.console.stream.rows import Row, keep_same, line_rows, text_rows
from massgen_tui.console.stream.scroll import Scroll
from massgen_tui.session.agent import Agent, Turn
from massgen_tui.session.versions import versions_of
from massgen_tui.text import clean, one_line


def fact_rows(agent: Agent, width: int) -> list[Row]:
    """The agent's facts, calmly; its problem where it has one."""
    rows: list[Row] = []
    problem = agent.config.problem
    if problem is not None:
        rows += text_rows(f"✗ {clean(problem.message)}", "bad", width, indent="  ")
        if problem.hint:
            hint = ((one_line(problem.hint, 2000), "text"),)
            rows += line_rows(hint, width, first=(("→ ", "mark"),), rest=(("  ", "mark"),))
        rows.append(Row())
    return [*rows, *facts(named(agent), width)]


def named(agent: Agent, number: int = 0, *, changed: bool = False) -> Named:
    """Who stands in the pane of an agent."""
    backend, settings = agent.profile, agent.config.settings
    return Named(
        number,
        agent.id,
        backend.model or settings.model,
        backend.provider,
        backend.server,
        settings.system_message,
        agent.context_length,
        changed,
    )


def version_told(agent: Agent, turn: Turn) -> str:
    """Which version of its prompt a turn is; empty where there is one."""
    if not agent.aside:
        return ""
    versions = versions_of(agent, turn)
    many, at = len(versions), versions.index(turn) + 1
    return f"edited: version {at} of {many}  E switches" if many > 1 else ""


def show_facts(agent: Agent, width: int, scroll: Scroll) -> bool:
    """Show who the agent is while nothing was asked; tells whether that is new."""
    rows, old = fact_rows(agent, width), scroll.rows
    same = keep_same(old, rows)
    if same == len(rows) == len(old):
        return False
    fresh = not old
    scroll.splice(same, len(old), rows[same:])
    if fresh:
        scroll.to_start()
    return True
