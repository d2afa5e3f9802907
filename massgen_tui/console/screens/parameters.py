"""What an agent is asked with, as a form; what is wrong with a field is told below it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.events import DescendantFocus, Resize
from textual.widgets import Input, Static, TextArea

from massgen_tui.config.form import MODEL, MORE, SYSTEM, WHOLE, Changed, Field, FormProblems
from massgen_tui.config.schema import Sampling
from massgen_tui.config.variables import literal
from massgen_tui.console.action import Scope
from massgen_tui.console.keys import acting, bindings
from massgen_tui.console.screens.modal import Modal
from massgen_tui.console.widgets.form import FormField, Lines, OneLine, matching
from massgen_tui.text import one_line

ROWS = 5
"""Models that are seen at once."""
_BESIDE = 5
"""Rows of frame, hint and what differs."""
_LABELS = {MORE: "other parameters"}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be done with what the form says."""

    what: Literal["ask", "clone", "save"]
    """Ask the agent so; ask another one so; write all agents to a file, after that."""
    changed: Changed


@dataclass(frozen=True, slots=True)
class Shown:
    """What the form shows of an agent."""

    id: str
    fields: Sequence[Field]
    texts: Mapping[str, str]
    differs: Sequence[str] = ()
    """What is not as in the config."""
    written: Mapping[str, str] | None = None
    """The texts that the config has; None: the agent is not in it."""
    models: Sequence[str] = ()
    """What its server serves."""


class ParametersScreen(Modal[Wanted]):
    """Gives what is wanted; nothing where all stays as it is."""

    BINDINGS = bindings(Scope.PANEL)
    AUTO_FOCUS = "FormField OneLine"
    DEFAULT_CSS = """
    ParametersScreen {
        align: center middle; background: $background 60%;
        & > #parameters {
            width: 96%; max-width: 110; height: auto; max-height: 96%;
            border: round $primary; background: $surface; color: $foreground; padding: 0 1;
        }
        & #parameters-differ { height: auto; max-height: 2; color: $foreground; }
        & #parameters-fields { height: auto; }
        & #parameters-hint { height: 1; color: $foreground; text-style: dim; }
        & #parameters-wrong { height: auto; display: none; color: $error; }
        & #parameters-wrong.-told { display: block; }
    }
    """

    def __init__(
        self, shown: Shown, check: Callable[[Mapping[str, str]], Changed], *, clone: bool = False
    ) -> None:
        """Show an agent.

        Args:
            shown: what.
            check: the agent as the texts of the fields say; `FormProblems` where they cannot be.
            clone: enter makes another agent.
        """
        super().__init__()
        self._of, self._check, self._clone = shown, check, clone
        self._fields = [self._field(one) for one in shown.fields]
        self._hint = Static(id="parameters-hint", markup=False)
        self._wrong = Static(id="parameters-wrong", markup=False)
        self._checked: dict[str, str] = {}
        """The texts that were checked last."""
        self._found: list[str] = []
        """The models that are meant by what is typed."""
        self._searched = ""
        """What was typed of it."""
        self._at = -1
        """Which of them is chosen; -1: what is typed."""

    def _field(self, of: Field) -> FormField:
        text = self._of.texts.get(of.name, "")

        def editor(text: str) -> OneLine | Lines:
            if of.name == SYSTEM:
                return Lines(text, "none", 2)
            if of.name == MORE:
                return Lines(text, "key: value, a line each", 3)
            return OneLine(text, "" if of.name == MODEL else "the server's own")

        return FormField(of.name, text, editor, _LABELS.get(of.name, of.name))

    def compose(self) -> ComposeResult:
        """What differs, the fields, and a hint."""
        with Vertical(id="parameters") as frame:
            title = "Clone of" if self._clone else "Parameters of"
            frame.border_title = Text(f"{title} {one_line(self._of.id, 40)}")
            yield Static(self._told(), id="parameters-differ", markup=False)
            with VerticalScroll(id="parameters-fields", can_focus=False):
                yield self._wrong
                yield from self._fields
            yield self._hint

    def on_mount(self) -> None:
        """Say which keys act, the user's own among them."""
        keys = acting(self)
        told = [
            ("panel.apply", "makes it" if self._clone else "applies"),
            ("panel.close", "does not"),
            ("panel.next", "next"),
            *([("panel.written", "as in the config")] if self._of.written is not None else []),
            *([] if self._clone else [("panel.clone", "clone"), ("panel.save", "save as")]),
        ]
        frame = self.query_one("#parameters")
        words = [f"{keys[id]} {word}" for id, word in told if id in keys]
        frame.border_subtitle = Text(" · ".join(words))

    def on_resize(self, event: Resize) -> None:
        """Give the fields the rows that there are beside frame, hint and what differs."""
        rows = int(event.size.height * 0.96) - _BESIDE
        self.query_one("#parameters-fields").styles.max_height = max(rows, 1)

    def _told(self) -> Text:
        if not self._of.differs:
            return Text("as in the config")
        return Text(f"* {one_line(', '.join(self._of.differs), 300)}")

    @property
    def _here(self) -> FormField | None:
        """The field that is typed in."""
        return next((one for one in self._fields if one.editor is self.focused), None)

    @on(DescendantFocus)
    def _moved(self) -> None:
        here = self._here
        for one in self._fields:
            one.point(one is here)
            if one is not here:
                one.show_below(None)
        if here is not None:
            self._hint.update(Text(self._hint_of(here.field), no_wrap=True))
            if here.field == MODEL:
                self._search(here.text)

    def _hint_of(self, name: str) -> str:
        if name == MODEL:
            listed = "down and up choose of what the server serves; any name may be typed"
            return (
                listed if self._of.models else "no list of the server's models is known: type one"
            )
        if name == SYSTEM:
            return "ctrl+j begins a new line"
        if name == MORE:
            return "as in a config, a line each; ctrl+j begins a new line"
        known = Sampling.model_fields.get(name)
        says = known.description if known is not None and known.description else ""
        choices = self._choices(name)
        offered = f"down and up choose: {', '.join(choices)}" if choices else ""
        return " · ".join(filter(None, ("empty: the server's own", offered, says)))

    def _choices(self, name: str) -> tuple[str, ...]:
        return next((one.choices for one in self._of.fields if one.name == name), ())

    @on(Input.Changed)
    @on(TextArea.Changed)
    def _typed(self, event: Input.Changed | TextArea.Changed) -> None:
        event.stop()
        here = self._here
        if here is not None:
            if here.text != self._checked.get(here.field):
                here.tell("")
            self._follow(here)

    def _follow(self, here: FormField) -> None:
        """Search for what is typed of a model; what was chosen of the list is not searched for."""
        chosen = literal(self._found[self._at]) if self._at >= 0 else self._searched
        if here.field == MODEL and here.editor.typed != chosen:
            self._search(here.editor.typed)

    def _search(self, typed: str) -> None:
        """Offer the models that what is typed may mean; all where it is one of them."""
        self._searched, self._at = typed, -1
        self._found = matching(typed, self._of.models)
        self._show_found()

    def _show_found(self) -> None:
        model = next(one for one in self._fields if one.field == MODEL)
        if not self._found:
            model.show_below(None)
            return
        first = min(max(self._at - ROWS + 1, 0), max(len(self._found) - ROWS, 0))
        rows = [
            Text(f"{'›' if number == self._at else ' '} {one_line(name, 100)}", no_wrap=True)
            for number, name in enumerate(self._found)
        ][first : first + ROWS]
        rest = len(self._found) - len(rows)
        model.show_below(Text("\n").join([*rows, *([Text(f"  … {rest} more")] if rest else [])]))
        if model.editor.has_focus:
            self.call_after_refresh(model.editor.scroll_visible, animate=False)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leave `down` and `up` to fields of several lines."""
        if action == "choose" and isinstance(self.focused, Lines):
            return False
        return super().check_action(action, parameters)

    def action_choose(self, step: int) -> None:
        """Choose the next of what may be meant; where nothing is offered, go to the next field."""
        here = self._here
        if here is None:
            return
        self._follow(here)  # word of what was typed comes later than the next key
        if here.field == MODEL and self._found:
            self._at = (self._at + step) % len(self._found)
            here.editor.put(literal(self._found[self._at]))
            self._show_found()
        elif choices := self._choices(here.field):
            offered = ("", *choices)
            at = offered.index(here.text) if here.text in offered else 0
            here.editor.put(offered[(at + step) % len(offered)])
        else:
            self.action_go(step)

    def action_go(self, step: int) -> None:
        """Go to another field."""
        here = self._here
        at = self._fields.index(here) if here is not None else 0
        self.set_focus(self._fields[(at + step) % len(self._fields)].editor)

    def action_newline(self) -> None:
        """Begin a new line, where the field has several."""
        if isinstance(self.focused, Lines):
            self.focused.insert_at_cursor("\n")

    def action_written(self) -> None:
        """Let every field say what the config says."""
        if self._of.written is not None:
            for one in self._fields:
                one.put(self._of.written.get(one.field, ""))
            self._tell({})

    def action_apply(self) -> None:
        """Have it asked so."""
        self._want("clone" if self._clone else "ask")

    def action_clone(self) -> None:
        """Have another agent asked so."""
        self._want("clone")

    def action_save(self) -> None:
        """Have it asked so, and all agents written to a file."""
        self._want("save")

    def action_close(self) -> None:
        """Leave it as it is."""
        self.close(None)

    def _want(self, what: Literal["ask", "clone", "save"]) -> None:
        try:
            self._checked = {one.field: one.text for one in self._fields}
            changed = self._check(self._checked)
        except FormProblems as error:
            self._tell(error.problems)
        else:
            self.close(Wanted(what, changed))

    def _tell(self, problems: Mapping[str, str]) -> None:
        """Show what is wrong, and go to the first field of it."""
        for one in self._fields:
            one.tell(problems.get(one.field, ""))
        whole = problems.get(WHOLE, "")
        self._wrong.update(Text(f"✗ {one_line(whole, 400)}" if whole else ""))
        self._wrong.set_class(bool(whole), "-told")
        first = next((one for one in self._fields if one.field in problems), None)
        if first is not None:
            self.set_focus(first.editor)
