"""The last screen of recorded streams is the one of before, row by row: text and looks.

`tests/data/screens` has the rows; its README says of which build they are, and how they are made.
"""

from pathlib import Path

import pytest

from tests.support.final_screens import Scene, differences, playing, read, screen_of, written

KEPT = Path(__file__).parents[1] / "data" / "screens"
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


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.name)
async def test_the_last_screen_is_the_one_of_before(
    scene: Scene, request: pytest.FixtureRequest
) -> None:
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
