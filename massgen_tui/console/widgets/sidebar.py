"""The sidebar: every server and every GPU, drawn line by line and only when something differs."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.binding import BindingType
from textual.geometry import Region
from textual.message import Message
from textual.reactive import reactive

from massgen_tui.console.action import Scope
from massgen_tui.console.keys import acting, bindings, name_of
from massgen_tui.console.stream.rows import PaintContext, Row, keep_same, runs
from massgen_tui.console.stream.styles import styles_of
from massgen_tui.console.widgets.gpu_names import gpu_id, gpu_name, gpus_by_id
from massgen_tui.console.widgets.gpu_rows import begun_to_look, gpu_sections
from massgen_tui.console.widgets.kept_rows import KeptRows
from massgen_tui.console.widgets.rowed import Rowed
from massgen_tui.console.widgets.unseen import (
    GPUS,
    SERVERS,
    asking,
    lower,
    middle,
    more,
    of_gpus,
    upper,
)
from massgen_tui.late import late
from massgen_tui.monitor.gpu_status import GpuSnapshot
from massgen_tui.monitor.status import ServerStatus

if TYPE_CHECKING:
    from massgen_tui.console.screens import monitor
else:
    monitor = late("massgen_tui.console.screens.monitor")

_HINTS = {
    "sidebar.detail": "more",
    "sidebar.events": "changes",
    "watch.help": "help",
    "watch.quit": "quit",
}
"""What one looks for here, by the binding's id."""


class Sidebar(Rowed, can_focus=True):
    """Servers and GPUs. `show` it what the monitors know; it paints what differs."""

    DEFAULT_CSS = "Sidebar { width: 28; height: 1fr; overflow: hidden hidden; }"
    BINDINGS: ClassVar[list[BindingType]] = bindings(Scope.SIDEBAR)

    class CopyRequested(Message):
        """The user wants the start command of a server on the clipboard."""

        def __init__(self, text: str) -> None:
            """Hold the command."""
            super().__init__()
            self.text = text

    foot: reactive[str] = reactive("")
    """Stands in the lower edge."""
    _sheet: "monitor.DetailSheet | None" = None

    def __init__(self, keymap: Mapping[str, str] | None = None, *, id: str | None = None) -> None:
        """Show nothing yet; `keymap` has the user's own keys, by binding id."""
        super().__init__(id=id)
        self.take_keys(keymap or {})
        self._servers: Mapping[str, ServerStatus] = {}
        self._gpus = GpuSnapshot()
        self._now = 0.0
        self._rows: list[Row] = []
        self._owners: list[str] = []
        """The server of each row, empty for the others."""
        self._chosen = ""
        self._top = 0
        self._look: PaintContext | None = None
        self._blank = Row()
        self._kept = KeptRows()

    def show(self, servers: Mapping[str, ServerStatus], gpus: GpuSnapshot, now: float) -> None:
        """Show the newest statuses; `now` is the time of the monitors' clock, for ages."""
        same = (
            int(now) == int(self._now)
            and gpus.sampled_at == self._gpus.sampled_at
            and gpus == self._gpus
            and len(servers) == len(self._servers)
            and all(
                new is old
                for new, old in zip(servers.values(), self._servers.values(), strict=True)
            )
        )
        self._servers, self._gpus, self._now = servers, gpus, now
        if not same:
            self._build()
            if self._sheet is not None and self.app.screen is self._sheet:
                self._sheet.again()

    @property
    def start_command(self) -> str:
        """The start command to copy: of the chosen server, else of the first that is down."""
        down = [status for status in self._servers.values() if status.startable]
        chosen = [status for status in down if status.target.id == self._chosen]
        return next((status.start_command for status in (*chosen, *down)), "")

    @property
    def lines(self) -> list[str]:
        """What it says, row by row, without the frame."""
        return [row.text for row in self._rows]

    def action_copy_command(self) -> None:
        """Ask for the start command to be copied."""
        if self.start_command:
            self.post_message(self.CopyRequested(self.start_command))

    def action_detail(self) -> None:
        """Show all about what is chosen, at first the first server, kept up to date."""
        stops = self._stops
        chosen = self._chosen if self._chosen in stops else stops[0]
        found = gpus_by_id(self._gpus).get(chosen)
        server = self._servers.get(chosen)
        title = gpu_name(*found) if found else of_gpus() if chosen == GPUS else chosen
        title = server.target.root if server else title

        def tell() -> str:
            return monitor.detail(chosen, self._servers, self._gpus, self._now)

        self._open(monitor.DetailSheet(title, tell))

    def action_events(self) -> None:
        """Show which servers went down or came back, and when."""
        self._open(monitor.DetailSheet("Server events", self._events))

    def _events(self) -> str:
        return monitor.events_text(self._servers)

    def _open(self, sheet: "monitor.DetailSheet") -> None:
        self._sheet = sheet
        self.app.push_screen(sheet)

    def action_move(self, step: int) -> None:
        """Choose another server, the GPUs below them or one of those; bring it into view."""
        stops = self._stops
        at = stops.index(self._chosen) + step if self._chosen in stops else 0
        self._chosen = stops[min(max(at, 0), len(stops) - 1)]
        self._build()
        self._reveal(self._owners.index(self._chosen))

    def action_turn(self, rows: int) -> None:
        """Scroll by rows."""
        top = min(max(self._top + rows, 0), max(len(self._rows) - self._room, 0))
        if top != self._top:
            self._top = top
            self.refresh()

    def on_click(self, event: events.Click) -> None:
        """Choose the server that was clicked; on its start command, copy it."""
        at = self._top + event.y - 1
        if 0 <= at < len(self._owners) and self._owners[at]:
            self._chosen = self._owners[at]
            if any(style == "code-inline" for _, style in self._rows[at].spans):
                self.action_copy_command()
            self._build()

    def on_resize(self) -> None:
        """Wrap for the new width."""
        self._build()
        self.refresh()

    def on_focus(self) -> None:
        """Show the frame of the focus, and what acts here."""
        self._look = None
        self.show_hints()
        self._build()
        self.refresh()

    def take_keys(self, keymap: Mapping[str, str]) -> None:
        """Have these keys of the user's own from now on, by binding id."""
        self._copy_key = name_of("sidebar.copy", keymap)
        # how one comes here, where the letters go elsewhere
        self._way = f"{name_of('goto', keymap)} s, "

    def show_hints(self) -> None:
        """Tell in the lower edge which keys act here, the user's own among them."""
        keys = acting(self.screen)
        self.foot = " · ".join(f"{keys[id]} {word}" for id, word in _HINTS.items() if id in keys)

    def on_blur(self) -> None:
        """Show the frame of the others."""
        self._look = None
        self.foot = ""
        self._build()
        self.refresh()

    def notify_style_update(self) -> None:
        """Take the colours of a new theme."""
        super().notify_style_update()
        self._look = None

    @property
    def rows(self) -> Sequence[Row]:
        """What it says, below one another."""
        return self._rows

    def row_of(self, y: int) -> int | None:
        """Which row stands in line `y`, if one does."""
        at = self._top + y - 1
        return at if 0 < y < self.size.height - 1 and at < len(self._rows) else None

    @property
    def _hosts(self) -> tuple[GpuSnapshot, ...]:
        return (self._gpus, *self._gpus.others)

    @property
    def _stops(self) -> list[str]:
        """What can be chosen: servers, all GPUs, each of them."""
        return [*self._servers, GPUS, *gpus_by_id(self._gpus)]

    @property
    def _room(self) -> int:
        return max(self.size.height - 2, 1)

    def line_of(self, y: int) -> Row:
        """What stands in line `y`: a row, or the frame."""
        width, frame = self.size.width, self._frame
        if y == 0:
            return upper(SERVERS, width, frame)
        if y == self.size.height - 1:
            told = (more(len(self._rows) - self._top - self._room), self.foot)
            return lower(" · ".join(filter(None, told)), width, frame)
        at = self.row_of(y)
        return self._blank if at is None else self._rows[at]

    @property
    def _frame(self) -> str:
        """The style of the frame."""
        return "frame-focus" if self.has_focus else "frame"

    @property
    def drawn(self) -> PaintContext:
        """How rows are drawn now."""
        styles, width = styles_of(self.app), self.size.width
        look = self._look
        if look is None or look.styles is not styles or look.width != width:
            look = self._look = PaintContext(styles, width, "│", self._frame)
        return look

    def _build(self) -> None:
        """Make the rows anew and repaint those in view that differ."""
        width, room = self.size.width, self._room
        if not width:
            return
        rows, owners = self._sections(width, self.drawn.inner)
        old, top = self._rows, self._top
        keep_same(old, rows)
        self._rows, self._owners = rows, owners
        self._top = min(top, max(len(rows) - room, 0))
        if len(rows) != len(old) or self._top != top:
            self.refresh()
            return
        seen = range(top, min(top + room, len(rows)))
        changed = runs([at - top + 1 for at in seen if rows[at] is not old[at]])
        if changed:
            self.refresh(*(Region(0, y, width, count) for y, count in changed))

    def _sections(self, whole: int, width: int) -> tuple[list[Row], list[str]]:
        """The rows in so many cells within a frame of `whole`, and whose each is."""
        rows: list[Row] = []
        owners: list[str] = []
        focused, copied, now = self.has_focus, self.start_command, self._now
        copies = self._copy_key if focused else f"{self._way}{self._copy_key}"
        for id, status in self._servers.items():
            key = copies if copied and copied == status.start_command else ""
            chosen = focused and id == self._chosen
            own = self._kept.of_server(id, status, width, now, copy_key=key, chosen=chosen)
            rows += own
            owners += [id] * len(own)
        self._kept.keep_only(self._servers)
        if not self._servers:
            begun = begun_to_look(self._gpus)
            rows.append(Row((("no server to look at", "dim"),)) if begun else asking())
        owners += [""] * (len(rows) - len(owners))
        mark = "▸ " if focused and self._chosen == GPUS else ""
        for place, host in enumerate(self._hosts):
            title = f"{mark}{of_gpus(host.host)}"
            rows.append(middle(title, whole, self._frame))
            owners.append(GPUS)
            mark = ""
            names = [gpu_id(place, gpu) for gpu in host.gpus]
            marked = names.index(self._chosen) if focused and self._chosen in names else None
            for at, own in gpu_sections(host, width, now, marked, self._kept):
                rows += own
                owners += [GPUS if at is None else names[at]] * len(own)
        return rows, owners

    def _reveal(self, at: int) -> None:
        top = min(max(self._top, at - self._room + 1), at)
        self.action_turn(top - self._top)
