"""What is drawn where parts of a screen changed: lines of the widgets that changed, and no others.

Textual 8.2 asks every visible widget for all its lines at each partial update, cuts them all at the
edges of all others, and draws what of it changed (`Compositor._get_renders`, `_render_chops`). Here
a part that stands in one widget, with nothing before its lines, is drawn from that widget's lines.
"""

from collections.abc import Callable, Collection, Mapping
from functools import partial

from rich.console import Console
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

_KEPT = 2000
"""Parts of which it is remembered where they stand, in one layout."""
Parts = Collection[Region]
"""Parts of a screen."""
Visible = Mapping[Widget, tuple[Region, Region]]
"""Widgets from front to back, each with its region and what of the screen it may draw on."""
Changed = Callable[[Parts, Visible], Callable[[Console], str] | None]
"""Gives what says how to draw parts that changed; None: Textual does."""
Place = tuple[Widget, Region, Region]
"""A widget, and lines of it: where they stand on the screen, and which they are."""


class ChangedLines:
    """Finds the lines to draw; remembers where parts stand while the layout is the same."""

    def __init__(self) -> None:
        """Nothing is laid out yet."""
        self._layout: Visible | None = None
        self._places: dict[Region, Place | None] = {}

    def draw(self, parts: Parts, visible: Visible) -> Callable[[Console], str] | None:
        """What says how to draw these parts; None: one stands in no widget, or behind one."""
        if self._layout is not visible or len(self._places) > _KEPT:
            self._layout, self._places = visible, {}
        known, places = self._places, list[Place]()
        for part in sorted(parts):
            if part not in known:
                known[part] = place_of(part, visible)
            place = known[part]
            if place is None:
                return None
            places.append(place)
        lines = [(on, widget.render_lines(lines)) for widget, on, lines in places]
        return partial(_said, lines)


def _said(lines: list[tuple[Region, list[Strip]]], console: Console) -> str:
    """What the terminal is sent, to have these lines at their places."""
    return "".join(
        [
            f"\x1b[{y};{place.x + 1}H{strip.render(console)}"
            for place, strips in lines
            for y, strip in enumerate(strips, place.y + 1)
        ]
    )


def place_of(part: Region, visible: Visible) -> Place | None:
    """The lines of one widget in which `part` stands, with nothing before them, if it does."""
    front: list[Region] = []
    for widget, (region, clip) in visible.items():
        seen = region.intersection(clip)
        if seen.overlaps(part):
            on = Region(seen.x, part.y, seen.width, part.height)
            if not seen.contains_region(part) or any(one.overlaps(on) for one in front):
                return None
            return widget, on, on.translate(-region.offset)
        front.append(seen)
    return None
