"""From a YAML file to a `Config`: YAML gives values, and each problem its line and column."""

import os
from collections.abc import Mapping
from pathlib import Path

from massgen_tui.config.build import InvalidValues, build
from massgen_tui.config.diagnostics import Origin, PathProblem
from massgen_tui.config.document import read
from massgen_tui.config.errors import ConfigError, Problem
from massgen_tui.config.model import Config
from massgen_tui.config.values import dotted
from massgen_tui.config.variables import gather
from massgen_tui.config.yaml_values import YamlValues
from massgen_tui.text import one_line

_MESSAGE, _HINT = 300, 1500
"""Characters."""


def load_config(path: Path, environ: Mapping[str, str] | None = None) -> Config:
    """Read a config file, with `.env` beside it and in the working directory.

    What makes one agent unusable (no key, an unset variable, a type that is not spoken) is that
    agent's `problem`; what is ignored or odd is in `warnings`.

    Args:
        path: the YAML file.
        environ: stands in for the process's environment.

    Raises:
        ConfigError: it cannot be read as a config; holds everything that is wrong with it.
    """
    values = YamlValues(read(path))
    variables, notes = gather(os.environ if environ is None else environ, _folders(path))
    origin = Origin(path, values.place)
    try:
        return build(values.root, variables, origin=origin, warnings=notes)
    except InvalidValues as error:
        problems = [_located(problem, values) for problem in error.problems]
        problems.sort(key=lambda problem: (problem.line, problem.column))
        raise ConfigError(path, tuple(problems)) from None


def _folders(path: Path) -> list[Path]:
    """Where `.env` may stand: beside the file, then in the working directory if there is one."""
    try:
        return [path.absolute().parent, Path.cwd()]
    except OSError:
        return [path.parent]


def _located(problem: PathProblem, values: YamlValues) -> Problem:
    return Problem(
        one_line(problem.message, _MESSAGE),
        *values.place(problem.at, on_key=problem.on_key),
        one_line(dotted(problem.path), _MESSAGE),
        one_line(problem.hint, _HINT),
    )
