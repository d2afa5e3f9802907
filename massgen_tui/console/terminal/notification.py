"""A notification of the desktop, shown by the terminal: OSC 9 or OSC 777.

OSC 9 is iTerm2's, and kitty, WezTerm, Ghostty and others know it; OSC 777 is urxvt's, and foot,
WezTerm, Ghostty and VTE know it. A terminal that does not know one ignores it.
"""

from collections.abc import Mapping

from massgen_tui.console.terminal.passing import passed_on
from massgen_tui.text import one_line

_LONGEST = 120
"""Characters of the title, and of the text."""


def notification(way: str, title: str, text: str, environ: Mapping[str, str] | None = None) -> str:
    """The sequence that shows a notification.

    Args:
        way: `osc9` or `osc777`.
        title: what it is of.
        text: what it says.
        environ: stands in for the process's environment.
    """
    title, text = one_line(title, _LONGEST), one_line(text, _LONGEST)
    if way == "osc777":
        # a semicolon would end the title
        return passed_on(f"\x1b]777;notify;{title.replace(';', ',')};{text}\a", environ)
    return passed_on(f"\x1b]9;{title}: {text}\a", environ)
