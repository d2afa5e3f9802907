"""The style table: a key to one complete Rich style, made once per theme.

A key is a role, alone (`text`, `reasoning`, `code`) or with letters for what is added: `text.b` is
bold text, `text.bi` bold and italic. Every style carries its foreground and its background, and has
been through the app's line filters (NO_COLOR, ANSI colours), because the stream view paints past
the code of Textual that applies them.
"""

import re
from collections.abc import Mapping, Sequence
from typing import TypeVar

from rich.segment import Segment
from rich.style import Style
from textual.app import App
from textual.color import Color, ColorParseError
from textual.filter import LineFilter

_ADDED = {"b": "bold", "i": "italic", "u": "underline", "s": "strike", "d": "dim", "r": "reverse"}

# Role → (theme variable of the foreground, share of it that is mixed with the background, letters)
ROLES: Mapping[str, tuple[str, float, str]] = {
    "text": ("foreground", 1.0, ""),
    "dim": ("foreground", 0.6, ""),
    "reasoning": ("foreground", 0.62, ""),
    "reasoning-head": ("foreground", 0.75, ""),
    "prompt": ("accent", 1.0, "b"),
    "head": ("primary", 1.0, "b"),
    "head-small": ("primary", 1.0, ""),
    "link": ("text-primary", 1.0, "u"),
    "url": ("foreground", 0.6, ""),
    "quote": ("foreground", 0.8, ""),
    "mark": ("text-accent", 1.0, ""),
    "rule": ("foreground", 0.35, ""),
    "good": ("text-success", 1.0, ""),
    "warn": ("text-warning", 1.0, ""),
    "bad": ("text-error", 1.0, ""),
    "tool": ("text-secondary", 1.0, ""),
    "frame": ("foreground", 0.45, ""),
    "frame-focus": ("primary", 1.0, "b"),
    "title": ("foreground", 1.0, "b"),
    "code": ("foreground", 1.0, ""),
    "code-inline": ("text-warning", 1.0, ""),
    "code-keyword": ("text-accent", 1.0, "b"),
    "code-name": ("text-primary", 1.0, ""),
    "code-string": ("text-success", 1.0, ""),
    "code-number": ("text-warning", 1.0, ""),
    "code-comment": ("foreground", 0.55, "i"),
    "code-operator": ("foreground", 0.8, ""),
    "code-added": ("text-success", 1.0, ""),
    "code-removed": ("text-error", 1.0, ""),
    "code-edge": ("foreground", 0.45, ""),
}
_ON_SURFACE = "code"
"""Roles that start with this stand on the theme's surface."""
_AUTO = re.compile(r"auto (\d+)%")
_SHARE = re.compile(r"(\S+) (\d+)%")


class Styles(dict[str, Style]):
    """Style keys to styles; a combination is made when it is first asked for."""

    def __init__(self, variables: Mapping[str, str], filters: Sequence[LineFilter] = ()) -> None:
        """Make the table of a theme.

        Args:
            variables: The theme's CSS variables.
            filters: The app's line filters, applied to every style once.
        """
        super().__init__()
        self._filters = filters
        self._colours = _Colours(variables)
        self.selection = Style(reverse=True)

    def __missing__(self, key: str) -> Style:
        role, _, letters = key.partition(".")
        variable, share, own = ROLES[role]
        surface = role.startswith(_ON_SURFACE)
        style = self._colours.style(variable, share, surface=surface)
        style += Style.parse(" ".join(_ADDED[letter] for letter in own + letters) or "none")
        background = self._colours.background
        for line_filter in self._filters:
            style = line_filter.apply([Segment("x", style)], background)[0].style or style
        self[key] = style
        return style


def add(key: str, letters: str) -> str:
    """The key of a style with more letters: `add("text.b", "i")` is `text.bi`."""
    role, _, own = key.partition(".")
    return f"{role}." + "".join(sorted(set(own + letters)))


class _Colours:
    """The colours of a theme: its variables as Rich styles with a background."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        self._variables = variables
        self.background = self._parse("background") or Color(0, 0, 0)
        self.ansi = self.background.ansi is not None

    def style(self, variable: str, share: float, *, surface: bool) -> Style:
        ground = (self._parse("surface") if surface else None) or self.background
        if ground.a < 1:
            ground = self.background if ground.a == 0 or self.ansi else self.background + ground
        if self.ansi:
            colour = self._parse(variable) or self._parse("foreground") or self.background
            return Style(color=colour.rich_color, bgcolor=ground.rich_color, dim=share < 1 or None)
        colour = self._resolve(variable, ground)
        mixed = ground.blend(colour, share) if share < 1 else colour
        return Style(color=mixed.rich_color, bgcolor=ground.rich_color)

    def _resolve(self, variable: str, ground: Color) -> Color:
        auto = _AUTO.fullmatch(self._variables.get(variable, ""))
        if auto:
            return ground.blend(ground.get_contrast_text(1.0), int(auto[1]) / 100)
        colour = self._parse(variable)
        if colour is None:
            colour = self._parse("foreground") or ground.get_contrast_text(1.0)
        return ground + colour if colour.a < 1 else colour

    def _parse(self, variable: str) -> Color | None:
        value = self._variables.get(variable, "")
        share = _SHARE.fullmatch(value)
        try:
            return Color.parse(share[1] if share else value)
        except ColorParseError:
            return None


_Result = TypeVar("_Result")
_made: dict[tuple[object, ...], Styles] = {}


def styles_of(app: App[_Result]) -> Styles:
    """The table of the app's theme as it is now; the same object until the theme changes."""
    filters = app.get_line_filters()
    key = (app.theme, *map(type, filters))
    if key not in _made:
        _made.clear()
        _made[key] = Styles(app.get_css_variables(), filters)
    return _made[key]
