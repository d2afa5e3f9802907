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
    Action(
        _PANE,
        "pane.clone",
        "C",
        "app.clone",
        "another agent like this one, with what is changed",
        palette="Clone agent",
        in_readme=True,
        sends=True,
    ),
    Action(
        _PANE,
        "pane.pause",
        "P",
        "app.pause_agent",
        "send it no prompts, or again",
        palette="Pause agent",
        in_readme=True,
        sends=True,
    ),
    offer("add-agent", "app.add_agent", "Add agent", "another agent, by the address of a server"),
    offer("remove-agent", "app.remove_agent", "Remove agent", "let the focused pane's agent go"),
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
    Action(_PANEL, "panel.clone", "f7", "clone", "ask another agent so, and leave this one"),
    Action(_PANEL, "panel.save", "f8", "save", "ask it so, and write all agents to a new config"),
)
"""While it is said what an agent is asked with."""

ADDING: tuple[Action, ...] = (
    Action(Scope.ADD, "add.look", "enter", "look", "look what is there"),
    Action(Scope.ADD, "add.close", STOP, "close", "add none"),
    Action(Scope.ADD, "add.next", "tab,down", "go(1)", "next field"),
    Action(Scope.ADD, "add.before", "shift+tab,up", "go(-1)", "field before"),
)
"""While the address of another agent is typed."""
