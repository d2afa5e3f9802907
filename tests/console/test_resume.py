"""A kept session on the screen again, exactly where it was."""

from pathlib import Path

import pytest

from massgen_tui.store.recording import record
from tests.support.console import Stage, staged
from tests.support.fakes import Backends, answer


async def converse(stage: Stage, folder: Path) -> Path:
    """Two prompts, a rerun, and the first attempt in front again; kept."""
    log = record(stage.session, warn=pytest.fail, directory=lambda: folder)
    await stage.ask("what is a token?")
    await stage.press("ctrl+r")
    await stage.press("ctrl+g", "1", "left_square_bracket", "ctrl+g", "0")
    await stage.ask("and then?")
    log.close()
    assert log.path is not None
    return log.path


def scripts() -> Backends:
    said = [answer(f"Answer **{number}**.", "\n\n- a\n- b") for number in range(3)]
    return Backends(qwen1=said, qwen2=list(said))


def rows(stage: Stage) -> list[str]:
    """The screen without the title's clock."""
    return stage.screen_text.splitlines()[1:]


async def test_a_resumed_session_looks_as_it_did(tmp_path: Path) -> None:
    async with staged(backends=scripts()) as stage:
        path = await converse(stage, tmp_path)
        stage.app.clear_notifications()
        await stage.settle()
        before, title = rows(stage), stage.screen_text.splitlines()[0]
    async with staged(resumes=path) as stage:
        assert rows(stage) == before
        assert "turn 2" in title
        assert "turn 2" in stage.screen_text.splitlines()[0]
        await stage.ask("last")
        asked = stage.backends["qwen1"].asked[-1]
        assert [one.content for one in asked][::2] == ["what is a token?", "and then?", "last"]


async def test_what_is_not_as_it_was_is_told(tmp_path: Path) -> None:
    async with staged(backends=scripts()) as stage:
        path = await converse(stage, tmp_path)
    lines = path.read_text("utf-8").splitlines(keepends=True)
    path.write_text("".join([*lines[:-6], "nothing\n"]), "utf-8")
    async with staged(resumes=path) as stage:
        stage.app.action_warnings()
        await stage.settle()
        assert "is damaged" in stage.screen_text
        assert "cut off where the session ended" in stage.screen_text
