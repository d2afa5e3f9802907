"""What an app does otherwise on a page of a browser: files are downloads, the page is told news."""

import io
from pathlib import Path
from typing import TYPE_CHECKING

from textual import events

from massgen_tui.console.clipboard import CopyingApp

if TYPE_CHECKING:
    from massgen_tui.console.saving import Download

_KINDS = {
    ".md": "text/markdown",
    ".html": "text/html",
    ".json": "application/json",
    ".csv": "text/csv",
}


class PageApp(CopyingApp):
    """An app that may be on a page."""

    @property
    def download(self) -> "Download | None":
        """What takes files for the user, where the folder we run in is not the user's."""
        return self._download if self.browser is not None else None

    def _download(self, name: str, text: str) -> None:
        kind = _KINDS.get(Path(name).suffix, "text/plain")
        self.deliver_text(io.StringIO(text), save_filename=name, mime_type=kind, name=name)

    def on_delivery_complete(self, event: events.DeliveryComplete) -> None:
        """Say that the browser has taken a file."""
        if event.name and self.browser is not None:
            self.notify(f"downloaded: {event.name}", markup=False)

    def on_delivery_failed(self, event: events.DeliveryFailed) -> None:
        """Say that it has not."""
        if event.name and self.browser is not None:
            self.notify(f"not downloaded: {event.name}", severity="warning", markup=False)

    def tell_page(self, *, busy: bool, session: Path | None) -> None:
        """Let the page know whether it may be left, and its server which session it is at."""
        if self.browser is not None:
            self.browser.tell(busy=busy, **({"session": str(session)} if session else {}))

    def action_suspend_process(self) -> None:
        """Suspend to the shell, where there is one."""
        if self.browser is not None:
            self.notify("a page has no shell to suspend to", markup=False)
        else:
            super().action_suspend_process()
