"""What a config that was read anew changes, beside the agents as they are by now.

Agents may have been changed, added and removed since the config was read first: what the file says
as before leaves them so.
"""

from collections.abc import Iterable, Mapping

from massgen_tui.config.difference import differences
from massgen_tui.config.model import AgentConfig, Config
from massgen_tui.config.serialise import kept_values
from massgen_tui.data_class import dataclass
from massgen_tui.text import one_line

_NAMED = {
    "coordination": "how agents agree",
    "servers": "servers that are looked at",
    "gpus": "GPUs that are looked at",
    "monitor": "monitor",
}
_LATER = frozenset({"monitor", "gpus"})
"""Sections that count from the next start."""
_UI_LATER = frozenset({"logging_enabled", "display_type"})
_NAME = 60


@dataclass(frozen=True, slots=True)
class Changes:
    """What is to be done, and how it is told."""

    added: tuple[AgentConfig, ...] = ()
    removed: tuple[str, ...] = ()
    changed: tuple[AgentConfig, ...] = ()
    told: tuple[str, ...] = ()
    """A line each."""
    ui: frozenset[str] = frozenset()
    """What of `ui` changes now."""

    @property
    def any(self) -> bool:
        """Something changes."""
        return bool(self.told)


def changes(before: Config, after: Config, now: Mapping[str, AgentConfig]) -> Changes:
    """What `after` changes.

    Args:
        before: the config as it was read before.
        after: as it reads now.
        now: the agents as they are, by id.
    """
    old = {agent.id: agent for agent in before.agents}
    new = {agent.id: agent for agent in after.agents}
    removed = [id for id in now if id in old and id not in new]
    absent = [agent for id, agent in new.items() if id not in now]
    added = [agent for agent in absent if old.get(agent.id) != agent]
    if not added and len(removed) == len(now):
        added = absent  # those that were removed here come back: somebody has to be there
    changed = [
        agent for id, agent in new.items() if id in now and agent not in (old.get(id), now[id])
    ]
    told = [*map(_comes, added), *(f"{_id(id)} goes, with its conversation" for id in removed)]
    for agent in changed:
        told += _differs(old.get(agent.id), agent, now[agent.id])
    ui = _ui(before, after)
    told += _sections(before, after, ui)
    return Changes(
        tuple(added), tuple(removed), tuple(changed), tuple(told), frozenset(ui - _UI_LATER)
    )


def _comes(agent: AgentConfig) -> str:
    where = agent.endpoint.base_url
    model = one_line(agent.settings.model, _NAME)
    told = " at ".join(filter(None, (model, one_line(where, 80))))
    problem = f", which cannot be asked: {agent.problem.message}" if agent.problem else ""
    return one_line(f"{_id(agent.id)} comes: {told}{problem}", 300)


def _differs(old: AgentConfig | None, new: AgentConfig, now: AgentConfig) -> list[str]:
    """What is told of an agent that is asked otherwise."""
    found = differences(kept_values(now), kept_values(new))
    if new.problem and new.problem != now.problem:
        found.append(f"it cannot be asked: {new.problem.message}")
    what = ", ".join(found) or "its key, or what is told of it"
    lines = [one_line(f"{_id(new.id)}: {what}", 400)]
    if old is None:
        lines.append(f"{_id(new.id)} was added here: the file's takes its place")
    elif old != now:
        lost = ", ".join(differences(kept_values(old), kept_values(now)))
        told = f"{_id(new.id)} was changed here ({lost or 'its key'}): the file's takes its place"
        lines.append(one_line(told, 400))
    return lines


def _ui(before: Config, after: Config) -> set[str]:
    one, other = before.ui.model_dump(), after.ui.model_dump()
    return {name for name in one if one[name] != other[name]}


def _sections(before: Config, after: Config, ui: Iterable[str]) -> list[str]:
    lines, later = [], []
    for name in sorted(ui):
        if name in _UI_LATER:
            later.append(name)
        elif name == "keymap":
            lines.append("keys: other ones")
        else:
            one, other = getattr(before.ui, name), getattr(after.ui, name)
            lines.append(one_line(f"{name} {_said(one)} → {_said(other)}", 200))
    for name, words in _NAMED.items():
        if getattr(before, name) != getattr(after, name):
            (later if name in _LATER else lines).append(words)
    return [*lines, *([f"from the next start on: {', '.join(later)}"] if later else [])]


def _said(value: object) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    return "by default" if value in (None, "") else str(value)


def _id(id: str) -> str:
    return one_line(id, _NAME)
