"""llama.cpp's server, 2026, and the router of several that it can be.

`/health`, `/props` and the list of models neither wake it nor keep it awake
(ggml-org/llama.cpp#18228), nor does `/metrics`. `/slots` does: it is asked only where its page does
not tell what runs, and seldom while it says the same.
"""

from collections.abc import Iterator
from dataclasses import replace

from massgen_tui.monitor import series
from massgen_tui.monitor.fetch import Fault
from massgen_tui.monitor.kinds.kind import Kind
from massgen_tui.monitor.kinds.scrape import scrape
from massgen_tui.monitor.looking import MODELS, Ask, Liveness, ModelState, ServerInfo, pulse_of
from massgen_tui.monitor.metrics import Metrics
from massgen_tui.monitor.read import count, field, items, text
from massgen_tui.monitor.status import Condition, ServedModel, ServerState

_UNTOLD = "it tells no numbers: start it with --metrics"


async def details(ask: Ask, card: ServerInfo) -> ServerInfo:
    """Add its version, and the context that it was started with."""
    answer = await ask("/props")
    props = answer.json() if answer.ok else None
    length = count(field(props, "default_generation_settings", "n_ctx"))
    name = text(field(props, "model_alias"))
    models = card.models or ((ServedModel(name),) if name else ())
    if length:
        models = tuple(replace(one, context_length=length) for one in models)
    # its list of models is open to all, what runs prompts is not
    refused = card.refused_key or answer.refused_key
    version = text(field(props, "build_info"))
    return replace(card, version=version, models=models, refused_key=refused)


async def pulse(ask: Ask) -> Liveness:
    """Whether it lives or sleeps, and its numbers."""
    pulse = pulse_of(await ask("/health"))
    if pulse.state is not ServerState.UP:
        return pulse
    answer = await ask("/props")
    props = answer.json() if answer.ok else None
    if field(props, "role") == "router":
        loads = field(props, "models_autoload") is not False
        listed = (await ask(MODELS)).json()
        return replace(pulse, kind=ROUTER, by_model=tuple(_by_model(listed, loads=loads)))
    if field(props, "is_sleeping") is True:
        asleep = Metrics(running=0.0, waiting=0.0)
        words = "asleep: the next prompt wakes it"
        return replace(pulse, metrics=asleep, reason=words, condition=Condition.ASLEEP)
    return await _numbers(ask, pulse)


async def _numbers(ask: Ask, pulse: Liveness) -> Liveness:
    found, trouble = await scrape(ask, series.LLAMACPP)
    hint = ""
    if found is None or None in (found.running, found.waiting):
        slots = await ask("/slots")
        if slots.ok:
            found = _with_slots(found or Metrics(), list(items(slots.json())))
        elif slots.fault is Fault.UNASKED:
            found = None
        elif found is not None and found.bare and not trouble:
            hint = _UNTOLD
    elif found.steps is None:
        # an answer under way is in no counter (before n_decode_total of November 2024)
        found = replace(found, progress=None)
    return replace(pulse, metrics=found, reason=pulse.reason or trouble, hint=hint)


def _with_slots(scrape: Metrics, slots: list[dict[str, object]]) -> Metrics:
    busy = sum(slot.get("is_processing") is True for slot in slots)
    return replace(scrape, running=float(busy)) if scrape.running is None else scrape


def _by_model(listed: object, *, loads: bool) -> Iterator[tuple[str, ModelState]]:
    """What each model of a router is in; `loads`: a prompt loads one that is not there."""
    for entry in items(field(listed, "data")):
        name, status = text(entry.get("id")), field(entry, "status")
        if name and isinstance(status, dict):
            yield name, _model_state(name, status, loads=loads)


def _model_state(name: str, status: dict[str, object], *, loads: bool) -> ModelState:
    if status.get("failed") is True:
        code = count(status.get("exit_code"))
        why = "" if code is None else f" (exit code {code})"
        return ModelState(ServerState.DOWN, f"{name} failed to load{why}")
    match status.get("value"):
        case "sleeping":
            words = f"{name} sleeps: the next prompt wakes it"
            return ModelState(ServerState.UP, words, Condition.ASLEEP)
        case "loading" | "downloading" as value:
            return ModelState(ServerState.LOADING, f"{name} is {value}")
        case "unloaded" if loads:
            return ModelState(ServerState.UP, f"{name} is not loaded: the next prompt loads it")
        case "unloaded":
            return ModelState(ServerState.DOWN, f"{name} is not loaded, and no prompt loads it")
    return ModelState(ServerState.UP)


KIND = Kind(
    name="llama.cpp",
    type="llamacpp",
    owners=frozenset({"llamacpp"}),
    header="llama.cpp",
    prefix="llamacpp:",
    pulse=pulse,
    details=details,
    whole_list=True,
    any_name=True,
    wakes=True,
)
ROUTER = Kind(
    name="llama.cpp router",
    type="llamacpp",
    pulse=pulse,
    details=details,
    whole_list=True,
    wakes=True,
)
"""`llama-server` without a model, which starts one for each that is asked for."""
