"""The first frame: the outline of a config, and keys that are kept until the session is there."""

import subprocess
import sys
import threading
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from rich.console import RenderableType
from textual import events
from textual.app import App, ComposeResult
from textual.css.styles import RulesMap
from textual.css.stylesheet import Stylesheet
from textual.dom import DOMNode
from textual.pilot import Pilot
from textual.screen import Screen

from massgen_tui.config.errors import ConfigError
from massgen_tui.config.loader import load_config
from massgen_tui.config.model import Config
from massgen_tui.config.outline import outline_of
from massgen_tui.console import app as console
from massgen_tui.console import services, textual_private
from massgen_tui.console.app import ConsoleApp
from massgen_tui.console.mended import Mended
from massgen_tui.console.screens.main import MainScreen
from massgen_tui.console.screens.opening import OpeningScreen
from massgen_tui.terminal import Before
from tests.support.console import screen_text
from tests.support.mirror import Mirror, drawn_whole

TEXT = """
agents:
  - id: first
    backend: {type: vllm, model: org/big, base_url: "http://127.0.0.1:9/v1"}
  - id: second
    backend: {type: sglang, model: "${UNSET:-small}", base_url: "http://127.0.0.1:9/v1"}
ui: {logging_enabled: false}
monitor: false
"""


@pytest.fixture
def text() -> str:
    return TEXT


@pytest.fixture
def path(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "two.yaml"
    file.write_text(text, encoding="utf-8")
    return file


@pytest.fixture
def may_read(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """The config is read when this is set."""
    event = threading.Event()

    def read(path: Path) -> Config:
        assert event.wait(20)
        return load_config(path, {})

    monkeypatch.setattr(console, "read_config", read)
    yield event
    event.set()


@asynccontextmanager
async def opened(path: Path) -> AsyncIterator[tuple[ConsoleApp, Pilot[None]]]:
    """The console at its first frame."""
    outline = outline_of(path)
    assert outline is not None
    app = ConsoleApp(outline)
    async with app.run_test(size=(100, 30)) as pilot:
        await pilot.pause()
        yield app, pilot


async def ready(app: ConsoleApp, pilot: Pilot[None]) -> None:
    """Wait until the keys that were kept have acted."""
    while app._held is not None:
        await pilot.pause(0.01)
    await pilot.pause()


@pytest.mark.parametrize(
    ("frame", "room", "more"),
    [
        ("first", "console.running", ("json", "massgen_tui.dialects", "massgen_tui.net")),
        ("first whole", "config.whereabouts", ("json",)),
    ],
)
def test_the_first_frame_needs_nothing_that_takes_long_to_import(
    frame: str, room: str, more: tuple[str, ...]
) -> None:
    heavy = ("pydantic", "openai", "aiohttp", "click", "markdown_it", "pygments", "pynvml", *more)
    ours = ("session", "backends", "monitor", "console.screens.palette", "console.screens.question")
    names = (*heavy, *(f"massgen_tui.{name}" for name in ours))
    script = (
        f"import sys; from massgen_tui import cli; import massgen_tui.{room};"
        f"print([name for name in {names!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True)
    assert done.stdout.strip() == b"[]", frame


def test_the_main_screen_needs_nothing_that_is_imported_behind_it(path: Path) -> None:
    behind = (
        "markdown_it",
        "pygments",
        "aiohttp",
        "openai",
        "urllib.request",
    )
    ours = ("export", "coordinate.conductor", "store.encoder", "store.reader", "monitor.gpus")
    wanted = (*behind, *(f"massgen_tui.{name}" for name in ours))
    script = (
        "import pathlib, sys; from massgen_tui.console.late import read_config;"
        "read_config(pathlib.Path(sys.argv[1]));"
        f"print([name for name in {wanted!r} if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(path)], capture_output=True, check=True
    )
    assert done.stdout.strip() == b"[]"


async def test_it_shows_titles_prompt_and_what_is_typed(
    path: Path, may_read: threading.Event
) -> None:
    async with opened(path) as (app, pilot):
        rows = screen_text(app).splitlines()
        assert "two" in rows[0]
        assert "2 agents" in rows[0]
        assert "1 first · org/big · vLLM" in rows[1]
        assert "2 second ─" in rows[1]
        assert "ask all agents …" in rows[28]
        await pilot.press(*"hellp", "backspace", "o", "enter", "x")
        assert "› hello ⏎ x" in screen_text(app).splitlines()[28]
        may_read.set()
        await ready(app, pilot)
        rows = screen_text(app).splitlines()
        assert "1 first · org/big · vLLM" in rows[1]
        assert "2 second · small · SGLang" in rows[1]


async def test_the_first_picture_is_styled_once_by_few_rules(
    path: Path, may_read: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    styled, apply = Counter[str](), Stylesheet.apply

    def counted(
        sheet: Stylesheet,
        node: DOMNode,
        *,
        animate: bool = False,
        cache: dict[tuple[object, ...], RulesMap] | None = None,
    ) -> None:
        styled[repr(node)] += 1
        apply(sheet, node, animate=animate, cache=cache)

    monkeypatch.setattr(Stylesheet, "apply", counted)
    async with opened(path) as (app, pilot):
        seen = [repr(one) for one in app.screen.query("OpeningScreen > *").exclude("ToastRack")]
        assert seen
        assert [one for one in seen if styled[one] != 1] == []
        rules = app.stylesheet.rules
        assert not any("prompt" in name for rule in rules for name in rule.selector_names)
        may_read.set()
        await ready(app, pilot)


async def test_of_what_is_pasted_before_the_session_is_there_the_end_is_seen_and_nothing_acts(
    path: Path, may_read: threading.Event
) -> None:
    async with opened(path) as (app, pilot):
        app.post_message(events.Paste("a\x1b[31mb\nc\td"))
        await pilot.pause()
        row = screen_text(app).splitlines()[28]
        assert "a[31mb ⏎ c    d" in row
        assert "\x1b" not in row
        app.post_message(events.Paste("言葉" * 60 + "end"))
        await pilot.pause()
        row = screen_text(app).splitlines()[28].rstrip()
        assert row.startswith(" › …")
        assert row.endswith("言葉end")
        may_read.set()
        await ready(app, pilot)
        assert app.prompt.text.endswith("言葉end")


async def test_keys_of_every_kind_act_in_their_order_once_the_session_is_there(
    path: Path, may_read: threading.Event
) -> None:
    async with opened(path) as (app, pilot):
        await pilot.press(*"a prompt", "enter", "tab", "z", "ctrl+g", "0", *"draft")
        may_read.set()
        await ready(app, pilot)
        assert [agent.turns[0].prompt for agent in app.session.agents] == ["a prompt"] * 2
        assert app.main.grid.zoomed is app.main.panes[0]
        assert app.prompt.text == "draft"


@pytest.mark.parametrize(
    ("keys", "drawn"), [(["f1"], "esc close"), (["ctrl+g", "2"], "»"), ([*"hi"], "› hi")]
)
async def test_what_keys_of_the_start_do_is_drawn_before_what_takes_the_processor(
    path: Path,
    may_read: threading.Event,
    monkeypatch: pytest.MonkeyPatch,
    keys: list[str],
    drawn: str,
) -> None:
    seen: list[str] = []

    async def start(self: services.Services) -> None:
        seen.append(screen_text(app))

    monkeypatch.setattr(services.Services, "start", start)
    async with opened(path) as (app, pilot):
        await pilot.press(*keys)
        assert not seen
        may_read.set()
        await ready(app, pilot)
        while not seen:
            await pilot.pause(0.01)
        assert drawn in seen[0]
        assert len(seen) == 1


class Frames(Mirror):
    """A terminal, and each picture that it showed."""

    def __init__(self, app: ConsoleApp, monkeypatch: pytest.MonkeyPatch) -> None:
        self.seen: list[str] = []
        super().__init__(app, monkeypatch)

    def _display(self, screen: object, update: object) -> None:
        if not self._app._batch_count:
            super()._display(screen, update)
            self.seen.append(self.text)


async def test_the_help_is_there_before_the_session_and_stays_when_that_comes(
    path: Path, may_read: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(path) as (app, pilot):
        await pilot.press("f1")
        await pilot.pause()
        assert "esc close · c copy" in screen_text(app)
        frames = Frames(app, monkeypatch)
        may_read.set()
        await ready(app, pilot)
        assert app.screen_stack == [app.main, app.screen]
        assert frames.seen
        assert all("esc close · c copy" in seen for seen in frames.seen)
        await pilot.press("escape", *"hi")
        assert app.screen is app.main
        assert app.prompt.text == "hi"


async def test_the_help_that_was_asked_for_before_the_first_picture_comes_over_it(
    path: Path, may_read: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    outline = outline_of(path)
    assert outline is not None
    app = ConsoleApp(outline, before=Before(typed="\x1bOP"))
    seen: list[str] = []
    display = App._display

    def shown(self: App[None], screen: Screen[None], update: RenderableType | None) -> None:
        seen.append(screen_text(app))
        display(self, screen, update)

    monkeypatch.setattr(App, "_display", shown)
    async with app.run_test(size=(100, 30)) as pilot:
        await pilot.pause()
        assert "ask all agents …" in seen[0]
        assert "Prompt " not in seen[0]
        assert "esc close · c copy" in seen[-1]
        assert all("Keys" in text for text in seen if "all keys" in text)
        may_read.set()
        await ready(app, pilot)
        assert "esc close · c copy" in screen_text(app)


async def test_the_help_is_drawn_before_the_config_is_read(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    outline = outline_of(path)
    assert outline is not None
    app, seen = ConsoleApp(outline, before=Before(typed="\x1bOP")), list[bool]()

    def read(path: Path) -> Config:
        seen.append("esc close · c copy" in screen_text(app))
        return load_config(path, {})

    monkeypatch.setattr(console, "read_config", read)
    async with app.run_test(size=(100, 30)) as pilot:
        await ready(app, pilot)
    assert seen == [True]


@pytest.mark.parametrize(("typed", "early"), [("", 1), ("h", 0), ("\x1bOP", 0)])
async def test_what_looks_at_servers_need_is_imported_beside_the_config_unless_keys_wait(
    path: Path, monkeypatch: pytest.MonkeyPatch, typed: str, early: int
) -> None:
    outline = outline_of(path)
    assert outline is not None
    app, imports, delays = ConsoleApp(outline, before=Before(typed=typed)), list[str](), list[str]()
    monkeypatch.setattr(console, "read_config", lambda path: load_config(path, {}))
    monkeypatch.setattr(console, "begin_to_import", lambda: imports.append("aiohttp"))
    monkeypatch.setattr(Mended, "delay_update", lambda self, delay=0.05: delays.append("delayed"))
    async with app.run_test(size=(100, 30)) as pilot:
        await ready(app, pilot)
    assert len(imports) == early
    assert delays == [], "the main screen is drawn at once"


async def test_keys_behind_the_help_act_in_their_order_once_the_session_is_there(
    path: Path, may_read: threading.Event
) -> None:
    async with opened(path) as (app, pilot):
        await pilot.press("f1", "escape", *"hi", "enter", *"more", "f1", "down")
        may_read.set()
        await ready(app, pilot)
        assert [agent.turns[0].prompt for agent in app.session.agents] == ["hi"] * 2
        assert app.prompt.text == "more"
        assert "esc close · c copy" in screen_text(app)
        assert app.screen.query_one("#sheet").scroll_y == 1


@pytest.mark.parametrize("text", [TEXT.replace("ui: {", "ui: {keymap: {help: f7}, ")])
async def test_no_help_is_shown_early_where_keys_are_the_users_own(
    path: Path, may_read: threading.Event
) -> None:
    async with opened(path) as (app, pilot):
        await pilot.press("f1", "f7")
        assert [type(screen) for screen in app.screen_stack] == [OpeningScreen]
        may_read.set()
        await ready(app, pilot)
        assert "esc close · c copy" in screen_text(app)
        await pilot.press("escape")
        assert app.screen_stack == [app.main]


@pytest.mark.parametrize(("typed", "tells"), [("", True), ("h", False), ("hello\n", False)])
async def test_what_was_typed_before_the_first_frame_does_not_wait_for_a_second_picture(
    path: Path,
    may_read: threading.Event,
    monkeypatch: pytest.MonkeyPatch,
    typed: str,
    tells: bool,
) -> None:
    told: list[bool] = []
    tell = OpeningScreen.tell

    def telling(self: OpeningScreen, then: Callable[[], None]) -> None:
        told.append(True)
        tell(self, then)

    monkeypatch.setattr(OpeningScreen, "tell", telling)
    outline = outline_of(path)
    assert outline is not None
    app = ConsoleApp(outline, before=Before(typed=typed))
    async with app.run_test(size=(100, 30)) as pilot:
        may_read.set()
        await ready(app, pilot)
        assert bool(told) is tells


async def test_what_a_prompt_needs_is_imported_before_the_screen_that_shows_its_answer(
    path: Path, may_read: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    outline = outline_of(path)
    assert outline is not None
    app, seen = ConsoleApp(outline, prompt="go"), list[bool]()

    async def warm_up() -> None:
        seen.append(isinstance(app.screen, OpeningScreen))

    monkeypatch.setattr(services, "warm_up", warm_up)
    may_read.set()
    async with app.run_test(size=(100, 30)) as pilot:
        await ready(app, pilot)
        assert [agent.turns[0].prompt for agent in app.session.agents] == ["go"] * 2
    assert seen[0]


async def test_a_prompt_given_at_the_start_is_sent_before_the_main_screen_is_drawn(
    path: Path, may_read: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    outline = outline_of(path)
    assert outline is not None
    app, drawn, seen = ConsoleApp(outline, prompt="@second go"), MainScreen.compose, list[bool]()

    def compose(main: MainScreen) -> ComposeResult:
        seen.append(app.session.active)
        return drawn(main)

    monkeypatch.setattr(MainScreen, "compose", compose)
    may_read.set()
    async with app.run_test(size=(100, 30)) as pilot:
        await ready(app, pilot)
        asked = [[turn.prompt for turn in agent.turns] for agent in app.session.agents]
    assert asked == [[], ["go"]]
    assert seen == [True]


@pytest.mark.parametrize("given", ["@nobody go", "/help", "@second"])
async def test_a_prompt_that_cannot_be_sent_at_the_start_stands_in_the_prompt(
    path: Path, may_read: threading.Event, given: str
) -> None:
    outline = outline_of(path)
    assert outline is not None
    app = ConsoleApp(outline, prompt=given, notice="a notice")
    may_read.set()
    async with app.run_test(size=(100, 30), notifications=True) as pilot:
        await ready(app, pilot)
        assert app.prompt.text == given
        assert not any(agent.turns for agent in app.session.agents)
        told = [notification.message for notification in app._notifications]
        assert len(told) == 1
        assert told != ["a notice"]


async def test_to_quit_while_a_prompt_is_sent_before_the_screen_ends_what_was_asked(
    path: Path, may_read: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    outline = outline_of(path)
    assert outline is not None
    monkeypatch.setattr(console, "WRITTEN", 60)
    app = ConsoleApp(outline, prompt="go")
    may_read.set()
    async with app.run_test(size=(100, 30)) as pilot:
        while not getattr(app, "session", None) or not app.session.agents[0].turns:
            await pilot.pause(0.01)
        assert isinstance(app.screen, OpeningScreen)
        app.exit()
    assert not app.session.active


@pytest.mark.parametrize("text", [TEXT, TEXT.replace("ui: {", "ui: {theme: nord, ")])
async def test_the_main_screen_is_the_same_however_often_textual_styles_it(
    path: Path, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn, read = [], Counter[bool]()
    reparse = Stylesheet.reparse
    for known in (True, False):
        monkeypatch.setattr(textual_private, "known", known)
        monkeypatch.setattr(
            Stylesheet, "reparse", lambda sheet, by=known: (read.update([by]), reparse(sheet))
        )
        async with opened(path) as (app, pilot):
            await ready(app, pilot)
            drawn.append(drawn_whole(app))
    assert drawn[0] == drawn[1]
    assert read[False] - read[True] == 2


async def test_it_quits_although_the_config_is_not_read_yet(
    path: Path, may_read: threading.Event
) -> None:
    async with opened(path) as (app, pilot):
        await pilot.press("ctrl+q")
        may_read.set()
    assert app.return_code == 0
    async with opened(path) as (app, pilot):
        await pilot.press("x", "ctrl+q", "ctrl+q")
    assert app.return_code == 0


BAD = TEXT.replace("model: org/big", "model: org/big, retries: many")


@pytest.mark.parametrize("text", [BAD])
async def test_what_is_wrong_with_the_config_ends_it(path: Path, may_read: threading.Event) -> None:
    async with opened(path) as (app, pilot):
        may_read.set()
        while app.refused is None:
            await pilot.pause(0.01)
    assert app.return_code == 1
    assert isinstance(app.refused, ConfigError)
    assert "retries" in str(app.refused)


@pytest.mark.parametrize("size", [(100, 30), (120, 36), (59, 40), (200, 50)])
async def test_the_frames_stand_where_the_panes_will(
    path: Path, may_read: threading.Event, size: tuple[int, int]
) -> None:
    async with opened(path) as (app, pilot):
        await pilot.resize_terminal(*size)
        await pilot.pause()
        before = corners(screen_text(app))
        may_read.set()
        await ready(app, pilot)
        assert before == corners(screen_text(app))


def corners(text: str) -> list[tuple[int, int]]:
    """Where frames begin."""
    rows = enumerate(text.splitlines())
    return [(x, y) for y, row in rows for x, char in enumerate(row) if char == "┌"]
