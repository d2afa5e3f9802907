"""From plain values to a checked `Config`, or to all that is wrong with them, by path.

Nothing here knows of files: `loader` reads YAML and gives problems their lines; what has no file
(the demo, a kept session) goes through the same checks.
"""

from collections.abc import Mapping, Sequence

from massgen_tui.config.backend import read_backend
from massgen_tui.config.coordination import read_coordination, read_sensitivity
from massgen_tui.config.diagnostics import Diagnostics, Origin, PathProblem
from massgen_tui.config.model import AgentConfig, Config
from massgen_tui.config.names import nearest
from massgen_tui.config.sections import read_gpus, read_monitor, read_servers, read_ui
from massgen_tui.config.values import OWN, Item, written
from massgen_tui.dialects.parameters import MASSGEN_AGENT, MASSGEN_RATE_LIMITS, MASSGEN_TOP
from massgen_tui.text import one_line

_NO_FILE = Origin()
_SENSITIVITY = "voting_sensitivity"
_AGREE = frozenset({"orchestrator", "timeout_settings"})
_TOP = frozenset({"agents", "agent", "ui", "monitor", "servers", "gpus"}) | _AGREE
_AGENT = frozenset(
    {"id", "backend", "system_message", "append_system_prompt", "voting_sensitivity"}
)


class InvalidValues(ValueError):
    """Values that are no config; holds everything that is wrong with them."""

    def __init__(self, problems: Sequence[PathProblem]) -> None:
        """Hold the problems, in the order in which they were found."""
        super().__init__("\n".join(map(str, problems)))
        self.problems = tuple(problems)


def build(
    values: object,
    variables: Mapping[str, str],
    *,
    origin: Origin = _NO_FILE,
    name: str = "",
    warnings: Sequence[str] = (),
) -> Config:
    """Check the values of a config.

    What makes one agent unusable (no key, an unset variable, a type that is not spoken) is that
    agent's `problem`; what is ignored or odd is in `warnings`.

    Args:
        values: a mapping as a config file holds it.
        variables: what `${VAR}` is filled in from, and where keys are looked up.
        origin: where the values come from, as messages tell it.
        name: what the title says; by default the file's name without its ending.
        warnings: what is told beside what is found here.

    Raises:
        InvalidValues: they are no config.
    """
    diagnostics = Diagnostics(variables, origin, warnings=list(warnings))
    name = name or (origin.path.stem if origin.path else "")
    config = _config(diagnostics, Item((), written(values)), name)
    if diagnostics.problems:
        raise InvalidValues(diagnostics.problems)
    return config


def _config(diagnostics: Diagnostics, root: Item, name: str) -> Config:
    found = diagnostics.mapping(root) or {}
    ui = read_ui(diagnostics, found.get("ui"))
    monitor = read_monitor(diagnostics, found.get("monitor"))
    servers = read_servers(diagnostics, found.get("servers"))
    gpus = read_gpus(diagnostics, found.get("gpus"))
    coordination = read_coordination(
        diagnostics, found.get("orchestrator"), found.get("timeout_settings")
    )
    agents = _agents(diagnostics, root, found)
    if diagnostics.ignored:
        listed = ", ".join(sorted(diagnostics.ignored))
        diagnostics.warnings.append(f"ignored, as they mean nothing here: {listed}")
    return Config(
        path=diagnostics.origin.path,
        name=name,
        agents=tuple(agents),
        ui=ui,
        monitor=monitor,
        servers=servers,
        gpus=gpus,
        coordination=coordination,
        warnings=tuple(dict.fromkeys(one_line(text, 2000) for text in diagnostics.warnings)),
    )


def _agents(diagnostics: Diagnostics, root: Item, found: dict[str, Item]) -> list[AgentConfig]:
    _sort_keys(diagnostics, found, "", _TOP, MASSGEN_TOP | MASSGEN_RATE_LIMITS)
    if "agents" in found and "agent" in found:
        message = "stands beside `agents`: one of them only"
        diagnostics.error(found["agent"], message, on_key=True)
    if "agents" in found:
        return _list(diagnostics, found["agents"])
    if "agent" in found:
        agent = _agent(diagnostics, found["agent"], set())
        return [agent] if agent else []
    if found and MASSGEN_RATE_LIMITS.issuperset(found):
        diagnostics.warnings.append("this is a file of rate limits: there are no agents in it")
    elif not any(nearest(name, ("agents", "agent")) for name in found):
        hint = "a list of agents with `id` and `backend`"
        diagnostics.error(root, "is missing", hint, key="agents")
    return []


def _list(diagnostics: Diagnostics, item: Item) -> list[AgentConfig]:
    items = item.items()
    if not items:
        hint = "each begins with `- id:`"
        diagnostics.error(item, "should be a list with an agent at least", hint)
        return []
    taken: set[str] = set()
    agents = [_agent(diagnostics, each, taken) for each in items]
    return [agent for agent in agents if agent is not None]


def _agent(diagnostics: Diagnostics, item: Item, taken: set[str]) -> AgentConfig | None:
    """Read one agent, or None where it is wrong; its id joins `taken` either way."""
    diagnostics.begin()
    found = diagnostics.mapping(item, hint="with `id` and `backend`")
    if found is None:
        return None
    _sort_keys(diagnostics, found, "agent.", _AGENT, MASSGEN_AGENT)
    name = _id(diagnostics, item, found, taken)
    system = [
        diagnostics.text(found.get(part)).strip()
        for part in ("system_message", "append_system_prompt")
    ]
    if "backend" not in found:
        if not any(nearest(other, ["backend"]) for other in found):
            diagnostics.error(item, "is missing", "with `type` and `model`", key="backend")
        return None
    system_message = "\n\n".join(part for part in system if part)
    read = read_backend(diagnostics, found["backend"], agent=name, system_message=system_message)
    inner = found["backend"].written.value
    own = (
        Item((*found["backend"].steps, _SENSITIVITY), written(inner.get(_SENSITIVITY)))
        if isinstance(inner, Mapping)
        else None
    )
    sensitivity = read_sensitivity(diagnostics, found.get(_SENSITIVITY), own)
    diagnostics.ignored.discard(f"backend.{_SENSITIVITY}")
    return read.model_copy(update={_SENSITIVITY: sensitivity}) if read and sensitivity else read


def _id(diagnostics: Diagnostics, item: Item, found: dict[str, Item], taken: set[str]) -> str:
    before = len(diagnostics.problems)
    name = diagnostics.text(found.get("id")).strip()
    if len(diagnostics.problems) == before and not (name and name.isprintable()):
        if "id" in found:
            diagnostics.error(found["id"], "should be a word")
        else:
            diagnostics.error(item, "is missing", key="id")
    if name in taken:
        diagnostics.error(item, f"`{name}` is taken: ids differ", key="id")
    elif name:
        taken.add(name)
    return name


def _sort_keys(
    diagnostics: Diagnostics,
    found: dict[str, Item],
    section: str,
    ours: frozenset[str],
    massgen: frozenset[str],
) -> None:
    """Note keys that are not ours: MassGen's are ignored, `x-…` the user's own, others wrong."""
    for name, item in found.items():
        if name in ours or name.startswith(OWN):
            continue
        if name in massgen:
            diagnostics.ignored.add(f"{section}{name}")
        else:
            near = nearest(name, ours | massgen)
            allowed = f"allowed: {', '.join(sorted(ours))}"
            hint = f"did you mean `{near}`? {allowed}" if near else allowed
            diagnostics.error(item, f"`{name}` is not known", hint, on_key=True)
