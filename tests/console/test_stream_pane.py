from collections.abc import Sequence

import pytest
from rich.cells import cell_len
from rich.console import Console
from textual.app import App, ComposeResult
from textual.events import MouseScrollDown, MouseScrollUp
from textual.geometry import Region

from massgen_tui.backends import events
from massgen_tui.config.model import AgentProblem
from massgen_tui.console.stream import status_text
from massgen_tui.console.stream.pane import AgentPane
from massgen_tui.session.agent import Agent, Turn
from massgen_tui.session.status import Status
from tests.support.panes import SilentBackend, agent, ask, finish, rerun, say, think


class Host(App[None]):
    """Panes side by side, and nothing else."""

    CSS = "Screen { layout: horizontal; }"

    def __init__(self, agents: Sequence[Agent]) -> None:
        super().__init__()
        self.now = 3.0
        self.agents = agents
        self.copied: list[tuple[str, str]] = []

    def compose(self) -> ComposeResult:
        for number, each in enumerate(self.agents, 1):
            yield AgentPane(
                each,
                number,
                clock=lambda: self.now,
                bring_to_front=self._bring_to_front,
                id=f"pane-{number}",
            )

    def _bring_to_front(self, agent: str, turn: Turn, index: int) -> None:
        one = next(one for one in self.agents if one.id == agent)
        turn.front = index
        one.revision += 1

    @property
    def pane(self) -> AgentPane:
        return self.query_one("#pane-1", AgentPane)

    def paint(self) -> list[bool]:
        return [pane.paint(self.now) for pane in self.query(AgentPane)]

    def on_agent_pane_copy_requested(self, message: AgentPane.CopyRequested) -> None:
        self.copied.append((message.what, message.text))


def screen(pane: AgentPane) -> list[str]:
    """What the pane draws."""
    strips = pane.render_lines(Region(0, 0, *pane.size))
    return ["".join(each.text for each in strip if not each.control) for strip in strips]


def body(pane: AgentPane) -> list[str]:
    return [line[2:-2].rstrip() for line in screen(pane)[1:-2]]


def long_answer(to: Agent, lines: int = 100) -> None:
    say(ask(to), "\n".join(f"line {n}" for n in range(lines)))


async def test_the_pane_draws_its_frame_its_rows_and_its_foot() -> None:
    one = agent()
    attempt = ask(one, "what is it?")
    think(attempt, "H")
    think(attempt, "m.", 1.75)
    say(attempt, "It **is**.")
    app = Host([one])
    async with app.run_test(size=(60, 9)):
        assert screen(app.pane) == [
            "┏»1 qwen1 · Qwen/Qwen3-4B · vLLM ━━━━━━━━━━━━━━ answering ━┓",
            "┃ › what is it?                                            ┃",
            "┃ ▸ reasoning  1.0 s · ~2 tok                              ┃",
            "┃ It is.                                                   ┃",
            "┃                                                          ┃",
            "┃                                                          ┃",
            "┃                                                          ┃",
            "┃ TTFT 0.25 s · ~2.0 tok/s · ~3 tok · answer at 1.2 s      ┃",
            "┗━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┛",
        ]


async def test_a_low_pane_has_its_foot_in_the_lower_edge() -> None:
    one = agent()
    say(ask(one), "So.")
    app = Host([one])
    async with app.run_test(size=(60, 5)):
        app.set_focus(None)
        app.paint()
        await app.workers.wait_for_complete()
        last = screen(app.pane)[-1]
        assert last.startswith("━ TTFT 1.2 s · ~1 tok ━", 1)
        assert last[0] + last[-1] in ("└┘", "┗┛")


@pytest.mark.parametrize(
    ("width", "foot", "edge"),
    [
        (90, "TTFT 0.25 s · 17.0 tok/s · 20 tok · stop · ctx 1% · answer at 1.2 s", ""),
        (44, "TTFT 0.25 s · 17.0 tok/s · 20 tok · stop", "ctx 1% · answer at 1.2 s"),
        (40, "TTFT 0.25 s · 17.0 tok/s · 20 tok", "stop · ctx 1% · answer at 1.2 s"),
        (24, "TTFT 0.25 s · 20 tok", "17.0 tok/s · stop"),
    ],
)
async def test_numbers_without_room_in_the_foot_stand_in_the_lower_edge(
    width: int, foot: str, edge: str
) -> None:
    one = agent()
    attempt = ask(one)
    think(attempt, "H")
    think(attempt, "m.", 1.75)
    say(attempt, "So.")
    attempt.apply(events.UsageReported(30, 20, 1), 2.25)
    finish(attempt)
    one.context_length = 4096
    app = Host([one])
    async with app.run_test(size=(width, 12)):
        *_, numbers, last = screen(app.pane)
        assert numbers[1:-1].strip() == foot
        assert last.strip("┗┛━ ") == edge


async def test_a_problem_is_read_from_its_start_and_an_answer_from_its_end() -> None:
    one = agent(problem=AgentProblem(message="unset: NAME (two.yaml:3:9)", hint="set it"))
    app = Host([one])
    async with app.run_test(size=(40, 5)):
        assert "✗ unset: NAME" in screen(app.pane)[1]
        long_answer(one)
        app.paint()
        assert "line 99" in screen(app.pane)[-2]


async def test_focus_shows_without_colour() -> None:
    app = Host([agent("a"), agent("b")])
    async with app.run_test(size=(80, 10)) as pilot:
        app.query_one("#pane-2").focus()
        await pilot.pause()
        first, second = (screen(pane)[0] for pane in app.query(AgentPane))
        assert first.startswith("┌─1 a")
        assert second.startswith("┏»2 b")


async def test_painting_tells_whether_there_was_anything_new() -> None:
    one, two = agent("a"), agent("b")
    attempt = ask(one)
    app = Host([one, two])
    async with app.run_test(size=(80, 10)):
        app.paint()
        assert app.paint() == [False, False]
        say(attempt, "x")
        assert app.paint() == [True, False]
        assert app.paint() == [False, False]


async def test_only_rows_that_changed_are_drawn_again(monkeypatch: pytest.MonkeyPatch) -> None:
    one = agent()
    attempt = ask(one)
    say(attempt, "first\n\nsec")
    app = Host([one])
    async with app.run_test(size=(40, 20)):
        app.paint()
        asked: list[Region] = []
        monkeypatch.setattr(app.pane, "refresh", lambda *regions: asked.extend(regions))
        say(attempt, "ond")
        app.paint()
        assert Region(0, 4, 40, 1) in asked
        assert all(region.height == 1 and region.y in (0, 4, 18) for region in asked)


async def test_the_window_follows_the_end_until_it_is_scrolled_up() -> None:
    one = agent()
    long_answer(one)
    app = Host([one])
    async with app.run_test(size=(40, 13)) as pilot:
        pane = app.pane
        pane.focus()
        assert body(pane)[-1] == "line 99"
        await pilot.press("up", "k")
        assert body(pane)[-1] == "line 97"
        assert "↓ 2 lines below" in screen(pane)[-1]
        say(one.turns[0].attempts[0], "\nline 100")
        app.paint()
        assert body(pane)[-1] == "line 97"
        assert "↓ 3 lines below" in screen(pane)[-1]
        await pilot.press("j", "down", "down")
        assert body(pane)[-1] == "line 100"
        assert "below" not in screen(pane)[-1]
        say(one.turns[0].attempts[0], "\nline 101")
        app.paint()
        assert body(pane)[-1] == "line 101"


async def test_keys_scroll() -> None:
    one = agent()
    long_answer(one)
    app = Host([one])
    async with app.run_test(size=(40, 13)) as pilot:
        pane = app.pane
        pane.focus()
        await pilot.press("home")
        assert body(pane)[0] == "› why?"
        await pilot.press("pagedown")
        assert body(pane)[0] == "line 8"
        await pilot.press("space", "pageup")
        assert body(pane)[0] == "line 8"
        await pilot.press("G")
        assert body(pane)[-1] == "line 99"
        await pilot.press("g")
        assert body(pane)[0] == "› why?"
        await pilot.press("end")
        assert body(pane)[-1] == "line 99"


async def test_the_wheel_scrolls_the_pane_under_it_only() -> None:
    one, two = agent("a"), agent("b")
    long_answer(one)
    long_answer(two)
    app = Host([one, two])
    async with app.run_test(size=(80, 13)) as pilot:
        app.paint()
        first, second = app.query(AgentPane)
        wheel = (first, 5, 5, 0, 0, 0, False, False, False)
        first.post_message(MouseScrollUp(*wheel))
        await pilot.pause()
        assert body(first)[-1] == "line 96"
        assert body(second)[-1] == "line 99"
        first.post_message(MouseScrollDown(*wheel))
        await pilot.pause()
        assert body(first)[-1] == "line 99"


async def test_reasoning_folds_by_key_by_click_and_by_call() -> None:
    one = agent()
    attempt = ask(one)
    think(attempt, "Hm.")
    say(attempt, "So.")
    app = Host([one])
    async with app.run_test(size=(40, 13)) as pilot:
        pane = app.pane
        pane.focus()
        assert body(pane)[1:3] == ["▸ reasoning  1.0 s · ~1 tok", "So."]
        await pilot.press("t")
        assert body(pane)[1:3] == ["▾ reasoning  1.0 s · ~1 tok", "Hm."]
        await pilot.click(AgentPane, offset=(5, 2))
        assert body(pane)[2] == "So."
        await pilot.click(AgentPane, offset=(5, 3))
        assert body(pane)[2] == "So."
        assert pane.toggle_reasoning()
        assert body(pane)[2] == "Hm."


async def test_attempts_are_switched() -> None:
    one = agent()
    first = ask(one)
    say(first, "One.")
    first.end(Status.CANCELLED, 2.5)
    second = rerun(one)
    say(second, "Two.")
    finish(second)
    app = Host([one])
    async with app.run_test(size=(50, 13)) as pilot:
        app.pane.focus()
        assert body(app.pane)[1:3] == ["attempt 2 of 2  [ and ] switch", "Two."]
        revision = one.revision
        await pilot.press("left_square_bracket")
        assert body(app.pane)[1:3] == ["attempt 1 of 2  [ and ] switch", "One."]
        assert one.turns[0].attempt is first
        assert one.revision > revision
        await pilot.press("left_square_bracket", "right_square_bracket", "right_square_bracket")
        assert body(app.pane)[2] == "Two."


async def test_the_answer_and_its_last_code_are_offered_for_copying() -> None:
    one = agent()
    attempt = ask(one)
    say(attempt, "Do **this**:\n\n```sh\nls\n```\n\x1b[31m")
    finish(attempt)
    app = Host([one])
    async with app.run_test(size=(50, 13)) as pilot:
        app.pane.focus()
        await pilot.press("y", "c")
        await pilot.pause()
    assert app.copied == [("answer", "Do **this**:\n\n```sh\nls\n```\n[31m"), ("code", "ls")]


async def test_an_answer_that_came_as_reasoning_is_what_is_copied() -> None:
    one = agent()
    attempt = ask(one)
    think(attempt, "The answer.")
    finish(attempt)
    app = Host([one])
    async with app.run_test(size=(50, 13)) as pilot:
        app.pane.focus()
        assert "The answer." in body(app.pane)
        await pilot.press("y")
        await pilot.pause()
    assert app.copied == [("answer", "The answer.")]


async def test_text_is_selected_with_the_mouse_and_its_lines_are_whole() -> None:
    one = agent()
    say(ask(one), "alpha beta gamma delta epsilon zeta eta theta iota kappa\n\nlambda")
    app = Host([one])
    async with app.run_test(size=(40, 13)) as pilot:
        app.paint()
        await pilot.mouse_down(AgentPane, offset=(8, 2))
        await pilot.hover(AgentPane, offset=(4, 5))
        await pilot.mouse_up(AgentPane, offset=(4, 5))
        selected = app.screen.get_selected_text()
        assert selected is not None
        assert selected.startswith("beta gamma delta epsilon zeta eta theta iota kappa\n\nlam")
        styles = [s.style for s in app.pane.render_lines(Region(0, 2, *app.pane.size))[0]]
        assert any(style is not None and style.reverse for style in styles)


async def test_every_line_is_exactly_as_wide_as_the_pane() -> None:
    one = agent("名前の長いエージェント👩\u200d💻")
    attempt = ask(one, "你好👩\u200d💻 e\u0301\tשלום مرحبا " * 5)
    think(attempt, "日本語、テスト。" * 20)
    for text in (
        "|你|b|\n|-|-|\n|❤\ufe0f|x|\n\n",
        "```\n\tשלום\n```\n",
        "> - 👍🏽 ok\n",
        "\u200f\u200b",
    ):
        say(attempt, text * 3)
    attempt.apply(events.ToolCallDelta(0, "c", "名前" * 40, '{"城市":"巴黎"}'), 2.5)
    for width in (12, 23, 24, 31, 40, 80):
        app = Host([one])
        async with app.run_test(size=(width, 30)):
            app.paint()
            app.pane.toggle_reasoning()
            assert {cell_len(line) for line in screen(app.pane)} == {width}
            assert {line[0] + line[-1] for line in screen(app.pane)[1:-1]} == {"┃┃"}


@pytest.mark.parametrize(
    ("text", "free"),
    [("शांति", 22), ("👨\u200d👩\u200d👧", 20), ("👍🏽", 22), ("❤\ufe0f", 24), ("🇩🇪", 24)],
)
async def test_a_frame_is_whole_however_wide_the_terminal_takes_the_text_to_be(
    text: str, free: int
) -> None:
    one, two = agent("a"), agent("b")
    for each in (one, two):
        say(ask(each), f"{text}\n\nplain – 中文 → ok")
    app = Host([one, two])
    async with app.run_test(size=(60, 8)):
        for pane, left in zip(app.query(AgentPane), (0, 30), strict=True):
            drawn = pane.render_lines(Region(0, 0, *pane.size))
            line = next(strip for strip in drawn if text in strip.text)
            assert line.cell_length == 30
            before, go, after = line.render(Console()).partition(
                f"\x1b[{left + 2 + cell_len(text) + free + 1}G"
            )
            assert go, "it goes to the cell that it takes to be the next"
            assert "│" in before or "┃" in before
            assert "│" in after or "┃" in after
            plain = next(strip for strip in drawn if "ok" in strip.text)
            assert not any(each.control for each in plain)


async def test_a_resize_wraps_again_and_comes_to_rest() -> None:
    one = agent()
    long_answer(one, 1)
    attempt = one.turns[0].attempts[0]
    say(attempt, "\n\n" + "Words that wrap when it is narrow, and again.\n\n" * 300)
    app = Host([one])
    async with app.run_test(size=(100, 20)) as pilot:
        app.paint()
        await pilot.resize_terminal(40, 20)
        await pilot.pause()
        assert {cell_len(line) for line in screen(app.pane)} == {40}
        assert body(app.pane)[-2:] == ["Words that wrap when it is narrow,", "and again."]
        await pilot.resize_terminal(40, 7)
        await pilot.pause()
        assert len(screen(app.pane)) == 7


async def test_the_theme_changes_what_is_drawn() -> None:
    one = agent()
    say(ask(one), "So.")
    app = Host([one])
    async with app.run_test(size=(40, 10)) as pilot:
        app.paint()
        before = app.pane.render_lines(Region(0, 2, 40, 1))[0]
        app.theme = "textual-light"
        await pilot.pause()
        after = app.pane.render_lines(Region(0, 2, 40, 1))[0]
        assert before.text == after.text
        assert [s.style for s in before] != [s.style for s in after]


async def test_without_colour_nothing_is_coloured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    one = agent()
    attempt = ask(one)
    say(attempt, "# T\n\n`code` **bold** [l](http://x)\n\n```python\ndef f(): 1\n```\n")
    finish(attempt, "length")
    app = Host([one])
    async with app.run_test(size=(60, 20)):
        app.paint()
        strips = app.pane.render_lines(Region(0, 0, 60, 20))
        styles = [segment.style for strip in strips for segment in strip if segment.style]
        colours = [c for style in styles for c in (style.color, style.bgcolor) if c is not None]
        assert colours
        assert all(c.triplet is None or len(set(c.triplet)) == 1 for c in colours)
        assert "! truncated" in screen(app.pane)[0]


async def test_a_pane_without_room_draws_nothing_and_does_not_fail() -> None:
    one = agent()
    long_answer(one)
    for size in ((4, 3), (2, 2), (1, 1)):
        app = Host([one])
        async with app.run_test(size=size):
            app.paint()
            assert {cell_len(line) for line in screen(app.pane)} == {size[0]}


async def test_waiting_is_counted() -> None:
    one = agent()
    ask(one)
    app = Host([one])
    async with app.run_test(size=(60, 12)):
        app.now = 4.2
        app.paint()
        assert "waiting 3 s" in screen(app.pane)[-2]
        assert "waiting ━┓" in screen(app.pane)[0]


async def test_the_context_is_told_when_the_server_told_its_length() -> None:
    one = agent()
    attempt = ask(one)
    say(attempt, "So.")
    attempt.apply(events.UsageReported(900, 100), 4.0)
    finish(attempt)
    one.context_length = 4000
    app = Host([one])
    async with app.run_test(size=(80, 12)):
        app.paint()
        assert "100 tok · stop · ctx 25%" in screen(app.pane)[-2]


async def test_a_span_that_one_read_may_have_made_is_no_speed_and_no_duration() -> None:
    one = agent()
    attempt = ask(one)
    think(attempt, "Hm.", 1.25)
    say(attempt, "So.", 1.33)
    attempt.apply(events.UsageReported(30, 163), 1.33)
    finish(attempt, at=1.34)
    app = Host([one])
    async with app.run_test(size=(90, 12)):
        said = screen(app.pane)
        assert "▸ reasoning · ~1 tok" in said[2]
        assert said[-2].strip("┃ ") == "TTFT 0.25 s · 163 tok · stop · answer at 0.33 s"


async def test_a_silence_takes_the_place_of_the_rate_and_ends_the_foot_when_it_is_over() -> None:
    one = agent()
    attempt = ask(one)
    for n in range(10):
        say(attempt, "word ", 1.25 + 0.25 * n)
    assert status_text.foot(one, 6.0)[1] == ("~4.0 tok/s", "text")
    assert status_text.foot(one, 25.5)[1] == ("silent 22 s", "warn")
    attempt.apply(events.Heartbeat(), 60.0)
    assert status_text.foot(one, 68.5)[1] == ("silent 1 m 05 s", "warn"), "a ping is no text"
    say(attempt, "again", 68.5)
    assert status_text.foot(one, 68.5)[1][0].endswith("tok/s")
    finish(attempt, at=80.0)
    assert status_text.foot(one, 90.0)[-1] == ("stalled 65.0 s at 2.5 s", "text")


@pytest.mark.parametrize("status", [Status.CANCELLED, Status.FAILED])
async def test_a_silence_that_is_never_broken_is_the_longest_pause(status: Status) -> None:
    one = agent()
    attempt = ask(one)
    say(attempt, "half", 2.0)
    attempt.end(status, 242.0)
    assert status_text.foot(one, 250.0)[-1] == ("longest pause 4 m 00 s", "text")


async def test_what_was_no_pause_ends_no_foot() -> None:
    one = agent()
    attempt = ask(one)
    say(attempt, "a", 2.0)
    say(attempt, "b", 6.5)
    attempt.apply(events.Finished("stop"), 6.5)
    assert "silent" not in str(status_text.foot(one, 30.0)), "only the count is waited for"
    finish(attempt, at=40.0)
    assert "pause" not in str(status_text.foot(one, 90.0))


@pytest.mark.parametrize(
    ("known", "title"),
    [("hung: requests run, but no token", "answering, hung"), ("slow", "answering, silent")],
)
async def test_the_title_says_hung_where_that_is_known(known: str, title: str) -> None:
    one = agent()
    attempt = ask(one)
    say(attempt, "half")
    attempt.note_silence(known)
    assert status_text.state(one) == (title, "warn")


async def test_the_title_says_which_model_it_is_now() -> None:
    one = agent()
    app = Host([one])
    async with app.run_test(size=(80, 12)):
        assert "Qwen/Qwen3-4B" in screen(app.pane)[0]
        assert isinstance(one.profile, SilentBackend)
        one.profile.model = "other/model"
        app.paint()
        assert "other/model" in screen(app.pane)[0]
