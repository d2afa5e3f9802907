"""What was found at addresses, to choose from: a row a model; opened, or saved as a config."""

from collections.abc import Callable, Sequence
from pathlib import Path

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Input, OptionList, Static

from massgen_tui.console.action import Scope
from massgen_tui.console.keys import bindings
from massgen_tui.console.screens.modal import Modal
from massgen_tui.discover.found import Choice, Found
from massgen_tui.discover.template import file_of, save
from massgen_tui.text import one_line

SAVED_AS = "agents.yaml"
_ROWS = 14
"""Rows that are seen at once."""


class ServersFound(Modal[list[Choice]]):
    """Gives the agents that are wanted; nothing where none is."""

    BINDINGS = bindings(Scope.FOUND)
    DEFAULT_CSS = """
    ServersFound {
        align: center middle; background: $background 60%;
        & > #found {
            width: 96%; max-width: 110; height: auto; max-height: 92%;
            border: round $primary; background: $surface; padding: 0 1;
        }
        & OptionList { border: none; background: $surface; padding: 0; }
        & #troubles { color: $foreground; height: auto; max-height: 10; }
        & Input { border: none; height: 1; display: none; background: $panel; padding: 0 1; }
        & Input.-asking { display: block; }
    }
    """

    def __init__(self, found: Sequence[Found], say: Callable[[str], None]) -> None:
        """Offer what was found; `say` tells the user something."""
        super().__init__()
        self._say = say
        self._troubles = [one for one in found if one.problem]
        self._choices = [
            Choice(one, model.id) for one in found if not one.problem for model in one.chat
        ]
        places = [choice.found.base_url for choice in self._choices]
        self._wanted = {places.index(place) for place in places}
        """Places of the rows that are chosen: of each server its first model."""

    def compose(self) -> ComposeResult:
        """The rows, what is wrong with others, and a line for a file's name."""
        with Vertical(id="found") as frame:
            frame.border_title = Text(self._title())
            keys = "space choose · enter open · s save as · " if self._choices else ""
            frame.border_subtitle = Text(f"{keys}esc back")
            yield OptionList(*map(self._row, range(len(self._choices))), markup=False)
            yield Static(self._trouble(), id="troubles", markup=False)
            name = Input(SAVED_AS, placeholder="file name")
            name.cursor_blink = False
            yield name

    def on_mount(self) -> None:
        """Point at the first row."""
        listed = self.query_one(OptionList)
        listed.styles.height = min(len(self._choices), _ROWS)
        listed.focus()

    def action_pick(self) -> None:
        """Choose the row that is pointed at, or no more."""
        listed = self.query_one(OptionList)
        if listed.highlighted is not None:
            self._wanted ^= {listed.highlighted}
            listed.replace_option_prompt_at_index(listed.highlighted, self._row(listed.highlighted))

    @on(OptionList.OptionSelected)
    def _entered(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.action_open()

    def action_open(self) -> None:
        """Give what is chosen."""
        chosen = self._chosen()
        if chosen:
            self.close(chosen)
        else:
            self._say(self._unchosen)

    def action_save(self) -> None:
        """Ask for a file's name."""
        if not self._chosen():
            self._say(self._unchosen)
            return
        name = self.query_one(Input)
        name.add_class("-asking")
        name.focus()

    @on(Input.Submitted)
    def _named(self, event: Input.Submitted) -> None:
        event.stop()
        path = Path(event.value.strip() or SAVED_AS).expanduser()
        try:
            save(path, file_of(self._chosen(), self._troubles))
        except FileExistsError:
            self._say(f"{path} is there already, and stays as it is")
            return
        except OSError as error:
            self._say(f"{path} cannot be written: {error.strerror}")
            return
        self._say(f"{path} is written: massgen-tui {path} opens it")
        self._back()

    def action_close(self) -> None:
        """Leave the file's name; else choose nothing."""
        if self.query_one(Input).has_focus:
            self._back()
        else:
            self.close(None)

    def _back(self) -> None:
        self.query_one(Input).remove_class("-asking")
        self.query_one(OptionList).focus()

    @property
    def _unchosen(self) -> str:
        """Why nothing can be done yet."""
        return "nothing is chosen: space chooses a row" if self._choices else self._title()

    def _chosen(self) -> list[Choice]:
        return [choice for number, choice in enumerate(self._choices) if number in self._wanted]

    def _title(self) -> str:
        servers = len({choice.found.base_url for choice in self._choices})
        if not servers:
            return "no server that prompts can go to"
        return f"{servers} server{'' if servers == 1 else 's'}, {len(self._choices)} to choose from"

    def _row(self, number: int) -> Text:
        choice = self._choices[number]
        found, sign = choice.found, "●" if number in self._wanted else "○"
        length = next((one.context_length for one in found.models if one.id == choice.model), None)
        place = one_line(found.base_url.partition("://")[2].removesuffix("/v1"), 40)
        told = [one_line(found.kind, 40) or "a server", place, one_line(choice.model, 80)]
        told += [f"{length} tokens"] if length else []
        told += [f"key: {found.key_variable}"] if found.key_variable else []
        row = Text(f"{sign} {' · '.join(told)}")
        row.truncate(max(min(int(self.app.size.width * 0.96), 110) - 12, 20), overflow="ellipsis")
        return row

    def _trouble(self) -> Text:
        return Text("\n".join(f"✗ {one_line(one.told, 300)}" for one in self._troubles), "dim")
