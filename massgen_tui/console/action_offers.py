"""The part of the table of actions that only the palette offers."""

from massgen_tui.console.action import Action, Scope

_FORMS = {
    "md": ("Markdown", "a Markdown file"),
    "html": ("HTML", "one page for a browser"),
    "json": ("JSON", "a file for programs, as run prints it"),
    "csv": ("CSV", "a table with a row an attempt"),
}
_PARTS = {
    "session": ("Export", "write the whole session"),
    "turn": ("Export turn", "write what all agents said to the last prompt"),
    "pane": ("Export pane", "write all that the focused agent said"),
}


def offer(id: str, run: str, name: str, text: str) -> Action:
    """What only the palette offers."""
    return Action(Scope.PALETTE, id, "", run, text, palette=name)


RELOAD = Action(
    Scope.PALETTE,
    "reload",
    "",
    "app.reload",
    "read the config's file again, and ask whether it is to count",
    palette="Reload config",
    searched=True,
)


def exports() -> tuple[Action, ...]:
    """What writes a part of the session in each form; all as Markdown is `Save answers`."""
    return tuple(
        Action(
            Scope.PALETTE,
            f"save.{part}.{end}",
            "",
            f"app.save('{end}', '{part}')",
            f"{writes} to {what}",
            palette=f"{name} as {form}",
            only_in_pane=part == "pane",
            searched=part != "session",
        )
        for part, (name, writes) in _PARTS.items()
        for end, (form, what) in _FORMS.items()
        if (end, part) != ("md", "session")
    )
