"""The user's own settings, for all configs: `settings.yaml` in the user's config directory.

A config wins over them. What is wrong in one of them is told with line and column, and costs that
setting only.
"""

import os
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Literal

from pydantic import Field

from massgen_tui import paths
from massgen_tui.config.diagnostics import Diagnostics, Origin, PathProblem
from massgen_tui.config.document import read_any
from massgen_tui.config.errors import ConfigError
from massgen_tui.config.model import AgentConfig, Checked, Config, Timeouts, UiConfig
from massgen_tui.config.outline import THEME_VARIABLE
from massgen_tui.config.values import Item, Json, Steps, dotted, written
from massgen_tui.config.yaml_values import YamlValues
from massgen_tui.text import one_line

_LONGEST = 1000
"""Characters of a warning."""
_OF_UI = frozenset({"keymap", "theme", "layout", "bell", "terminal_title", "notify"})
"""Settings that a config has in `ui`."""


class OwnSettings(Checked):
    """What the file may say; None: it does not."""

    keymap: dict[str, str] = Field(
        default={}, description="Keys by the names of actions, which f1 shows: `rerun: ctrl+e`."
    )
    theme: str | None = Field(default=None, description="The colours; the palette lists them.")
    layout: Literal["grid", "columns"] | None = Field(
        default=None, description="In what the panes stand."
    )
    bell: bool | None = Field(default=None, description="Ring when all answers have ended.")
    terminal_title: bool | None = Field(
        default=None, description="Name the terminal's window after the config."
    )
    notify: Literal["osc9", "osc777"] | None = Field(
        default=None,
        description="Notify the desktop when all answers have ended and the terminal has no focus.",
    )
    timeout: Timeouts = Field(
        default=Timeouts(), description="Seconds, where a config does not say it."
    )


class Own(Checked):
    """The settings of this user, and where they stand."""

    settings: OwnSettings = OwnSettings()
    path: Path | None = None
    """The file; None: there is none."""
    places: Mapping[str, str] = {}
    """`~/.config/massgen-tui/settings.yaml:3:11` by path (`keymap.rerun`)."""
    warnings: tuple[str, ...] = ()
    """What is wrong with it."""


def read_own(path: Path | None = None, environ: Mapping[str, str] | None = None) -> Own:
    """Read the user's settings; defaults stand for what is missing or wrong.

    Args:
        path: the file; by default where it is for this user.
        environ: stands in for the process's environment, which fills in `${VAR}`.
    """
    path = path or paths.settings_file()
    try:
        if not path.exists():
            return Own()
        if not (path.is_file() or path.is_dir()):  # a pipe would be waited for
            return Own(path=path, warnings=(f"{home(path)} is no file: defaults are used",))
        node = read_any(path)
    except ConfigError as error:
        told = [one_line(line, _LONGEST) for line in str(error).splitlines()]
        return Own(path=path, warnings=tuple(f"{line}: defaults are used" for line in told))
    except OSError:
        return Own()
    if node is None:
        return Own(path=path)
    values = YamlValues(node)
    diagnostics = Diagnostics(
        os.environ if environ is None else environ, Origin(path, values.place)
    )
    root = Item((), written(values.root))
    settings = _settings(diagnostics, root)

    def place(problem: PathProblem) -> str:
        line, column = values.place(problem.at, on_key=problem.on_key)
        return f"{home(path)}:{line}:{column}"

    return Own(
        settings=settings,
        path=path,
        places={dotted(steps): _place(path, values, steps) for steps in _written(settings)},
        warnings=(
            *(one_line(f"{place(one)}: {one}", _LONGEST) for one in diagnostics.problems),
            *(one_line(one, _LONGEST) for one in diagnostics.warnings),
            *(one_line(f"unset: {one}", _LONGEST) for one in diagnostics.unset),
        ),
    )


def home(path: Path) -> str:
    """A path as people write it, with `~` for their home."""
    try:
        return f"~/{path.relative_to(Path.home())}"
    except (ValueError, RuntimeError):
        return str(path)


def _place(path: Path, values: YamlValues, steps: Steps) -> str:
    line, column = values.place(steps, on_key=True)
    return f"{home(path)}:{line}:{column}"


def _written(settings: OwnSettings) -> list[Steps]:
    """The paths of all that a file sets."""
    found: list[Steps] = []
    for name in settings.model_fields_set:
        value = getattr(settings, name)
        inner = value.model_fields_set if isinstance(value, Timeouts) else value
        found += [(name, key) for key in inner] if isinstance(inner, set | dict) else [(name,)]
    return found


def _settings(diagnostics: Diagnostics, root: Item) -> OwnSettings:
    found = diagnostics.mapping(root, hint="settings by name, as `theme: nord`") or {}
    read = OwnSettings()
    for name, item in found.items():
        if name not in OwnSettings.model_fields:
            diagnostics.unknown_key(item, set(OwnSettings.model_fields))
        elif not item.empty:
            data: Json = _keymap(diagnostics, item) if name == "keymap" else diagnostics.value(item)
            if name == "timeout" and isinstance(data, int | float) and not isinstance(data, bool):
                data = {"total": data}
            one = (
                diagnostics.validated(OwnSettings, {name: data}, root) if data is not None else None
            )
            if one is not None:
                read = read.model_copy(update={name: getattr(one, name)})
    return read


def _keymap(diagnostics: Diagnostics, item: Item) -> dict[str, Json]:
    """Each entry by itself: one that is no text costs no other."""
    keys: dict[str, Json] = {}
    for name, each in (diagnostics.mapping(item, hint="keys by names of actions") or {}).items():
        before = len(diagnostics.problems)
        text = diagnostics.text(each)
        if len(diagnostics.problems) == before:
            keys[name] = text
    return keys


def with_own(
    config: Config, own: Own | None = None, environ: Mapping[str, str] | None = None
) -> Config:
    """A config to which the user's settings add what neither it nor the environment says.

    `own` is read where it is not given; `environ` stands in for the process's environment.
    """
    own = own or read_own()
    environ = os.environ if environ is None else environ
    settings = own.settings
    agents = tuple(_with_timeouts(agent, settings.timeout) for agent in config.agents)
    said = {"theme"} if environ.get(THEME_VARIABLE) else set()
    added, places = _ui_of(config.ui, own, config.ui.model_fields_set | said)
    return config.model_copy(
        update={
            "agents": agents,
            "ui": config.ui.model_copy(update=added),
            "file_ui": config.ui if added else None,
            "own_places": places,
            "warnings": (*config.warnings, *own.warnings),
        }
    )


def _ui_of(
    ui: UiConfig, own: Own, said: Collection[str]
) -> tuple[dict[str, object], dict[str, str]]:
    """What the settings add to a config's `ui` beside what is said, and where each stands."""
    settings, places = own.settings, {}
    added: dict[str, object] = {}
    for name in sorted(_OF_UI & settings.model_fields_set - {"keymap"}):
        if name not in said:
            added[name] = getattr(settings, name)
            places[f"ui.{name}"] = own.places.get(name, "")
    keys = {id: key for id, key in settings.keymap.items() if id not in ui.keymap}
    if keys:
        added["keymap"] = {**ui.keymap, **keys}
        places |= {f"ui.keymap.{id}": own.places.get(f"keymap.{id}", "") for id in keys}
    return added, places


def _with_timeouts(agent: AgentConfig, timeout: Timeouts) -> AgentConfig:
    said = agent.settings.timeout
    update = {name: getattr(timeout, name) for name in timeout.model_fields_set}
    update = {name: value for name, value in update.items() if name not in said.model_fields_set}
    if not update:
        return agent
    settings = agent.settings.model_copy(update={"timeout": said.model_copy(update=update)})
    return agent.model_copy(update={"settings": settings})
