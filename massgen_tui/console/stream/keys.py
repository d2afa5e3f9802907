"""What keys do in a pane that has the focus."""

from textual.binding import Binding


def _key(keys: str, action: str, text: str, name: str) -> Binding:
    return Binding(keys, action, text, show=False, id=f"pane.{name}")


KEYS: tuple[Binding, ...] = (
    _key("up,k", "by(-1)", "Up", "up"),
    _key("down,j", "by(1)", "Down", "down"),
    _key("pageup", "page(-1)", "Page up", "page-up"),
    _key("pagedown,space", "page(1)", "Page down", "page-down"),
    _key("home,g", "top", "Start", "start"),
    _key("end,G", "end", "End", "end"),
    _key("t", "fold", "Fold or unfold reasoning", "fold"),
    _key("y", "copy_answer", "Copy the answer", "copy-answer"),
    _key("c", "copy_code", "Copy the last code", "copy-code"),
    _key("n", "find_next(1)", "Next place of what is searched", "next-place"),
    _key("N", "find_next(-1)", "Place before", "earlier-place"),
    _key("left_square_bracket", "attempt(-1)", "Earlier attempt", "earlier-attempt"),
    _key("right_square_bracket", "attempt(1)", "Later attempt", "later-attempt"),
)
