"""Scenes for pictures of the console: what agents say, what servers and GPUs do, at fixed times."""

import asyncio
from collections.abc import Callable, Sequence

from massgen_tui.backends.base import Backend
from massgen_tui.backends.events import (
    BackendError,
    ContentDelta,
    ErrorKind,
    Finished,
    Opened,
    ReasoningDelta,
    Started,
    ToolCallDelta,
    UsageReported,
)
from massgen_tui.config.model import AgentConfig, Config, UiConfig
from massgen_tui.monitor.gpu_status import GpuSnapshot, GpuStatus
from massgen_tui.monitor.status import Load, ServedModel, ServerState, ServerStatus, ServerTarget
from tests.support.configs import agent_of
from tests.support.fakes import Backends, FakeBackend, FakeClock, Step

MODEL = "Qwen/Qwen3-4B"
PROVIDERS = {
    "vllm": ("vLLM", "http://localhost:8000"),
    "sglang": ("SGLang", "http://localhost:30000"),
}
GIB = 2**30

THOUGHT = (
    "Okay, the user asks what machine learning is. I should give a short definition first, ",
    "then the kinds of it, and one small example in Python.\n\n",
    "A definition: programs that improve with data instead of being told every rule.",
)
ANSWER = (
    "## Machine learning\n\nMachine learning is a field of **artificial intelligence** in which ",
    "programs *learn from data* instead of following fixed rules.\n\n",
    "1. Supervised: from labelled examples\n2. Unsupervised: structure without labels\n",
    "3. Reinforcement: from rewards\n\n```python\nfrom sklearn.svm import SVC\n\n",
    "model = SVC().fit(X, y)  # learns\nprint(model.predict([[5.1, 3.5]]))\n```\n\n",
    "It is `fit` that does the learning.",
)


def two_agents(**ui: object) -> Config:
    """The two agents of the guide's first config."""
    return config_with({"qwen1": "vllm", "qwen2": "sglang"}, name="two_qwen_vllm_sglang", **ui)


def config_with(agents: dict[str, str], *, name: str, **ui: object) -> Config:
    """A config with these agents, id → type; nothing is written."""
    made = tuple(
        agent_of(id, type=kind, model=MODEL, base_url=f"{PROVIDERS[kind][1]}/v1")
        for id, kind in agents.items()
    )
    return Config(
        name=name, agents=made, ui=UiConfig.model_validate({"logging_enabled": False, **ui})
    )


class Cast(Backends):
    """Fake backends that are called as their servers are."""

    def __call__(self, agent: AgentConfig) -> Backend:
        """Make one."""
        backend = super().__call__(agent)
        if isinstance(backend, FakeBackend):
            backend.provider, backend.server = PROVIDERS[agent.endpoint.type]
            backend.url = f"{backend.server}/v1/chat/completions"
            backend.model = agent.settings.model
        return backend


def passing(clock: FakeClock, seconds: float) -> Callable[[], None]:
    """A step in which time passes."""
    return lambda: clock.tick(seconds)


def spoken(
    clock: FakeClock, pieces: Sequence[str], kind: type[ReasoningDelta | ContentDelta]
) -> list[Step]:
    """These pieces word by word, 11 ms each: about 90 tokens a second."""
    words = [word for piece in pieces for word in piece.replace(" ", " \0").split("\0")]
    return [step for word in words for step in (passing(clock, 0.011), kind(word))]


def opened(clock: FakeClock) -> list[Step]:
    """The answer opens after a fifth of a second."""
    return [passing(clock, 0.2), Opened(), Started(MODEL)]


def thinking(clock: FakeClock, pieces: Sequence[str] = THOUGHT) -> list[Step]:
    """It thinks and has not begun to answer."""
    return [*opened(clock), *spoken(clock, pieces, ReasoningDelta), asyncio.Event()]


def answering(clock: FakeClock, pieces: Sequence[str] = ANSWER[:5]) -> list[Step]:
    """It has thought and is answering."""
    thought = spoken(clock, THOUGHT, ReasoningDelta)
    return [*opened(clock), *thought, *spoken(clock, pieces, ContentDelta), asyncio.Event()]


def done(clock: FakeClock, pieces: Sequence[str] = ANSWER, finish: str = "stop") -> list[Step]:
    """It has answered, and the server has counted."""
    usage = UsageReported(prompt=24, completion=168, reasoning=61)
    return [*answering(clock, pieces)[:-1], Finished(finish), usage]


def calling(clock: FakeClock) -> list[Step]:
    """It stops to call a tool."""
    call = ToolCallDelta(0, "call_1", "get_weather", '{"city": "Zürich", "unit": ')
    rest = ToolCallDelta(0, arguments='"celsius"}')
    thought = spoken(clock, ("I need the weather in Zürich for that.",), ReasoningDelta)
    return [*opened(clock), *thought, call, passing(clock, 0.1), rest, Finished("tool_calls")]


def refused(agent: str, server: str) -> list[Step]:
    """Nothing listens at its server."""
    error = BackendError(
        ErrorKind.UNREACHABLE,
        f"connection refused by {server}",
        agent=agent,
        server=server,
        hint="nothing listens there: start the server, or correct base_url",
    )
    return [error]


def server(kind: str, *, tokens_per_s: float = 141.0, kv_usage: float = 0.12) -> ServerStatus:
    """A server of this kind, up and answering."""
    name, root = PROVIDERS[kind]
    flag = "vllm.entrypoints.openai.api_server --model"
    if kind == "sglang":
        flag = "sglang.launch_server --model-path"
    command = f"python -m {flag} {MODEL} --port {root.rpartition(':')[2]}"
    agents = ("qwen1",) if kind == "vllm" else ("qwen2",)
    target = ServerTarget(root, f"{root}/v1", kind, (MODEL,), agents, start_command=command)
    return ServerStatus(
        target,
        state=ServerState.UP,
        kind=name,
        version="0.33.0" if kind == "vllm" else "0.5.4",
        models=(ServedModel(MODEL, 40960),),
        running=1,
        waiting=0,
        kv_usage=kv_usage,
        tokens_per_s=tokens_per_s,
        history=tuple(
            Load(speed, running=1, waiting=0, kv_usage=kv_usage)
            for speed in (20.0, 60.0, 90.0, 140.0, 120.0, tokens_per_s)
        ),
        latency_s=0.004,
        checked_at=100.0,
        since=40.0,
    )


def both_up() -> dict[str, ServerStatus]:
    """Both servers, up."""
    statuses = (server("vllm"), server("sglang", tokens_per_s=79.0, kv_usage=0.31))
    return {status.target.root: status for status in statuses}


def one_down() -> dict[str, ServerStatus]:
    """The SGLang server is down."""
    reason = "connection refused: nothing listens there"
    down = ServerStatus(
        server("sglang").target, state=ServerState.DOWN, reason=reason, checked_at=100.0, since=88.0
    )
    up = server("vllm")
    return {up.target.root: up, down.target.root: down}


def two_gpus() -> GpuSnapshot:
    """Two healthy GPUs."""
    gpus = tuple(
        GpuStatus(
            index,
            name="H100 80GB HBM3",
            uuid=f"GPU-{index}",
            utilisation=busy,
            memory_used=int(used * GIB),
            memory_total=int(79.6 * GIB),
            temperature=61 + index,
            power=412.0 + index,
            power_limit=700.0,
            sm_clock=1980,
            history=tuple(round(busy * part) for part in (0.3, 0.7, 0.95, 0.9, 1)),
        )
        for index, busy, used in ((0, 87, 59.8), (1, 12, 4.2))
    )
    return GpuSnapshot(gpus, sampled_at=100.0)
