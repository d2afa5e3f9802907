"""Widgets that stand still: asked for all their lines at every frame of the panes, they keep them.

Textual asks every visible widget at each partial update (`Compositor._get_renders` of 8.2), and to
put an unchanged one together again costs as much as a pane.
"""

from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget


class CachedLines(Widget):
    """Is put together anew only when it was refreshed, as for a new style, or has another size."""

    _kept: tuple[Region, list[Strip]] | None = None

    def render_lines(self, crop: Region) -> list[Strip]:
        """The lines of last time, while they hold."""
        if self._kept is None or self._kept[0] != crop:
            self._kept = crop, super().render_lines(crop)
        return self._kept[1]

    def refresh(
        self,
        *regions: Region,
        repaint: bool = True,
        layout: bool = False,
        recompose: bool = False,
    ) -> "CachedLines":
        """Put it together anew."""
        self._kept = None
        super().refresh(*regions, repaint=repaint, layout=layout, recompose=recompose)
        return self
