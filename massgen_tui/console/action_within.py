"""The actions within a pane and within the sidebar: where one is, what is copied, folded, found."""

from massgen_tui.console.action import Action, Scope

_OWN, _SIDE = Scope.IN_PANE, Scope.SIDEBAR

WITHIN = (
    *(
        # 1 to 9, and 0 for the tenth
        Action(Scope.DIGIT, f"pane.{n}", str(n), f"pane({n or 10})", f"go to pane {n or 10}")
        for n in range(10)
    ),
    Action(_OWN, "pane.up", "up,k", "by(-1)", "up"),
    Action(_OWN, "pane.down", "down,j", "by(1)", "down"),
    Action(_OWN, "pane.page-up", "pageup", "page(-1)", "page up"),
    Action(_OWN, "pane.page-down", "pagedown,space", "page(1)", "page down"),
    Action(_OWN, "pane.start", "home,g", "top", "start"),
    Action(_OWN, "pane.end", "end,G", "end", "end"),
    Action(_OWN, "pane.fold", "t", "fold", "fold or unfold reasoning"),
    Action(_OWN, "pane.copy-answer", "y", "copy('answer')", "copy the answer", in_readme=True),
    Action(_OWN, "pane.copy-code", "c", "copy('code')", "copy the last code", in_readme=True),
    Action(
        _OWN,
        "pane.next-place",
        "n",
        "find_next(1)",
        "next place of what is searched",
        in_readme=True,
    ),
    Action(_OWN, "pane.earlier-place", "N", "find_next(-1)", "place before", in_readme=True),
    Action(
        _OWN,
        "pane.earlier-attempt",
        "left_square_bracket",
        "attempt(-1)",
        "earlier attempt",
        in_readme=True,
    ),
    Action(
        _OWN,
        "pane.later-attempt",
        "right_square_bracket",
        "attempt(1)",
        "later attempt",
        in_readme=True,
    ),
    Action(_SIDE, "sidebar.copy", "c,y", "copy_command", "copy the start command"),
    Action(_SIDE, "sidebar.detail", "enter", "detail", "all about it"),
    Action(_SIDE, "sidebar.events", "e", "events", "what went up and down"),
    Action(_SIDE, "sidebar.down", "down,j", "move(1)", "next server"),
    Action(_SIDE, "sidebar.up", "up,k", "move(-1)", "server before"),
    Action(_SIDE, "sidebar.pagedown", "pagedown", "turn(10)", "scroll down"),
    Action(_SIDE, "sidebar.pageup", "pageup", "turn(-10)", "scroll up"),
)
