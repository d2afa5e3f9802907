"""From a YAML file to a `Config`."""

import os
from collections.abc import Mapping
from pathlib import Path

import yaml

from massgen_tui.config.backend import read_backend
from massgen_tui.config.document import Entry, read
from massgen_tui.config.errors import ConfigError
from massgen_tui.config.model import AgentConfig, Config
from massgen_tui.config.names import nearest
from massgen_tui.config.reading import Reading
from massgen_tui.config.sections import read_gpus, read_monitor, read_servers, read_ui
from massgen_tui.config.variables import gather
from massgen_tui.dialects.parameters import MASSGEN_AGENT, MASSGEN_RATE_LIMITS, MASSGEN_TOP
from massgen_tui.text import one_line

_TOP = frozenset({"agents", "agent", "ui", "monitor", "servers", "gpus"})
_AGENT = frozenset({"id", "backend", "system_message", "append_system_prompt"})


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
    root = read(path)
    environ = os.environ if environ is None else environ
    variables, notes = gather(environ, _folders(path))
    reading = Reading(path, variables, warnings=notes)
    config = _config(reading, root)
    if reading.problems:
        ordered = sorted(reading.problems, key=lambda problem: (problem.line, problem.column))
        raise ConfigError(path, tuple(ordered))
    return config


def _folders(path: Path) -> list[Path]:
    """Where `.env` may stand: beside the file, then in the working directory if there is one."""
    try:
        return [path.absolute().parent, Path.cwd()]
    except OSError:
        return [path.parent]


def _config(reading: Reading, root: yaml.Node) -> Config:
    found = reading.mapping(root, "") or {}
    ui = read_ui(reading, found.get("ui"))
    monitor = read_monitor(reading, found.get("monitor"))
    servers = read_servers(reading, found.get("servers"))
    gpus = read_gpus(reading, found.get("gpus"))
    agents = _agents(reading, root, found)
    if reading.ignored:
        listed = ", ".join(sorted(reading.ignored))
        reading.warnings.append(f"ignored, as they mean nothing here: {listed}")
    return Config(
        path=reading.path,
        name=reading.path.stem,
        agents=tuple(agents),
        ui=ui,
        monitor=monitor,
        servers=servers,
        gpus=gpus,
        warnings=tuple(dict.fromkeys(one_line(text, 2000) for text in reading.warnings)),
    )


def _agents(reading: Reading, root: yaml.Node, found: dict[str, Entry]) -> list[AgentConfig]:
    _sort_keys(reading, found, "", _TOP, MASSGEN_TOP | MASSGEN_RATE_LIMITS)
    if "agents" in found and "agent" in found:
        reading.complain(found["agent"].key, "agent", "stands beside `agents`: one of them only")
    if "agents" in found:
        return _list(reading, found["agents"].value)
    if "agent" in found:
        agent = _agent(reading, found["agent"].value, "agent", set())
        return [agent] if agent else []
    if found and MASSGEN_RATE_LIMITS.issuperset(found):
        reading.warnings.append("this is a file of rate limits: there are no agents in it")
    elif not any(nearest(name, ("agents", "agent")) for name in found):
        reading.complain(root, "agents", "is missing", "a list of agents with `id` and `backend`")
    return []


def _list(reading: Reading, node: yaml.Node) -> list[AgentConfig]:
    if not isinstance(node, yaml.SequenceNode) or not node.value:
        hint = "each begins with `- id:`"
        reading.complain(node, "agents", "should be a list with an agent at least", hint)
        return []
    taken: set[str] = set()
    agents = [
        _agent(reading, item, f"agents[{index}]", taken) for index, item in enumerate(node.value)
    ]
    return [agent for agent in agents if agent is not None]


def _agent(reading: Reading, node: yaml.Node, key: str, taken: set[str]) -> AgentConfig | None:
    """Read one agent, or None where it is wrong; its id joins `taken` either way."""
    reading.begin()
    found = reading.mapping(node, key, hint="with `id` and `backend`")
    if found is None:
        return None
    _sort_keys(reading, found, key, _AGENT, MASSGEN_AGENT)
    before = len(reading.problems)
    name = reading.text(found.get("id"), key).strip()
    if len(reading.problems) == before and not (name and name.isprintable()):
        what = "should be a word" if "id" in found else "is missing"
        reading.complain(found["id"].value if "id" in found else node, f"{key}.id", what)
    if name in taken:
        reading.complain(node, f"{key}.id", f"`{name}` is taken: ids differ")
    elif name:
        taken.add(name)
    system = [
        reading.text(found.get(part), key).strip()
        for part in ("system_message", "append_system_prompt")
    ]
    if "backend" not in found:
        if not any(nearest(other, ["backend"]) for other in found):
            reading.complain(node, f"{key}.backend", "is missing", "with `type` and `model`")
        return None
    backend = read_backend(reading, found["backend"].value, f"{key}.backend", name)
    if backend is None or not name:
        return None
    return AgentConfig(
        id=name,
        system_message="\n\n".join(part for part in system if part),
        backend=backend[0],
        problem=backend[1],
    )


def _sort_keys(
    reading: Reading,
    found: dict[str, Entry],
    key: str,
    ours: frozenset[str],
    massgen: frozenset[str],
) -> None:
    """Note keys that are not ours: MassGen's are ignored, `x-…` the user's own, others wrong."""
    for name, entry in found.items():
        if name in ours or name.startswith(("x-", "_", ".")):
            continue
        if name in massgen:
            section = "" if not key else "agent."
            reading.ignored.add(f"{section}{name}")
        else:
            near = nearest(name, ours | massgen)
            allowed = f"allowed: {', '.join(sorted(ours))}"
            hint = f"did you mean `{near}`? {allowed}" if near else allowed
            where = f"{key}.{name}".lstrip(".")
            reading.complain(entry.key, where, f"`{name}` is not known", hint)
