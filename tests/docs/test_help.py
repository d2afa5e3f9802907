"""docs/commands.md is what the program says of itself, and each command shows how it is used."""

from pathlib import Path

import pytest

from massgen_tui.cli.group import COMMANDS
from tests.support.help_pages import document, help_of

PAGE = Path(__file__).parents[2] / "docs" / "commands.md"


def test_the_page_is_what_help_says(request: pytest.FixtureRequest) -> None:
    text = document()
    if request.config.getoption("--snapshot-update"):
        PAGE.write_text(text, "utf-8")
    assert PAGE.read_text("utf-8") == text, "stale: run `make snapshots`"


@pytest.mark.parametrize("name", COMMANDS)
def test_every_help_has_examples(name: str) -> None:
    said = help_of(name)
    assert "Examples:\n" in said
    assert f"massgen-tui {'' if name == 'open' else name}".strip() in said.partition("Examples")[2]
