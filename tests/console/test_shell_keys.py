"""Each key does what it says while a prompt is being typed, and loses nothing of it."""

import asyncio
from pathlib import Path

import pytest

from massgen_tui.backends.events import ContentDelta, Opened, ReasoningDelta, Retrying
from massgen_tui.config.model import UiConfig
from massgen_tui.console.screens.quit import QuitScreen
from massgen_tui.console.screens.text_modal import TextModal
from massgen_tui.session.status import Status
from tests.support.console import Stage, staged
from tests.support.fakes import Backends, Step, answer, config_of, failure


def endless() -> list[Step]:
    """An answer that begins and never ends."""
    return [Opened(), ContentDelta("begun"), asyncio.Event()]


def statuses(stage: Stage) -> list[Status | None]:
    """Where each agent's last attempt stands."""
    return [agent.current.status if agent.current else None for agent in stage.session.agents]


async def test_enter_sends_to_all_and_empties_the_prompt() -> None:
    async with staged() as stage:
        await stage.press(*"hello", "enter")
        assert statuses(stage) == [Status.DONE, Status.DONE]
        assert stage.app.prompt.text == ""
        assert "turn 1 · hello" in stage.screen_text


async def test_a_named_agent_alone_is_asked_and_a_doubled_at_is_plain() -> None:
    async with staged() as stage:
        await stage.ask("@qwen2 only you")
        assert statuses(stage) == [None, Status.DONE]
        await stage.ask("@@qwen1 literally")
        assert stage.session.agents[0].turns[-1].prompt == "@qwen1 literally"


@pytest.mark.parametrize("focus", [0, 2])
async def test_ctrl_r_reruns_all_or_the_focused_pane(focus: int) -> None:
    async with staged() as stage:
        await stage.ask("hi")
        if focus:
            await stage.press("ctrl+g", str(focus))
        else:
            stage.app.prompt.put("draft")
        await stage.press("ctrl+r")
        counts = [len(agent.turns[0].attempts) for agent in stage.session.agents]
        assert counts == ([1, 2] if focus else [2, 2])
        assert stage.app.prompt.text == ("" if focus else "draft")


async def test_r_in_a_pane_asks_its_agent_again_and_is_a_letter_in_the_prompt() -> None:
    async with staged() as stage:
        await stage.ask("hi")
        await stage.press("ctrl+g", "2", "r", "ctrl+g", "0", "r")
        assert [len(agent.turns[0].attempts) for agent in stage.session.agents] == [1, 2]
        assert stage.app.prompt.text == "r"


async def test_rerun_while_streaming_keeps_the_stopped_attempt() -> None:
    async with staged(backends=Backends(qwen1=[endless(), answer("second")])) as stage:
        await stage.ask("hi")
        await stage.press("ctrl+r")
        first, second = stage.session.agents[0].turns[0].attempts
        assert (first.status, str(first.content)) == (Status.CANCELLED, "begun")
        assert (second.status, str(second.content)) == (Status.DONE, "second")


async def test_esc_closes_what_is_open_first_and_only_then_stops() -> None:
    backends = Backends(qwen1=[endless()], qwen2=[endless()])
    async with staged(backends=backends, size=(100, 30)) as stage:
        await stage.ask("hi")
        await stage.press("f4", "ctrl+o")
        assert stage.zoomed
        assert "┌ Servers" in stage.screen_text
        await stage.press("escape")
        assert "┌ Servers" not in stage.screen_text
        await stage.press("escape")
        assert [pane.display for pane in stage.app.main.panes] == [True, True]
        assert statuses(stage) == [Status.ANSWERING, Status.ANSWERING]
        await stage.press("escape")
        assert statuses(stage) == [Status.CANCELLED, Status.CANCELLED]


async def test_esc_in_a_pane_stops_that_agent_alone() -> None:
    async with staged(backends=Backends(qwen1=[endless()], qwen2=[endless()])) as stage:
        await stage.ask("hi")
        await stage.press("ctrl+g", "1", "escape")
        assert statuses(stage) == [Status.CANCELLED, Status.ANSWERING]


@pytest.mark.parametrize("leaves", ["escape", "f10"])
@pytest.mark.parametrize("opens", ["f1", "f5", "ctrl+p", "ctrl+g", "i"])
async def test_what_closes_a_screen_lets_streams_and_repetitions_go_on(
    opens: str, leaves: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    again: list[Step] = [Retrying("rate limited", 60.0, 1), asyncio.Event()]
    async with staged(backends=Backends(qwen1=[again], qwen2=[endless()])) as stage:
        await stage.ask("hi")
        await stage.press("ctrl+g", "1")
        await stage.press(opens)
        await stage.press(leaves)
        assert stage.on_main
        assert "again in" in stage.screen_text
        assert Status.CANCELLED not in statuses(stage)


async def test_a_queued_prompt_is_shown_and_esc_takes_it_back_to_the_prompt() -> None:
    async with staged(backends=Backends(qwen1=[endless()])) as stage:
        await stage.ask("first")
        await stage.ask("second")
        assert statuses(stage) == [Status.QUEUED, Status.DONE]
        assert "queued" in stage.screen_text
        await stage.press("escape")
        assert stage.app.prompt.text == "second"
        assert statuses(stage)[0] is Status.ANSWERING
        assert [e.prompt for e in stage.session.agents[0].turns] == ["first"]


async def test_queued_prompts_are_taken_back_one_by_one_and_never_joined() -> None:
    async with staged(backends=Backends(qwen1=[endless()], qwen2=[endless()])) as stage:
        for prompt in ("first", "second", "third"):
            await stage.ask(prompt)
        await stage.press("escape")
        assert stage.app.prompt.text == "third"
        assert "2 prompts taken back" in stage.screen_text
        assert statuses(stage) == [Status.ANSWERING, Status.ANSWERING], "what runs goes on"
        await stage.press("up")
        assert stage.app.prompt.text == "third"
        await stage.press("up")
        assert stage.app.prompt.text == "second"


@pytest.mark.parametrize("width", [80, 100, 120])
@pytest.mark.parametrize("focus", ["0", "1"])
async def test_the_way_out_stands_in_the_foot_line(width: int, focus: str) -> None:
    async with staged(size=(width, 24)) as stage:
        await stage.press("ctrl+g", focus)
        foot = stage.screen_text.splitlines()[-1]
        assert "ctrl+q quit" in foot
        assert "f1 help" in foot


async def test_sending_shows_the_end_of_every_pane_that_was_asked() -> None:
    long = answer("\n\n".join(f"line {n}" for n in range(80)))
    plays = Backends(**{id: [long, long] for id in ("qwen1", "qwen2")})
    async with staged(backends=plays) as stage:
        await stage.ask("first")
        for pane in stage.app.main.panes:
            pane.action_top()
        await stage.settle()
        assert stage.screen_text.count("line 0 ") == 2
        assert "line 79" not in stage.screen_text
        await stage.ask("@qwen2 second")
        assert stage.screen_text.count("line 79") == 1, "who was asked shows its end"
        assert stage.screen_text.count("line 0 ") == 1, "who was not asked stays"


async def test_the_request_is_shown_with_its_whole_address() -> None:
    async with staged() as stage:
        await stage.ask("hi")
        await stage.press("ctrl+g", "1", "i")
        assert "POST http://localhost:8000/v1/chat/completions (vLLM)" in stage.screen_text


async def test_a_draft_is_not_lost_when_a_queued_prompt_is_taken_back() -> None:
    async with staged(backends=Backends(qwen1=[endless()], qwen2=[endless()])) as stage:
        await stage.ask("first")
        await stage.ask("second")
        stage.app.prompt.put("my draft")
        await stage.press("escape")
        assert stage.app.prompt.text == "my draft"
        await stage.press("up")
        assert stage.app.prompt.text == "second"
        await stage.press("down")
        assert stage.app.prompt.text == "my draft"


async def test_ctrl_n_begins_anew_and_keeps_the_draft() -> None:
    async with staged() as stage:
        await stage.ask("hi")
        stage.app.prompt.put("draft")
        await stage.press("ctrl+n")
        assert [agent.turns for agent in stage.session.agents] == [[], []]
        assert stage.app.prompt.text == "draft"


async def test_ctrl_t_unfolds_the_reasoning_while_typing() -> None:
    script: list[Step] = [Opened(), ReasoningDelta("a hidden thought"), *answer("said")[2:]]
    async with staged(backends=Backends(qwen1=[script])) as stage:
        await stage.ask("hi")
        assert "a hidden thought" not in stage.screen_text
        await stage.press("ctrl+t")
        assert "a hidden thought" in stage.screen_text
        await stage.press("ctrl+t")
        assert "a hidden thought" not in stage.screen_text


@pytest.mark.parametrize("key", ["ctrl+o", "f2"])
async def test_the_sidebar_goes_and_comes_while_typing(key: str) -> None:
    async with staged() as stage:
        assert "Servers" in stage.screen_text
        await stage.press(key)
        assert "Servers" not in stage.screen_text
        await stage.press(key)
        assert "Servers" in stage.screen_text


async def test_f4_and_z_zoom_and_bring_back() -> None:
    async with staged() as stage:
        await stage.press("f4")
        assert stage.app.main.panes[0].size.width == 120
        assert not stage.app.main.panes[1].display
        await stage.press("f4", "ctrl+g", "2", "z")
        assert stage.app.main.panes[1].size.width == 120
        await stage.press("z")
        assert all(pane.display for pane in stage.app.main.panes)


async def test_single_letters_and_digits_are_text_in_the_prompt_and_act_in_a_pane() -> None:
    async with staged() as stage:
        await stage.press(*"zr2?i")
        assert stage.app.prompt.text == "zr2?i"
        assert not stage.zoomed
        await stage.press("ctrl+g", "1", "2")
        assert stage.app.main.pane is stage.app.main.panes[1]
        await stage.press("question_mark")
        assert isinstance(stage.app.screen, TextModal)


async def test_what_means_nothing_in_a_pane_goes_to_the_prompt() -> None:
    async with staged() as stage:
        await stage.press("tab", *"hello")
        assert stage.app.prompt.text == "hello"
        assert stage.app.prompt.has_focus


async def test_tab_goes_round_prompt_panes_and_sidebar() -> None:
    async with staged() as stage:
        stops = []
        for _ in range(4):
            await stage.press("tab")
            stops.append(stage.app.focused.id if stage.app.focused else None)
        assert stops == ["pane-1", "pane-2", "sidebar", "prompt"]
        await stage.press("shift+tab")
        assert stage.app.focused is stage.app.main.sidebar


async def test_going_to_panes_beyond_nine_takes_two_digits() -> None:
    ids = [f"a{n}" for n in range(1, 17)]
    async with staged(config_of(*ids), size=(80, 24)) as stage:
        await stage.press("ctrl+g", "1", "4")
        assert stage.app.main.pane is stage.app.main.panes[13]
        assert stage.app.main.panes[13].display
        assert not stage.app.main.panes[0].display
        await stage.press("ctrl+g", "1", "enter")
        assert stage.app.main.pane is stage.app.main.panes[0]
        await stage.press("ctrl+g", "0")
        assert stage.app.prompt.has_focus


async def test_the_sidebar_is_gone_to_whether_it_is_seen_or_not() -> None:
    async with staged(config_of("qwen1", "qwen2")) as stage:
        main = stage.app.main
        await stage.press("ctrl+g", "s")
        assert main.sidebar.has_focus
        assert main.sidebar.foot.startswith("enter more")
        await stage.press("ctrl+g", "0", "ctrl+o")
        assert not main.sidebar.display
        await stage.press("ctrl+g", "s")
        assert main.sidebar.has_focus
        assert main.sidebar.display


@pytest.mark.parametrize("keys", [(), ("f4",)])
async def test_the_sidebar_over_the_panes_is_gone_to_as_well(keys: tuple[str, ...]) -> None:
    async with staged(config_of("qwen1", "qwen2"), size=(80, 24)) as stage:
        await stage.press(*keys, "ctrl+g", "s")
        assert stage.app.main.sidebar.has_focus
        assert stage.app.main.sidebar.region.width == 36


async def test_a_failed_agent_is_retried_alone() -> None:
    backends = Backends(qwen1=[[failure()], answer("better")])
    async with staged(backends=backends) as stage:
        await stage.ask("hi")
        assert statuses(stage) == [Status.FAILED, Status.DONE]
        await stage.press("ctrl+g", "1", "r")
        assert statuses(stage) == [Status.DONE, Status.DONE]
        assert len(stage.session.agents[1].turns[0].attempts) == 1


async def test_quitting_asks_once_while_agents_answer() -> None:
    async with staged(backends=Backends(qwen1=[endless()])) as stage:
        await stage.ask("hi")
        await stage.press("ctrl+q")
        assert isinstance(stage.app.screen, QuitScreen)
        await stage.press("escape")
        assert stage.on_main
        assert statuses(stage)[0] is Status.ANSWERING
        await stage.pilot.press("ctrl+q", "ctrl+q")
        await stage.pilot.pause()
        assert not stage.app.is_running
    assert stage.backends["qwen1"].open == 0
    assert stage.backends["qwen1"].closed
    assert stage.watching.stopped


async def test_quitting_asks_nothing_when_nobody_answers() -> None:
    async with staged() as stage:
        await stage.pilot.press("ctrl+q")
        await stage.pilot.pause()
        assert not stage.app.is_running


async def test_every_key_can_be_remapped_and_then_acts_while_typing() -> None:
    keymap = {"rerun": "ctrl+e", "send": "f9", "newline": "enter", "nonsense": "x"}
    config = config_of("qwen1").model_copy(
        update={"ui": UiConfig(logging_enabled=False, keymap=keymap)}
    )
    async with staged(config) as stage:
        await stage.press(*"a", "enter", *"b", "f9")
        assert stage.session.agents[0].turns[0].prompt == "a\nb"
        await stage.press("ctrl+e")
        assert len(stage.session.agents[0].turns[0].attempts) == 2
        await stage.press("ctrl+r")
        assert len(stage.session.agents[0].turns[0].attempts) == 2
        assert "ctrl+e rerun" in stage.app.main.keys.plain
        assert any("nonsense" in text for text in stage.app.workspace.warnings(()))


async def test_the_help_shows_every_binding_with_its_name() -> None:
    async with staged() as stage:
        await stage.press("f1")
        sheet = stage.app.screen
        assert isinstance(sheet, TextModal)
        lines = sheet.body.plain.splitlines()
        for key, name in (
            ("ctrl+r", "rerun"),
            ("ctrl+q", "quit"),
            ("ctrl+j, shift+enter, alt+enter", "newline"),
            ("r", "pane.retry"),
            ("pgup", "pane.page-up"),
            ("[", "pane.earlier-attempt"),
            ("e", "sidebar.events"),
        ):
            line = next(line for line in lines if line.endswith(f" {name}"))
            assert line.startswith(f"  {key} ")


async def test_the_help_is_a_table_also_where_it_is_narrow() -> None:
    async with staged(size=(80, 24)) as stage:
        await stage.press("f1")
        text = stage.app.screen.query_one("#sheet-text")
        lines = [strip.text.rstrip() for strip in text.render_lines(text.region.reset_offset)]
    at = next(n for n, line in enumerate(lines) if line.startswith("  ctrl+j,"))
    assert lines[at].endswith("  newline")
    assert lines[at + 1 : at + 3] == ["  shift+enter,", "  alt+enter"]
    at = next(n for n, line in enumerate(lines) if line.startswith("  esc"))
    assert lines[at].endswith("  stop")
    assert lines[at + 1].startswith(" " * 16), "what does not fit goes on in its own column"
    assert any(line.endswith("  pane.earlier-attempt") for line in lines), "no name is cut"
