"""The part of the table of actions for reading what agents said: turns, copies, places in all."""

from massgen_tui.console.action import Action, Scope

_PANE = Scope.PANE

FIND_ALL = Action(
    Scope.MAIN,
    "find-all",
    "ctrl+f",
    "find_all",
    "find in all panes",
    "View",
    palette="Find in all panes",
)
"""Wherever the focus is on the main screen."""

READING: tuple[Action, ...] = (
    Action(
        _PANE,
        "pane.turn-before",
        "left_curly_bracket",
        "screen.turn(-1)",
        "the prompt before",
        palette="Prompt before",
        in_readme=True,
        searched=True,
    ),
    Action(
        _PANE,
        "pane.next-turn",
        "right_curly_bracket",
        "screen.turn(1)",
        "the next prompt",
        palette="Next prompt",
        in_readme=True,
        searched=True,
    ),
    Action(
        _PANE,
        "pane.copy-reasoning",
        "T",
        "screen.copy('reasoning')",
        "copy the reasoning",
        palette="Copy reasoning",
        in_readme=True,
        searched=True,
    ),
    Action(
        _PANE,
        "pane.copy-raw",
        "Y",
        "screen.copy('raw text')",
        "copy all that was said, as it came",
        palette="Copy raw text",
        in_readme=True,
        searched=True,
    ),
)
"""While a pane has the focus."""

REQUEST: tuple[Action, ...] = (
    Action(Scope.REQUEST, "request.curl", "u", "curl", "copy it as a curl command"),
    Action(
        Scope.PALETTE,
        "copy-curl",
        "",
        "app.copy_curl",
        "copy the request as a curl command, keys as variables",
        palette="Copy as curl",
        searched=True,
    ),
)
"""While a request is read, and without that."""
