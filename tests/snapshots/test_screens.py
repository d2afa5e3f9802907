"""What the console looks like: each scene is a picture that must not change unseen."""

from collections.abc import Awaitable, Callable
from typing import Protocol

from textual.pilot import Pilot

from massgen_tui.config.model import Config
from massgen_tui.console.app import ConsoleApp
from tests.support import scenes
from tests.support.console import NO_GPU, FixedWatching, make_console
from tests.support.fakes import FakeClock, Step

Before = Callable[[Pilot[None]], Awaitable[None]]
Script = Callable[[FakeClock], list[Step]]


class SnapCompare(Protocol):
    """The fixture of pytest-textual-snapshot."""

    def __call__(
        self, app: ConsoleApp, *, terminal_size: tuple[int, int], run_before: Before
    ) -> bool:
        """Compare a picture of the app with the one that was kept."""
        ...


def scene(
    *scripts: Script,
    config: Config | None = None,
    watching: FixedWatching | None = None,
) -> ConsoleApp:
    """A console whose agents play one script each."""
    clock = FakeClock()
    config = config or scenes.two_agents()
    played = {
        agent.id: [script(clock)] for agent, script in zip(config.agents, scripts, strict=False)
    }
    return make_console(
        config,
        backends=scenes.Cast(**played),
        clock=clock,
        watching=watching or FixedWatching(scenes.both_up(), NO_GPU),
    )


def shown(app: ConsoleApp, *keys: str, prompt: str = "what is machine learning?") -> Before:
    """Ask, let everything happen, press keys, and draw."""

    async def before(pilot: Pilot[None]) -> None:
        await pilot.pause()
        if prompt:
            app.prompt.put(prompt)
            await pilot.press("enter")
        await pilot.pause()
        await pilot.pause()
        # what is drawn but twice a second is drawn anew, whatever frames came before
        clock = app.session.clock
        assert isinstance(clock, FakeClock)
        clock.tick()
        app.show_monitors()
        app.paint()
        await pilot.press(*keys)
        await pilot.pause()
        app.paint()
        await pilot.pause()

    return before


def test_start(snap_compare: SnapCompare) -> None:
    app = scene()
    assert snap_compare(app, terminal_size=(120, 36), run_before=shown(app, prompt=""))


def test_both_think(snap_compare: SnapCompare) -> None:
    app = scene(scenes.thinking, scenes.thinking)
    assert snap_compare(app, terminal_size=(120, 36), run_before=shown(app))


def test_one_answers_one_thinks(snap_compare: SnapCompare) -> None:
    app = scene(scenes.answering, scenes.thinking)
    assert snap_compare(app, terminal_size=(120, 36), run_before=shown(app))


def test_both_done(snap_compare: SnapCompare) -> None:
    app = scene(scenes.done, scenes.done)
    assert snap_compare(app, terminal_size=(120, 36), run_before=shown(app))


def test_one_failed_and_its_server_is_down(snap_compare: SnapCompare) -> None:
    def failing(clock: FakeClock) -> list[Step]:
        return scenes.refused("qwen2", "http://localhost:30000")

    app = scene(scenes.answering, failing, watching=FixedWatching(scenes.one_down(), NO_GPU))
    assert snap_compare(app, terminal_size=(120, 36), run_before=shown(app))


def test_gpus(snap_compare: SnapCompare) -> None:
    watching = FixedWatching(scenes.both_up(), scenes.two_gpus())
    app = scene(scenes.answering, scenes.thinking, watching=watching)
    assert snap_compare(app, terminal_size=(120, 36), run_before=shown(app))


def test_tool_call(snap_compare: SnapCompare) -> None:
    app = scene(scenes.calling, scenes.done)
    before = shown(app, prompt="what is the weather in Zürich?")
    assert snap_compare(app, terminal_size=(120, 36), run_before=before)


def test_zoom(snap_compare: SnapCompare) -> None:
    app = scene(scenes.done, scenes.thinking)
    assert snap_compare(
        app, terminal_size=(120, 36), run_before=shown(app, "ctrl+g", "1", "z", "ctrl+t")
    )


def test_search(snap_compare: SnapCompare) -> None:
    app = scene(scenes.done, scenes.answering)
    keys = "ctrl+g", "1", "slash", *"learn"
    assert snap_compare(app, terminal_size=(120, 36), run_before=shown(app, *keys))


def test_help(snap_compare: SnapCompare) -> None:
    app = scene()
    assert snap_compare(app, terminal_size=(120, 50), run_before=shown(app, "f1", prompt=""))


def test_palette(snap_compare: SnapCompare) -> None:
    app = scene()
    assert snap_compare(app, terminal_size=(120, 36), run_before=shown(app, "ctrl+p", prompt=""))


def test_request_as_sent(snap_compare: SnapCompare) -> None:
    app = scene(scenes.done)
    assert snap_compare(app, terminal_size=(120, 36), run_before=shown(app, "ctrl+g", "1", "i"))


def test_asked_before_quitting(snap_compare: SnapCompare) -> None:
    app = scene(scenes.thinking, scenes.thinking)
    assert snap_compare(app, terminal_size=(80, 24), run_before=shown(app, "ctrl+q"))


def test_80x24(snap_compare: SnapCompare) -> None:
    app = scene(scenes.answering, scenes.thinking)
    assert snap_compare(app, terminal_size=(80, 24), run_before=shown(app))


def test_sidebar_over_the_panes_at_80x24(snap_compare: SnapCompare) -> None:
    app = scene(scenes.answering, scenes.thinking)
    assert snap_compare(app, terminal_size=(80, 24), run_before=shown(app, "ctrl+o"))


def test_four_agents_at_80x24(snap_compare: SnapCompare) -> None:
    config = scenes.config_with({f"a{n}": "vllm" for n in range(1, 5)}, name="four")
    app = scene(scenes.answering, scenes.thinking, scenes.done, scenes.calling, config=config)
    assert snap_compare(app, terminal_size=(80, 24), run_before=shown(app))


def test_sixteen_agents(snap_compare: SnapCompare) -> None:
    config = scenes.config_with({f"agent{n:02}": "vllm" for n in range(1, 17)}, name="sixteen")
    mixed = [scenes.answering, scenes.thinking, scenes.done, scenes.calling] * 4
    app = scene(*mixed, config=config)
    assert snap_compare(app, terminal_size=(200, 60), run_before=shown(app))


def test_sixteen_agents_at_80x24(snap_compare: SnapCompare) -> None:
    config = scenes.config_with({f"agent{n:02}": "vllm" for n in range(1, 17)}, name="sixteen")
    app = scene(*[scenes.answering] * 16, config=config)
    assert snap_compare(app, terminal_size=(80, 24), run_before=shown(app, "ctrl+g", "1", "2"))


def test_stacked_under_sixty_columns(snap_compare: SnapCompare) -> None:
    app = scene(scenes.answering, scenes.thinking)
    assert snap_compare(app, terminal_size=(50, 30), run_before=shown(app))


def test_too_small(snap_compare: SnapCompare) -> None:
    app = scene()
    assert snap_compare(app, terminal_size=(38, 11), run_before=shown(app, prompt=""))


def test_light_theme(snap_compare: SnapCompare) -> None:
    app = scene(scenes.answering, scenes.thinking, config=scenes.two_agents(theme="textual-light"))
    assert snap_compare(app, terminal_size=(120, 36), run_before=shown(app))


def test_several_lines_in_the_prompt(snap_compare: SnapCompare) -> None:
    app = scene(scenes.done, scenes.done)
    lines = [key for line in ("one", "two", "three") for key in (*line, "ctrl+j")]
    assert snap_compare(app, terminal_size=(80, 24), run_before=shown(app, *lines, "@"))
