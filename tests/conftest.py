"""A fault of the screen ends an app under test at once, so that none passes unseen."""

from pathlib import Path

import pytest

from massgen_tui import paths
from massgen_tui.console import contain


@pytest.fixture(autouse=True)
def _no_fault_passes(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.node.get_closest_marker("contained") is None:
        monkeypatch.setattr(contain, "LIMIT", 1)


@pytest.fixture(autouse=True)
def _settings_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test reads the user's own settings."""
    monkeypatch.setattr(paths, "settings_file", lambda: tmp_path / "settings.yaml")


@pytest.fixture(autouse=True)
def _index_apart(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test writes into the user's index."""

    made: list[Path] = []

    def apart() -> Path:
        if not made:
            made.append(tmp_path_factory.mktemp("index"))
        return made[0]

    monkeypatch.setattr(paths, "index_dir", apart)
