"""An agent's settings as texts that a person edits, and back by the checks of a config file."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from massgen_tui.config.build import InvalidValues, build
from massgen_tui.config.diagnostics import PathProblem
from massgen_tui.config.document import NotYaml
from massgen_tui.config.endpoint import APART
from massgen_tui.config.model import AgentConfig, Exporters
from massgen_tui.config.overruled import overruling, settled
from massgen_tui.config.routing import is_known
from massgen_tui.config.serialise import asked_values, endpoint_values, half_known, settings_values
from massgen_tui.config.values import Json, Written
from massgen_tui.config.yaml_text import typed, yaml_line
from massgen_tui.dialects import Dialect, Thinking
from massgen_tui.dialects.parameters import TOKEN_LIMITS

MODEL, SYSTEM, MORE = "model", "system_message", "more"
WHOLE = ""
"""Stands for the form as a whole, in what is wrong with it."""
_PLACED = frozenset({"type", "base_url", "api_key", *APART, *Exporters.model_fields})
_UNSET = re.compile(r"\(agents\[0\]\.(?:backend\.)?(\w+)")


@dataclass(frozen=True, slots=True)
class Field:
    """One line of the form."""

    name: str
    """The key of a config; `MORE`: all that have no line of their own."""
    choices: tuple[str, ...] = ()
    """What may be meant, where that is known; others are checked like these."""


class FormProblems(ValueError):
    """What is wrong with the texts of a form, by field; `WHOLE` for what is of none."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        """Hold them."""
        super().__init__("\n".join(problems.values()))
        self.problems = dict(problems)


@dataclass(frozen=True, slots=True)
class Changed:
    """An agent as a form says, and what is to be known of it."""

    agent: AgentConfig
    warnings: tuple[str, ...] = ()
    """What is ignored or sent otherwise, where that was not so before."""


@dataclass(slots=True)
class _Reading:
    """The values of one form on the way to a config."""

    fields: tuple[str, ...]
    backend: dict[str, object]
    repeats: Mapping[str, str] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)

    def note(self, name: str, message: str) -> None:
        """Note a problem of a field."""
        before = self.problems.get(name)
        self.problems[name] = f"{before}; {message}" if before else message


def unchangeable(agent: AgentConfig) -> str:
    """Why an agent has no form: part of it is not known; empty: it has one."""
    if not half_known(agent):
        return ""
    problem = agent.problem
    return f"{problem.message} ({problem.hint})" if problem is not None else "it is not spoken here"


def fields_of(agent: AgentConfig) -> tuple[Field, ...]:
    """The fields of an agent's form: what its dialect takes."""
    dialect, given = agent.endpoint.dialect, agent.settings.parameters
    limit = next((name for name in TOKEN_LIMITS if name in given), TOKEN_LIMITS[0])
    found = [Field(MODEL), Field("temperature"), Field("top_p")]
    if _takes("top_k", dialect):
        found.append(Field("top_k"))
    found += [Field(limit), Field("seed")]
    if dialect.thinking is not Thinking.NONE:
        found.append(Field("enable_thinking", ("true", "false")))
    if dialect.efforts:
        found.append(Field("reasoning_effort", ("low", "medium", "high")))
    if dialect.thinking_budget:
        found.append(Field("thinking_budget"))
    return (*found, Field(SYSTEM), Field(MORE))


def _takes(name: str, dialect: Dialect) -> bool:
    return name not in dialect.refused and (dialect.open or is_known(name, dialect))


def texts_of(agent: AgentConfig) -> dict[str, str]:
    """What stands in each field; in an empty one nothing is asked for: the server's own holds."""
    asked = asked_values(agent)
    model, system = asked.pop(MODEL, ""), settings_values(agent).get(SYSTEM, "")
    texts = {MODEL: str(model or "")}
    for name in [one.name for one in fields_of(agent)]:
        if name == SYSTEM:
            texts[SYSTEM] = str(system or "")
        elif name == MORE:
            texts[MORE] = "\n".join(
                f"{yaml_line(key)}: {yaml_line(value)}" for key, value in asked.items()
            )
        elif name != MODEL:
            value, over = asked.pop(name, None), overruling(agent, name)
            counts = value if over is None else over
            texts[name] = "" if counts is None else yaml_line(counts)
    return texts


def changed(agent: AgentConfig, texts: Mapping[str, str], variables: Mapping[str, str]) -> Changed:
    """The agent as a form says; where it is asked stays as it is.

    Args:
        agent: as it is now.
        texts: of the fields, by name.
        variables: what `${VAR}` is filled in from.

    Raises:
        FormProblems: it cannot be; nothing was changed.
    """
    names = tuple(one.name for one in fields_of(agent))
    reading = _Reading(names, dict(endpoint_values(agent.endpoint)))
    for name in names:
        _read(reading, name, texts.get(name, ""))
    if reading.problems:
        raise FormProblems(reading.problems)
    entry: dict[str, object] = {
        "id": settings_values(agent)["id"],
        SYSTEM: texts.get(SYSTEM, ""),
        "backend": Written(reading.backend, "map", repeats=reading.repeats),
    }
    try:
        config = build({"agents": [entry]}, variables)
    except InvalidValues as error:
        for problem in error.problems:
            _place(reading, problem)
        raise FormProblems(reading.problems) from None
    read = config.agents[0]
    _note_unset(reading, read)
    settings, unsettled = settled(agent, read, set(names) - {MODEL, SYSTEM, MORE})
    if problems := unsettled | reading.problems:
        raise FormProblems(problems)
    # a key that stands in the config is not repeated in its values
    held = dict(agent.endpoint.secrets) | dict(read.endpoint.secrets)
    endpoint = agent.endpoint.model_copy(update={"secrets": tuple(sorted(held.items()))})
    made = agent.model_copy(update={"settings": settings, "endpoint": endpoint})
    return Changed(made, _news(agent, config.warnings, variables))


def _read(reading: _Reading, name: str, text: str) -> None:
    if name == SYSTEM:
        return
    if name == MODEL:
        if text.strip():
            reading.backend[MODEL] = text.strip()
        return
    try:
        value = typed(text)
    except NotYaml as error:
        place = f"line {error.problem.line}: " if name == MORE and error.problem.line else ""
        reading.note(name, f"{place}{error.problem.message}")
        return
    if name == MORE:
        _read_more(reading, value)
    elif value is not None:
        reading.backend[name] = value


def _read_more(reading: _Reading, value: object) -> None:
    found = value.value if isinstance(value, Written) else value
    if isinstance(value, Written) and value.error:
        reading.note(MORE, value.error)
    elif found is None:
        return
    elif not isinstance(found, Mapping):
        reading.note(MORE, "should be lines of `key: value`")
    else:
        for key in found:
            if key in reading.fields:
                reading.note(MORE, f"`{key}` has a field of its own")
            elif key in _PLACED:
                reading.note(MORE, f"`{key}` says where it is asked, which stays")
        reading.backend.update(found)
        reading.repeats = value.repeats if isinstance(value, Written) else {}


def _note_unset(reading: _Reading, read: AgentConfig) -> None:
    """Note the variables without a value, at the fields that name them."""
    if (problem := read.problem) is None:
        return
    for unset in problem.unset:
        place = _UNSET.search(unset)
        where = place[1] if place and place[1] in reading.fields else MORE
        reading.note(where, f"unset: {unset.partition(' ')[0]} ({problem.hint})")


def _place(reading: _Reading, problem: PathProblem) -> None:
    """Note a problem at the field that it is of."""
    _, _, *inner = problem.path
    hint = f" ({problem.hint})" if problem.hint else ""
    said = f"{problem.message}{hint}"
    name = str(inner[-1] if len(inner) == 1 else inner[1] if inner else "")
    if name in reading.fields:
        reading.note(name, said)
    elif name in reading.backend:
        # what is told of an unknown key names it
        reading.note(MORE, said if f"`{name}`" in said else f"{name}: {said}")
    else:
        reading.note(WHOLE, said)


def _news(
    agent: AgentConfig, warnings: tuple[str, ...], variables: Mapping[str, str]
) -> tuple[str, ...]:
    """The warnings that the agent as it was had not."""
    entry: dict[str, Json] = settings_values(agent)
    before = build({"agents": [entry]}, variables).warnings
    return tuple(text for text in warnings if text not in before)
