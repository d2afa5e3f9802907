"""A kept session shown again: the same screen at its end, keys that move the time, no sending."""

import asyncio
from pathlib import Path

import pytest

from massgen_tui.console.replay import ReplayApp
from massgen_tui.store.recording import record
from massgen_tui.store.replaying import replayed
from tests.support.console import screen_text, staged
from tests.support.fakes import Backends, FakeClock, answer, config_of


async def played(folder: Path) -> tuple[Path, list[str]]:
    """A session's file, and the rows of its screen at the end."""
    said = [answer(f"Answer **{number}**.", "\n\n- a\n- b") for number in range(2)]
    backends = Backends(qwen1=said, qwen2=list(said))
    config = config_of("qwen1", "qwen2").model_copy(update={"monitor": False})
    async with staged(config, backends=backends) as stage:
        log = record(stage.session, warn=pytest.fail, directory=lambda: folder)
        await stage.ask("what is a token?")
        stage.clock.tick(8.0)
        await stage.ask("and then?")
        stage.app.clear_notifications()
        await stage.settle()
        log.close()
        assert log.path is not None
        return log.path, screen_text(stage.app).splitlines()


async def test_the_last_screen_is_the_live_one_and_keys_move_the_time(tmp_path: Path) -> None:
    path, live = await played(tmp_path)
    wall = FakeClock()
    session, kept = replayed(path, wall=wall)
    app = ReplayApp(session.config, session, kept.head.id)
    app.animation_level = "none"
    async with app.run_test(size=(120, 36), notifications=True) as pilot:

        async def shows(*words: str) -> list[str]:
            app.paint()
            await pilot.pause()
            text = screen_text(app)
            for word in words:
                assert word in text
            return text.splitlines()

        await shows("what is a token?", "replay of", "0:00.0 of 0:08.0", "×1")
        await pilot.press("space", "right")
        await shows("0:05.0 of 0:08.0", "paused")
        rows = await shows()
        assert "and then?" not in "\n".join(rows)
        await pilot.press("full_stop")
        rows = await shows("at its end")
        assert rows[1:-2] == live[1:-2]
        assert "Answer 1." in "\n".join(rows)
        await pilot.press("left", "comma")
        await shows("paused")
        await pilot.press("home")
        assert "and then?" not in "\n".join(await shows("0:00.0 of 0:08.0"))
        await pilot.press("greater_than_sign")
        await shows("0:08.0 of 0:08.0", "and then?")
        await pilot.press("less_than_sign")
        await shows("0:00.0 of 0:08.0")
        await pilot.press("end")
        await shows("at its end")
        await pilot.press("left", "comma")
        await pilot.press("plus", "x", "ctrl+r")
        await shows("×2" if session.player.playing else "paused", "nothing is sent")


async def test_it_plays_by_itself(tmp_path: Path) -> None:
    path, _ = await played(tmp_path)
    wall = FakeClock()
    session, kept = replayed(path, speed=4.0, wall=wall)
    app = ReplayApp(session.config, session, kept.head.id)
    async with app.run_test(size=(120, 36), notifications=True) as pilot:

        async def shows(words: str) -> None:
            async with asyncio.timeout(20):
                while words not in screen_text(app):
                    await pilot.pause()

        wall.tick(1.0)
        await shows("0:04.0 of 0:08.0")
        wall.tick(1.0)
        await shows("and then?")
        await shows("at its end")


@pytest.mark.parametrize("width", [80, 120])
async def test_only_keys_that_act_are_offered_and_all_of_the_time_is_seen(
    tmp_path: Path, width: int
) -> None:
    path, _ = await played(tmp_path)
    session, kept = replayed(path, wall=FakeClock())
    app = ReplayApp(session.config, session, kept.head.id)
    async with app.run_test(size=(width, 24)) as pilot:
        app.paint()
        await pilot.pause()
        time, foot = screen_text(app).splitlines()[-2:]
        assert f"replay of {kept.head.id}  0:00.0 of 0:08.0  ×1" in time
        for words in ("space pause", ". step", "right 5 s", "+ speed", "f1 help", "ctrl+q quit"):
            assert words in foot
        for words in ("send", "rerun", "stop", "new"):
            assert words not in foot


async def test_its_keys_are_letters_while_something_is_typed_or_read(tmp_path: Path) -> None:
    path, _ = await played(tmp_path)
    session, kept = replayed(path, wall=FakeClock())
    app = ReplayApp(session.config, session, kept.head.id)
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("ctrl+g", "1", "slash", *"a,", "space", "b")
        await pilot.pause()
        assert session.player.playing
        assert "a, b" in screen_text(app)
        await pilot.press("escape", "escape", "f1", "space")
        assert session.player.playing
        await pilot.press("escape", "space")
        assert not session.player.playing


async def test_answers_of_a_replay_are_compared_and_its_keys_are_letters_there(
    tmp_path: Path,
) -> None:
    path, _ = await played(tmp_path)
    session, kept = replayed(path)
    session.player.seek(session.player.end)
    app = ReplayApp(session.config, session, kept.head.id)
    async with app.run_test(size=(120, 36), notifications=True) as pilot:
        app.paint()
        await pilot.press("ctrl+g", "1", "d")
        async with asyncio.timeout(20):
            while "identical (6 words)" not in screen_text(app):
                await pilot.pause()
        assert "L qwen1 #1  ↔  R qwen2 #1" in screen_text(app)
        await pilot.press("right", "space", "n", "end", "escape")
        assert app.screen is app.main
        await pilot.press("x")
        assert session.player.position == session.player.end
