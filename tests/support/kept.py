"""Sessions that are kept, with what was said in them."""

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from massgen_tui.config.model import Config
from massgen_tui.session.session import Session
from massgen_tui.store.recording import record
from massgen_tui.store.writer import SessionLog
from tests.support.fakes import Backends, FakeClock, Step, answer, config_of

Script = Sequence[Step]


async def keep_session(
    folder: Path,
    *prompts: str,
    answers: Sequence[str | Script] = (),
    config: Config | None = None,
    close: bool = True,
) -> Path:
    """Ask one agent these prompts; gives the session's file, which is open where `close` is not."""
    path, end = await open_session(folder, *prompts, answers=answers, config=config)
    if close:
        end()
    return path


async def open_session(
    folder: Path,
    *prompts: str,
    answers: Sequence[str | Script] = (),
    config: Config | None = None,
) -> tuple[Path, Callable[[], None]]:
    """Ask one agent these prompts; gives the session's file and what ends it."""
    scripts = [answer(one) if isinstance(one, str) else one for one in answers]
    session = Session(
        config or config_of("a"),
        backend_for=Backends(a=scripts),
        clock=FakeClock(),
        health=None,
    )
    log = record(session, warn=pytest.fail, directory=lambda: folder)
    for prompt in prompts or ("hello",):
        session.ask(prompt)
        await session.wait()
    await session.aclose()
    return await _begun(log), log.close


async def _begun(log: SessionLog) -> Path:
    """The file, as soon as its thread has made it."""
    for _ in range(500):
        if log.path is not None:
            return log.path
        await asyncio.sleep(0.01)
    raise AssertionError("no file was made")
