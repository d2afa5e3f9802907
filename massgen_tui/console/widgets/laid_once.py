"""What Rich lays out, kept: Textual asks for it three times for its height, and twice to draw."""

from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.measure import Measurement
from rich.segment import Segment


class LaidOnce:
    """Something that never changes, laid out once for each width."""

    def __init__(self, shown: RenderableType) -> None:
        """Stand for `shown`."""
        self._shown = shown
        self._laid: dict[int, list[Segment]] = {}

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        laid = self._laid.get(options.max_width)
        if laid is None:
            whole = options.update(height=None)
            laid = self._laid[options.max_width] = list(console.render(self._shown, whole))
        yield from laid

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        return Measurement.get(console, options, self._shown)
