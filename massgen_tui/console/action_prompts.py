"""The part of the table of actions for prompts: the user's editor, earlier prompts."""

from massgen_tui.console.action import Action, Scope

_MAIN, _PANE = Scope.MAIN, Scope.PANE

EDITOR = Action(
    _MAIN,
    "editor",
    "f3",
    "app.editor",
    "the prompt in your editor ($VISUAL, $EDITOR)",
    "Prompt",
    palette="Edit in your editor",
    sends=True,
)

EARLIER: tuple[Action, ...] = (
    Action(
        _PANE,
        "pane.edit",
        "e",
        "app.edit",
        "edit this prompt and ask again from there",
        palette="Edit prompt",
        in_readme=True,
        sends=True,
    ),
    Action(
        _PANE,
        "pane.version",
        "E",
        "app.other_version",
        "another version of an edited prompt",
        palette="Other version of the prompt",
        in_readme=True,
        sends=True,
        searched=True,
    ),
    Action(
        _PANE,
        "pane.continue",
        "plus",
        "app.go_on",
        "go on with an answer that was cut",
        palette="Continue answer",
        in_readme=True,
        sends=True,
    ),
)
"""What is done with an earlier prompt, or its answer."""
