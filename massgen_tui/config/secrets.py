"""What a config holds that must never be told: keys, secret headers and parameters, passwords."""

from collections.abc import Iterable

from pydantic import SecretStr

from massgen_tui.config.extras import Extra
from massgen_tui.config.metrics_pages import MetricsPage
from massgen_tui.config.model import Config, Endpoint

SHORTEST = 6
"""Characters: a shorter text is no secret, and hiding it would spoil other text."""
_PIECE = 8
"""Characters: a shorter beginning of a secret tells nothing."""
_GONE = "•••"
PLAIN = "EMPTY"
"""What servers without a key are asked with: no secret."""


def hidden_in(key: SecretStr | None, extras: Iterable[Extra | MetricsPage]) -> list[str]:
    """The texts to hide of a key and of headers, parameters and pages, the longest first."""
    found = [key] if key is not None else []
    found += [part for extra in extras for part in extra.hidden]
    texts = {secret.get_secret_value().strip() for secret in found}
    return sorted(texts - {"", PLAIN}, key=len, reverse=True)


def secrets_of(place: Endpoint) -> list[str]:
    """The texts to hide of one endpoint, and of what its agent is asked with."""
    parts: list[Extra | MetricsPage] = [*place.extra_headers, *place.extra_query]
    parts += place.metrics_pages
    held = {value.get_secret_value() for _, value in place.secrets}
    found = held.union(hidden_in(place.api_key, parts))
    return sorted(found - {PLAIN}, key=len, reverse=True)


def all_secrets(config: Config) -> list[str]:
    """The texts to hide of a whole config."""
    found = {text for agent in config.agents for text in secrets_of(agent.endpoint)}
    found.update(text for server in config.servers for text in secrets_of(server))
    return sorted(found, key=len, reverse=True)


def without(text: str, secrets: Iterable[str]) -> str:
    """A server's text without these, whole or cut short; what is too short for one stays."""
    for secret in secrets:
        if len(secret) < SHORTEST or secret[:_PIECE] not in text:
            continue
        # servers repeat a key cut short, and a long message is cut where a key may stand
        for length in range(len(secret), min(len(secret), _PIECE) - 1, -1):
            text = text.replace(secret[:length], _GONE)
    return text
