"""The palette's commands, copying, saving, notices, and an end that nothing can hold up."""

import asyncio
import base64
import csv
import json
import stat
from pathlib import Path

import pytest

from massgen_tui.backends.events import ContentDelta, ErrorKind, Opened, UsageReported
from massgen_tui.config.model import UiConfig
from massgen_tui.console import clipboard, services
from massgen_tui.console.action_table import ACTIONS
from massgen_tui.console.app import ConsoleApp
from massgen_tui.console.screens.text_modal import TextModal
from massgen_tui.session.status import Status
from massgen_tui.store.recording import record
from tests.support import scenes
from tests.support.console import FixedWatching, staged
from tests.support.fakes import Backends, Step, answer, config_of, failure


async def test_the_palette_offers_every_action_and_runs_the_chosen_one() -> None:
    async with staged() as stage:
        await stage.ask("hi")
        await stage.press("ctrl+p", *"rerun", "enter", "enter")
        assert [len(a.turns[0].attempts) for a in stage.session.agents] == [2, 2]
        names = {action.palette for action in ACTIONS if action.palette}
        told = set(offered(stage.app))
        stage.app.main.panes[0].focus()
        await stage.settle()
        assert len(names) >= 18
        assert names - told - set(offered(stage.app)) == set()


async def test_retry_failed_asks_only_those_that_failed() -> None:
    backends = Backends(qwen1=[[failure()], answer("better")])
    async with staged(backends=backends) as stage:
        await stage.ask("hi")
        stage.app.desk.retry_failed()
        await stage.settle()
        assert [len(a.turns[0].attempts) for a in stage.session.agents] == [2, 1]
        assert stage.session.agents[0].current is not None
        assert stage.session.agents[0].current.status is Status.DONE


def offered(app: ConsoleApp) -> list[str]:
    """What the palette offers."""
    return [command.title for command in app.get_system_commands(app.screen)]


def files(folder: Path) -> list[Path]:
    """What is in a folder."""
    return list(folder.iterdir())


async def test_answers_are_saved_as_private_markdown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    async with staged(backends=Backends(qwen1=[answer("# said")])) as stage:
        await stage.app.action_save()
        assert files(tmp_path) == []
        await stage.ask("hi")
        await stage.app.action_save()
        [saved] = files(tmp_path)
        assert "# said" in saved.read_text(encoding="utf-8")
        assert stat.S_IMODE(saved.stat().st_mode) == 0o600


async def test_the_palette_exports_session_turn_and_focused_pane(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    backends = Backends(qwen1=[answer("# one"), answer("three")], qwen2=[answer("two")])
    async with staged(backends=backends) as stage:
        await stage.ask("first")
        await stage.ask("second")

        async def export(words: str) -> Path:
            before = files(tmp_path)
            await stage.press("ctrl+p", *words, "enter", "enter")
            while not (new := [path for path in files(tmp_path) if path not in before]):
                await stage.settle()
            assert stat.S_IMODE(new[0].stat().st_mode) == 0o600
            return new[0]

        page = await export("export as html")
        assert page.suffix == ".html"
        assert "<h4>one</h4>" in page.read_text("utf-8")
        whole = json.loads((await export("export as json")).read_text("utf-8"))
        said = [[a["content"] for a in turn["agents"]] for turn in whole["turns"]]
        assert said == [["# one", "two"], ["three", "ok"]]
        assert whole["session"]["title"] == stage.session.config.name
        last = json.loads((await export("export turn as json")).read_text("utf-8"))
        assert [turn["prompt"] for turn in last["turns"]] == ["second"]
        assert [a["serial"] for a in last["turns"][0]["agents"]] == [3, 4]
        assert not [name for name in offered(stage.app) if "pane as" in name]
        await stage.press("ctrl+g", "2")
        table = await export("export pane as csv")
        assert "qwen2" in table.name
        with table.open(encoding="utf-8", newline="") as lines:
            rows = list(csv.DictReader(lines))
        assert [(row["agent"], row["content"]) for row in rows] == [
            ("qwen2", "two"),
            ("qwen2", "ok"),
        ]
        assert len([name for name in offered(stage.app) if "pane as" in name]) == 4


async def test_what_cannot_be_exported_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    async with staged() as stage:

        async def told(form: str, part: str) -> str:
            await stage.app.action_save(form, part)
            await stage.settle()
            [note] = stage.app._notifications
            return note.message.partition(":")[0]

        assert await told("html", "turn") == "there is no answer to save yet"
        await stage.ask("@qwen1 hi")
        assert await told("csv", "pane") == "no pane has the focus"
        await stage.press("ctrl+g", "2")
        assert await told("csv", "pane") == "there is no answer to save yet"
        assert files(tmp_path) == []


async def test_the_answer_of_the_focused_pane_is_copied_as_it_is() -> None:
    async with staged(backends=Backends(qwen1=[answer("**raw** text")])) as stage:
        await stage.ask("hi")
        await stage.press("ctrl+g", "1")
        stage.app.action_copy_answer()
        assert stage.app.clipboard == "**raw** text"
        await stage.press("ctrl+g", "0")
        stage.app.action_copy_answer()
        assert "## qwen1" in stage.app.clipboard
        assert "## qwen2" in stage.app.clipboard


def test_copying_is_passed_through_tmux_and_screen() -> None:
    coded = base64.b64encode(b"hi").decode()
    plain = f"\x1b]52;c;{coded}\a"
    assert clipboard.sequences("hi", {}) == [plain]
    inside = clipboard.sequences("hi", {"TMUX": "/tmp/tmux,1,0"})
    assert inside == [f"\x1bPtmux;\x1b\x1b]52;c;{coded}\a\x1b\\"]
    [wrapped] = clipboard.sequences("hi", {"STY": "1.tty"})
    assert wrapped == f"\x1bP{plain}\x1b\\"
    assert clipboard.sequences("x" * 100_000, {}) == []


@pytest.mark.parametrize(
    ("text", "kept", "said"),
    [
        ("short", True, "answer (5 characters) sent to the terminal's clipboard; also in "),
        ("short", False, "answer (5 characters) sent to the terminal's clipboard"),
        ("x" * 74_001, True, "answer (74001 characters) is too long for the terminal's clipboard"),
        ("漢" * 30_000, False, "clipboard: nothing was copied"),
    ],
    ids=["short", "short, no files", "long", "long, no files"],
)
async def test_what_is_said_of_a_copy_is_what_was_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, kept: bool, said: str
) -> None:
    monkeypatch.delenv("TMUX", raising=False)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    async with staged(backends=Backends(qwen1=[answer(text)])) as stage:
        ui = stage.app.config.ui.model_copy(update={"logging_enabled": kept})
        stage.app.config = stage.app.config.model_copy(update={"ui": ui})
        await stage.ask("hi")
        await stage.press("ctrl+g", "1", "y")
        for _ in range(500):
            if stage.app._notifications:
                break
            await stage.settle()
        (toast,) = [note.message for note in stage.app._notifications]
        assert said in toast
        assert "answer copied" not in toast
        file = tmp_path / "massgen-tui" / "clipboard.txt"
        assert file.exists() == kept
        if kept:
            assert str(file) in toast
            assert file.read_text() == text


async def test_the_request_is_shown_as_it_was_sent() -> None:
    async with staged() as stage:
        await stage.ask("what is [bold]this[/]?")
        await stage.press("ctrl+g", "1", "i")
        sheet = stage.app.screen
        assert isinstance(sheet, TextModal)
        assert "what is [bold]this[/]?" in sheet.body.plain
        assert "[bold]this[/]" in stage.screen_text


async def test_the_request_shown_is_the_one_being_answered_not_one_that_waits() -> None:
    async with staged(backends=Backends(qwen1=[[asyncio.Event()]])) as stage:
        await stage.ask("the first")
        await stage.ask("the second")
        await stage.press("ctrl+g", "1", "i")
        sheet = stage.app.screen
        assert isinstance(sheet, TextModal)
        assert "the first" in sheet.body.plain


async def test_what_is_told_leaves_the_prompt_to_be_seen() -> None:
    async with staged(size=(80, 24)) as stage:
        await stage.press(*"a long line " * 5)
        stage.app.say("told")
        await stage.settle()
        assert "told" in stage.screen_text
        assert "a long line " * 5 in stage.screen_text


async def test_warnings_are_told_once_and_can_be_read_again() -> None:
    config = config_of("qwen1").model_copy(
        update={
            "warnings": ("`cwd` means nothing here", "another"),
            "ui": UiConfig(logging_enabled=False, theme="no-such-theme"),
        }
    )
    async with staged(config, notice="replay, no model") as stage:
        assert "`cwd` means nothing here" in stage.screen_text
        assert "replay, no model" in stage.screen_text
        stage.app.action_warnings()
        await stage.settle()
        sheet = stage.app.screen
        assert isinstance(sheet, TextModal)
        for words in ("`cwd` means nothing here", "another", "no-such-theme", "nothing is written"):
            assert words in sheet.body.plain


async def test_the_context_of_the_served_model_reaches_the_pane() -> None:
    script: list[Step] = [Opened(), ContentDelta("x"), UsageReported(prompt=4000, completion=96)]
    backends = scenes.Cast(qwen1=[[*script, *answer("y")[2:]]])
    watching = FixedWatching(scenes.both_up())
    async with staged(scenes.two_agents(), backends=backends, watching=watching) as stage:
        stage.app.show_monitors()
        await stage.ask("hi")
        assert stage.session.agents[0].context_length == 40960
        assert "ctx 10%" in stage.screen_text


async def test_a_context_that_is_known_only_after_the_answer_is_shown_too() -> None:
    script: list[Step] = [Opened(), ContentDelta("x"), UsageReported(prompt=4000, completion=96)]
    backends = scenes.Cast(qwen1=[[*script, *answer("y")[2:]]])
    watching = FixedWatching()
    async with staged(scenes.two_agents(), backends=backends, watching=watching) as stage:
        await stage.ask("hi")
        assert "ctx" not in stage.screen_text
        watching.servers = scenes.both_up()
        stage.app.show_monitors()
        async with asyncio.timeout(5):
            while "ctx 10%" not in stage.screen_text:
                await stage.pilot.pause(0.01)


async def test_what_requests_meet_is_told_to_the_monitor() -> None:
    backends = Backends(qwen1=[[failure(kind=ErrorKind.UNREACHABLE)]])
    async with staged(backends=backends) as stage:
        await stage.ask("hi")
        assert sorted(stage.watching.heard_of) == [
            ("qwen1", Status.FAILED),
            ("qwen2", Status.DONE),
        ]


async def test_the_sidebar_is_looked_at_less_while_nobody_sees_it() -> None:
    async with staged() as stage:
        stage.app.show_monitors()
        assert not stage.watching.relaxed
        await stage.press("ctrl+o")
        stage.app.show_monitors()
        assert stage.watching.relaxed


async def test_it_is_looked_at_as_often_as_ever_while_a_prompt_waits_for_a_server() -> None:
    async with staged() as stage:
        await stage.press("ctrl+o")
        stage.session.ask("hi", defer=True)
        stage.app.show_monitors()
        assert not stage.watching.relaxed, "the prompt is sent when a look finds the server up"
        stage.session.cancel()
        stage.app.show_monitors()
        assert stage.watching.relaxed


async def test_monitor_false_shows_no_sidebar_anywhere() -> None:
    config = config_of("qwen1").model_copy(update={"monitor": False})
    for size in ((120, 36), (80, 24)):
        async with staged(config, size=size) as stage:
            assert "Servers" not in stage.screen_text
            assert stage.app.main.panes[0].size.width == size[0]
            await stage.press("ctrl+o")
            assert "┌ Servers" not in stage.screen_text


class Hung(FixedWatching):
    """Monitors that never stop."""

    async def stop(self) -> None:
        """Wait for ever."""
        await asyncio.Event().wait()


async def test_an_end_is_not_held_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "CLOSING", 0.05)
    async with asyncio.timeout(10), staged(watching=Hung()) as stage:
        await stage.pilot.press("ctrl+q")
    assert not stage.app.is_running


async def test_a_session_that_is_not_kept_says_so_for_as_long_as_it_lasts(tmp_path: Path) -> None:
    def nowhere() -> Path:
        raise OSError(28, "No space left on device")

    async with staged() as stage:
        told: list[str] = []
        came = asyncio.Event()

        def warn(text: str) -> None:
            told.append(text)
            came.set()

        log = record(stage.session, warn=warn, directory=nowhere)
        stage.app.services.session_log = log
        stage.session.ask("hi")
        await came.wait()
        await stage.settle()
        assert "! this session is not kept" in stage.screen_text.splitlines()[0]
        stage.app.action_warnings()
        await stage.settle()
        assert "No space left on device" in stage.screen_text
    assert told == [log.problem]
