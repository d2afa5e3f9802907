from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from rich.cells import cell_len
from textual.app import App, ComposeResult
from textual.geometry import Region

from massgen_tui.console.screens.monitor import DetailSheet, server_detail
from massgen_tui.console.widgets.sidebar import Sidebar
from massgen_tui.console.widgets.status_line import one_line
from massgen_tui.monitor.gpu_status import GpuProcess, GpuSnapshot
from massgen_tui.monitor.probe_log import ProbeLogEntry
from massgen_tui.monitor.status import ServerState, StateChange
from tests.support.monitored import (
    COMMAND,
    DOWN,
    GIB,
    GPU,
    NOW,
    UP,
    of,
    sampled,
    target,
)


def test_the_folded_line_has_state_and_load_of_all() -> None:
    servers = {status.target.root: status for status in (UP, DOWN)}
    assert one_line(servers, sampled(GPU), NOW).plain == (
        " ✗ SGLang? gpubox:30000 down │ ● vLLM :8000 up run 1 141 tok/s │ GPU0 87% 60.0/80.0 GiB"
    )


class Host(App[None]):
    def __init__(self, keymap: Mapping[str, str] | None = None) -> None:
        super().__init__()
        self.copied: list[str] = []
        self._keys = dict(keymap or {})

    def compose(self) -> ComposeResult:
        yield Sidebar(self._keys)

    def on_mount(self) -> None:
        self.set_keymap(self._keys)

    def on_sidebar_copy_requested(self, message: Sidebar.CopyRequested) -> None:
        self.copied.append(message.text)


def drawn(sidebar: Sidebar) -> list[str]:
    return [strip.text for strip in sidebar.render_lines(sidebar.size.region)]


def test_the_folded_line_says_when_gpus_are_stale() -> None:
    assert "stale" not in one_line(of(UP), sampled(GPU), NOW + 2.9).plain
    assert "! GPUs stale: 3 s old" in one_line(of(UP), sampled(GPU), NOW + 3).plain


async def test_it_is_framed_and_titled() -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        sidebar = app.query_one(Sidebar)
        sidebar.show(of(UP), sampled(GPU), NOW)
        await pilot.pause()
        said = drawn(sidebar)
    assert said[0].startswith("┌ Servers ─")
    assert said[5].startswith("├ GPUs (this host) ─")
    assert said[-1] == "└ enter more · e changes ──┘"
    assert {cell_len(line) for line in said} == {28}
    assert len(said) == 24


async def test_gpus_of_other_machines_stand_under_their_names() -> None:
    afar = GpuSnapshot((replace(GPU, utilisation=5),), "", NOW - 8, "rack 7")
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        sidebar = app.query_one(Sidebar)
        sidebar.show(of(UP), replace(sampled(GPU), others=(afar,)), NOW)
        await pilot.pause()
        said = drawn(sidebar)
    at = next(y for y, line in enumerate(said) if line.startswith("├ GPUs (rack 7) ─"))
    assert " 5% " in said[at + 1], "8 s are not stale there: it is asked less often"


async def test_it_is_painted_again_only_when_it_says_something_else() -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        sidebar = app.query_one(Sidebar)
        sidebar.show(of(UP), sampled(GPU), NOW)
        await pilot.pause()
        with _refreshes(sidebar) as count:
            sidebar.show(of(replace(UP, checked_at=NOW + 1)), sampled(GPU, at=NOW + 1), NOW + 1)
            assert count == []
            sidebar.show(of(replace(UP, running=2)), sampled(GPU, at=NOW + 2), NOW + 2)
            assert count == [(Region(0, 3, 28, 1),)], "only the row that differs"
            sidebar.show(of(replace(UP, notes=("odd",))), sampled(GPU, at=NOW + 3), NOW + 3)
            assert count[1:] == [()], "rows moved: all of it"


@contextmanager
def _refreshes(sidebar: Sidebar) -> Iterator[list[object]]:
    count: list[object] = []
    refresh = sidebar.refresh
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sidebar, "refresh", lambda *areas, **how: count.append(areas))
        yield count
    assert sidebar.refresh == refresh


async def test_a_key_copies_the_whole_command_of_the_server_that_is_down() -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        sidebar = app.query_one(Sidebar)
        sidebar.show(of(UP, DOWN), sampled(GPU), NOW)
        sidebar.focus()
        await pilot.press("c")
        assert app.copied == [COMMAND]


async def test_a_click_on_the_command_copies_it() -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        sidebar = app.query_one(Sidebar)
        sidebar.show(of(DOWN), sampled(GPU), NOW)
        await pilot.pause()
        row = next(y for y, line in enumerate(drawn(sidebar)) if "launch_server" in line)
        await pilot.click(Sidebar, offset=(6, row))
        assert app.copied == [COMMAND]


async def test_two_dead_servers_are_chosen_between() -> None:
    other = replace(DOWN, target=target("http://gpubox:8000", command="start the other"))
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        sidebar = app.query_one(Sidebar)
        sidebar.show(of(DOWN, other), sampled(GPU), NOW)
        sidebar.focus()
        await pilot.press("c", "down", "down", "c")
        assert app.copied == [COMMAND, "start the other"]


async def test_enter_shows_all_about_a_server_and_keeps_it_up_to_date() -> None:
    log = (
        ProbeLogEntry(NOW - 2, "/health", 200, 0.004),
        ProbeLogEntry(NOW - 1, "/metrics", 0, 2.5, "no answer"),
    )
    app = Host()
    async with app.run_test(size=(100, 40)) as pilot:
        sidebar = app.query_one(Sidebar)
        sidebar.show(of(replace(UP, log=log), DOWN), sampled(GPU), NOW)
        sidebar.focus()
        await pilot.press("enter")
        sheet = app.screen
        assert isinstance(sheet, DetailSheet)
        said = sheet.body.plain
        assert said.startswith("● up for 0 s")
        assert "40960 tokens of context" in said
        assert said.index("/metrics") < said.index("/health"), "the newest first"
        sidebar.show(of(replace(UP, running=77), DOWN), sampled(GPU), NOW + 1)
        sheet.again()
        assert "77" in sheet.body.plain
        await pilot.press("escape")
        assert app.screen is not sheet


async def test_enter_on_the_gpus_shows_all_about_them() -> None:
    busy = GpuProcess(4242, 59 * GIB, "VLLM::EngineCor")
    gpu = replace(GPU, processes=(busy,), throttled=("heat",), sm_clock=1980)
    app = Host()
    async with app.run_test(size=(100, 40)) as pilot:
        sidebar = app.query_one(Sidebar)
        sidebar.show(of(UP), sampled(gpu), NOW)
        sidebar.focus()
        await pilot.press("down", "down", "enter")
        sheet = app.screen
        assert isinstance(sheet, DetailSheet)
        assert "process 4242 VLLM::EngineCor 59.0 GiB" in sheet.body.plain
        assert "1980 MHz SM" in sheet.body.plain


async def test_each_gpu_can_be_chosen_for_a_sheet_of_its_own() -> None:
    afar = GpuSnapshot((replace(GPU, uuid="far"),), "", NOW, "rack 7")
    both = replace(sampled(GPU, replace(GPU, index=1, uuid="GPU-1")), others=(afar,))
    app = Host()
    async with app.run_test(size=(100, 40)) as pilot:
        sidebar = app.query_one(Sidebar)
        sidebar.show(of(UP), both, NOW)
        sidebar.focus()
        await pilot.press("down", "down", "down", "down")
        assert any(line.startswith("1▸H100") for line in sidebar.lines)
        await pilot.press("enter")
        sheet = app.screen
        assert isinstance(sheet, DetailSheet)
        assert "GPU-1" in sheet.body.plain
        assert "GPU-0" not in sheet.body.plain
        await pilot.press("escape", "down", "enter")
        assert isinstance(app.screen, DetailSheet)
        assert "on rack 7" in app.screen.body.plain


@pytest.mark.parametrize(
    ("steps", "only"), [(3, "part-0"), (4, "part-1"), (5, "GPU-1"), (6, "there-0")]
)
async def test_each_gpu_is_reached_whatever_number_or_machine_it_shares(
    steps: int, only: str
) -> None:
    parts = [replace(GPU, uuid=f"part-{part}", part=True) for part in range(2)]
    there = GpuSnapshot((replace(GPU, uuid="there-0"),), "", NOW, "this host")
    gpus = replace(
        sampled(*parts, replace(GPU, index=1, uuid="GPU-1")),
        others=(there,),
    )
    app = Host()
    async with app.run_test(size=(100, 40)) as pilot:
        sidebar = app.query_one(Sidebar)
        sidebar.show(of(UP), gpus, NOW)
        sidebar.focus()
        await pilot.press(*["down"] * steps)
        assert sum("▸" in line for line in sidebar.lines) == 1
        await pilot.press("enter")
        sheet = app.screen
        assert isinstance(sheet, DetailSheet)
        ids = ("part-0", "part-1", "GPU-1", "there-0")
        assert [name for name in ids if name in sheet.body.plain] == [only]


async def test_what_does_not_fit_is_scrolled_to() -> None:
    app = Host()
    async with app.run_test(size=(80, 12)) as pilot:
        sidebar = app.query_one(Sidebar)
        sidebar.show(of(UP, DOWN), sampled(GPU), NOW)
        sidebar.focus()
        await pilot.pause()
        assert "more below" in drawn(sidebar)[-1]
        await pilot.press("pagedown", "pagedown", "pagedown")
        assert "H100" in "\n".join(drawn(sidebar))
        assert "more below" not in drawn(sidebar)[-1]


async def test_it_follows_the_theme_and_no_colour(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        sidebar = app.query_one(Sidebar)
        sidebar.show(of(UP, DOWN), sampled(GPU), NOW)
        await pilot.pause()
        plain = "\n".join(drawn(sidebar))
        colours = {
            part.style.color.triplet
            for strip in sidebar.render_lines(sidebar.size.region)
            for part in strip
            if part.style and part.style.color and part.style.color.triplet
        }
    assert " up " in plain
    assert " down " in plain
    assert all(r == g == b for r, g, b in colours), "only shades of grey"


WHEN = datetime(2026, 11, 23, 21, 3, 12)
WENT = StateChange(
    NOW - 12, WHEN, DOWN.target.root, ServerState.UP, ServerState.DOWN, "connection refused", True
)
CAME = replace(WENT, at=NOW, when=WHEN + timedelta(seconds=12), after=ServerState.UP, reason="")


async def test_what_went_down_and_came_back_is_told_with_its_time_the_newest_first() -> None:
    app = Host()
    async with app.run_test(size=(100, 40)) as pilot:
        sidebar = app.query_one(Sidebar)
        sidebar.focus()
        await pilot.press("e")
        sheet = app.screen
        assert isinstance(sheet, DetailSheet)
        assert sheet.body.plain == "Nothing has happened yet."
        sidebar.show(of(UP, replace(DOWN, changes=(WENT, CAME))), sampled(GPU), NOW)
        sheet.again()
        assert sheet.body.plain.splitlines() == [
            "21:03:24  SGLang? gpubox:30000 up",
            "21:03:12  SGLang? gpubox:30000 down: connection refused",
        ]


async def test_a_server_s_own_sheet_has_its_changes() -> None:
    said = server_detail(replace(DOWN, changes=(WENT,)), NOW)
    assert "changes\n  21:03:12  down: connection refused\n" in said


async def test_its_keys_can_be_changed_and_it_says_so() -> None:
    app = Host({"sidebar.copy": "x", "sidebar.events": "ctrl+l"})
    async with app.run_test(size=(80, 24)) as pilot:
        sidebar = app.query_one(Sidebar)
        sidebar.show(of(DOWN), sampled(GPU), NOW)
        sidebar.focus()
        assert "(x copies)" in " ".join(line.strip() for line in sidebar.lines)
        await pilot.press("c")
        assert app.copied == []
        await pilot.press("x")
        assert app.copied == [COMMAND]
        await pilot.press("ctrl+l")
        assert isinstance(app.screen, DetailSheet)


async def test_before_anything_was_asked_it_says_that_it_is_asking() -> None:
    app = Host()
    async with app.run_test(size=(40, 20)):
        sidebar = app.query_one(Sidebar)
        sidebar.show({}, GpuSnapshot(), NOW)
        assert sidebar.lines[0] == "asking …"
        assert one_line({}, GpuSnapshot(), NOW).plain == " asking …"
        sidebar.show({}, sampled(GPU), NOW + 1)
        assert sidebar.lines[0] == "no server to look at"
