"""What Ray's metrics agent tells of the deployments that run a model (Ray Serve LLM 2.60)."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from massgen_tui.monitor.prometheus_text import Sample
from massgen_tui.monitor.remote_page import HEALTHY, QUEUED, STATUS, TARGET
from massgen_tui.monitor.status import Condition, ServerState
from massgen_tui.monitor.workers import Workers

BEGIN = "ray_serve_"
_ENGINE = "LLMServer"
"""How the names of deployments begin that run engines; the model stands behind a colon."""
_FAILED, _UNHEALTHY, _UPDATING, _UPSCALING = 1, 2, 3, 4
"""Of `ray_serve_deployment_status`, which is 0 to 6; 5 is downscaling, 6 healthy."""
_ASLEEP: Final = "scaled to zero: the next prompt starts a replica"
_STARTS: Final = "starting: no replica is healthy yet"
_FAILS: Final = "Ray says that its deployment failed"
_REPLACES: Final = "Ray says that its deployment is unhealthy, and starts another replica"
_MOST = 1_000_000
"""Replicas that may be."""


@dataclass(frozen=True, slots=True)
class Deployed:
    """What Ray says of a server's deployments."""

    known: bool = False
    """It says something of them."""
    state: ServerState | None = None
    """None: it is up, as its proxy says."""
    condition: Condition | None = None
    workers: Workers | None = None
    """Its replicas; None: not told."""
    queued: float | None = None
    """Prompts that wait in Ray's own queue for a replica."""
    note: str = ""


def read(
    samples: Sequence[Sample], models: Collection[str], *, runs: bool, works: bool
) -> Deployed:
    """What is told of the deployments of these models, or of the one that runs an engine.

    `runs`: an engine of it tells of itself; `works`: it has requests.
    """
    own = _own([one for one in samples if one.name.startswith(BEGIN)], models)
    healths = {one.labels.get("replica", ""): one.value for one in own if one.name == HEALTHY}
    healthy = sum(value > 0 for value in healths.values())
    wants = [_replicas(one.value) for one in own if one.name == TARGET]
    wanted = sum(wants)
    waits = [one.value for one in own if one.name == QUEUED and one.value >= 0]
    empty = bool(wants) and not wanted
    # one that is gone stays on the page for a while, as not healthy
    of = max(healthy, wanted) if wants else len(healths)
    if empty and not healthy and not works:
        state, condition, note = None, Condition.ASLEEP, _ASLEEP
    else:
        there = healthy > 0 if healths else runs
        (state, note), condition = (None, "") if there else _without_replica(own), None
    return Deployed(
        known=any(one.name in (STATUS, HEALTHY, TARGET) for one in own),
        state=state,
        condition=condition,
        workers=Workers(healthy, of) if healths else None,
        queued=sum(waits) if waits else None,
        note=note,
    )


def _without_replica(own: Sequence[Sample]) -> tuple[ServerState | None, str]:
    """What a deployment is in of which no replica is known to be healthy."""
    statuses = {one.value for one in own if one.name == STATUS}
    if not statuses:
        return None, ""
    if statuses <= {_UPDATING, _UPSCALING}:
        return ServerState.LOADING, _STARTS
    if statuses == {_FAILED}:
        return ServerState.DOWN, _FAILS
    return None, _REPLACES if statuses == {_UNHEALTHY} else ""


def _own(samples: Sequence[Sample], models: Collection[str]) -> list[Sample]:
    wanted = {_plain(model) for model in models}
    named = [one for one in samples if ":" in one.labels.get("deployment", "")]
    own = [one for one in named if _plain(one.labels["deployment"].rpartition(":")[2]) in wanted]
    if own:
        return own
    engines = [one for one in named if one.labels["deployment"].startswith(_ENGINE)]
    return engines if len({one.labels["deployment"] for one in engines}) == 1 else []


def _plain(name: str) -> str:
    """A model's name as deployments spell it, too: `/` becomes `--` there, `.` another sign."""
    return re.sub(r"[^a-z0-9]", "", name.lower())


def _replicas(value: float) -> int:
    return int(value) if 0 <= value < _MOST else 0
