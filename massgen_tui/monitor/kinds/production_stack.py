"""The router of vLLM's production stack, 0.1.x.

Its `/health` says healthy without any pod, and its list of models names vLLM; its `/metrics` has
the gauges of every engine, by `server`, and how many pods are healthy.
"""

from dataclasses import replace

from massgen_tui.monitor import prometheus_text, series
from massgen_tui.monitor.kinds.kind import Kind
from massgen_tui.monitor.kinds.scrape import page_of, scraped
from massgen_tui.monitor.looking import Ask, Liveness, ServerInfo, pulse_of
from massgen_tui.monitor.read import field, text
from massgen_tui.monitor.status import ServerState
from massgen_tui.monitor.workers import Workers

_PODS = "vllm:healthy_pods_total"
_MOST = 100_000


def is_page(page: str) -> bool:
    """Whether these metrics are its, and not one vLLM's."""
    return prometheus_text.mentions(page, _PODS)


async def read(pulse: Liveness, page: str) -> Liveness:
    """Whether it has pods, and the sums of their numbers, from its page."""
    found, trouble = await scraped(page, series.VLLM)
    pulse = replace(pulse, kind=KIND, metrics=found, reason=pulse.reason or trouble)
    pods = [sample.value for sample in prometheus_text.samples(page, (_PODS,))]
    if not pods or not all(0 <= count <= _MOST for count in pods):
        return pulse
    healthy = round(sum(pods))
    if not healthy:
        down = ServerState.DOWN
        return replace(pulse, state=down, reason="no healthy pod", workers=Workers(0, 0))
    # the row of a pod that went stays, at nought
    return replace(pulse, workers=Workers(healthy, healthy + sum(not count for count in pods)))


async def pulse(ask: Ask) -> Liveness:
    """Whether it lives and has pods, and their numbers."""
    pulse = pulse_of(await ask("/health"))
    if pulse.state is not ServerState.UP:
        return pulse
    page, trouble = await page_of(ask)
    return replace(pulse, reason=trouble) if page is None else await read(pulse, page)


async def details(ask: Ask, card: ServerInfo) -> ServerInfo:
    """Add the router's own version."""
    version = text(field((await ask("/version")).json(), "version"))
    return replace(card, version=version or card.version)


KIND = Kind(
    name="production-stack",
    prefix=_PODS,
    pulse=pulse,
    details=details,
    empty_is_down=True,
    shared_context=True,
)
