"""What differs in the set-up of two runs: servers, models, settings."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from massgen_tui.diff.joining import Pair
from massgen_tui.diff.reading import Run
from massgen_tui.session.samples import ServerSample
from massgen_tui.store.head import KeptAgent

_TOLD: Final = ("id", "backend", "type", "model", "base_url", "system_message")
"""What of an agent as a config writes it is told by other names."""
_SESSION: Final = "session"
_SAMPLED: Final = ("server kind", "server version", "reasoning parser")
"""What is known only where a server was looked at: nothing differs from the unknown."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is not the same."""

    of: str
    """Two agents, or `session`."""
    what: str
    a: str
    """Empty: unset, or unknown."""
    b: str


def differences_of(a: Run, b: Run, pairs: Sequence[Pair]) -> list[Difference]:
    """All that differs."""
    told = [("massgen-tui", a.head.version, b.head.version)]
    found = [Difference(_SESSION, *one) for one in told if one[1] != one[2]]
    for pair in pairs:
        of_a, of_b = _facts(a, pair.a), _facts(b, pair.b)
        for what in dict.fromkeys((*of_a, *of_b)):
            one, two = of_a.get(what, ""), of_b.get(what, "")
            unknown = what in _SAMPLED and not (one and two)
            if one != two and not unknown:
                found.append(Difference(pair.name, what, one, two))
    return found


def _facts(run: Run, agent: str) -> dict[str, str]:
    kept = run.agents[agent]
    asked = {"cold": _how_cold(run, agent)}
    return dict(_of_server(kept, run.servers)) | dict(_of_agent(kept)) | asked


def _how_cold(run: Run, agent: str) -> str:
    """Whether answers were asked without use of the prefix cache: `no`, `yes`, or of how many."""
    cold = [one.cold for key, of in run.answers.items() if key.agent == agent for one in of]
    return "no" if not any(cold) else "yes" if all(cold) else f"{sum(cold)} of {len(cold)} answers"


def _of_server(kept: KeptAgent, servers: Mapping[str, ServerSample]) -> Iterator[tuple[str, str]]:
    yield "address", kept.url or kept.server
    sample = next(
        (
            one
            for id, one in servers.items()
            if id == kept.server or id.startswith(f"{kept.server} ")
        ),
        None,
    )
    if sample is not None:
        yield "server kind", sample.kind or ""
        yield "server version", sample.version or ""
        parser = sample.reasoning_parser
        yield "reasoning parser", "" if parser is None else parser or "none"


def _of_agent(kept: KeptAgent) -> Iterator[tuple[str, str]]:
    yield "provider", kept.provider
    yield "model", kept.model
    yield "system message", kept.system_message
    backend = kept.settings.get("backend")
    written = dict(kept.settings) | (dict(backend) if isinstance(backend, Mapping) else {})
    yield from _flat({name: value for name, value in written.items() if name not in _TOLD})


def _flat(values: Mapping[str, object], before: str = "") -> Iterator[tuple[str, str]]:
    """Settings by their dotted paths."""
    for name, value in values.items():
        if isinstance(value, Mapping) and value:
            yield from _flat(value, f"{before}{name}.")
        else:
            told = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
            yield f"{before}{name}", told
