"""NVIDIA Dynamo's frontend, seen with 1.6.1.

`/health` lists the instances that are registered now and says healthy without any; nothing that is
asked here reaches a worker.
"""

from dataclasses import replace

from massgen_tui.monitor.fetch import Answer
from massgen_tui.monitor.kinds.kind import Kind
from massgen_tui.monitor.kinds.scrape import scrape
from massgen_tui.monitor.looking import Ask, Liveness, pulse_of, said
from massgen_tui.monitor.read import field, items, number, text
from massgen_tui.monitor.status import ServerState
from massgen_tui.monitor.table import Series, Table
from massgen_tui.monitor.workers import Worker, Workers

NO_WORKER = "no worker is registered: is one up?"
_OTHER = {"model": "unknown_model"}
"""What its metrics count beside the models."""
_SERIES = Table(
    {
        "running": Series(("dynamo_frontend_inflight_requests",), without=_OTHER),
        "waiting": Series(("dynamo_frontend_queued_requests",), without=_OTHER),
        "generated": Series(("dynamo_frontend_output_tokens_total",), without=_OTHER),
        "ttft_sum": Series(("dynamo_frontend_time_to_first_token_seconds_sum",), without=_OTHER),
        "ttft_count": Series(
            ("dynamo_frontend_time_to_first_token_seconds_count",), without=_OTHER
        ),
        "itl_sum": Series(("dynamo_frontend_inter_token_latency_seconds_sum",), without=_OTHER),
        "itl_count": Series(("dynamo_frontend_inter_token_latency_seconds_count",), without=_OTHER),
    }
)


def is_health(answer: Answer) -> bool:
    """Whether this is what its `/health` says, with workers or without."""
    told = answer.json()
    if not isinstance(told, dict) or answer.status not in (200, 503):
        return False
    lists = isinstance(told.get("instances"), list) and isinstance(told.get("endpoints"), list)
    return lists or "endpoints" in text(told.get("message")).lower()


async def stands_there(ask: Ask) -> bool:
    """Whether its frontend answers there."""
    return is_health(await ask("/health"))


async def pulse(ask: Ask) -> Liveness:
    """Whether a worker is registered, and the frontend's numbers."""
    answer = await ask("/health")
    pulse = pulse_of(answer)
    if answer.status == 503 and not answer.fault:
        words = said(answer) or NO_WORKER
        return replace(pulse, state=ServerState.DOWN, reason=words)
    if pulse.state is not ServerState.UP or not is_health(answer):
        return pulse
    crew = tuple(Worker(name, healthy=True) for name in _workers(answer))
    pulse = replace(pulse, workers=Workers(len(crew), len(crew)), crew=crew)
    if not crew:
        return replace(pulse, state=ServerState.DOWN, reason=NO_WORKER)
    found, trouble = await scrape(ask, _SERIES)
    return replace(pulse, metrics=found, reason=pulse.reason or trouble)


def _workers(answer: Answer) -> list[str]:
    """The instances that generate, by component and address."""
    found = []
    for entry in items(field(answer.json(), "instances")):
        if text(entry.get("endpoint")).startswith("generate"):
            address = text(field(entry, "transport", "tcp")).partition("/")[0]
            identity = number(entry.get("instance_id"))
            tail = address or ("" if identity is None else f"{entry['instance_id']}")
            found.append(f"{text(entry.get('component'))} {tail}".strip())
    return found


KIND = Kind(
    name="Dynamo",
    prefix="dynamo_frontend_",
    pulse=pulse,
    whole_list=True,
    empty_is_down=True,
    shared_context=True,
)
