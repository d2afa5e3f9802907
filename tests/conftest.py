"""A fault of the screen ends an app under test at once, so that none passes unseen."""

import pytest

from massgen_tui.console import contain


@pytest.fixture(autouse=True)
def _no_fault_passes(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.node.get_closest_marker("contained") is None:
        monkeypatch.setattr(contain, "LIMIT", 1)
