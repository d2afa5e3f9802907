import pytest
from rich.color import ColorType
from textual.app import App
from textual.filter import Monochrome
from textual.theme import BUILTIN_THEMES

from massgen_tui.console.stream.styles import ROLES, Styles, add, styles_of


def variables(theme: str) -> dict[str, str]:
    return BUILTIN_THEMES[theme].to_color_system().generate()


@pytest.mark.parametrize("theme", sorted(BUILTIN_THEMES))
def test_every_style_of_every_theme_says_both_colours(theme: str) -> None:
    styles = Styles(variables(theme))
    for role in ROLES:
        style = styles[role]
        assert style.color is not None
        assert style.bgcolor is not None
        if not theme.startswith("ansi"):
            assert style.color.type is ColorType.TRUECOLOR
            assert style.color != style.bgcolor


def test_letters_are_added_to_a_style() -> None:
    styles = Styles(variables("textual-dark"))
    assert styles["text.b"].bold
    assert styles["text.bis"].italic
    assert styles["text.bis"].strike
    assert add("text.b", "i") == add("text", "ib") == "text.bi"
    assert styles["text.b"] is styles["text.b"]


def test_filters_of_the_app_are_applied_once() -> None:
    style = Styles(variables("textual-dark"), [Monochrome()])["bad"]
    assert style.color is not None
    assert len(set(style.color.get_truecolor())) == 1


async def test_the_table_is_made_once_per_theme() -> None:
    app: App[None] = App()
    async with app.run_test() as pilot:
        first = styles_of(app)
        assert styles_of(app) is first
        app.theme = "nord"
        await pilot.pause()
        assert styles_of(app) is not first
