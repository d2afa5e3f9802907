import asyncio

from textual import events
from textual.geometry import Region

from massgen_tui.backends.events import ContentDelta, Finished
from massgen_tui.config.model import UiConfig
from massgen_tui.console.stream.pane import AgentPane
from massgen_tui.session.status import Status
from tests.support.console import Stage, staged
from tests.support.fakes import Backends, Step, config_of


def foxes() -> Backends:
    text = "A **fox**, two foxes.\n\nNo Fox more.\n" + "\n".join(f"- line {n}" for n in range(60))
    answer: list[Step] = [ContentDelta(text), Finished("stop")]
    return Backends(qwen1=[answer], qwen2=[list(answer)])


def reversed_parts(pane: AgentPane) -> list[str]:
    lines = pane.render_lines(Region(0, 0, *pane.size))
    return [s.text for line in lines for s in line if s.style is not None and s.style.reverse]


def pane(stage: Stage, number: int = 1) -> AgentPane:
    return stage.app.main.panes[number - 1]


def typing(stage: Stage) -> bool:
    return bool(stage.app.main.query("#search"))


async def test_slash_finds_while_one_types_and_enter_keeps_what_was_found() -> None:
    async with staged(backends=foxes()) as stage:
        await stage.ask("go")
        await stage.press("ctrl+g", "1", "slash")
        assert typing(stage)
        assert "find in qwen1" in stage.screen_text
        await stage.press("f", "o", "x")
        assert reversed_parts(pane(stage)) == ["fox", "fox", "Fox"]
        assert " 3/3 /fox " in stage.screen_text
        assert reversed_parts(pane(stage, 2)) == []
        assert stage.app.prompt.text == ""
        await stage.press("enter")
        assert not typing(stage)
        assert stage.app.main.pane is pane(stage)
        await stage.press("n")
        assert " 1/3 /fox " in stage.screen_text
        await stage.press("N", "N")
        assert " 2/3 /fox " in stage.screen_text


async def test_keys_that_come_at_once_reach_the_search() -> None:
    async with staged(backends=foxes()) as stage:
        await stage.ask("go")
        await stage.press("ctrl+g", "1", "slash", "F", "o", "x", "enter", "n")
        assert " 1/1 /Fox " in stage.screen_text
        assert stage.app.prompt.text == ""


async def test_escape_ends_the_search_before_it_stops_any_stream() -> None:
    async with staged(backends=Backends(qwen1=[[ContentDelta("a fox"), asyncio.Event()]])) as stage:
        await stage.ask("go")
        attempt = stage.session.agents[0].current
        assert attempt is not None
        await stage.press("ctrl+g", "1", "slash", "f")
        await stage.press("escape")
        assert not typing(stage)
        assert pane(stage).finding == ""
        assert stage.app.main.pane is pane(stage)
        await stage.press("slash", "f", "enter", "escape")
        assert pane(stage).finding == ""
        assert not attempt.status.ended
        await stage.press("escape")
        assert attempt.status is Status.CANCELLED


async def test_another_pane_may_be_searched_beside_the_first() -> None:
    async with staged(backends=foxes()) as stage:
        await stage.ask("go")
        await stage.press("ctrl+g", "1", "slash", "t", "w", "o", "enter")
        await stage.press("2", "slash", "n", "o", "ctrl+g", "1")
        assert not typing(stage)
        assert (pane(stage).finding, pane(stage, 2).finding) == ("two", "no")
        await stage.press("escape")
        assert (pane(stage).finding, pane(stage, 2).finding) == ("", "")


async def test_the_key_can_be_changed() -> None:
    keymap = {"pane.search": "f", "pane.next-place": "m"}
    config = config_of("qwen1").model_copy(update={"ui": UiConfig(keymap=keymap)})
    async with staged(config, backends=foxes()) as stage:
        assert not stage.app.workspace.warnings(())
        await stage.ask("go")
        await stage.press("ctrl+g", "1", "f")
        assert "then m and N go on" in stage.screen_text
        await stage.press("f", "o", "x", "enter", "m")
        assert " 1/3 /fox " in stage.screen_text


async def test_letters_right_behind_enter_go_on_and_are_not_searched() -> None:
    async with staged(backends=foxes()) as stage:
        await stage.ask("go")
        await stage.press("ctrl+g", "1", "slash")
        for key in ("f", "o", "x", "enter", "n", "n"):  # in one reading of the terminal
            stage.app.post_message(events.Key(key, "\r" if key == "enter" else key))
        await stage.settle()
        assert pane(stage).finding == "fox"
        assert stage.app.main.pane is pane(stage)
        assert " 2/3 /fox " in stage.screen_text


async def test_editing_keys_act_in_the_order_in_which_they_were_typed() -> None:
    async with staged(backends=foxes()) as stage:
        await stage.ask("go")
        await stage.press("ctrl+g", "1", "slash")
        for key in ("f", "o", "backspace", "x", "home", "z"):
            stage.app.post_message(events.Key(key, key if len(key) == 1 else None))
        await stage.settle()
        assert pane(stage).finding == "zfx"
