"""One agent's `backend:`."""

import yaml

from massgen_tui.config.address import AddressError, normalise
from massgen_tui.config.credentials import in_headers, key_for
from massgen_tui.config.document import Entry, Json
from massgen_tui.config.model import AgentProblem, BackendConfig
from massgen_tui.config.names import nearest
from massgen_tui.config.read_extras import HEADERS, QUERY, read_headers, read_query
from massgen_tui.config.reading import Reading
from massgen_tui.config.routing import is_known, route
from massgen_tui.config.schema import BackendOptions, Sampling
from massgen_tui.dialects import DIALECTS, NAMES, Dialect, by_name, resolve
from massgen_tui.dialects.parameters import (
    MASSGEN_BACKEND,
    NOT_SPOKEN,
    NOT_SPOKEN_HINTS,
    OPENAI,
    SWITCHES,
)
from massgen_tui.text import one_line

_PLACED = ("type", "model", "base_url", "api_key", HEADERS, QUERY)
_OPTIONS = tuple(BackendOptions.model_fields)
_OURS = frozenset({*_PLACED, *_OPTIONS, "stream"})
_ELSEWHERE = frozenset[str]().union(*(dialect.extras for dialect in DIALECTS))
_ESCAPE = "else write it in extra_body, which is sent as it is"
Found = dict[str, Entry]


def read_backend(
    reading: Reading, node: yaml.Node, key: str, agent: str
) -> tuple[BackendConfig, AgentProblem | None] | None:
    """The backend, and why it cannot be asked if so; None with problems noted when unreadable."""
    found = reading.mapping(node, key, hint="with `type`, `model` and `base_url`")
    if found is None:
        return None
    if "type" not in found:
        _near_misses(reading, found, key, frozenset())
        reading.complain(node, key, "`type` is missing", "known: " + ", ".join(NAMES))
        return None
    kind = reading.text(found["type"], key)
    if not kind and reading.unset:
        return BackendConfig(type=""), _unset(reading)
    if by_name(kind) is None:
        return _unspoken(reading, found, key, kind)
    return _spoken(reading, node, found, key, kind=kind, agent=agent)


def _unspoken(
    reading: Reading, found: Found, key: str, kind: str
) -> tuple[BackendConfig, AgentProblem]:
    why = NOT_SPOKEN.get(kind.lower(), "")
    near = "" if why else nearest(kind, NAMES)
    line = found["type"].value.start_mark.line + 1
    kind = one_line(kind, 40)
    message = f"backend type `{kind}` ({reading.path.name}:{line}) is not spoken here"
    hint = NOT_SPOKEN_HINTS.get(kind.lower(), "")
    if near:
        hint = f"did you mean `{near}`?"
    problem = AgentProblem(
        message=f"{message}: {why}" if why else message,
        hint=hint or "spoken: " + ", ".join(NAMES),
    )
    model = found.get("model")
    name = model.value.value if model and isinstance(model.value, yaml.ScalarNode) else ""
    return BackendConfig(type=kind, model=one_line(name)), problem


def _spoken(
    reading: Reading, node: yaml.Node, found: Found, key: str, *, kind: str, agent: str
) -> tuple[BackendConfig, AgentProblem | None] | None:
    before = len(reading.problems)
    model = reading.text(found.get("model"), key).strip()
    if not model.isprintable():
        reading.complain(found["model"].value, f"{key}.model", "holds control characters")
    base_url, problem = _address(reading, found.get("base_url"), key, kind)
    dialect = resolve(kind, base_url)
    if dialect is None:
        return None
    parameters = _parameters(reading, found, key, dialect)
    options = _options(reading, node, found, key)
    headers, query = read_headers(reading, found, key), read_query(reading, found, key)
    missing = not model and not reading.unset
    if missing and not any(nearest(name, ["model"]) for name in found if name != "model"):
        reading.complain(node, f"{key}.model", "is missing", "the name the server knows it by")
    written = reading.text(found.get("api_key"), key)
    if len(reading.problems) > before or options is None:
        return None
    spoken = by_name(kind) or dialect
    where = f".env beside {reading.path.name}"
    secret = in_headers(headers, written) or key_for(
        spoken, base_url, written, reading.variables, where=where
    )
    if secret.warning:
        reading.warnings.append(f"{agent}: {secret.warning}")
    backend = BackendConfig(
        type=spoken.name,
        model=model,
        base_url=base_url,
        base_url_default=bool(base_url) and "base_url" not in found,
        api_key=secret.secret,
        key_source=secret.source,
        parameters=parameters,
        extra_headers=headers,
        extra_query=query,
        **{name: getattr(options, name) for name in _OPTIONS},
    )
    routed = route(backend)
    reading.warnings += [f"{agent}: {warning}" for warning in routed.warnings]
    reading.ignored.update(f"backend.{name}" for name in routed.ignored)
    return backend, _unset(reading) or problem or secret.problem


def _unset(reading: Reading) -> AgentProblem | None:
    if not reading.unset:
        return None
    names = ", ".join(dict.fromkeys(reading.unset))
    return AgentProblem(
        message=f"unset: {names}",
        hint=f"set it in the environment or in .env beside {reading.path.name}, "
        "or write ${NAME:-default}",
    )


def _address(
    reading: Reading, entry: Entry | None, key: str, kind: str
) -> tuple[str, AgentProblem | None]:
    dialect = by_name(kind)
    unset, filled = len(reading.unset), reading.filled
    reading.filled = False
    text = reading.text(entry, key).strip()
    from_variable, reading.filled = reading.filled, filled or reading.filled
    if dialect is None or len(reading.unset) > unset:
        return "", None
    if not text:
        if not dialect.base_url and entry is None:
            return "", AgentProblem(message="base_url is missing", hint="the server's address")
        return dialect.base_url, None
    try:
        return normalise(text, dialect), None
    except AddressError as error:
        if from_variable or entry is None:
            return "", AgentProblem(message=f"base_url: {error}")
        reading.complain(entry.value, f"{key}.base_url", str(error))
        return "", None


def _options(reading: Reading, node: yaml.Node, found: Found, key: str) -> BackendOptions | None:
    data: dict[str, Json] = {}
    for name in _OPTIONS:
        if name in found:
            value = reading.value(found[name].value, f"{key}.{name}")
            if value is not None:
                data[name] = value
    timeout = data.get("timeout")
    if isinstance(timeout, int | float) and not isinstance(timeout, bool):
        data["timeout"] = {"total": timeout}
    return reading.validated(BackendOptions, data, node, key)


def _near_misses(reading: Reading, found: Found, key: str, more: frozenset[str]) -> set[str]:
    """Note every key that is nearly a known one, and give their names."""
    known = _OURS | OPENAI | set(SWITCHES) | MASSGEN_BACKEND | _ELSEWHERE | more
    near = {name: nearest(name, known) for name in found if name not in known}
    for name, meant in near.items():
        if meant:
            said, hint = f"`{name}` is not known", f"did you mean `{meant}`?"
            reading.complain(found[name].key, f"{key}.{name}", said, f"{hint} {_ESCAPE}")
    return {name for name, meant in near.items() if meant}


def _parameters(reading: Reading, found: Found, key: str, dialect: Dialect) -> dict[str, Json]:
    near = _near_misses(reading, found, key, dialect.extras | dialect.refused)
    parameters: dict[str, Json] = {}
    typed: dict[str, Json] = {}
    for name, entry in found.items():
        if name in near or (name in _OURS and name != "stream"):
            continue
        if is_known(name, dialect) or (dialect.open and name not in MASSGEN_BACKEND):
            value = reading.value(entry.value, f"{key}.{name}")
            parameters[name] = value
            if name in Sampling.model_fields:
                typed[name] = value
        elif name in MASSGEN_BACKEND:
            reading.ignored.add(f"backend.{name}")
        else:
            reading.stranger(entry, key, (), hint=_elsewhere(name, dialect))
    if reading.unset:
        return parameters
    at = next(iter(found.values())).key
    sampled = reading.validated(Sampling, typed, _node(found, at), key)
    if sampled is not None:
        parameters.update(sampled.model_dump(exclude_unset=True))
    return parameters


def _node(found: Found, at: yaml.Node) -> yaml.Node:
    """The entries as a mapping again, to find places in."""
    pairs = [(entry.key, entry.value) for entry in found.values()]
    return yaml.MappingNode("tag:yaml.org,2002:map", pairs, at.start_mark, at.end_mark)


def _elsewhere(name: str, dialect: Dialect) -> str:
    others = [other.provider for other in DIALECTS if name in other.extras]
    known = f"{', '.join(others[:3])} would take it, " if others else ""
    allowed = ", ".join(sorted(_OURS | OPENAI | set(SWITCHES) | dialect.extras))
    return f"{known}{dialect.provider} does not; {_ESCAPE}; allowed: {allowed}"
