"""Sessions that are kept, with what was said in them."""

import asyncio
import json
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


def kept(folder: Path, number: int, prompt: str, content: str = "x") -> Path:
    """A file as the program writes it."""
    id = f"{number:08}"
    path = folder / f"20261124-{number // 3600:02}{number // 60 % 60:02}{number % 60:02}-{id}.jsonl"
    head = {"format": 1, "id": id, "at": "2026-11-24T10:10:10Z", "resolution_s": 0.01, "agents": []}
    told: list[dict[str, object]] = [
        head,
        {"t": 0, "e": "prompt", "turn": 1, "text": prompt, "agents": ["a"]},
        {"t": 0, "e": "queued", "a": 1, "agent": "a", "turn": 1},
        {"t": 9, "a": 1, "c": content[:7], "d": [[0, len(content[:7])]]},
        {"t": 9, "a": 1, "c": content[7:], "d": [[0, len(content[7:])]]},
        {"t": 10, "e": "closed", "how": "quit"},
    ]
    path.write_text("".join(json.dumps(one) + "\n" for one in told), "utf-8")
    return path
