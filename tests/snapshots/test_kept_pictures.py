"""Each picture that is kept is of a test, and of no file that is only called like its own."""

import re
from pathlib import Path

import pytest
from syrupy.location import PyTestLocation

HERE = Path(__file__).parent
KEPT = HERE / "__snapshots__"


@pytest.mark.parametrize(
    ("picture", "own"),
    [
        (KEPT / "test_kept_pictures" / "test_any[80].svg", True),
        (KEPT / "test_screens" / "test_kept_pictures.svg", False),
        (HERE.parent / "console" / "__snapshots__" / "test_kept_pictures" / "test_any.svg", False),
    ],
    ids=["own", "its name in another's", "a file of that name elsewhere"],
)
def test_a_picture_is_of_one_file(picture: Path, own: bool, request: pytest.FixtureRequest) -> None:
    item = request.node
    assert PyTestLocation(item).matches_snapshot_location(str(picture)) is own


def test_no_picture_is_left_of_a_test_that_is_gone() -> None:
    for picture in KEPT.glob("*/*.svg"):
        tests = (HERE / f"{picture.parent.name}.py").read_text("utf-8")
        name = picture.stem.partition("[")[0]
        assert re.search(rf"^async def {name}\(|^def {name}\(", tests, re.MULTILINE), picture
