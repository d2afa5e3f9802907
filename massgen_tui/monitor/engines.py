"""What pages that gather many engines tell of one server, as far as it is about its models."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace

from massgen_tui.monitor import metrics, ray_deployments, series
from massgen_tui.monitor.looking import Liveness
from massgen_tui.monitor.metrics import Metrics
from massgen_tui.monitor.prometheus_text import Sample
from massgen_tui.monitor.ray_deployments import BEGIN, Deployed
from massgen_tui.monitor.remote_page import SPECULATES
from massgen_tui.monitor.status import ServerState
from massgen_tui.text import one_line

IDLE = "idle, or its replica is gone"
NOTHING = "its metrics_url tells nothing of it"
UNASKED = "no engine tells its numbers there: none was asked yet, or name every node's agent"
_OLD = "what its metrics_url tells is over 60 s old"
_MODEL = "model_name"
_GAUGES = frozenset(
    name
    for table in (series.VLLM, series.SGLANG)
    for key in ("running", "waiting", "kv_usage")
    for name in table[key].names
)
_MOST_NAMES = 3
_COUNTERS = ("_total", "_sum", "_count")
_TELLERS = ("worker_addr", "ReplicaId", "WorkerId", "engine", "dp_rank")
"""Labels that tell whose samples these are."""


@dataclass(frozen=True, slots=True)
class Told:
    """What the pages of one server tell of it."""

    at: float
    """When that was so, in seconds of the monitor's clock: of several pages the oldest."""
    metrics: Metrics | None = None
    """None: unknown this time."""
    note: str = ""
    """What is odd, or why nothing is known."""
    deployed: Deployed = field(default_factory=Deployed)
    """What Ray says of its deployment."""
    runs: bool = False
    """An engine of it runs: its gauges are there."""

    @property
    def known(self) -> bool:
        """They tell whether a replica runs, or why they do not."""
        return self.runs or self.deployed.known or bool(self.note)


def told_of(
    samples: Sequence[Sample], models: Collection[str], at: float, *, old: bool = False
) -> Told:
    """What these samples tell of the models that are asked for.

    Args:
        samples: Those of all its pages.
        models: What agents ask for.
        at: When that was so.
        old: There were more, too old to count.
    """
    own, trouble = _own([one for one in samples if not one.name.startswith(BEGIN)], models)
    found = _read(own)
    runs = any(one.name in _GAUGES for one in own)
    deployed = ray_deployments.read(samples, models, runs=runs, works=bool(found.running))
    if trouble:
        return Told(at, note=trouble, deployed=deployed)
    if not own and not deployed.known:
        return Told(at, Metrics(), _OLD if old else NOTHING)
    note = deployed.note
    if not own and not note and not (deployed.workers and deployed.workers.partial):
        note = UNASKED
    if _counts(own) and not runs:
        # gauges leave Ray's page some 20 s after they were last set: the last number is none
        found = replace(found, running=0.0, waiting=0.0, kv_usage=None, progress=None)
        note = f"{IDLE}: {note}" if note else IDLE
    if deployed.queued is not None:
        found = replace(found, waiting=(found.waiting or 0.0) + deployed.queued)
    return Told(at, found, note, deployed, runs=runs)


def _own(samples: Sequence[Sample], models: Collection[str]) -> tuple[list[Sample], str]:
    """The samples of these models, else all where they are of one; else why none."""
    named = sorted({one.labels.get(_MODEL, "") for one in samples} - {""})
    asked = set(named) & set(models)
    if asked:
        # what cannot be read has no labels: it may be theirs
        theirs = asked | {""}
        return [one for one in samples if one.labels.get(_MODEL, "") in theirs], ""
    if len(named) <= 1:
        return list(samples), ""
    shown = [one_line(name, 60).replace('"', "") for name in named[:_MOST_NAMES]]
    names = ", ".join(shown) + (" …" if len(named) > _MOST_NAMES else "")
    query = f'match[]={{model_name="{shown[0]}"}}'
    return [], f"metrics_url tells of {len(named)} models, none asked for: {names}; narrow: {query}"


def _counts(samples: Iterable[Sample]) -> bool:
    return any(one.name.endswith(_COUNTERS) for one in samples)


def _read(samples: Sequence[Sample]) -> Metrics:
    table = series.VLLM if any(one.name.startswith("vllm:") for one in samples) else series.SGLANG
    by_name: dict[str, list[Sample]] = {}
    for one in samples:
        by_name.setdefault(one.name, []).append(one)
    found = metrics.read_samples(by_name, table, speculates=SPECULATES in by_name)
    # samples of one engine share their labels
    engines = {id(one.labels): one.labels for one in samples}.values()
    who = (" ".join(labels.get(name, "") for name in _TELLERS) for labels in engines)
    return found if found.bare else replace(found, tellers=frozenset(who))


def unpaced(told: Told) -> Told:
    """What is told at times that are not known: that nothing moves for a while is no sign."""
    if told.metrics is None:
        return told
    engines = tuple(replace(engine, progress=None) for engine in told.metrics.engines)
    return replace(told, metrics=replace(told.metrics, progress=None, engines=engines))


def applied(pulse: Liveness, told: Told) -> Liveness:
    """The pulse of a server that answers, with what its pages tell of it."""
    if pulse.state is not ServerState.UP:
        return pulse
    deployed = told.deployed
    # what is wrong with its own page does not matter
    unseen = pulse.unseen or pulse.reason.startswith("/metrics: ")
    reason = "" if unseen and told.known else pulse.reason
    return replace(
        pulse,
        state=deployed.state or pulse.state,
        told=pulse.told or deployed.state is not None,
        reason=reason or told.note,
        metrics=told.metrics,
        condition=pulse.condition or deployed.condition,
        workers=pulse.workers or deployed.workers,
        hint="",
        relayed=True,
    )
