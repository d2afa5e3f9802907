"""Every action by name, for the command palette, as data."""

from typing import NamedTuple


class Command(NamedTuple):
    """Something that the palette offers."""

    name: str
    help: str
    action: str
    """What it does, as a key on the main screen would."""


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
