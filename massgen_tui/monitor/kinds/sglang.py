"""SGLang 0.4 to 0.5.23.

Its `/health` runs a generation of a second or more and its `/server_info` holds its key: neither is
ever asked.
"""

from dataclasses import replace

from massgen_tui.monitor import metrics, series
from massgen_tui.monitor.fetch import Answer
from massgen_tui.monitor.kinds.kind import Kind
from massgen_tui.monitor.kinds.scrape import first_found, scrape
from massgen_tui.monitor.looking import Ask, Liveness, ServerInfo, pulse_of
from massgen_tui.monitor.metrics import Metrics
from massgen_tui.monitor.read import field, items, number, share, text
from massgen_tui.monitor.status import ServedModel, ServerState

_UNTOLD = "it tells little of its work: start it with --enable-metrics"


async def details(ask: Ask, card: ServerInfo) -> ServerInfo:
    """Add its version, its reasoning parser and, where the list is kept from us, its model."""
    answer = await first_found(ask, ("/model_info", "/get_model_info"))
    info = answer.json() if answer.ok else None
    parser = None
    if isinstance(info, dict) and "reasoning_parser" in info:
        parser = text(info["reasoning_parser"])
    loads = await ask("/v1/loads")
    version = text(field(loads.json(), "version")) if loads.ok else ""
    name = text(field(info, "served_model_name")) or text(field(info, "model_path"))
    models = card.models or ((ServedModel(name),) if name else ())
    return replace(card, version=version, parser=parser, models=models)


async def pulse(ask: Ask) -> Liveness:
    """Whether it lives, and its numbers."""
    pulse = pulse_of(await first_found(ask, ("/ready", "/ping", "/get_model_info")))
    if pulse.state is not ServerState.UP:
        return pulse
    page, trouble = await scrape(ask, series.SGLANG)
    found = page
    loads = await ask("/v1/loads")
    if loads.ok:
        found = _agreed(page or Metrics(), _loads(loads))
    hint = _UNTOLD if page is not None and page.bare and not trouble else ""
    return replace(pulse, metrics=found, reason=pulse.reason or trouble, hint=hint)


def _agreed(page: Metrics, loads: Metrics) -> Metrics:
    """Both together: more requests are true, unless one says that there are none.

    Gauges of the page are set at some steps only, and stay when the last request has ended.
    """
    idle = [(one.running, one.waiting) == (0, 0) for one in (page, loads)]
    both = metrics.merged(page, loads)
    return replace(
        both,
        running=_larger(page.running, loads.running),
        waiting=_larger(page.waiting, loads.waiting),
        idle=any(idle),
    )


def _larger(*values: float | None) -> float | None:
    return max((value for value in values if value is not None), default=None)


def _loads(answer: Answer) -> Metrics:
    """What /v1/loads says: one entry a data-parallel rank."""
    ranks = list(items(field(answer.json(), "loads")))

    def column(name: str) -> list[float]:
        return [value for rank in ranks if (value := number(rank.get(name))) is not None]

    def total(name: str) -> float | None:
        values = column(name)
        return sum(values) if values else None

    usage = column("token_usage")
    return Metrics(
        running=total("num_running_reqs"),
        waiting=total("num_waiting_reqs"),
        kv_usage=share(max(usage)) if usage else None,
        throughput=total("gen_throughput"),
    )


def _without_adapter(name: str) -> str:
    """`base:adapter` picks a LoRA adapter."""
    return name.partition(":")[0]


KIND = Kind(
    name="SGLang",
    type="sglang",
    owners=frozenset({"sglang"}),
    prefix="sglang:",
    pulse=pulse,
    details=details,
    whole_list=True,
    any_name=True,
    shared_context=True,
    plain=_without_adapter,
)
