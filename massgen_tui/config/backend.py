"""One agent's `backend:`."""

from massgen_tui.config.address import AddressError, normalise
from massgen_tui.config.credentials import not_kept
from massgen_tui.config.diagnostics import Diagnostics
from massgen_tui.config.endpoint import APART, endpoint_of, find_key, read_own
from massgen_tui.config.extras import MASK
from massgen_tui.config.model import (
    AgentConfig,
    AgentProblem,
    Endpoint,
    RequestOptions,
    Settings,
)
from massgen_tui.config.names import nearest
from massgen_tui.config.routing import is_known, route
from massgen_tui.config.schema import BackendOptions, Sampling
from massgen_tui.config.values import Item, Json
from massgen_tui.dialects import DIALECTS, NAMES, Dialect, by_name, resolve
from massgen_tui.dialects.parameters import (
    MASSGEN_BACKEND,
    NOT_SPOKEN,
    NOT_SPOKEN_HINTS,
    OPENAI,
    SWITCHES,
)
from massgen_tui.text import one_line

_PLACED = ("type", "model", "base_url", "api_key", *APART)
_OPTIONS = tuple(BackendOptions.model_fields)
_OURS = frozenset({*_PLACED, *_OPTIONS, "stream"})
_ELSEWHERE = frozenset[str]().union(*(dialect.extras for dialect in DIALECTS))
_ESCAPE = "else write it in extra_body, which is sent as it is"
Found = dict[str, Item]


def read_backend(
    diagnostics: Diagnostics, item: Item, *, agent: str, system_message: str
) -> AgentConfig | None:
    """The agent of a backend; None with problems noted when it cannot be read."""
    found = diagnostics.mapping(item, hint="with `type`, `model` and `base_url`")
    if found is None:
        return None
    if "type" not in found:
        _near_misses(diagnostics, found, frozenset())
        diagnostics.error(item, "`type` is missing", "known: " + ", ".join(NAMES))
        return None
    kind = diagnostics.text(found["type"])
    if (dialect := by_name(kind)) is not None:
        return _spoken(
            diagnostics, item, found, dialect, agent=agent, system_message=system_message
        )
    if not kind and diagnostics.unset:
        problem = _unset(diagnostics)
    elif kind == MASK:
        problem = not_kept("what was unset or wrong in this agent's backend")
    else:
        problem = _not_spoken(kind, diagnostics.origin.line(found["type"].steps))
    model = one_line((found["model"].written.source if "model" in found else "") or "")
    return AgentConfig(
        id=agent,
        endpoint=Endpoint(type=one_line(kind, 40), secrets=diagnostics.secrets),
        settings=Settings(model=model, system_message=system_message),
        problem=problem,
    )


def _not_spoken(kind: str, place: str) -> AgentProblem:
    why = NOT_SPOKEN.get(kind.lower(), "")
    near = "" if why else nearest(kind, NAMES)
    message = f"backend type `{one_line(kind, 40)}` ({place}) is not spoken here"
    hint = NOT_SPOKEN_HINTS.get(kind.lower(), "")
    if near:
        hint = f"did you mean `{near}`?"
    return AgentProblem(
        message=f"{message}: {why}" if why else message,
        hint=hint or "spoken: " + ", ".join(NAMES),
    )


def _spoken(
    diagnostics: Diagnostics,
    item: Item,
    found: Found,
    dialect: Dialect,
    *,
    agent: str,
    system_message: str,
) -> AgentConfig | None:
    before = len(diagnostics.problems)
    model = _model(diagnostics, found)
    base_url, problem = _address(diagnostics, found.get("base_url"), dialect)
    spoken = resolve(dialect.name, base_url) or dialect
    parameters = _parameters(diagnostics, item, found, spoken)
    options = _options(diagnostics, item, found)
    own = read_own(diagnostics, found)
    if not model and not diagnostics.unset:
        _note_no_model(diagnostics, item, found)
    written = diagnostics.text(found.get("api_key"))
    if len(diagnostics.problems) > before or options is None:
        return None
    where = diagnostics.origin.dotenv
    key = find_key(diagnostics, dialect, base_url, written, own, where=where)
    default = bool(base_url) and "base_url" not in found
    given = {name: getattr(options, name) for name in RequestOptions.model_fields}
    endpoint = endpoint_of(
        dialect.name, base_url, key, own, options, secrets=diagnostics.secrets, default=default
    )
    read = AgentConfig(
        id=agent,
        endpoint=endpoint,
        settings=Settings(
            model=model, system_message=system_message, parameters=parameters, **given
        ),
        problem=_unset(diagnostics) or problem or key.problem,
    )
    _remark(diagnostics, read, key.warning)
    return read


def _model(diagnostics: Diagnostics, found: Found) -> str:
    model = diagnostics.text(found.get("model")).strip()
    if not model.isprintable():
        diagnostics.error(found["model"], "holds control characters")
    return model


def _note_no_model(diagnostics: Diagnostics, item: Item, found: Found) -> None:
    if not any(nearest(name, ["model"]) for name in found if name != "model"):
        diagnostics.error(item, "is missing", "the name the server knows it by", key="model")


def _remark(diagnostics: Diagnostics, agent: AgentConfig, warning: str) -> None:
    """Tell what is not sent, or sent otherwise than it is written."""
    routed = route(agent)
    told = [warning, *routed.warnings] if warning else routed.warnings
    diagnostics.warnings += [f"{agent.id}: {each}" for each in told]
    diagnostics.ignored.update(f"backend.{name}" for name in routed.ignored)


def _unset(diagnostics: Diagnostics) -> AgentProblem | None:
    if not diagnostics.unset:
        return None
    names = ", ".join(dict.fromkeys(diagnostics.unset))
    return AgentProblem(
        message=f"unset: {names}",
        unset=tuple(dict.fromkeys(diagnostics.unset)),
        hint=f"set it in the environment or in {diagnostics.origin.dotenv}, "
        "or write ${NAME:-default}",
    )


def _address(
    diagnostics: Diagnostics, item: Item | None, dialect: Dialect
) -> tuple[str, AgentProblem | None]:
    unset, filled = len(diagnostics.unset), diagnostics.filled
    diagnostics.filled = False
    text = diagnostics.text(item).strip()
    from_variable, diagnostics.filled = diagnostics.filled, filled or diagnostics.filled
    if len(diagnostics.unset) > unset:
        return "", None
    if not text:
        if not dialect.base_url and item is None:
            return "", AgentProblem(message="base_url is missing", hint="the server's address")
        return dialect.base_url, None
    try:
        return normalise(text, dialect), None
    except AddressError as error:
        if from_variable or item is None:
            return "", AgentProblem(message=f"base_url: {error}")
        diagnostics.error(item, str(error))
        return "", None


def _options(diagnostics: Diagnostics, item: Item, found: Found) -> BackendOptions | None:
    data: dict[str, Json] = {}
    for name in _OPTIONS:
        if name in found:
            value = diagnostics.value(found[name])
            if value is not None:
                data[name] = value
    timeout = data.get("timeout")
    if isinstance(timeout, int | float) and not isinstance(timeout, bool):
        data["timeout"] = {"total": timeout}
    return diagnostics.validated(BackendOptions, data, item)


def _near_misses(diagnostics: Diagnostics, found: Found, more: frozenset[str]) -> set[str]:
    """Note every key that is nearly a known one, and give their names."""
    known = _OURS | OPENAI | set(SWITCHES) | MASSGEN_BACKEND | _ELSEWHERE | more
    near = {name: nearest(name, known) for name in found if name not in known}
    for name, meant in near.items():
        if meant:
            said, hint = f"`{name}` is not known", f"did you mean `{meant}`?"
            diagnostics.error(found[name], said, f"{hint} {_ESCAPE}", on_key=True)
    return {name for name, meant in near.items() if meant}


def _parameters(
    diagnostics: Diagnostics, item: Item, found: Found, dialect: Dialect
) -> dict[str, Json]:
    near = _near_misses(diagnostics, found, dialect.extras | dialect.refused)
    parameters: dict[str, Json] = {}
    typed: dict[str, Json] = {}
    for name, each in found.items():
        if name in near or (name in _OURS and name != "stream"):
            continue
        if is_known(name, dialect) or (dialect.open and name not in MASSGEN_BACKEND):
            value = diagnostics.value(each)
            parameters[name] = value
            if name in Sampling.model_fields:
                typed[name] = value
        elif name in MASSGEN_BACKEND:
            diagnostics.ignored.add(f"backend.{name}")
        else:
            diagnostics.unknown_key(each, (), hint=_elsewhere(name, dialect))
    if diagnostics.unset:
        return parameters
    sampled = diagnostics.validated(Sampling, typed, item)
    if sampled is not None:
        parameters.update(sampled.model_dump(exclude_unset=True))
    return parameters


def _elsewhere(name: str, dialect: Dialect) -> str:
    others = [other.provider for other in DIALECTS if name in other.extras]
    known = f"{', '.join(others[:3])} would take it, " if others else ""
    allowed = ", ".join(sorted(_OURS | OPENAI | set(SWITCHES) | dialect.extras))
    return f"{known}{dialect.provider} does not; {_ESCAPE}; allowed: {allowed}"
