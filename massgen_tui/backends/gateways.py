"""What gateways and stacks say in their own way: a key is wrong, or nobody is behind them."""

import json
import re
from collections.abc import Iterable

from massgen_tui.dialects.headers import gateway_of

_NOBODY = re.compile(
    r"\bno (?:healthy |available )?workers?\b|\ball workers are unavailable\b"
    r"|\bno deployments? available\b|\bno healthy upstream\b|^only\s+allowed now, your model",
    re.I,
)
"""smg 1.13, sglang-router 0.3, vllm-router 0.1.17, LiteLLM 1.108 in its cool-down, envoy, and
FastChat 0.2.36, which lists nobody."""
_NOT_AMONG = re.compile(r"only\b.*\ballowed now, your model", re.I | re.S)
"""FastChat 0.2.36: HTTP 400, and the models that its workers have."""
_RELAYED = re.compile(
    # Ray Serve 2.60
    r"\bInternal exception: |\bray::\w|\bRayTaskError\b|\bdropped due to backpressure\b"
    r"|\bfind base model with ID\b"
    # KServe 0.21: the name of Python's exception, and a blank before its colon
    r"|\{\s*\"error\":\s*\"\w+(?:Error|Exception) : "
    # Xinference 4.1: where the actor stands that raised it
    r"|\[address=\S+, pid=\d+\]"
    # FastChat 0.2.36: codes of five digits
    r"|\"(?:error_)?code\":\s*[45]\d{4}\b"
    # Portkey 1.15, LiteLLM 1.108, envoy
    r"|\"html-message\"|\blitellm\.[A-Z]\w*(?:Error|Exception)\b|\bupstream connect error\b"
)


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


def is_relayed(headers: Iterable[str], text: str) -> bool:
    """Whether an answer shows that a gateway or a stack gave it, which has others behind it.

    `headers` are its names in lower case; `text` is what it refuses or fails with, as it came.
    """
    told = gateway_of(headers) or nobody_behind(text) or _RELAYED.search(text)
    return bool(told)


def asks_for_names(status: int, words: str) -> bool:
    """Whether the names that are served would help: LiteLLM's unknown model is a 400."""
    if status == 404:
        return "alias" not in words
    return status == 400 and ("nvalid model" in words or not_among(words))


def not_among(words: str) -> bool:
    """Whether FastChat says that no worker of its has the model."""
    return _NOT_AMONG.match(words) is not None
