"""The prompt: several lines, a history, whole drafts; enter sends, a paste never does."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from textual import events
from textual.binding import Binding
from textual.widgets import TextArea

from massgen_tui.console.action import Scope
from massgen_tui.console.action_table import acting_in
from massgen_tui.console.aside import Aside
from massgen_tui.console.file_mentions import FileMentions
from massgen_tui.console.history import History
from massgen_tui.console.keys import remapped
from massgen_tui.console.phrases import hint
from massgen_tui.console.textual_private import steady_cursor
from massgen_tui.console.widgets.completing import complete_file, shared
from massgen_tui.text import clean, one_line

MODIFIED_ENTER = {"shift+enter", "ctrl+enter", "alt+enter"}
"""Enter as terminals report it that tell it from the plain one."""

EDITING = frozenset(
    key
    for binding in TextArea.BINDINGS
    if isinstance(binding, Binding)
    for key in binding.key.split(",")
)
"""Keys with which a text is edited."""

_NAME = re.compile(r"(?:@\S+\s+)*@(\S*)")
"""A name that is being typed, alone or behind others."""
_NOTE = 60
"""Columns of what is noted of a draft."""


class Edit(NamedTuple):
    """An earlier prompt that is edited, and what stood here before."""

    turn: int
    """Its serial."""
    number: int
    """What people call it."""
    text: str
    """As it was brought here."""
    draft: str


class Prompt(TextArea):
    """Where prompts are typed. It never loses what was typed."""

    def __init__(
        self,
        history: History,
        agents: Sequence[str],
        keymap: Mapping[str, str],
        *,
        ask: Callable[[str], bool],
        id: str,
    ) -> None:
        """An empty prompt.

        Args:
            history: the prompts of earlier times.
            agents: ids that `@` can name.
            keymap: the user's own keys, by binding id.
            ask: sends a prompt, or says that it did not. It is called, not told by a message: a
                key typed right behind enter would act before a message came.
            id: the widget's id.
        """
        super().__init__(
            id=id,
            compact=True,
            highlight_cursor_line=False,
            tab_behavior="focus",
            placeholder=hint(agents),
        )
        self.cursor_blink = False
        self.past = history
        self._agents = agents
        self._ask = ask
        self._aside = Aside()
        self.files = FileMentions()
        self.edits: Edit | None = None
        """What stands here is an earlier prompt, to be asked otherwise."""
        acts: dict[str, Callable[[], bool]] = {
            "send": self.send,
            "newline": self._newline,
            "earlier": lambda: self._on_edge(-1) and self._browse(-1),
            "later": lambda: self._on_edge(1) and self._browse(1),
        }
        self._does = acts
        self.take_keys(keymap)

    def take_keys(self, keymap: Mapping[str, str]) -> None:
        """Have these keys of the user's own from now on, by binding id."""
        self._acts = {
            key.strip(): self._does[action.id]
            for action in acting_in(Scope.PROMPT)
            for key in remapped(action, keymap).split(",")
        }

    def name_agents(self, ids: Sequence[str]) -> None:
        """Complete these names from now on: agents have come or gone."""
        self._agents = ids
        self.placeholder = hint(ids)

    def on_key(self, event: events.Key) -> None:
        """Act on the keys of the prompt."""
        act = self._newline if event.key in MODIFIED_ENTER else self._acts.get(event.key)
        if act is not None and act():
            event.stop()
            event.prevent_default()

    def on_paste(self, event: events.Paste) -> None:
        """Insert what was pasted, cleaned, with its line ends as new lines; it is never sent."""
        event.stop()
        event.prevent_default()
        self.put(event.text)

    def put(self, text: str) -> None:
        """Insert text in place of the selection; a long one is held aside."""
        self.files.pasted(text)
        plain = self._aside.fold(clean(text.replace("\r\n", "\n").replace("\r", "\n")))
        self.move_cursor(self.replace(plain, *self.selection).end_location)

    @property
    def note(self) -> str:
        """What is to be known of the draft before it is sent; empty: nothing."""
        told = self.files.note(self.text)
        if self.edits is not None:
            edited = f"editing turn {self.edits.number}: enter asks it, esc leaves it"
            told = f"{edited} · {told}" if told else edited
        return one_line(told, _NOTE)

    @property
    def whole(self) -> str:
        """What stands here, with the long texts that are held aside."""
        return self.draft.strip()

    @property
    def draft(self) -> str:
        """All that stands here, with the long texts that are held aside, blanks too."""
        return self._aside.unfold(self.text)

    def edited(self, text: str) -> None:
        """Have another text here, as one change that can be undone."""
        end = self.replace(self._aside.fold(text), (0, 0), self.document.end).end_location
        self.move_cursor(end)

    def send(self) -> bool:
        """Send what stands here, unless it is blank; what is not sent stays."""
        text = self.whole
        if text and self._ask(text):
            beneath = self.past.sent(text)
            if self.edits is not None:
                beneath = self._end_edit(beneath)
            self._fill(beneath)
        return True

    def begin_edit(self, text: str, turn: int, number: int) -> None:
        """Bring an earlier prompt here, to be asked otherwise; the draft comes back afterwards."""
        self.leave_edit()
        self.edits = Edit(turn, number, text, self.draft)
        self._fill(text)

    def leave_edit(self) -> bool:
        """Edit no earlier prompt, and have the draft of before; False: none is edited."""
        if self.edits is None:
            return False
        self._fill(self._end_edit(self.draft))
        return True

    def _end_edit(self, left: str) -> str:
        """The draft of before; what is left of another text is in the history."""
        edits, self.edits = self.edits, None
        if edits is None:
            return left
        if left.strip() and left.strip() != edits.text.strip():
            self.past.keep(left.strip())
        return edits.draft

    def sent_given(self, text: str) -> bool:
        """Send a prompt that the program was started with, before anything is drawn or later."""
        sent = self._ask(text)
        if sent:
            self.past.keep(text)
        return sent

    def remember(self, text: str) -> None:
        """Have a prompt among those that `up` brings."""
        self.past.remember(text)

    def offer(self, text: str) -> bool:
        """Put a prompt that was taken back here to be edited; False when a draft stands here."""
        if self.edits is not None and not self.edits.draft.strip():
            self.edits = self.edits._replace(draft=text)
            return True
        if self.text.strip() or self.edits is not None:
            return False
        self._fill(text)
        return True

    def put_away(self) -> bool:
        """Clear the prompt; undo and the history bring it back. False when nothing stands here."""
        if not self.text:
            return False
        blank = not self.text.strip()
        if not blank:
            beneath = self._aside.unfold(self.past.sent(self.whole))
            if beneath.strip():
                self.past.keep(beneath)
        self.history.checkpoint()
        self.clear()
        return not blank

    def keep_draft(self) -> None:
        """Keep what stands here as the newest prompt of the history, for the next run."""
        draft = self._end_edit(self.draft).strip()
        if draft:
            self.past.keep(draft)

    def complete(self) -> bool:
        """Complete an agent's name or a path, or list those it may be; False: there is none."""
        typed, found = self._completion()
        if not found:
            return complete_file(self, self.files)
        if len(found) == 1:
            self.insert(f"{found[0][len(typed) :]} ")
            return True
        self.insert(shared(found)[len(typed) :])
        names = " ".join(f"@{id}" for id in found)
        self.notify(clean(names), title=f"{len(found)} agents", markup=False, timeout=4)
        return True

    def update_suggestion(self) -> None:
        """Suggest the rest of the agent's name, as far as what was typed after `@` decides it."""
        typed, found = self._completion()
        self.suggestion = shared(found)[len(typed) :] if typed and found else ""

    def _completion(self) -> tuple[str, list[str]]:
        """What of a name was typed, and the agents it may be."""
        found = _NAME.fullmatch(self.text) if self.cursor_at_end_of_text else None
        if found is None:
            return "", []
        typed = found[1]
        if typed in self._agents:
            return typed, [typed]
        return typed, [agent for agent in self._agents if agent.startswith(typed)]

    def _newline(self) -> bool:
        self.move_cursor(self.replace("\n", *self.selection).end_location)
        return True

    def _on_edge(self, step: int) -> bool:
        if step < 0:
            return self.navigator.is_first_wrapped_line(self.cursor_location)
        return self.navigator.is_last_wrapped_line(self.cursor_location)

    def _browse(self, step: int) -> bool:
        text = self.past.move(step, self.text)
        if text is None:
            return False
        self._fill(text)
        return True

    def _fill(self, text: str) -> None:
        self.load_text(self._aside.fold(text))
        self.move_cursor(self.document.end)


steady_cursor(Prompt)
