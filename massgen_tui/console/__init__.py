"""The console: the only place that imports Textual."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from textual.app import App

    AppPart = App[None]
else:
    AppPart = object
    """What apps are made of beside Textual's: it takes 0.25 ms to make a class of that, and an app
    has ten."""
