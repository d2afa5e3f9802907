"""What gateways say in their own way: that a key is wrong, or that nobody is behind them."""

import json
import re
from collections.abc import Mapping

_HEADERS = {"x-litellm-": "LiteLLM", "x-smg-": "smg", "x-portkey-": "Portkey"}
"""How headers of theirs begin, in small letters: LiteLLM 1.108, smg 1.13, Portkey 1.15."""
_NOBODY = re.compile(
    r"\bno (?:healthy |available )?workers?\b|\ball workers are unavailable\b"
    r"|\bno deployments? available\b|\bno healthy upstream\b|^only\s+allowed now, your model",
    re.I,
)
"""smg 1.13, sglang-router 0.3, vllm-router 0.1.17, LiteLLM 1.108 in its cool-down, envoy, and
FastChat 0.2.36, which lists nobody."""
_NOT_AMONG = re.compile(r"only\b.*\ballowed now, your model", re.I | re.S)
"""FastChat 0.2.36: HTTP 400, and the models that its workers have."""


def gateway_in(headers: Mapping[str, str]) -> str:
    """The gateway that an answer's headers name; empty: none."""
    begins = _HEADERS.items()
    return next((name for key in headers for begin, name in begins if key.startswith(begin)), "")


def lacks_database(status: int, body: bytes) -> bool:
    """Whether LiteLLM would look a key up where it has no database: it is not the master key."""
    if status != 400 or b"no_db_connection" not in body:
        return False
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        return False
    error = told.get("error") if isinstance(told, dict) else None
    return isinstance(error, dict) and error.get("type") == "no_db_connection"


def may_lack_key(status: int, body: bytes) -> bool:
    """Whether this is how LiteLLM without a database answers no key, among many others."""
    return status == 500 and body.strip() == b"Internal Server Error"


def is_alive(body: bytes) -> bool:
    """Whether this is what LiteLLM says at `/health/liveliness`, to everybody."""
    return body.strip().startswith(b"\"I'm alive")


def nobody_behind(words: str) -> bool:
    """Whether a gateway says that it has no worker for the prompt."""
    return bool(_NOBODY.search(words))


def asks_for_names(status: int, words: str) -> bool:
    """Whether the names that are served would help: LiteLLM's unknown model is a 400."""
    if status == 404:
        return "alias" not in words
    return status == 400 and ("nvalid model" in words or not_among(words))


def not_among(words: str) -> bool:
    """Whether FastChat says that no worker of its has the model."""
    return _NOT_AMONG.match(words) is not None
