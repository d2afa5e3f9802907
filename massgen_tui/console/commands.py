"""Every action by name, for the command palette."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from massgen_tui.console.app import ConsoleApp


@dataclass(frozen=True, slots=True)
class Command:
    """Something that the palette offers."""

    name: str
    help: str
    run: Callable[[], object]


def commands(app: "ConsoleApp") -> Iterator[Command]:
    """All commands, the frequent ones first."""
    main = app.main
    yield Command("Rerun", "Ask again: all agents, or the focused one", app.action_rerun)
    yield Command("Stop", "Stop what is being answered, take back what waits", app.desk.halt)
    yield Command("Retry failed", "Ask the agents again whose answer failed", app.desk.retry_failed)
    yield Command(
        "Send when the server is up",
        "Hold the prompts whose server was not up, and send them as soon as it is",
        app.action_wait,
    )
    yield Command(
        "New conversation", "Begin anew with all agents, or the focused one", app.action_new
    )
    yield Command("Save answers", "Write all answers to a Markdown file", app.action_save)
    yield Command(
        "Copy answer", "Copy the focused agent's answer, or all answers", app.action_copy_answer
    )
    yield Command(
        "Show request", "The request as it was sent for the focused agent", app.action_request
    )
    yield Command(
        "Show warnings", "What the config warns of, and where the log is", app.action_warnings
    )
    yield Command("Reasoning", "Show or fold the reasoning", main.action_reasoning)
    yield Command("Sidebar", "Show or hide servers and GPUs", main.action_sidebar)
    yield Command(
        "Server events",
        "Which servers went down or came back, and when",
        main.sidebar.action_events,
    )
    yield Command("Zoom", "One pane at full size, and back", main.action_zoom)
    yield Command("Go to pane", "By its number", main.action_goto)
    yield Command("Theme", "Choose the colours", app.action_change_theme)
    yield Command("Help", "All keys", app.action_help)
    yield Command("Suspend", "Back to the shell; `fg` returns", app.action_suspend_process)
    yield Command("Quit", "Leave the console", app.action_quit)
