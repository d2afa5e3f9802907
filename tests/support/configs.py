"""Configs for tests: written to a folder of their own, read with an environment of their own."""

import textwrap
from collections.abc import Mapping
from pathlib import Path

from massgen_tui.config.errors import ConfigError, Problem
from massgen_tui.config.loader import load_config
from massgen_tui.config.model import AgentConfig, AgentProblem, Config, Endpoint, Settings

MANY_KEYS = {
    name: f"key-of-{name}"
    for name in ("OPENAI_API_KEY", "CEREBRAS_API_KEY", "ZAI_API_KEY", "VLLM_API_KEY")
}


def written(folder: Path, text: str, name: str = "agents.yaml") -> Path:
    """A config file with this text."""
    path = folder / name
    path.write_text(textwrap.dedent(text), encoding="utf-8")
    return path


def loaded(folder: Path, text: str, environ: Mapping[str, str] | None = None) -> Config:
    """The config that this text is."""
    return load_config(written(folder, text), environ or {})


def problems_of(folder: Path, text: str) -> tuple[Problem, ...]:
    """What is wrong with this text; fails when nothing is."""
    try:
        loaded(folder, text)
    except ConfigError as error:
        return error.problems
    raise AssertionError("the config was read without a complaint")


def agent_with(folder: Path, backend: str, environ: Mapping[str, str] | None = None) -> AgentConfig:
    """One agent with the backend of this flow mapping, such as `type: vllm, model: m`."""
    config = loaded(folder, f"agents: [{{id: a, backend: {{{backend}}}}}]", environ)
    return config.agents[0]


def warnings_with(folder: Path, backend: str) -> tuple[str, ...]:
    """The warnings of a config of one agent with this backend."""
    return loaded(folder, f"agents: [{{id: a, backend: {{{backend}}}}}]").warnings


def agent_of(id: str, *, problem: AgentProblem | None = None, **fields: object) -> AgentConfig:
    """An agent with these fields of its endpoint and its settings; no file is read."""
    reached = {name: value for name, value in fields.items() if name in Endpoint.model_fields}
    asked = {name: value for name, value in fields.items() if name not in reached}
    return AgentConfig(
        id=id,
        endpoint=Endpoint.model_validate(reached),
        settings=Settings.model_validate(asked),
        problem=problem,
    )
