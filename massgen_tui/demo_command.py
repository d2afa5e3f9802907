"""`massgen-tui demo`: a server of the demo below, a console or a headless run above, one config."""

import importlib
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Protocol

from massgen_tui import paths
from massgen_tui.config.build import build
from massgen_tui.config.model import Config
from massgen_tui.config.variables import literal
from massgen_tui.demo import template
from massgen_tui.demo.errors import DemoError, ModelUnavailable
from massgen_tui.demo.fetch import ensure_model
from massgen_tui.demo.model import SMOLLM2, check_own
from massgen_tui.demo.progress import Progress
from massgen_tui.demo.recording import NO_MODEL
from massgen_tui.demo.server import ModelServer, check_machine
from massgen_tui.terminal import undrawable

FETCH = 80.0
ANSWER = 60.0
"""Seconds that a fetch and an answer may take where nobody watches: the whole stays under 180."""
AGENTS = ("thinking", "plain")


@dataclass(frozen=True, slots=True)
class Stage:
    """A server that runs, and what is to be asked of it."""

    config: Config
    question: str
    notice: str
    """What the demo is, and what it is not."""


def run_demo(
    *,
    replay: bool = False,
    model: Path | None = None,
    offline: bool = False,
    coordinate: bool = False,
) -> int:
    """Show two agents on this machine, in the console or, without a terminal, printed.

    Args:
        replay: play recorded answers, without a model.
        model: a GGUF file to use instead of the demo's own.
        offline: fetch nothing.
        coordinate: let the two agree on one answer; recorded answers cannot.

    Returns:
        The exit code; 1 when the demo could not be set up.
    """
    screen = not undrawable()
    tell = Progress(sys.stderr)
    try:
        with _ended_by_signals() as check, ExitStack() as stack:
            if replay and coordinate:
                raise DemoError("recorded answers agree on nothing: leave out one of the two")
            if replay:
                stage = _replay(stack, screen, "as asked with --replay")
            elif model is not None:
                check_own(model)
                stage = _live(stack, screen, model, model.stem, "a file of your own, not checked")
            else:
                stage = _live_or_replay(stack, screen, tell, offline)
            check()
            return _show(stage, screen, tell, coordinate=coordinate)
    except DemoError as error:
        tell(f"massgen-tui demo: {error}")
        return 1
    except KeyboardInterrupt:
        tell("stopped")
        return 130


def _live_or_replay(stack: ExitStack, screen: bool, tell: Progress, offline: bool) -> Stage:
    """The demo's own model; recorded answers where it cannot be had, never where it is wrong."""
    try:
        check_machine()
        seconds = None if screen else FETCH
        model = ensure_model(_models(), tell, offline=offline, seconds=seconds)
        tell(f"Starting {SMOLLM2.name} under llama.cpp's server ({model})")
        return _live(stack, screen, model, SMOLLM2.name, f"{SMOLLM2.licence}, 135 M parameters")
    except ModelUnavailable as error:
        tell(f"No model: {error}")
        return _replay(stack, screen, str(error))


def _models() -> Path:
    try:
        return paths.cache_dir() / "models"
    except OSError as error:
        raise ModelUnavailable(f"the model has no place to be kept: {error}") from error


def _live(stack: ExitStack, screen: bool, model: Path, name: str, about: str) -> Stage:
    server = stack.enter_context(ModelServer(model, name))
    notice = (
        f"Demo: {name} ({about}) on this machine. A tiny model: look at the streams, not at what "
        "it says. Its reasoning is forced by the template; it shows the channel."
    )
    return Stage(live_config(server, name, screen=screen), template.QUESTION, notice)


def _replay(stack: ExitStack, screen: bool, why: str) -> Stage:
    replay = importlib.import_module("massgen_tui.demo.replay")
    server = stack.enter_context(replay.ReplayServer(replay.playlists()))
    notice = f"Demo: {NO_MODEL}. Recorded answers play, whatever you ask ({why})."
    return Stage(replay_config(server, screen=screen), replay.FIBONACCI, notice)


class Served(Protocol):
    """A server of the demo."""

    base_url: str
    key: str


def live_config(server: Served, model: str, *, screen: bool) -> Config:
    """Two agents on the demo's model, one that thinks and one that does not."""
    manners = (template.THINKING, template.PLAIN)
    return _config("demo", "llamacpp", model, server, manners, screen=screen)


def replay_config(server: Served, *, screen: bool) -> Config:
    """Two agents on recorded answers; `user` tells the replay who asks."""
    manners = tuple(template.Manner({"user": id}) for id in AGENTS)
    return _config(f"demo ({NO_MODEL})", "chatcompletion", NO_MODEL, server, manners, screen=screen)


def _config(
    name: str,
    kind: str,
    model: str,
    server: Served,
    manners: tuple[template.Manner, ...],
    *,
    screen: bool,
) -> Config:
    agents = [
        {
            "id": id,
            "system_message": template.SYSTEM_MESSAGE,
            "backend": {
                **manner.parameters,
                "extra_body": manner.extra_body,
                "type": kind,
                "model": literal(model),
                "base_url": f"{server.base_url}/v1",
                "api_key": literal(server.key),
                "timeout": {} if screen else {"total": ANSWER},
            },
        }
        for id, manner in zip(AGENTS, manners, strict=True)
    ]
    return build({"agents": agents, "ui": {"logging_enabled": False}}, {}, name=name)


def _show(stage: Stage, screen: bool, tell: Progress, *, coordinate: bool = False) -> int:
    tell(stage.notice)
    config = stage.config
    if coordinate:
        on = config.coordination.model_copy(update={"coordinate": True})
        config = config.model_copy(update={"coordination": on})
    if screen:
        open_console = importlib.import_module("massgen_tui.console.running").open_console
        return int(open_console(config, prompt=stage.question, notice=stage.notice))
    headless = importlib.import_module("massgen_tui.headless")
    tell(f"No terminal, so no console: asking both agents: {stage.question}")
    options = headless.Options(stage.question, reasoning=True, timings=True, coordinate=coordinate)
    return int(headless.run(config, options))


@contextmanager
def _ended_by_signals() -> Iterator[Callable[[], None]]:
    """While the demo is set up, being told to end unwinds it, so that nothing is left running.

    What it gives is called before the demo begins: where Python lets no exception out, as where a
    module's lock is taken away, the one that ends it is lost.
    """
    told: list[int] = []

    def end(number: int, frame: FrameType | None) -> None:
        told.append(number)
        raise SystemExit(128 + number)

    def check() -> None:
        if told:
            raise SystemExit(128 + told[0])

    names = ("SIGTERM", "SIGHUP", "SIGQUIT")
    numbers = [getattr(signal, name) for name in names if hasattr(signal, name)]
    heard = [number for number in numbers if signal.getsignal(number) is not signal.SIG_IGN]
    before = {number: signal.signal(number, end) for number in heard}
    try:
        yield check
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
