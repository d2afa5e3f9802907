"""Every action by name, for the command palette, as data."""

from typing import NamedTuple


class Command(NamedTuple):
    """Something that the palette offers."""

    name: str
    help: str
    action: str
    """What it does, as a key on the main screen would."""
    pane: bool = False
    """It is of the focused pane, and not offered where none has the focus."""
    listed: bool = True
    """Offered before anything is typed."""


_FORMS = {
    "md": ("Markdown", "a Markdown file"),
    "html": ("HTML", "one page for a browser"),
    "json": ("JSON", "a file for programs, as run prints it"),
    "csv": ("CSV", "a table with a row an attempt"),
}


def _exports(part: str, name: str, writes: str, *, pane: bool = False) -> tuple[Command, ...]:
    """What writes a part of the session in each form; all as Markdown is `Save answers`."""
    listed = part == "session"
    return tuple(
        Command(
            f"{name} as {form}", f"{writes} to {what}", f"app.save('{end}', '{part}')", pane, listed
        )
        for end, (form, what) in _FORMS.items()
        if (end, part) != ("md", "session")
    )


COMMANDS = (
    Command("Rerun", "Ask again: all agents, or the focused one", "app.rerun"),
    Command("Stop", "Stop what is being answered, take back what waits", "app.halt"),
    Command("Retry failed", "Ask the agents again whose answer failed", "app.retry_failed"),
    Command(
        "Send when the server is up",
        "Hold the prompts whose server was not up, and send them as soon as it is",
        "app.wait",
    ),
    Command("New conversation", "Begin anew with all agents, or the focused one", "app.new"),
    Command("Save answers", "Write all answers to a Markdown file", "app.save"),
    *_exports("session", "Export", "Write the whole session"),
    *_exports("turn", "Export turn", "Write what all agents said to the last prompt"),
    *_exports("pane", "Export pane", "Write all that the focused agent said", pane=True),
    Command("Copy answer", "Copy the focused agent's answer, or all answers", "app.copy_answer"),
    Command("Show request", "The request as it was sent for the focused agent", "app.request"),
    Command("Show warnings", "What the config warns of, and where the log is", "app.warnings"),
    Command("Reasoning", "Show or fold the reasoning", "reasoning"),
    Command("Sidebar", "Show or hide servers and GPUs", "sidebar"),
    Command("Server events", "Which servers went down or came back, and when", "events"),
    Command("Zoom", "One pane at full size, and back", "zoom"),
    Command("Go to pane", "By its number", "goto"),
    Command("Theme", "Choose the colours", "app.change_theme"),
    Command("Help", "All keys", "app.help"),
    Command("Suspend", "Back to the shell; `fg` returns", "app.suspend_process"),
    Command("Quit", "Leave the console", "app.quit"),
)
"""All commands, the frequent ones first."""
