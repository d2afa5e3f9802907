"""How often a server is looked at, and how often it is found out what it is."""

import math

from massgen_tui.monitor.kinds.kind import Kind
from massgen_tui.monitor.status import ServerState

SERVER_INFO_AGE = 30.0
"""Seconds after which kind, version and models are asked for again."""
UNKNOWN_KIND_AGE = 300.0
"""The same for one that is slow, or of no known kind: asking around fills its log with 404s."""
COSTLY_AGE = 1800.0
"""The same for one whose list of models costs it something."""
SHOWN, RELAXED, HOSTED = 2.5, 10.0, 60.0
"""Seconds between looks: while it is on the screen, while it is not, and at a provider's API."""


def pause_after(state: ServerState, failures: int, *, hosted: bool, relaxed: bool) -> float:
    """Seconds until the next look at a server that failed so many times in a row."""
    if hosted:
        return min(HOSTED, 5.0 * 2.0 ** min(failures, 8))
    if relaxed:
        return RELAXED
    match state:
        case ServerState.DOWN:
            return min(4.0, 1.0 + 0.5 * failures)
        case ServerState.UNKNOWN:
            return min(RELAXED, SHOWN + 0.5 * max(failures - 1, 0))
    return SHOWN


def server_info_age(kind: Kind | None, *, slow: bool) -> float:
    """Seconds for which it is believed what a server is and serves."""
    if kind is not None and kind.list_once:
        return math.inf
    if kind is not None and kind.costly_list:
        return COSTLY_AGE
    known = kind is not None and kind.pulse is not None
    return SERVER_INFO_AGE if known and not slow else UNKNOWN_KIND_AGE
