"""Where each parameter of a backend goes in the request's body, and what is said about it."""

from collections.abc import Callable, Mapping
from dataclasses import field
from types import MappingProxyType
from typing import Final

from massgen_tui.config.merge import at_path, deep_merge, look_up
from massgen_tui.config.model import AgentConfig
from massgen_tui.data_class import dataclass
from massgen_tui.dialects import Dialect, Thinking
from massgen_tui.dialects.families import family_of
from massgen_tui.dialects.parameters import OPENAI, SWITCHES, TOKEN_LIMITS

_OFF: Final = frozenset({"none", "off", "disabled", "false"})


@dataclass(slots=True)
class Routed:
    """The parameters as they stand in the body, and what the user should know of them."""

    body: dict[str, object] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)
    """Keys as MassGen writes them that this server has no use for."""

    def put(self, path: str, value: object) -> None:
        """Set a value at a dotted path, beside what is there; what is there wins."""
        first = path.partition(".")[0]
        self.body[first] = deep_merge(at_path(path, value), self.body)[first]


def is_known(name: str, dialect: Dialect) -> bool:
    """Whether a parameter has a meaning in this dialect (or is known to have none)."""
    moved = {path.partition(".")[0] for path in dialect.moved}
    known = (OPENAI, dialect.extras, dialect.refused, moved, SWITCHES, ("stream",))
    return any(name in names for names in known)


def route(agent: AgentConfig) -> Routed:
    """Route the parameters of one agent, without `extra_body`; changes nothing of it."""
    dialect, settings, routed = agent.endpoint.dialect, agent.settings, Routed()
    given = {name: value for name, value in settings.parameters.items() if value is not None}
    _drop_empty_stops(given, routed)
    for name, value in given.items():
        if name in dialect.refused:
            routed.warnings.append(f"{dialect.provider} has no {name}: left out")
        elif name not in _SPECIAL and not _move(name, value, dialect, routed):
            routed.put(name, value)
    for name, place in _SPECIAL.items():
        if name in given:
            place(given[name], dialect, routed)
    if "enable_thinking" in given and dialect.thinking is Thinking.TEMPLATE:
        _family_switch(given["enable_thinking"], settings.model, routed)
    for name in sorted(dialect.ignored.keys() & given.keys()):
        said = f"{dialect.provider} takes {name} and ignores it: use {dialect.ignored[name]}"
        routed.warnings.append(said)
    unknown = [name for name in given if not is_known(name, dialect)]
    if unknown:
        listed = ", ".join(unknown)
        routed.warnings.append(f"not known, sent to {dialect.provider} as written: {listed}")
    _limit_tokens(dialect, routed)
    _doubt_seed(given.get("seed"), dialect, routed)
    return routed


def _drop_empty_stops(given: dict[str, object], routed: Routed) -> None:
    """Leave out of `stop` what vLLM 0.32 refuses and SGLang 0.5.23 and llama.cpp meet at once."""
    texts = given.get("stop")
    listed = [texts] if isinstance(texts, str) else texts if isinstance(texts, list) else []
    if "" not in listed:
        return
    routed.warnings.append("stop: an empty text would end every answer at once: left out")
    if kept := [text for text in listed if text != ""]:
        given["stop"] = kept
    else:
        del given["stop"]


def _doubt_seed(seed: object, dialect: Dialect, routed: Routed) -> None:
    """Say where a seed is not the one that counts; -1 is written where none is meant."""
    if not isinstance(seed, int) or not dialect.seed_bits or seed == -1:
        return
    count = 2**dialect.seed_bits
    if seed % count == count - 1:
        routed.warnings.append(f"seed: {seed} is no seed at {dialect.provider}: answers differ")
    elif seed not in range(count):
        routed.warnings.append(f"seed: {dialect.provider} takes {seed} for {seed % count}")


def _move(name: str, value: object, dialect: Dialect, routed: Routed) -> bool:
    """Put what MassGen writes elsewhere where this dialect has it; True when that was done."""
    paths = {
        path: target
        for path, target in dialect.moved.items()
        if path.partition(".")[0] == name and name not in dialect.extras
    }
    for path, target in paths.items():
        found = look_up({name: value}, path)
        if found is not None:
            routed.put(target, found)
    if paths and isinstance(value, Mapping):
        kept = {path.partition(".")[2] for path in paths}
        routed.ignored += [f"{name}.{key}" for key in value if key not in kept]
    return bool(paths)


def _thinking(value: object, dialect: Dialect, routed: Routed) -> None:
    on = value is True or (isinstance(value, str) and value.lower() not in _OFF)
    match dialect.thinking:
        case Thinking.NONE:
            routed.warnings.append(
                f"{dialect.provider} has no switch for thinking: enable_thinking left out"
            )
        case Thinking.TYPE:
            routed.put(dialect.thinking.value, "enabled" if on else "disabled")
        case Thinking.EFFORT:
            if not on:
                routed.put(dialect.effort_path, "none")
        case _:
            routed.put(dialect.thinking.value, value)


def _family_switch(value: object, model: str, routed: Routed) -> None:
    """Templates drop words they do not know, so the model's own word goes beside the usual one."""
    family = family_of(model)
    if family is not None and family.switch:
        routed.put(f"chat_template_kwargs.{family.switch}", value)


def _effort(value: object, dialect: Dialect, routed: Routed) -> None:
    if dialect.efforts:
        routed.put(dialect.effort_path, value)
        sent = look_up(routed.body, dialect.effort_path)
        if dialect.thinking is Thinking.EFFORT and sent != value:
            told = f"reasoning_effort: enable_thinking overrules it, {sent} is sent"
            routed.warnings.append(told)
    elif dialect.thinking is Thinking.TYPE and isinstance(value, str) and value.lower() in _OFF:
        routed.put(dialect.thinking.value, "disabled")
    else:
        routed.warnings.append(f"{dialect.provider} has no reasoning_effort: left out")


def _budget(value: object, dialect: Dialect, routed: Routed) -> None:
    if dialect.thinking_budget:
        routed.put(dialect.thinking_budget, value)
    else:
        routed.warnings.append(f"{dialect.provider} has no thinking_budget: left out")


def _stream(value: object, dialect: Dialect, routed: Routed) -> None:
    if value is not True:
        routed.warnings.append("answers are always streamed: stream left out")


_SPECIAL: Final[Mapping[str, Callable[[object, Dialect, Routed], None]]] = MappingProxyType(
    {
        "enable_thinking": _thinking,
        "reasoning_effort": _effort,
        "thinking_budget": _budget,
        "stream": _stream,
    }
)


def _limit_tokens(dialect: Dialect, routed: Routed) -> None:
    """Write the limit under the only name that this dialect takes."""
    name = dialect.token_limit
    for other in TOKEN_LIMITS:
        if name and other != name and other in routed.body:
            value = routed.body.pop(other)
            routed.body.setdefault(name, value)
