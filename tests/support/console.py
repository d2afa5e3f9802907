"""The console on a fixed stage: scripted agents, a clock moved by hand, fixed servers and GPUs."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from textual.pilot import Pilot

from massgen_tui.config.model import Config
from massgen_tui.console.app import ConsoleApp
from massgen_tui.console.history import History
from massgen_tui.console.remembered import Remembered
from massgen_tui.console.services import Services
from massgen_tui.monitor.energy import Energy
from massgen_tui.monitor.gpu_status import GpuSnapshot
from massgen_tui.monitor.status import ServerStatus
from massgen_tui.session.agent import Agent
from massgen_tui.session.attempt import Attempt
from massgen_tui.session.health import Health, HealthReport
from massgen_tui.session.session import Session
from massgen_tui.session.status import Status
from massgen_tui.store.resume import resume
from tests.support.fakes import Backends, FakeClock, config_of
from tests.support.mirror import drawn_whole

NO_GPU = GpuSnapshot(reason="no NVIDIA driver on this host", sampled_at=100.0)


@dataclass
class FixedWatching:
    """Servers and GPUs that never change by themselves."""

    servers: Mapping[str, ServerStatus] = field(default_factory=dict)
    gpus: GpuSnapshot = NO_GPU
    relaxed: bool = False
    started: bool = False
    stopped: bool = False
    took: Energy | None = None
    heard_of: list[tuple[str, Status]] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    """Agents whose requests were about to be sent."""
    learned: list[Callable[[], None]] = field(default_factory=list)
    """To be called when something new is known."""

    def listen(self, learned: Callable[[], None]) -> None:
        """Remember who wants to know."""
        self.learned.append(learned)

    async def start(self) -> None:
        """Remember it."""
        self.started = True

    async def stop(self) -> None:
        """Remember it."""
        self.stopped = True

    def watch(self, config: Config) -> None:
        self.config = config

    def heard(self, agent: Agent, attempt: Attempt) -> None:
        """Remember who was heard of."""
        self.heard_of.append((agent.id, attempt.status))

    def asks(self, agent: Agent) -> None:
        """Remember who asks."""
        self.asked.append(agent.id)

    def follow(self, agents: Sequence[Agent]) -> None:
        """Learn nothing."""

    def energy(self, attempt: Attempt) -> Energy | None:
        """What every answer took."""
        return self.took

    async def health(self, agent: Agent) -> HealthReport:
        """Nothing is known."""
        return HealthReport(Health.UNKNOWN)


@dataclass
class Stage:
    """A console and what stands behind it."""

    app: ConsoleApp
    pilot: Pilot[None]
    backends: Backends
    clock: FakeClock
    watching: FixedWatching

    @property
    def session(self) -> Session:
        """The session."""
        return self.app.session

    @property
    def on_main(self) -> bool:
        """Nothing stands before the main screen."""
        return self.app.screen is self.app.main

    @property
    def zoomed(self) -> bool:
        """One pane fills the grid."""
        return self.app.main.grid.zoomed is not None

    async def settle(self) -> None:
        """Let everything happen that can happen, and draw it."""
        for _ in range(3):
            await self.pilot.pause()
        self.app.paint()
        await self.pilot.pause()

    async def press(self, *keys: str) -> None:
        """Press keys and let everything happen."""
        await self.pilot.press(*keys)
        await self.settle()

    async def ask(self, prompt: str) -> None:
        """Type a prompt and send it."""
        self.app.prompt.put(prompt)
        await self.press("enter")

    @property
    def screen_text(self) -> str:
        """What the terminal shows, without colours."""
        return screen_text(self.app)


def screen_text(app: ConsoleApp) -> str:
    """What the terminal shows, row by row."""
    return "\n".join("".join(segment.text for segment in row) for row in drawn_whole(app))


def make_console(
    config: Config | None = None,
    *,
    backends: Backends | None = None,
    watching: FixedWatching | None = None,
    history: Path | None = None,
    clock: FakeClock | None = None,
    prompt: str | None = None,
    notice: str = "",
    resumes: Path | None = None,
    remembered: Remembered | None = None,
) -> ConsoleApp:
    """A console whose agents play the scripts of `backends`; nothing is written, nothing moves."""
    config = config or config_of("qwen1", "qwen2")
    session = Session(
        config, clock=clock or FakeClock(), backend_for=backends or Backends(), health=None
    )
    services = Services(session, watching or FixedWatching(), history=History(history))
    if resumes is not None:
        services.resumed = resume(session, resumes, warn=print, keep=False)
    app = ConsoleApp(config, services, prompt=prompt, notice=notice, remembered=remembered)
    app.animation_level = "none"
    return app


@asynccontextmanager
async def staged(
    config: Config | None = None,
    *,
    size: tuple[int, int] = (120, 36),
    backends: Backends | None = None,
    watching: FixedWatching | None = None,
    history: Path | None = None,
    prompt: str | None = None,
    notice: str = "",
    resumes: Path | None = None,
    remembered: Remembered | None = None,
) -> AsyncIterator[Stage]:
    """A running console in a terminal of this size, painted once."""
    backends, clock, watching = backends or Backends(), FakeClock(), watching or FixedWatching()
    app = make_console(
        config,
        backends=backends,
        watching=watching,
        history=history,
        clock=clock,
        prompt=prompt,
        notice=notice,
        resumes=resumes,
        remembered=remembered,
    )
    async with app.run_test(size=size, notifications=True) as pilot:
        stage = Stage(app, pilot, backends, clock, watching)
        await stage.settle()
        yield stage
