"""What could make a picture differ between two machines is fixed here."""

from pathlib import Path

import pytest
from syrupy.location import PyTestLocation

from tests.support.lexers import lexers_at_once

__all__ = ["lexers_at_once"]


@pytest.fixture(autouse=True)
def _same_everywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NO_COLOR", "TEXTUAL_FILTERS", "TMUX", "STY", "TEXTUAL_THEME"):
        monkeypatch.delenv(name, raising=False)


def _own(test: PyTestLocation, snapshot_location: str) -> bool:
    """Whether a picture is of this test's file.

    Syrupy 4 goes by the bare name of the file: beside `console/test_watch.py` all pictures of
    `snapshots/test_watch.py` would be unused, which fails, and deletes them with --snapshot-update.
    """
    file = Path(test.filepath)
    return Path(snapshot_location).parent == file.parent / "__snapshots__" / file.stem


for _name in ("matches_snapshot_location",):
    setattr(PyTestLocation, _name, _own)
