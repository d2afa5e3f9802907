"""vLLM 0.6 to 0.33: `/health` is its engine's, `/metrics` and `/version` cost nothing."""

from collections.abc import Sequence
from dataclasses import replace

from massgen_tui.monitor import series
from massgen_tui.monitor.kinds import production_stack, routers
from massgen_tui.monitor.kinds.kind import Kind
from massgen_tui.monitor.kinds.scrape import page_of, scraped
from massgen_tui.monitor.looking import Ask, Liveness, ServerInfo, pulse_of, said, speaks_of_scaling
from massgen_tui.monitor.metrics import Engine
from massgen_tui.monitor.read import field, text
from massgen_tui.monitor.status import Condition, ServerState

_UNTOLD = "it tells no numbers: start it without --disable-log-stats"


async def details(ask: Ask, card: ServerInfo) -> ServerInfo:
    """Add its version."""
    version = text(field((await ask("/version")).json(), "version"))
    return replace(card, version=version or card.version)


async def pulse(ask: Ask) -> Liveness:
    """Whether its engine runs, and its numbers."""
    answer = await ask("/health")
    if routers.is_vllm_router(answer):
        return await routers.vllm_router(ask)
    pulse = pulse_of(answer)
    if pulse.state is ServerState.LOADING and not speaks_of_scaling(pulse.reason):
        words = said(answer)
        reason = f"its engine does not run (HTTP 503){f': {words}' if words else ''}"
        return replace(pulse, state=ServerState.DOWN, reason=reason)
    if pulse.state is not ServerState.UP:
        return pulse
    page, trouble = await page_of(ask)
    if page is None:
        return replace(pulse, reason=pulse.reason or trouble)
    if production_stack.is_page(page):
        return await production_stack.read(pulse, page)
    found, trouble = await scraped(page, series.VLLM)
    condition, sleep = _sleep(found.engines)
    return replace(
        pulse,
        metrics=found,
        reason=pulse.reason or trouble or sleep,
        condition=condition,
        hint=_UNTOLD if found.bare and found.born is not None else "",
    )


def _sleep(engines: Sequence[Engine]) -> tuple[Condition | None, str]:
    """Which of its engines sleep, how deep, and what wakes them."""
    asleep = [engine for engine in engines if engine.asleep]
    if not asleep:
        return None, ""
    levels = ", ".join(dict.fromkeys(engine.asleep for engine in asleep))
    if len(asleep) == len(engines):
        return Condition.ASLEEP, f"asleep ({levels}): prompts wait until POST /wake_up"
    names = ", ".join(engine.name for engine in asleep)
    some = "engine" if len(asleep) == 1 else "engines"
    words = f"{some} {names} of {len(engines)} asleep ({levels}): POST /wake_up wakes it"
    return Condition.PARTIAL, words


KIND = Kind(
    name="vLLM",
    type="vllm",
    owners=frozenset({"vllm", "vllm-frontend-rs"}),
    prefix="vllm:",
    pulse=pulse,
    details=details,
    whole_list=True,
    shared_context=True,
    dead_at_503=True,
)
