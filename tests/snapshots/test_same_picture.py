"""The last screen of recorded streams is the one of before, row by row: text and looks.

`tests/data/screens` has the rows; its README says of which build they are, and how they are made.
"""

from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

import pytest

from massgen_tui.console import textual_private
from tests.support.final_screens import (
    Cells,
    Cut,
    Play,
    Scene,
    at_once,
    at_random,
    by_byte,
    by_event,
    differences,
    playing,
    read,
    screen_of,
    written,
)
from tests.support.mirror import Mirror, cells, drawn_cells

KEPT = Path(__file__).parents[1] / "data" / "screens"
Doing = Callable[[Play], Awaitable[None]]
SIZES = [(80, 24), (120, 36), (200, 60)]
VLLM, SGLANG = "vllm-0.32.0", "sglang-0.5.23"
LLAMA = "llamacpp-xllamacpp-2026.10.11549"
SCENES = [
    Scene("long", [[f"{VLLM}/stream_story_think"]]),
    Scene(
        "code and a table", [[f"{SGLANG}-noparser-apikey/noparser_think", f"{VLLM}/stream_table"]]
    ),
    Scene(
        "two turns of four",
        [
            [
                f"{VLLM}/stream_default",
                f"{SGLANG}/stream_table",
                f"{LLAMA}/demo_agent_a",
                f"{VLLM}/stream_chinese",
            ],
            [
                f"{VLLM}/stream_emoji",
                f"{SGLANG}/tool_one_think",
                f"{LLAMA}/reasoning_stream_budget",
                f"{VLLM}/stream_latex",
            ],
        ],
    ),
    Scene(
        "ends of six",
        [
            [
                f"{VLLM}/kill9_apiserver_midstream",
                f"{SGLANG}/stream_length_in_reasoning",
                f"{VLLM}/stream_stop_in_thought",
                f"{SGLANG}/stream_n2",
                "ai-dynamo-1.6.1/reasoning_usage",
                "llama-cpp-python-0.3.36/chat",
            ]
        ],
    ),
]


@pytest.mark.parametrize(
    ("scene", "known"),
    [*((scene, True) for scene in SCENES), (SCENES[2], False)],
    ids=[*(scene.name for scene in SCENES), "by public names"],
)
async def test_the_last_screen_is_the_one_of_before(
    scene: Scene, known: bool, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(textual_private, "known", known)
    screens = {}
    for width, height in SIZES:
        async with playing(scene, (width, height)) as play:
            await play.whole()
            screens[f"{width}x{height}"] = screen_of(play.stage)
    path = KEPT / f"{scene.name.replace(' ', '-')}.txt"
    if request.config.getoption("--snapshot-update") and not path.exists():
        path.write_text(written(screens), encoding="utf-8")
    kept = read(path)
    found = [
        line
        for size, rows in screens.items()
        for line in differences(f"{scene.name} at {size}", kept[size], rows)
    ]
    assert not found, "\n".join(found)


SMALL = Scene("small", [[f"{SGLANG}/tool_one_think", f"{VLLM}/stream_chinese"]])
OF_FOUR = Scene(
    "four",
    [
        [
            f"{VLLM}/stream_default",
            f"{SGLANG}/stream_table",
            f"{LLAMA}/demo_agent_a",
            f"{VLLM}/stream_emoji",
        ]
    ],
)


async def last(scene: Scene, cut: Cut, every: int) -> list[Cells]:
    """The last screen where no time passes while a stream comes."""
    async with playing(scene, (100, 30), cut=cut, every=every, tick=0.0) as play:
        await play.whole()
        return screen_of(play.stage)


@pytest.mark.parametrize(
    ("scene", "cuts"),
    [
        (SMALL, {"byte by byte": by_byte, "at once": at_once}),
        (OF_FOUR, {"at once": at_once, **{f"cuts {n}": at_random(n) for n in range(2)}}),
    ],
    ids=["small", "four"],
)
async def test_it_is_the_same_however_the_bytes_arrive(scene: Scene, cuts: dict[str, Cut]) -> None:
    usual = await last(scene, by_event, 40)
    for name, cut in cuts.items():
        every = 1500 if cut is by_byte else 3
        assert not differences(name, usual, await last(scene, cut, every))


# What a user does while answers come, and what undoes it. Of what depends on how far an answer has
# come (the first place that was found, the size of a window) only what is left behind is compared.
STAYS = {
    "reasoning unfolded": (("ctrl+t",), ("ctrl+t",)),
    "zoom": (("f4",), ("f4",)),
    "help": (("f1",), ("escape",)),
}
GOES = {
    "comparing": (("ctrl+g", "1", "d"), ("escape",)),
    "a search": (("ctrl+g", "1", "slash", *"fib", "enter"), ("escape", "end")),
    "scrolled up": (("ctrl+g", "2", "pageup", "up"), ("end",)),
    "the request": (("ctrl+g", "1", "i"), ("escape",)),
}


async def acted(
    at: float, keys: Sequence[str], back: Sequence[str]
) -> tuple[list[Cells], list[Cells]]:
    """The last screen where keys are pressed when so much of the answers has come; and undone."""
    async with playing(OF_FOUR, (100, 30), every=50, tick=0.0) as play:
        pressed = False
        async for share in play.turn(0):
            if share >= at and not pressed:
                pressed = True
                await play.stage.press(*keys)
        stands = screen_of(play.stage)
        await play.stage.press(*back)
        return stands, screen_of(play.stage)


@pytest.mark.parametrize("name", [*STAYS, *GOES])
async def test_what_is_done_while_answers_come_looks_as_if_done_behind_them(name: str) -> None:
    keys, back = (STAYS | GOES)[name]
    stands, gone = await acted(1.0, keys, back)
    stood, went = await acted(0.5, keys, back)
    if name in STAYS:
        assert not differences(name, stands, stood)
    assert not differences(f"{name}, and back", gone, went)


async def test_it_is_the_same_whatever_size_the_terminal_had_meanwhile() -> None:
    usual = await last(OF_FOUR, by_event, 40)
    sizes = iter([(80, 24), (132, 43), (50, 20), (100, 30)])
    async with playing(OF_FOUR, (120, 36), every=50, tick=0.0) as play:
        async for _ in play.turn(0):
            if size := next(sizes, None):
                await play.stage.pilot.resize_terminal(*size)
        assert not differences("resized", usual, screen_of(play.stage))


async def told(play: Play) -> None:
    play.stage.app.notify("something is told over the panes", timeout=3600, markup=False)


async def told_no_more(play: Play) -> None:
    play.stage.app.clear_notifications()


async def selected(play: Play) -> None:
    pilot = play.stage.pilot
    await pilot.mouse_down(offset=(6, 4))
    await pilot.hover(offset=(30, 9))
    await pilot.mouse_up(offset=(30, 9))


def pressed(*keys: str) -> Doing:
    async def press(play: Play) -> None:
        await play.stage.pilot.press(*keys)

    return press


# pyte does not draw joined emoji as terminals do
WITHOUT_EMOJI = Scene("no emoji", [[*OF_FOUR.turns[0][:3], f"{SGLANG}/stream_chinese"]])
DOING = [
    *[pressed("ctrl+t"), told, pressed("f1"), pressed("escape"), told_no_more, selected],
    *[pressed("ctrl+p"), pressed("escape"), pressed("ctrl+g", "1"), pressed("f4"), pressed("f4")],
    *[pressed("f5"), pressed("escape"), told, pressed("ctrl+g", "2", "slash", "e", "enter")],
    *[pressed("pageup"), selected, told_no_more, pressed("i"), pressed("escape", "escape")],
]


@pytest.mark.parametrize("known", [True, False], ids=["private", "public"])
async def test_the_terminal_shows_each_frame_as_if_drawn_anew(
    known: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether only what changed is drawn, or Textual draws; under overlays and notices too."""
    monkeypatch.setattr(textual_private, "known", known)
    doing = iter(DOING)
    async with playing(WITHOUT_EMOJI, (120, 36), every=8) as play:
        mirror = Mirror(play.stage.app, monkeypatch)
        await play.stage.settle()
        async for share in play.turn(0):
            await play.stage.settle()
            assert cells(mirror.screen) == drawn_cells(play.stage.app), f"{share:.0%} had come"
            if do := next(doing, None):
                await do(play)
        assert next(doing, None) is None
