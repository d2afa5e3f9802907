"""The environment of a console in a browser: the server's, without what tells of its terminal."""

from collections.abc import Mapping

from massgen_tui.terminal import IN_BROWSER

_OF_TERMINALS = frozenset(
    {
        *("TMUX", "TMUX_PANE", "STY", "WINDOW", "TERMCAP", "NO_COLOR", "FORCE_COLOR", "CLICOLOR"),
        *("CLICOLOR_FORCE", "COLORFGBG", "VTE_VERSION", "WINDOWID", "ITERM_SESSION_ID"),
        *("WT_SESSION", "WT_PROFILE_ID", "LC_TERMINAL", "LC_TERMINAL_VERSION", "SSH_TTY"),
        *("COLUMNS", "LINES", "ROWS", "TEXTUAL", "TEXTUAL_LOG", "TEXTUAL_PRESS"),
        *("TEXTUAL_SCREENSHOT", "TEXTUAL_SCREENSHOT_LOCATION", "TEXTUAL_SCREENSHOT_FILENAME"),
        *("TEXTUAL_DISABLE_KITTY_KEY", "TEXTUAL_FILTERS", "PYTHONUNBUFFERED"),
    }
)
_BEGINNINGS = ("KITTY_", "WEZTERM_", "ALACRITTY_", "GHOSTTY_", "KONSOLE_", "ZELLIJ")


def environment_of(server: Mapping[str, str], width: int, height: int) -> dict[str, str]:
    """The environment of a console of this size.

    Args:
        server: that of the server.
        width: columns.
        height: rows.
    """
    kept = {
        name: value
        for name, value in server.items()
        if name not in _OF_TERMINALS and not name.startswith(_BEGINNINGS)
    }
    return kept | {
        **IN_BROWSER,
        "TEXTUAL_COLOR_SYSTEM": "truecolor",
        "TERM": "xterm-256color",
        "COLORTERM": "truecolor",
        "TERM_PROGRAM": "textual",
        "TERM_PROGRAM_VERSION": "",
        "COLUMNS": str(width),
        "ROWS": str(height),
        "LINES": str(height),
    }
