"""What the config warns of, again, and where things are written."""

from collections.abc import Sequence

from massgen_tui.console.screens.text_modal import TextModal
from massgen_tui.console.services import Services
from massgen_tui.store.program_log import FILE
from massgen_tui.text import clean


def warnings_screen(warnings: Sequence[str], services: Services) -> TextModal:
    """The sheet of warnings and files."""
    lines = [f"- {text}" for text in warnings] or ["The config gives no warning."]
    kept = services.session_log
    session = [str(part) for part in (kept.path, kept.problem) if part] if kept else []
    lines += ["", f"Session: {'; '.join(session) or 'nothing is written'}"]
    log = services.log_folder / FILE if services.log_folder else None
    lines += [f"Log:     {log or 'nothing is written'}"]
    return TextModal("Warnings and files", clean("\n".join(lines)))
