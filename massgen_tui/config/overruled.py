"""Fields of a form that another parameter overrules: `chat_template_kwargs` over `enable_thinking`.

What counts is shown in the field, and a change of the field is made where it counts. Pure.
"""

from collections.abc import Iterable, Iterator, Mapping

from massgen_tui.config.merge import at_path, look_up, patched
from massgen_tui.config.model import AgentConfig, Settings
from massgen_tui.config.routing import route

_PROBES: Mapping[str, object] = {"enable_thinking": True, "reasoning_effort": "low"}
"""A value that each may have; of the others 1."""


def overruling(agent: AgentConfig, name: str) -> object | None:
    """What a request says in the place of a parameter, whatever that says; None: what it says."""
    paths, as_is = _paths(agent, name)
    found = (_over(agent.settings, name, path) for path in paths if as_is)
    return next((value for value in found if value is not None), None)


def settled(
    before: AgentConfig, read: AgentConfig, names: Iterable[str]
) -> tuple[Settings, dict[str, str]]:
    """Settings in which each of these fields counts, and what cannot be settled, by field.

    Args:
        before: the agent as it is.
        read: as its form says, by its fields and its other parameters.
        names: of the fields that are parameters.
    """
    settings, problems = read.settings, {}
    for name in names:
        paths, as_is = _paths(read, name)
        over = {path: _over(settings, name, path) for path in paths}
        here = [path for path, value in over.items() if value is not None]
        if not here:
            continue
        told, said = read.settings.parameters.get(name), over[here[0]]
        own = before.settings.parameters.get(name)
        if told == (own if not as_is else said):
            settings = _with(settings, name, own)
        elif as_is and said == overruling(before, name):
            for path in here:
                settings = _put(settings, name, path, told)
            beside = own is not None or len(here) < len(paths)
            settings = _with(settings, name, told if beside else None)
        elif told is not None:
            problems[name] = f"{here[0]} of the other parameters counts instead: change it there"
    return settings, problems


def _paths(agent: AgentConfig, name: str) -> tuple[list[str], bool]:
    """Where a parameter stands in the body, and whether it stands there as it was written."""
    probe = _PROBES.get(name, 1)
    alone = agent.settings.model_copy(update={"parameters": {name: probe}})
    leaves = list(_leaves(route(agent.model_copy(update={"settings": alone})).body))
    return [path for path, _ in leaves], all(value == probe for _, value in leaves)


def _leaves(body: Mapping[str, object], above: str = "") -> Iterator[tuple[str, object]]:
    for key, value in body.items():
        if isinstance(value, Mapping):
            yield from _leaves(value, f"{above}{key}.")
        else:
            yield f"{above}{key}", value


def _over(settings: Settings, name: str, path: str) -> object | None:
    """What wins at a place of the body over the parameter of this name."""
    found = look_up(settings.extra_body, path)
    return found if found is not None or path == name else look_up(settings.parameters, path)


def _put(settings: Settings, name: str, path: str, value: object) -> Settings:
    """Have another value where one wins; None takes it away."""
    patch, update = at_path(path, value), {}
    if look_up(settings.extra_body, path) is not None:
        update["extra_body"] = patched(settings.extra_body, patch)
    if path != name and look_up(settings.parameters, path) is not None:
        update["parameters"] = patched(settings.parameters, patch)
    return settings.model_copy(update=update)


def _with(settings: Settings, name: str, value: object) -> Settings:
    if settings.parameters.get(name) == value:
        return settings
    parameters = patched(settings.parameters, {name: value})
    return settings.model_copy(update={"parameters": parameters})
