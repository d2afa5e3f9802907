"""What uses Textual's private parts does without them what users need: both ways are tried."""

import asyncio
from collections.abc import Mapping
from pathlib import Path

import pytest
from rich.style import Style
from textual import _wrap, events
from textual.command import CommandList
from textual.geometry import Offset
from textual.screen import Screen
from textual.widgets import TextArea

from massgen_tui.console import textual_private
from massgen_tui.console.own_keys import named
from massgen_tui.console.terminal.key_names import key_of
from massgen_tui.console.terminal.keyboard import Key, Keyboard
from massgen_tui.console.watch import WatchApp
from tests.support.console import FixedWatching, staged
from tests.support.fakes import Backends, answer, config_of
from tests.support.server import ScriptedServer, sse_chat
from tests.support.terminal import START, Terminal

# Another version of Textual, as far as anyone can tell; no other is installed here.
OTHER = """
import pathlib, sys, textual
plain = pathlib.Path.is_dir
pathlib.Path.is_dir = lambda path: not path.name.startswith("textual-") and plain(path)
textual.__version__ = "8.99.0"
from massgen_tui.console import textual_private
assert not textual_private.known
from massgen_tui.cli import main
main()
"""


@pytest.fixture(params=[True, False], ids=["private", "public"], autouse=True)
def known(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Whether the version of Textual was read."""
    monkeypatch.setattr(textual_private, "known", request.param)
    return bool(request.param)


async def test_the_whole_program(
    tmp_path: Path, config: Path, env: Mapping[str, str], server: ScriptedServer, known: bool
) -> None:
    """Keys, a paste, the mouse, an answer, overlays, a resize, and the terminal given back."""
    server.answer(*sse_chat(content=["the ", "**answer**"]))
    start = START if known else ("-c", OTHER)
    with Terminal([*start, str(config)], env=env, cwd=tmp_path) as terminal:

        async def shows(text: str) -> None:
            await asyncio.to_thread(terminal.until, text)

        await shows("f1 help")
        terminal.write("hel\x1b[200~lo\x1b[201~\r")
        await shows("the answer")
        await shows("· stop")
        assert server.asked == ["hello"]
        terminal.write("\x1bOP")
        await shows("Keys")
        terminal.write("\x1b[27u" if known else "\x1b")
        await shows("the answer")
        terminal.write("\x11")
        assert await asyncio.to_thread(terminal.ended) == 0
        assert terminal.restored


async def test_what_the_mouse_selects_in_a_pane() -> None:
    async with staged(backends=Backends(qwen1=[answer("some words")])) as stage:
        await stage.ask("hello")
        rows = stage.screen_text.splitlines()
        y = next(at for at, row in enumerate(rows) if "some words" in row)
        x = rows[y].index("some words")
        await stage.pilot.mouse_down(offset=Offset(x, y))
        await stage.pilot.hover(offset=Offset(x + 4, y))
        await stage.pilot.mouse_up(offset=Offset(x + 4, y))
        assert (stage.app.screen.get_selected_text() or "").strip().startswith("some")
        textual_private.stop_selecting(stage.app.screen)
        assert not stage.app.screen.get_selected_text()


async def test_a_notice_is_seen(known: bool) -> None:
    async with staged() as stage:
        for text in ("first told", "then told"):
            stage.app.notify(text, timeout=3600)
            await stage.settle()
        assert "then told" in stage.screen_text
        assert ("first told" in stage.screen_text) is not known


async def test_the_palette_runs_a_command() -> None:
    async with staged() as stage:
        await stage.press("ctrl+p", *"zoom")
        commands = stage.app.screen.query_one(CommandList)
        while not commands.option_count:
            await stage.pilot.pause()
        await stage.press("down", "enter")
        assert stage.on_main
        assert stage.zoomed


async def test_a_click_chooses_in_a_list() -> None:
    async with staged() as stage:
        await stage.press("ctrl+p")
        listed = stage.app.screen.query_one(CommandList)
        while not listed.option_count:
            await stage.pilot.pause()
        click = events.Click(listed, 1, 1, 0, 0, 1, False, False, False)
        click.style = Style.from_meta({"option": 0})
        listed.post_message(click)
        await stage.settle()
        assert not listed.is_attached


async def test_what_was_typed_can_be_undone() -> None:
    async with staged() as stage:
        await stage.press("a", "ctrl+j", "b", "ctrl+z")
        assert isinstance(stage.app.prompt, TextArea)
        assert stage.app.prompt.text != "a\nb"


async def test_the_screens_of_the_first_mode_are_removed_or_stay(known: bool) -> None:
    app = WatchApp(config_of("a"), FixedWatching())
    async with app.run_test() as pilot:
        first, screen = app.current_mode, app.screen
        app.add_mode("other", Screen)
        await app.switch_mode("other")
        await app.drop_mode(first)
        await pilot.pause()
        assert screen.is_attached is not known
        assert app.current_mode == "other"


@pytest.mark.contained
async def test_a_fault_is_contained_or_ends_the_app_with_its_exit_code(known: bool) -> None:
    called = asyncio.Event()

    def fail() -> None:
        called.set()
        raise RuntimeError("planted")

    async with staged() as stage:
        stage.app.call_later(fail)
        await called.wait()
        await asyncio.sleep(0)
        assert isinstance(stage.app.faults.last, RuntimeError)
        assert (stage.app.failed is None) is known
        assert stage.app.return_code == (None if known else 1)


@pytest.mark.parametrize(
    ("sent", "key"),
    [("a", "a"), ("é", "é"), ("\r", "enter"), ("\x7f", "backspace"), (" ", "space")],
)
def test_what_was_typed_before_the_first_frame_is_known(sent: str, key: str) -> None:
    keys = [one for one in Keyboard().sent(sent.encode(), 0.0) if isinstance(one, Key)]
    assert [one.key for one in keys] == [key]


def test_the_prompt_is_wrapped_by_our_cells_or_by_richs(
    known: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_wrap, "cell_len", vars(_wrap)["cell_len"])  # put back behind us

    def counted(text: str) -> int:
        return len(text)

    textual_private.wrap_by(counted)
    assert (vars(_wrap)["cell_len"] is counted) is known


@pytest.mark.parametrize("character", list("aZ0-_?/[ ~é犬\t"))
def test_names_of_keys_are_those_of_textual(character: str) -> None:
    from textual.keys import _character_to_key

    assert key_of(character) == _character_to_key(character)
    assert named(character) or character in " \t"
