"""An agent as plain values, which hold no key: what `build` makes the same agent of again.

Every setting is what it was when the config was read, whatever its variables say later. Secrets
are looked up anew: a session keeps their `${VAR}`, or `MASK` where they stood in the config.
"""

from collections.abc import Iterable, Mapping

from massgen_tui.config.address import port_of
from massgen_tui.config.extras import MASK, Extra
from massgen_tui.config.model import AgentConfig, Endpoint, Settings
from massgen_tui.config.secrets import SHORTEST, secrets_of
from massgen_tui.config.values import Json
from massgen_tui.config.variables import literal
from massgen_tui.dialects import by_name

_REPEATED = 12
"""Characters: a shorter key (`ollama`, `not-needed`) is a word that a text may hold."""


def settings_values(agent: AgentConfig) -> dict[str, Json]:
    """One agent as an entry of `agents:`; an agent that cannot be told gets `MASK` as its type."""
    text = _Text(agent.endpoint)
    values: dict[str, Json] = {"id": text(agent.id)}
    if agent.settings.system_message:
        values["system_message"] = text(agent.settings.system_message)
    dialect = by_name(agent.endpoint.type)
    if dialect is None:
        values["backend"] = _named(agent.endpoint.type, agent)
    elif half_known(agent):
        values["backend"] = _named(MASK, agent)
    else:
        values["backend"] = endpoint_values(agent.endpoint) | _asked(agent.settings, text)
    return values


def kept_values(agent: AgentConfig) -> dict[str, Json]:
    """Likewise, to be written down: a key that a text of the config repeats is `MASK` there too."""
    values = settings_values(agent)
    hidden = [text for text in secrets_of(agent.endpoint) if len(text) >= _REPEATED]
    backend = values["backend"]
    if hidden and isinstance(backend, dict):
        told = {*endpoint_values(agent.endpoint), "model"}
        values["backend"] = {
            name: each if name in told else _concealed(each, hidden)
            for name, each in backend.items()
        }
        values |= {
            name: _concealed(values[name], hidden) for name in values.keys() & {"system_message"}
        }
    return values


def _concealed(value: Json, hidden: Iterable[str]) -> Json:
    if isinstance(value, dict):
        return {key: _concealed(each, hidden) for key, each in value.items()}
    if isinstance(value, list):
        return [_concealed(each, hidden) for each in value]
    if isinstance(value, str):
        for secret in hidden:
            value = value.replace(secret, MASK)
    return value


def _named(kind: str, agent: AgentConfig) -> dict[str, Json]:
    text = _Text(agent.endpoint)
    return {"type": text(kind), "model": text(agent.settings.model)}


def half_known(agent: AgentConfig) -> bool:
    """Whether something that is not known would be made up: an address by default, no setting."""
    dialect = by_name(agent.endpoint.type)
    if dialect is None:
        return True
    if agent.problem is None:
        return False
    return bool(agent.problem.unset) or bool(dialect.base_url and not agent.endpoint.base_url)


def asked_values(agent: AgentConfig) -> dict[str, Json]:
    """What an agent's server is asked for, as keys of a backend; what is as by default is not told.

    Not the system message, which stands beside the backend.
    """
    usual = _asked(Settings(), _Text(Endpoint()))
    values = {
        name: value
        for name, value in _asked(agent.settings, _Text(agent.endpoint)).items()
        if name not in usual or value != usual[name]
    }
    timeout, by_default = values.get("timeout"), usual["timeout"]
    if isinstance(timeout, dict) and isinstance(by_default, dict):
        own = {name: value for name, value in timeout.items() if value != by_default[name]}
        values["timeout"] = own
    return values


def plain(value: object) -> Json:
    """Plain values whose texts come back as they are, whatever variables there are."""
    return _Text(Endpoint()).json(value)


def endpoint_values(endpoint: Endpoint) -> dict[str, Json]:
    """An endpoint as keys of a backend, or of an entry of `servers:`."""
    text = _Text(endpoint)
    values: dict[str, Json] = {"type": text(endpoint.type)}
    if endpoint.base_url and not endpoint.base_url_default:
        values["base_url"] = text(_with_port(endpoint.base_url))
    if endpoint.key_template:
        values["api_key"] = endpoint.key_template
    if endpoint.gpu_metrics_url:
        values["gpu_metrics_url"] = text(endpoint.gpu_metrics_url)
    if endpoint.extra_headers:
        values["extra_headers"] = _templates(endpoint.extra_headers, text)
    if endpoint.extra_query:
        values["extra_query"] = _templates(endpoint.extra_query, text)
    pages = [page.template for page in endpoint.metrics_pages if page.template]
    if pages:
        values["metrics_url"] = [*pages]
    return values


class _Text:
    """Writes texts so that they come back as they are, and variables that hold secrets anew."""

    def __init__(self, endpoint: Endpoint) -> None:
        held = [(name, value.get_secret_value()) for name, value in endpoint.secrets]
        worth = [pair for pair in held if len(pair[1]) >= SHORTEST]
        self._secrets = sorted(worth, key=lambda pair: len(pair[1]), reverse=True)

    def __call__(self, text: str) -> str:
        """A text with `${VAR}` for what such a variable holds; no other part refers to any."""
        for name, value in self._secrets:
            before, found, after = text.partition(value)
            if found:
                # behind a `$` a reference would be a literal one
                reference = MASK if before.endswith("$") else f"${{{name}}}"
                return f"{self(before)}{reference}{self(after)}"
        return literal(text)

    def json(self, value: object) -> Json:
        """JSON with such texts."""
        if isinstance(value, Mapping):
            return {str(key): self.json(item) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return [self.json(item) for item in value]
        if isinstance(value, str):
            return self(value)
        return value if isinstance(value, bool | int | float) else None


def _asked(settings: Settings, text: _Text) -> dict[str, Json]:
    given = settings.model_dump(exclude={"system_message", "parameters"})
    unsaid = ("tool_choice", "echo_reasoning")
    named = {
        name: value for name, value in given.items() if name not in unsaid or value is not None
    }
    return {name: text.json(value) for name, value in {**settings.parameters, **named}.items()}


def _with_port(base_url: str) -> str:
    """The address with its port, as one without gets its dialect's on this machine."""
    scheme, _, rest = base_url.partition("://")
    place, slash, path = rest.partition("/")
    bracketed = place.rpartition("]")[2]
    port = "" if ":" in bracketed else f":{port_of(base_url)}"
    return f"{scheme}://{place}{port}{slash}{path}"


def _templates(extras: Iterable[Extra], text: _Text) -> dict[str, Json]:
    """Headers or parameters by name, of secrets what the config says of them."""
    return {extra.name: extra.shown if extra.secret else text(extra.shown) for extra in extras}
