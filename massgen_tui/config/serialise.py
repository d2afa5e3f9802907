"""An agent as plain values, which hold no key: what `build` makes the same agent of again.

Every setting is what it was when the config was read, whatever its variables say later. Secrets
are looked up anew: a session keeps their `${VAR}`, or `MASK` where they stood in the config.
"""

from collections.abc import Iterable, Mapping

from massgen_tui.config.address import port_of
from massgen_tui.config.extras import MASK, Extra
from massgen_tui.config.model import AgentConfig, Endpoint, Settings
from massgen_tui.config.values import Json
from massgen_tui.config.variables import literal
from massgen_tui.dialects import Dialect, by_name


def settings_values(agent: AgentConfig) -> dict[str, Json]:
    """One agent as an entry of `agents:`; an agent that cannot be told gets `MASK` as its type."""
    values: dict[str, Json] = {"id": literal(agent.id)}
    if agent.settings.system_message:
        values["system_message"] = literal(agent.settings.system_message)
    dialect = by_name(agent.endpoint.type)
    if dialect is None:
        values["backend"] = _named(agent.endpoint.type, agent)
    elif _half_known(agent, dialect):
        values["backend"] = _named(MASK, agent)
    else:
        values["backend"] = endpoint_values(agent.endpoint) | _asked(agent.settings)
    return values


def _named(kind: str, agent: AgentConfig) -> dict[str, Json]:
    return {"type": literal(kind), "model": literal(agent.settings.model)}


def _half_known(agent: AgentConfig, dialect: Dialect) -> bool:
    """Whether something that is not known would be made up: an address by default, no setting."""
    if agent.problem is None:
        return False
    return bool(agent.problem.unset) or bool(dialect.base_url and not agent.endpoint.base_url)


def endpoint_values(endpoint: Endpoint) -> dict[str, Json]:
    """An endpoint as keys of a backend, or of an entry of `servers:`."""
    values: dict[str, Json] = {"type": literal(endpoint.type)}
    if endpoint.base_url and not endpoint.base_url_default:
        values["base_url"] = literal(_with_port(endpoint.base_url))
    if endpoint.key_template:
        values["api_key"] = endpoint.key_template
    if endpoint.gpu_metrics_url:
        values["gpu_metrics_url"] = literal(endpoint.gpu_metrics_url)
    if endpoint.extra_headers:
        values["extra_headers"] = _templates(endpoint.extra_headers)
    if endpoint.extra_query:
        values["extra_query"] = _templates(endpoint.extra_query)
    pages = [page.template for page in endpoint.metrics_pages if page.template]
    if pages:
        values["metrics_url"] = [*pages]
    return values


def _asked(settings: Settings) -> dict[str, Json]:
    given = settings.model_dump(exclude={"system_message", "parameters"}, exclude_none=False)
    unsaid = ("tool_choice", "echo_reasoning")
    named = {
        name: value for name, value in given.items() if name not in unsaid or value is not None
    }
    return {name: _literal(value) for name, value in {**settings.parameters, **named}.items()}


def _literal(value: object) -> Json:
    """JSON in which no text refers to a variable."""
    if isinstance(value, Mapping):
        return {str(key): _literal(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_literal(item) for item in value]
    if isinstance(value, str):
        return literal(value)
    return value if isinstance(value, bool | int | float) else None


def _with_port(base_url: str) -> str:
    """The address with its port, as one without gets its dialect's on this machine."""
    scheme, _, rest = base_url.partition("://")
    place, slash, path = rest.partition("/")
    bracketed = place.rpartition("]")[2]
    port = "" if ":" in bracketed else f":{port_of(base_url)}"
    return f"{scheme}://{place}{port}{slash}{path}"


def _templates(extras: Iterable[Extra]) -> dict[str, Json]:
    """Headers or parameters by name, of secrets what the config says of them."""
    return {extra.name: extra.shown if extra.secret else literal(extra.shown) for extra in extras}
