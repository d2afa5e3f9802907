"""What could make a picture differ between two machines is fixed here."""

import pytest

from tests.support.lexers import lexers_at_once

__all__ = ["lexers_at_once"]


@pytest.fixture(autouse=True)
def _same_everywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NO_COLOR", "TEXTUAL_FILTERS", "TMUX", "STY", "TEXTUAL_THEME"):
        monkeypatch.delenv(name, raising=False)
