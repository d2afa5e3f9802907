"""The prompt in the user's own editor, while answers go on."""

import asyncio
import os
import signal
import stat
import tempfile
from collections.abc import Mapping
from pathlib import Path

import pytest
from textual.drivers.headless_driver import HeadlessDriver

from massgen_tui.backends.events import ContentDelta, Finished
from massgen_tui.console import editor
from massgen_tui.console.terminal.driver import TerminalApp
from massgen_tui.console.terminal.title import TerminalTitle
from tests.support.console import Stage, staged
from tests.support.fakes import Backends, Step
from tests.support.server import ScriptedServer, sse_chat
from tests.support.terminal import START, Terminal
from tests.support.tmux import Tmux, needs_tmux


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where files of editors are; the terminal of tests can be lent."""
    folder = tmp_path / "tmp"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    monkeypatch.setattr(HeadlessDriver, "can_suspend", True)
    title = TerminalTitle(lambda _: None)
    monkeypatch.setattr(HeadlessDriver, "title", title, raising=False)
    monkeypatch.setattr(TerminalApp, "terminal", property(lambda app: app._driver))
    monkeypatch.delenv("VISUAL", raising=False)
    return folder


@pytest.fixture
def edit(tmp_path: Path, temporary: Path, monkeypatch: pytest.MonkeyPatch) -> "Editing":
    """An editor made of lines of shell, with the file as `$1`."""
    return Editing(tmp_path / "my editor", monkeypatch)


class Editing:
    """Stands in for an editor."""

    def __init__(self, program: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self._program, self._monkeypatch = program, monkeypatch

    def by(self, lines: str) -> None:
        self._program.write_text(f"#!/bin/sh\n{lines}\n")
        self._program.chmod(0o755)
        self._monkeypatch.setenv("EDITOR", f"'{self._program}' --wait")


def told(stage: Stage) -> str:
    return "\n".join(note.message for note in stage.app._notifications)


def until(path: Path) -> None:
    """Look until there is something."""
    while not path.exists():
        pass


def files(folder: Path) -> list[Path]:
    return [one / "prompt.md" for one in folder.iterdir()]


async def done(stage: Stage) -> None:
    """Wait until the editor has ended."""
    for worker in [one for one in stage.app.workers if one.group == "editor"]:
        await worker.wait()
    await stage.settle()


async def test_what_the_editor_leaves_stands_in_the_prompt(edit: Editing, temporary: Path) -> None:
    edit.by('test "$1" = --wait && printf "%s, and more\\r\\nof it\\n" "$(cat "$2")" > "$2"')
    async with staged() as stage:
        await stage.press(*"draft", "f3")
        await done(stage)
        assert stage.app.prompt.text == "draft, and more\nof it"
        assert stage.app.prompt.cursor_location == (1, 5)
        assert files(temporary) == []
        await stage.press("ctrl+z")
        assert stage.app.prompt.text == "draft", "it is one change"
        await stage.press("ctrl+y", "enter")
        assert stage.session.agents[0].turns[0].prompt == "draft, and more\nof it"


async def test_the_file_is_private(edit: Editing, tmp_path: Path) -> None:
    seen = tmp_path / "seen"
    edit.by(f'ls -ldn "$2" "$(dirname "$2")" > "{seen}"; echo "$2" >> "{seen}"')
    async with staged() as stage:
        await stage.press("f3")
        await done(stage)
        folder, file, name = seen.read_text().splitlines()
        assert file.startswith(stat.filemode(0o100600))
        assert folder.startswith(stat.filemode(0o040700))
        assert not Path(name).parent.exists()
        assert "changed nothing" in told(stage)


async def test_it_is_in_the_palette_and_acts_from_a_pane(edit: Editing) -> None:
    edit.by('echo "from the editor" > "$2"')
    async with staged() as stage:
        await stage.press("ctrl+g", "1", "f3")
        await done(stage)
        assert stage.app.prompt.text == "from the editor"
        stage.app.prompt.load_text("")
        await stage.press("ctrl+p", *"editor", "enter")
        await done(stage)
        assert stage.app.prompt.text == "from the editor"


async def test_a_long_text_that_is_held_aside_is_edited_whole(edit: Editing) -> None:
    edit.by('printf end >> "$2"')
    long = "0123456789" * 10_000
    async with staged() as stage:
        stage.app.prompt.put(long)
        await stage.press("f3")
        await done(stage)
        assert stage.app.prompt.whole == f"{long}\nend"


async def test_what_streams_goes_on_and_is_seen_when_the_editor_ends(
    edit: Editing, tmp_path: Path
) -> None:
    go, begun = tmp_path / "go", tmp_path / "begun"
    edit.by(f'touch "{begun}"; until [ -e "{go}" ]; do sleep 0.01; done; echo new > "$2"')
    gate = asyncio.Event()
    script: list[Step] = [ContentDelta("first "), gate, ContentDelta("second"), Finished("stop")]
    async with staged(backends=Backends(qwen1=[script])) as stage:
        await stage.ask("@qwen1 hi")
        await stage.press("f3")
        await asyncio.to_thread(until, begun)
        gate.set()
        await stage.session.wait()
        await stage.settle()
        assert str(stage.session.agents[0].turns[0].attempts[0].content) == "first second"
        assert "second" not in stage.screen_text, "nothing is drawn"
        go.touch()
        await done(stage)
        assert "first second" in stage.screen_text
        assert stage.app.prompt.text == "new"


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ("exit 3", "ended with exit code 3: the prompt is as it was"),
        ("kill -9 $$", "ended by signal 9: the prompt is as it was"),
        ('rm "$2"', "left no file"),
        ('rm "$2"; mkfifo "$2"', "left no file"),
    ],
)
async def test_an_editor_that_fails_leaves_the_prompt(
    edit: Editing, temporary: Path, lines: str, said: str
) -> None:
    edit.by(lines)
    async with staged() as stage:
        await stage.press(*"draft", "f3")
        await done(stage)
        assert said in told(stage)
        assert stage.app.prompt.text == "draft"
        assert files(temporary) == []


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ('echo mine > "$2"; exit 1', "ended with exit code 1"),
        ("printf 'caf\\351' > \"$2\"", "that is not UTF-8"),
        ('head -c 40 /dev/zero | tr "\\0" x > "$2"', "more than"),
    ],
)
async def test_what_cannot_be_taken_is_kept_and_named(
    edit: Editing, temporary: Path, monkeypatch: pytest.MonkeyPatch, lines: str, said: str
) -> None:
    monkeypatch.setattr(editor, "LIMIT", 30)
    edit.by(lines)
    async with staged() as stage:
        await stage.press(*"draft", "f3")
        await done(stage)
        (file,) = files(temporary)
        assert said in told(stage)
        assert f"what you wrote is {file}" in told(stage)
        assert stage.app.prompt.text == "draft"


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (None, "no editor is set: `export VISUAL=nano`"),
        (" ", "no editor is set"),
        ("nosuch-editor -w", "$EDITOR is nosuch-editor -w, which is not there"),
        ("/etc", "$EDITOR is /etc, which is not there"),
        ("vim 'x", "No closing quotation"),
    ],
)
async def test_without_an_editor_it_says_what_to_do(
    temporary: Path, monkeypatch: pytest.MonkeyPatch, value: str | None, said: str
) -> None:
    monkeypatch.delenv("EDITOR", raising=False)
    if value is not None:
        monkeypatch.setenv("EDITOR", value)
    async with staged() as stage:
        await stage.press(*"draft", "f3")
        await done(stage)
        assert said in told(stage)
        assert stage.app.prompt.text == "draft"
        assert not stage.app.lent


async def test_nothing_of_the_variable_goes_through_a_shell(
    edit: Editing, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = tmp_path / "made"
    monkeypatch.setenv("EDITOR", f"true; touch {made}")
    async with staged() as stage:
        await stage.press("f3")
        await done(stage)
        assert not made.exists()


async def test_where_there_is_no_terminal_it_says_so(
    edit: Editing, monkeypatch: pytest.MonkeyPatch
) -> None:
    edit.by('echo mine > "$2"')
    monkeypatch.setattr(HeadlessDriver, "can_suspend", False)
    async with staged() as stage:
        await stage.press(*"draft", "f3")
        await done(stage)
        assert "an editor wants a terminal" in told(stage)
        assert stage.app.prompt.text == "draft"


def script(tmp_path: Path, lines: str) -> dict[str, str]:
    """An editor for the real program."""
    program = tmp_path / "ed.sh"
    program.write_text(f"#!/bin/sh\n{lines}\n")
    program.chmod(0o755)
    return {"VISUAL": str(program), "TMPDIR": str(tmp_path)}


@needs_tmux
async def test_nothing_is_drawn_on_the_editor_s_screen(
    tmp_path: Path, config: Path, env: Mapping[str, str], server: ScriptedServer
) -> None:
    server.answer(*sse_chat(content=["the answer"]))
    vars = script(
        tmp_path,
        'clear; echo EDITING; cat "$1"; trap "" INT; read line; echo "GOT $line"; read line;'
        ' echo "edited" > "$1"',
    )
    with Tmux([*START, str(config)], env={**env, **vars}, cwd=tmp_path) as tmux:
        await asyncio.to_thread(tmux.until, "ctrl+r rerun")
        tmux.keys("hello", "Enter", "draft", "F3")
        await asyncio.to_thread(tmux.until, "EDITING")
        await server.arrival()
        tmux.keys("one", "Enter")
        await asyncio.to_thread(tmux.until, "GOT one")
        assert tmux.text.split() == ["EDITING", "draft", "one", "GOT", "one"]
        tmux.keys("C-c")
        tmux.resize(90, 30)
        tmux.keys("Enter")
        await asyncio.to_thread(tmux.until, "the answer")
        await asyncio.to_thread(tmux.until, "› edited")
        assert "GOT" not in tmux.text
        assert max(map(len, tmux.text.splitlines())) <= 90
        tmux.keys(" twice", "C-u")
        tmux.keys("C-q")
        await asyncio.to_thread(tmux.until_ended)
    assert not [one for one in files(tmp_path) if one.exists()]


async def test_an_end_by_signal_ends_the_editor_too(
    tmp_path: Path, config: Path, env: Mapping[str, str]
) -> None:
    vars = script(tmp_path, 'echo "PID $$ EDITING"; sleep 60 & wait')
    with Terminal([*START, str(config)], env={**env, **vars}, cwd=tmp_path) as terminal:
        await asyncio.to_thread(terminal.until, "ctrl+r rerun")
        terminal.write("draft\x1bOR")
        await asyncio.to_thread(terminal.until, "EDITING")
        text = "\n".join(terminal.screen.display)
        pid = int(text.partition("PID ")[2].split()[0])
        terminal.signal(signal.SIGTERM)
        assert await asyncio.to_thread(terminal.ended) == 143
        assert terminal.restored
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)
