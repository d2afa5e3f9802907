"""A kept session is opened in the place of the one that runs, in the same console."""

import asyncio
from pathlib import Path

import pytest

from massgen_tui import paths
from massgen_tui.backends.events import ContentDelta, Opened
from massgen_tui.config.model import Config, UiConfig
from massgen_tui.console.screens.text_modal import TextModal
from massgen_tui.session.session import Session
from massgen_tui.session.status import Status
from massgen_tui.store.recording import record
from tests.support.console import FixedWatching, Stage, staged
from tests.support.fakes import Backends, FakeClock, answer, config_of


@pytest.fixture(autouse=True)
def own_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is written outside the test's folder."""
    monkeypatch.setattr(paths, "state_dir", lambda: tmp_path)
    monkeypatch.setattr(paths, "sessions_dir", lambda: tmp_path)


class Leaving(FixedWatching):
    """A monitor that takes its time to end."""

    def __init__(self) -> None:
        super().__init__()
        self.leaving, self.left = asyncio.Event(), asyncio.Event()

    async def stop(self) -> None:
        """End when the test says so."""
        self.leaving.set()
        await self.left.wait()


def unwatched(*ids: str, **ui: object) -> Config:
    settings = UiConfig.model_validate({"logging_enabled": True} | ui)
    return config_of(*ids).model_copy(update={"monitor": False, "ui": settings})


async def kept(folder: Path, config: Config, prompt: str, said: str) -> Path:
    """The file of a session in which all agents were asked once."""
    scripts = Backends(**{agent.id: [answer(said)] for agent in config.agents})
    session = Session(config, backend_for=scripts, clock=FakeClock(), health=None)
    log = record(session, warn=pytest.fail, directory=lambda: folder)
    session.ask(prompt)
    await session.wait()
    await session.aclose()
    log.close()
    assert log.path is not None
    return log.path


async def there(stage: Stage) -> None:
    """Wait until what was opened is there."""
    opening = [worker for worker in stage.app.workers if worker.group == "open"]
    await stage.app.workers.wait_for_complete(opening)
    await stage.settle()


async def opened(stage: Stage, path: Path) -> None:
    stage.app.open_session(path)
    await there(stage)


async def test_another_session_comes_and_the_one_before_ends(tmp_path: Path) -> None:
    path = await kept(tmp_path, unwatched("one", "two", "three"), "of old", "said long ago")
    watching = FixedWatching()
    backends = Backends(qwen1=[[Opened(), ContentDelta("begun"), asyncio.Event()]])
    async with staged(backends=backends, watching=watching) as stage:
        before, main = stage.session, stage.app.main
        await stage.ask("now")
        await stage.press("f1")
        assert isinstance(stage.app.screen, TextModal)
        await opened(stage, path)
        assert stage.on_main
        assert "turn 1 · of old" in stage.screen_text
        assert stage.screen_text.count("said long ago") == 3
        assert "begun" not in stage.screen_text
        assert before.agents[0].turns[0].attempts[0].status is Status.CANCELLED
        assert (watching.stopped, backends["qwen1"].closed) == (True, True)
        assert not main.is_running
        assert [agent.id for agent in stage.session.agents] == ["one", "two", "three"]
        groups = [worker.group for worker in stage.app.workers if worker.is_running]
        assert groups.count("pump") == groups.count("deferred") == 1


async def test_a_draft_is_kept_and_what_is_typed_meanwhile_is_meant_for_what_comes(
    tmp_path: Path,
) -> None:
    path = await kept(tmp_path, unwatched("one"), "of old", "said")
    watching = Leaving()
    async with staged(history=tmp_path / "prompts.jsonl", watching=watching) as stage:
        stage.app.prompt.put("a draft")
        stage.app.open_session(path)
        await watching.leaving.wait()
        await stage.pilot.press("h", "i")
        watching.left.set()
        await there(stage)
        assert stage.app.prompt.text == "hi"
        await stage.press("up")
        assert stage.app.prompt.text == "a draft"


async def test_one_after_the_other(tmp_path: Path) -> None:
    first = await kept(tmp_path, unwatched("one"), "first prompt", "first answer")
    second = await kept(tmp_path, unwatched("two", keymap={"zoom": "f9"}), "second", "answer two")
    async with staged() as stage:
        await opened(stage, first)
        assert "first answer" in stage.screen_text
        await opened(stage, second)
        assert "first answer" not in stage.screen_text
        assert "answer two" in stage.screen_text
        await stage.press("f9")
        assert stage.zoomed
        await opened(stage, first)
        await stage.press("f9", "f4")
        assert stage.zoomed, "the keys are its own: f9 did nothing"


@pytest.mark.parametrize("text", ["", "no session\n", '{"format": 99}\n'])
async def test_what_is_no_session_is_told_and_the_one_that_runs_goes_on(
    tmp_path: Path, text: str
) -> None:
    path = tmp_path / "20260101-000000-abcdefgh.jsonl"
    path.write_text(text)
    async with staged(backends=Backends(qwen1=[answer("still here")])) as stage:
        await opened(stage, path)
        assert "not opened" in stage.screen_text
        await opened(stage, tmp_path / "gone.jsonl")
        await stage.ask("hi")
        assert "still here" in stage.screen_text
