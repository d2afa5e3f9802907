"""Providers' own codes of errors, and the HTTP status that says the same. Pure."""

from collections.abc import Mapping
from typing import Final

CROWDED: Final = 529
"""The status of a provider that has too much to do (Anthropic's); no worker was lost."""
_MINIMAX: Final = {
    1001: 504, 1002: 429, 1004: 401, 1008: 402, 1026: 400, 1027: 400, 1039: 429, 1041: 429,
    2013: 400, 2049: 401, 2056: 429,
}  # fmt: skip
"""Those of MiniMax's `base_resp`."""
_ZHIPU: Final = {
    # the key, the account, its money and its plan
    "1000": 401, "1001": 401, "1002": 401, "1003": 401, "1004": 401, "1100": 403, "1110": 403,
    "1111": 403, "1112": 403, "1113": 402, "1120": 403, "1121": 403, "1309": 402,
    # the request; a model that is not there, and one that is not allowed
    "1210": 400, "1211": 404, "1212": 400, "1213": 400, "1214": 400, "1215": 400, "1220": 403,
    "1221": 404, "1222": 404, "1261": 400, "1300": 400, "1301": 400,
    # what went wrong there
    "1200": 500, "1230": 500, "1234": 502,
    # limits of concurrency, of requests, of a day, of a plan; 1305 is the model's traffic
    "1231": 429, "1302": 429, "1303": 429, "1304": 429, "1305": CROWDED, "1308": 429, "1310": 429,
}  # fmt: skip
"""Those of Zhipu (GLM, Z.ai), which it sends as strings: docs.bigmodel.cn/cn/faq/api-code."""


def status_of(error: object) -> int | None:
    """The status that a provider's code in an error means; None where it has none."""
    if not isinstance(error, Mapping):
        return None
    code = error.get("status_code")
    if isinstance(code, int) and code in _MINIMAX:
        return _MINIMAX[code]
    named = error.get("code")
    # its older API: {"code": 1302, "msg": …, "success": false}
    if isinstance(named, int) and error.get("success") is False:
        named = str(named)
    if isinstance(named, str) and named in _ZHIPU:
        return _ZHIPU[named]
    nested = error.get("error") or error.get("base_resp")
    return status_of(nested) if nested is not error and isinstance(nested, dict) else None
