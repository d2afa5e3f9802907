"""The part of the table of actions that changes agents."""

from massgen_tui.console.action import Action, Scope
from massgen_tui.console.action_offers import offer
from massgen_tui.console.action_screens import STOP

_PANE, _PANEL = Scope.PANE, Scope.PANEL

AGENTS: tuple[Action, ...] = (
    Action(
        _PANE,
        "pane.parameters",
        "p",
        "app.parameters",
        "model and parameters of this agent",
        palette="Parameters",
        in_readme=True,
        sends=True,
    ),
    offer(
        "save-config",
        "app.save_config",
        "Save config as",
        "write the agents as they are asked now to a new config",
    ),
)
"""What changes an agent, or which there are."""

PANEL: tuple[Action, ...] = (
    Action(_PANEL, "panel.apply", "enter", "apply", "ask it so from the next prompt on"),
    Action(_PANEL, "panel.close", STOP, "close", "leave it as it is"),
    Action(_PANEL, "panel.next", "tab", "go(1)", "next field"),
    Action(_PANEL, "panel.before", "shift+tab", "go(-1)", "field before"),
    Action(_PANEL, "panel.down", "down", "choose(1)", "next of what is offered; next field"),
    Action(_PANEL, "panel.up", "up", "choose(-1)", "the one before"),
    Action(_PANEL, "panel.newline", "ctrl+j,shift+enter,alt+enter", "newline", "new line"),
    Action(_PANEL, "panel.written", "f6", "written", "as in the config"),
    Action(_PANEL, "panel.save", "f8", "save", "ask it so, and write all agents to a new config"),
)
"""While it is said what an agent is asked with."""
