"""Every value that counts for a config, and where it came from. No key is among them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from massgen_tui.config.coordination import TIMES
from massgen_tui.config.model import AgentConfig, Config, Timeouts, UiConfig
from massgen_tui.config.outline import THEME_VARIABLE
from massgen_tui.config.own_settings import Own, OwnSettings
from massgen_tui.config.serialise import endpoint_values, kept_values
from massgen_tui.config.values import Json, Steps, written
from massgen_tui.config.variables import references
from massgen_tui.config.yaml_values import YamlValues


class Source(StrEnum):
    """Where a value came from, the strongest first."""

    COMMAND_LINE = "command line"
    ENVIRONMENT = "environment"
    """A variable of the environment or of `.env`; also one that a file refers to."""
    CONFIG = "config"
    SETTINGS = "settings"
    """The user's own."""
    CHOSEN = "chosen"
    """In the console, and kept."""
    DEFAULT = "default"


@dataclass(frozen=True, slots=True)
class Origin:
    """One value and where it came from."""

    name: str
    value: Json
    source: Source = Source.DEFAULT
    place: str = ""
    """File and line, or the variable's name."""


@dataclass(frozen=True, slots=True)
class Known:
    """What values come from."""

    own: Own
    environ: Mapping[str, str]
    chosen_layout: str = ""
    """As it was chosen in the console last."""
    chosen_at: str = ""
    """Where that is kept."""


class Origins:
    """The values of one config."""

    def __init__(self, config: Config, values: YamlValues, known: Known) -> None:
        """Tell of a config, with the user's settings added.

        Args:
            config: as it counts.
            values: of its file.
            known: what else values come from.
        """
        self._config = config
        self._values = values
        self._known = known
        self._file = config.path.name if config.path else ""

    def all(self) -> list[Origin]:
        """Every value, in the order of a config."""
        found = [Origin("config", str(self._config.path), Source.COMMAND_LINE)]
        top = written(self._values.root).value
        base: Steps = ("agents",) if isinstance(top, Mapping) and "agents" in top else ("agent",)
        for index, agent in enumerate(self._config.agents):
            steps = (*base, index) if base == ("agents",) else base
            found += self._agent(agent, steps)
        found += self._looks()
        found.append(self._section("monitor", self._config.monitor))
        for index, server in enumerate(self._config.servers):
            found.append(self._at(f"servers[{index}]", endpoint_values(server), ("servers", index)))
        for index, gpu in enumerate(self._config.gpus):
            told = gpu.model_dump(exclude_defaults=True)
            found.append(self._at(f"gpus[{index}]", told, ("gpus", index)))
        return [*found, *self._agreeing()]

    def _agreeing(self) -> Iterator[Origin]:
        """How agents agree: a later key of the file is the one that counts."""
        agreeing = self._config.coordination
        places: dict[str, Steps] = {}
        for path in agreeing.understood:
            *_, last = steps = tuple(path.split("."))
            places[TIMES.get(last, last)] = steps
        for name, value in agreeing.model_dump(mode="json", exclude={"understood"}).items():
            yield self._at(f"coordination.{name}", value, places.get(name, ("coordination", name)))

    def _agent(self, agent: AgentConfig, base: Steps) -> Iterator[Origin]:
        told = kept_values(agent)
        backend = told.pop("backend", {})
        yield self._at(f"{agent.id}.id", agent.id, (*base, "id"))
        if "system_message" in told:
            yield self._at(
                f"{agent.id}.system_message", told["system_message"], (*base, "system_message")
            )
        inner = backend if isinstance(backend, dict) else {}
        inner.pop("api_key", None)
        inner.setdefault("base_url", agent.endpoint.base_url)
        for name, value in inner.items():
            if name != "timeout":
                yield self._at(f"{agent.id}.{name}", value, (*base, "backend", name))
        yield self._key(agent, base)
        for name in Timeouts.model_fields:
            yield self._timeout(agent, name, base)

    def _key(self, agent: AgentConfig, base: Steps) -> Origin:
        """Whether there is a key, and where it came from: never the key."""
        name, endpoint = f"{agent.id}.api_key", agent.endpoint
        if endpoint.api_key is None:
            missing = agent.problem is not None and "key" in agent.problem.message
            return Origin(name, "missing" if missing else "EMPTY")
        at = self._at(name, "set", (*base, "backend", "api_key"))
        if at.source is Source.DEFAULT:
            return Origin(name, "set", Source.ENVIRONMENT, endpoint.key_source)
        return at

    def _timeout(self, agent: AgentConfig, name: str, base: Steps) -> Origin:
        value = getattr(agent.settings.timeout, name)
        steps = (*base, "backend", "timeout")
        said = self._raw(steps)
        whole = name == "total" and said is not None and not isinstance(said, Mapping)
        at = self._at(f"{agent.id}.timeout.{name}", value, steps if whole else (*steps, name))
        if at.source is Source.DEFAULT:
            return own_timeout(at.name, name, value, self._known.own)
        return at

    def _looks(self) -> Iterator[Origin]:
        ui, said = self._config.ui, self._config.file_ui or self._config.ui
        for name in UiConfig.model_fields:
            if name == "keymap":
                continue
            at = self._at(f"ui.{name}", getattr(ui, name), ("ui", name))
            if at.source is Source.DEFAULT:
                yield own_look(at.name, name, getattr(ui, name), self._known)
            else:
                yield at
        for id, keys in ui.keymap.items():
            if id in said.keymap:
                yield self._at(f"ui.keymap.{id}", keys, ("ui", "keymap", id))
            else:
                yield Origin(f"ui.keymap.{id}", keys, Source.SETTINGS, own_place(self._known, id))
        yield from _colours(self._known.environ)

    def _section(self, name: str, value: Json) -> Origin:
        return self._at(name, value, (name,))

    def _at(self, name: str, value: Json, steps: Steps) -> Origin:
        """A value that stands at a path of the file, or nowhere in it."""
        raw = self._raw(steps)
        if raw is None:
            return Origin(name, value)
        line, _ = self._values.place(steps, on_key=True)
        place = f"{self._file}:{line}"
        variables = dict.fromkeys(_variables(raw))
        if variables:
            return Origin(name, value, Source.ENVIRONMENT, f"{', '.join(variables)} in {place}")
        return Origin(name, value, Source.CONFIG, place)

    def _raw(self, steps: Steps) -> object:
        """What is written at a path; None: nothing."""
        value = written(self._values.root).value
        for step in steps:
            found = (
                value.get(step)
                if isinstance(value, Mapping)
                else value[step]
                if isinstance(value, list) and isinstance(step, int) and step < len(value)
                else None
            )
            value = written(found).value
        return value


def _variables(raw: object) -> Iterator[str]:
    """The variables that a value refers to."""
    value = written(raw).value
    if isinstance(value, str):
        yield from (name for _, name in references(value))
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from _variables(each)
    elif isinstance(value, list):
        for each in value:
            yield from _variables(each)


def without_config(known: Known) -> list[Origin]:
    """What holds for all configs."""
    ui = UiConfig()
    found = []
    for name in OwnSettings.model_fields:
        if name in UiConfig.model_fields and name != "keymap":
            value = getattr(known.own.settings, name)
            value = getattr(ui, name) if value is None else value
            found.append(own_look(f"ui.{name}", name, value, known))
    for id, keys in known.own.settings.keymap.items():
        found.append(Origin(f"ui.keymap.{id}", keys, Source.SETTINGS, own_place(known, id)))
    for name in Timeouts.model_fields:
        value = getattr(known.own.settings.timeout, name)
        found.append(own_timeout(f"timeout.{name}", name, value, known.own))
    return [*found, *_colours(known.environ)]


def own_place(known: Known, id: str) -> str:
    """Where the user's settings give keys to an action."""
    return _line(known.own.places.get(f"keymap.{id}", ""))


def own_look(told: str, name: str, value: Json, known: Known) -> Origin:
    """A value of `ui` that the config does not say."""
    settings = known.own.settings
    if name == "theme" and (theme := known.environ.get(THEME_VARIABLE)):
        return Origin(told, theme, Source.ENVIRONMENT, THEME_VARIABLE)
    if name in settings.model_fields_set and getattr(settings, name) is not None:
        return Origin(told, value, Source.SETTINGS, _line(known.own.places.get(name, "")))
    if name == "layout":
        if known.chosen_layout:
            return Origin(told, known.chosen_layout, Source.CHOSEN, known.chosen_at)
        return Origin(told, value or "grid")
    return Origin(told, value)


def own_timeout(told: str, name: str, value: Json, own: Own) -> Origin:
    """Seconds that the config does not say."""
    if name not in own.settings.timeout.model_fields_set:
        return Origin(told, value)
    place = own.places.get(f"timeout.{name}") or own.places.get("timeout", "")
    return Origin(told, value, Source.SETTINGS, _line(place))


def _line(place: str) -> str:
    """A place without its column."""
    return place.rpartition(":")[0]


def _colours(environ: Mapping[str, str]) -> Iterator[Origin]:
    if environ.get("NO_COLOR"):
        yield Origin("colours", False, Source.ENVIRONMENT, "NO_COLOR")
    else:
        yield Origin("colours", True)
