"""The answers of a coordination, who voted for which and why; one of them can be let win."""

from dataclasses import dataclass

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from massgen_tui.console.action import Scope
from massgen_tui.console.keys import bindings
from massgen_tui.console.screens.modal import Modal
from massgen_tui.coordinate.told import outcome
from massgen_tui.session.coordination import Agreement, Answer
from massgen_tui.text import clean, one_line


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be done with answers."""

    win: str = ""
    """The name of the one that is to win."""
    compare: tuple[str, str] | None = None
    """Two that are to stand side by side."""


class AgreementScreen(Modal[Wanted]):
    """Gives what is to be done; nothing where it is only read."""

    BINDINGS = bindings(Scope.AGREEMENT)
    DEFAULT_CSS = """
    AgreementScreen {
        align: center middle; background: $background 60%;
        & > #agreement {
            width: 96%; max-width: 110; height: 92%; border: round $primary; background: $surface;
        }
        & #answers { height: auto; max-height: 8; border: none; background: $surface; }
        & #body { height: 1fr; border-top: solid $primary; }
        & #said { padding: 0 1; color: $foreground; }
    }
    """

    def __init__(self, agreement: Agreement, *, running: bool) -> None:
        """Show a coordination; while it runs an answer can be chosen."""
        super().__init__()
        self._agreement = agreement
        self._open = running and not agreement.winner

    def compose(self) -> ComposeResult:
        """The list of answers, and what stands in the one that is pointed at."""
        with Vertical(id="agreement") as frame:
            frame.border_title = Text(self._title())
            chosen = "enter lets it win · " if self._open else ""
            frame.border_subtitle = Text(f"{chosen}d compare · pgup pgdn scroll · esc closes")
            yield OptionList(
                *(Option(self._row(one)) for one in self._agreement.answers),
                id="answers",
                markup=False,
            )
            with VerticalScroll(id="body", can_focus=False):
                yield Static(self._body(0), id="said", markup=False)

    def on_mount(self) -> None:
        """Point at the answer that won, or at the first."""
        names = [one.name for one in self._agreement.answers]
        answers = self.query_one("#answers", OptionList)
        if names:
            won = self._agreement.winner
            answers.highlighted = names.index(won) if won in names else 0
        answers.focus()

    @on(OptionList.OptionHighlighted)
    def _pointed(self, event: OptionList.OptionHighlighted) -> None:
        event.stop()
        self.query_one("#said", Static).update(self._body(event.option_index))

    @on(OptionList.OptionSelected)
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        if self._open:
            self.close(Wanted(win=self._agreement.answers[event.option_index].name))

    def action_compare(self) -> None:
        """Have the answer that is pointed at beside the one that won, or beside the next."""
        names = [one.name for one in self._agreement.answers]
        place = self.query_one("#answers", OptionList).highlighted
        if place is None or len(names) < 2:
            return
        one, won = names[place], self._agreement.winner
        other = won if won not in ("", one) else names[(place + 1) % len(names)]
        self.close(Wanted(compare=(other, one)))

    def action_page(self, by: int) -> None:
        """Scroll the text by a page."""
        frame = self.query_one("#body", VerticalScroll)
        if by > 0:
            frame.scroll_page_down(animate=False)
        else:
            frame.scroll_page_up(animate=False)

    def action_close(self) -> None:
        """Choose nothing."""
        self.close(None)

    def _title(self) -> str:
        done = self._agreement.winner or self._agreement.ended
        return outcome(self._agreement) if done else "the agents have not agreed yet"

    def _row(self, answer: Answer) -> Text:
        count = self._agreement.tally.get(answer.name, 0)
        won = "★" if answer.name == self._agreement.winner else " "
        votes = f"{count} vote{'' if count == 1 else 's'}"
        said = one_line(answer.content.strip(), 200)
        row = Text(f"{won} {answer.name} · {one_line(answer.agent, 24)} · {votes} · ", "bold")
        row.append(said, "not bold")
        row.truncate(min(int(self.app.size.width * 0.96), 110) - 6, overflow="ellipsis")
        return row

    def _body(self, place: int) -> Text:
        """The votes for an answer, the answer, and who abstained or is out."""
        if not self._agreement.answers:
            return Text("no answer yet", "dim")
        answer = self._agreement.answers[place]
        body = Text()
        for vote in self._agreement.votes:
            if vote.answer == answer.name:
                stale = "" if vote.counted else " (does not count: a newer answer came)"
                reason = one_line(vote.reason, 400)
                body.append(f"→ {one_line(vote.agent, 40)}{stale}: {reason}\n", "bold")
        body.append(f"\n{clean(answer.content).strip()}\n")
        others = [
            f"∅ {one_line(vote.agent, 40)} abstained: {one_line(vote.reason, 200)}"
            for vote in self._agreement.votes
            if vote.answer is None
        ]
        others += [
            f"✗ {one_line(one.agent, 40)} is out: {one_line(one.why, 300)}"
            for one in self._agreement.out
        ]
        if others:
            body.append("\n" + "\n".join(others), "dim")
        return body
