"""Headers by their names: which are not one's own to set, hold a secret, or stand for a key."""

import re
from collections.abc import Iterable
from typing import Final

from massgen_tui.dialects.model import words

OURS: Final = words(
    """
    accept-encoding connection content-length content-type expect host te trailer
    transfer-encoding upgrade
    """
)
"""Headers that belong to the connection or to the body that we write, in lower case."""

_PROXYS: Final = "proxy-"
_CREDENTIALS: Final = words("authorization x-api-key")
_SECRET: Final = ("authorization", "cookie", "key", "token", "secret", "password")
_HARMLESS: Final = re.compile(
    r"(?:port|mon|don|tur|turn)key|key(?:board|cloak|note|space|word)|tokeni[sz]er"
)
"""Words that have such a part by chance: `x-portkey-provider` holds no key."""
_TOKEN: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,200}")
"""A field name (RFC 9110, 5.6.2)."""

_GATEWAYS: Final = {
    "x-litellm-": "LiteLLM",
    "x-smg-": "smg",
    "x-portkey-": "Portkey",
    "x-kong-": "Kong",
    "x-envoy-": "Envoy",
    "cf-aig-": "Cloudflare's gateway",
    "helicone-": "Helicone",
}
"""How headers of theirs begin, in lower case: LiteLLM 1.108, smg 1.13, Portkey 1.15, Kong 3, Envoy
(KServe's and most of Kubernetes'), Cloudflare's AI Gateway, Helicone."""

_NAME: Final = r"[A-Za-z][A-Za-z0-9]*(?:-[A-Za-z0-9]+)+"
_NAMED: Final = re.compile(
    rf"\b(?P<x>x-[A-Za-z0-9-]*[A-Za-z0-9])|[`'\"](?P<quoted>{_NAME})[`'\"]"
    rf"|\b(?P<before>{_NAME})(?: (?:request|http))? headers?\b|\bheaders?[ .:]+(?P<after>{_NAME})",
    re.I,
)
_LACKS: Final = re.compile(
    r"\b(?:missing|requires?|required|must|needs?|needed|expect(?:s|ed)?|provide|pass(?:ing)?|without|lacks?|no"
    r"|not (?:found|provided|set|present|specified|sent))\b",
    re.I,
)
_REFUSALS: Final = frozenset({400, 401, 403, 422})
_MOST: Final = 3


def is_token(name: str) -> bool:
    """Whether a header may have this name."""
    return _TOKEN.fullmatch(name) is not None


def is_ours(name: str) -> bool:
    """Whether a header is not one's own to set."""
    return name.lower() in OURS or name.lower().startswith(_PROXYS)


def is_credential(name: str) -> bool:
    """Whether a header says who asks, in place of a key."""
    return name.lower() in _CREDENTIALS


def is_secret(name: str) -> bool:
    """Whether the name of a header or of a query parameter says that it holds a secret."""
    told = _HARMLESS.sub("", name.lower())
    return any(part in told for part in _SECRET)


def gateway_of(names: Iterable[str]) -> str:
    """The gateway whose headers are among these, given in lower case; empty: none."""
    begins = _GATEWAYS.items()
    return next((told for name in names for begin, told in begins if name.startswith(begin)), "")


def missing_headers(status: int, words: str) -> tuple[str, ...]:
    """The headers that a refusal says it lacks; a missing Authorization is a missing key."""
    if status not in _REFUSALS or "header" not in words.lower() or not _LACKS.search(words):
        return ()
    named = (next(filter(None, found.groups())) for found in _NAMED.finditer(words))
    return tuple(dict.fromkeys(name for name in named if not is_ours(name)))[:_MOST]
