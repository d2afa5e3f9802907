"""The outline of a config is the picture that the main screen begins with, cell by cell."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from pyte.screens import Char

from massgen_tui.config.loader import load_config
from massgen_tui.config.outline import outline_of
from massgen_tui.console import app as console
from massgen_tui.console.app import ConsoleApp
from massgen_tui.console.screens.opening import OpeningScreen
from tests.support.mirror import drawn_cells

Cells = list[list[Char]]
SIZES = [(80, 24), (120, 36), (200, 60)]
LONG = "an-organisation-of-a-long-name/a-model-that-no-title-of-a-pane-has-room-for"
KINDS = [
    "{type: vllm, model: org/big, base_url: 'http://127.0.0.1:9/v1'}",
    f"{{type: sglang, model: {LONG}, base_url: '127.0.0.1:9'}}",
    "{type: llamacpp, model: 小さい}",
    "{type: chatcompletion, model: other, base_url: 'http://gpu.lan:8000', api_key: EMPTY}",
]
SYSTEM = "answer in short sentences, and never make anything up, " * 3


def config(agents: int, more: str = "", own: str = "") -> str:
    rows = [f"- {{id: agent{n}, backend: {KINDS[n % len(KINDS)]}{own}}}" for n in range(agents)]
    return "\n".join(["agents:", *rows, more])


async def pictures(
    path: Path, size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> tuple[Cells, Cells]:
    """What the outline shows when it is whole, and the main screen before anything has begun."""
    outline = outline_of(path)
    assert outline is not None
    drawn: list[Cells] = []
    read, begin = ConsoleApp._read_on, ConsoleApp._begin

    def read_on(app: ConsoleApp) -> None:
        assert isinstance(app.screen, OpeningScreen)
        drawn.append(drawn_cells(app, anew=True))
        read(app)

    async def begun(app: ConsoleApp) -> None:
        drawn.append(drawn_cells(app, anew=True))
        await begin(app)

    monkeypatch.setattr(console, "read_config", lambda path: load_config(path, {}))
    monkeypatch.setattr(ConsoleApp, "_read_on", read_on)
    monkeypatch.setattr(ConsoleApp, "_begin", begun)
    app = ConsoleApp(outline)
    async with app.run_test(size=size) as pilot:
        while app._held is not None:
            await pilot.pause(0.01)
    before, after = drawn
    return before, after


def seen(cell: Char) -> Char:
    """What one sees of a cell: of a blank the ground."""
    plain = cell.data == " " and not (cell.reverse or cell.underscore or cell.strikethrough)
    return Char(" ", bg=cell.bg) if plain else cell


def differing(before: Cells, after: Cells) -> list[tuple[int, str, str]]:
    """The rows that are not the same."""
    return [
        (y, text(one), text(other))
        for y, (one, other) in enumerate(zip(before, after, strict=True))
        if list(map(seen, one)) != list(map(seen, other))
    ]


def text(row: Sequence[Char]) -> str:
    return "".join(cell.data for cell in row)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("agents", [1, 2, 4, 9])
async def test_nothing_of_it_changes_when_the_main_screen_comes(
    tmp_path: Path, size: tuple[int, int], agents: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "some.yaml"
    path.write_text(config(agents), encoding="utf-8")
    before, after = await pictures(path, size, monkeypatch)
    assert differing(before, after) == []
    assert any("vLLM" in text(row) and "ready" in text(row) for row in before)


@pytest.mark.parametrize("size", [(120, 36), (110, 13), (59, 40), (40, 12), (30, 10)])
@pytest.mark.parametrize(
    "more",
    [
        "",
        "monitor: false",
        "ui: {layout: columns}",
        "ui: {theme: textual-light}",
        "ui: {theme: ansi-dark}",
        "orchestrator: {coordination: {coordinate: true}}",
        "servers: [{base_url: 'http://127.0.0.1:9'}]\ngpus: [{dcgm: 'http://127.0.0.1:9/m'}]",
    ],
)
async def test_it_is_so_in_small_terminals_and_for_what_a_config_may_say(
    tmp_path: Path, size: tuple[int, int], more: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "some.yaml"
    path.write_text(config(2, more, f", system_message: '{SYSTEM}'"), encoding="utf-8")
    assert differing(*await pictures(path, size, monkeypatch)) == []


@pytest.mark.parametrize(
    ("third", "more", "changed"),
    [
        ("{type: vllm, model: '${M:-m}', base_url: '127.0.0.1:9'}", "", "agent2 · m"),
        ("{type: openai, model: gpt}", "", "✗ unusable"),
        ("{type: vllm, model: m}", "ui: {keymap: {rerun: ctrl+e}}", "ctrl+e"),
    ],
)
async def test_what_only_the_loader_knows_is_blank_until_then(
    tmp_path: Path, third: str, more: str, changed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "some.yaml"
    written = [config(2), f"- {{id: agent2, backend: {third}}}", more]
    path.write_text("\n".join(written), encoding="utf-8")
    rows = differing(*await pictures(path, (120, 36), monkeypatch))
    assert any(changed in after for _, _, after in rows)
    assert not any(changed in before for _, before, _ in rows)
    assert not any("ready" in before for _, before, _ in rows)
