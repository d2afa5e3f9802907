"""Every action of the console, once: bindings, palette, help and foot line are made of it.

README's table of keys is compared with it by a test. Keys are chosen so that each works while a
prompt is typed and passes tmux, screen and the text area: no ctrl+a, ctrl+b, ctrl+s, ctrl+digit and
no alt. The text area keeps its editing keys (ctrl+z, k, u, w, x, y).
"""

from massgen_tui.console.action import Action, Scope, reserved
from massgen_tui.console.action_agents import ADDING, AGENTS, PANEL
from massgen_tui.console.action_offers import RELOAD, exports, offer
from massgen_tui.console.action_prompts import EARLIER, EDITOR
from massgen_tui.console.action_reading import FIND_ALL, READING, REQUEST
from massgen_tui.console.action_screens import ANSWERS, COMPARING, KEPT, OVER, REPLAYING, STOP
from massgen_tui.console.action_within import WITHIN

_WHOM = "all, or the focused pane"
_APP, _MAIN, _PROMPT, _PANE = Scope.APP, Scope.MAIN, Scope.PROMPT, Scope.PANE

ACTIONS: tuple[Action, ...] = (
    Action(
        _MAIN,
        "rerun",
        "ctrl+r",
        "app.rerun",
        f"ask again: {_WHOM}",
        "Answers",
        "rerun",
        "Rerun",
        sends=True,
    ),
    Action(
        _MAIN,
        "stop",
        STOP,
        "app.stop",
        f"close what is open; else stop: {_WHOM}",
        "Answers",
        "stop",
        sends=True,
    ),
    Action(
        _MAIN,
        "reasoning",
        reserved("ctrl+t", "f7"),
        "reasoning",
        "show or fold the reasoning",
        "View",
        "reasoning",
        "Reasoning",
    ),
    Action(
        _MAIN, "sidebar", "ctrl+o,f2", "sidebar", "servers and GPUs", "View", "sidebar", "Sidebar"
    ),
    Action(_MAIN, "help", "f1", "app.help", "all keys", "Program", "help", "Help"),
    Action(
        _MAIN,
        "new",
        reserved("ctrl+n", "f6"),
        "app.new",
        f"new conversation: {_WHOM}",
        "Answers",
        "new",
        "New conversation",
        sends=True,
    ),
    EDITOR,
    Action(
        _MAIN,
        "sessions",
        "f5",
        "app.sessions",
        "sessions that were kept: search, go on",
        "Program",
        palette="Sessions",
    ),
    Action(
        _MAIN,
        "coordinate",
        "f8",
        "app.coordinate",
        "let the agents agree on one answer, or no more",
        "Answers",
        palette="Coordinate",
        sends=True,
    ),
    Action(_MAIN, "race", "f9", "app.race", "who is ahead, or no more", "View", palette="Race"),
    Action(_MAIN, "zoom", "f4", "zoom", "one pane at full size, and back", "View", palette="Zoom"),
    Action(
        _MAIN,
        "goto",
        "ctrl+g",
        "goto",
        "go to a pane by its number, s: the sidebar",
        "View",
        "pane",
        "Go to pane",
    ),
    FIND_ALL,
    Action(
        _MAIN,
        "next",
        "tab",
        "next(1)",
        "complete an @agent or a @./file, else the next pane",
        "View",
    ),
    Action(_MAIN, "previous", "shift+tab", "next(-1)", "the pane before", "View"),
    Action(
        _PROMPT,
        "send",
        "enter",
        "send",
        "send to all agents, or to @agent",
        foot="send",
        in_readme=True,
        sends=True,
    ),
    Action(
        _PROMPT, "newline", "ctrl+j,shift+enter,alt+enter", "newline", "new line", in_readme=True
    ),
    Action(_PROMPT, "earlier", "up", "earlier", "earlier prompts, from the first line"),
    Action(_PROMPT, "later", "down", "later", "later prompts, from the last line"),
    Action(
        _PANE,
        "pane.zoom",
        "z",
        "screen.zoom",
        "full size, and back",
        foot="zoom",
        in_readme=True,
    ),
    Action(
        _PANE,
        "pane.search",
        "slash",
        "screen.search",
        "find in this pane",
        foot="find",
        in_readme=True,
    ),
    Action(
        _PANE,
        "pane.retry",
        "r",
        "app.rerun",
        "ask this agent again",
        foot="retry",
        in_readme=True,
        sends=True,
    ),
    Action(
        _PANE,
        "pane.cold",
        "R",
        "app.rerun_cold",
        "ask it again cold, without the prefix cache",
        palette="Cold rerun",
        in_readme=True,
        sends=True,
        searched=True,
    ),
    *EARLIER,
    Action(
        _PANE,
        "pane.wait",
        "w",
        "app.wait",
        "send it when the server is up",
        palette="Send when the server is up",
        in_readme=True,
        sends=True,
    ),
    Action(
        _PANE,
        "pane.request",
        "i",
        "app.request",
        "the request as sent, and what came",
        foot="request",
        palette="Show request",
        in_readme=True,
    ),
    Action(
        _PANE,
        "pane.agreement",
        "a",
        "app.agreement",
        "answers and votes of the last coordination",
        palette="Answers and votes",
        searched=True,
        in_readme=True,
    ),
    Action(
        _PANE,
        "pane.layout",
        "L",
        "app.layout",
        "panes in a grid, or in one row",
        palette="Layout",
        in_readme=True,
    ),
    *AGENTS,
    *ANSWERS,
    *READING,
    Action(_PANE, "pane.help", "question_mark", "app.help", "all keys"),
    Action(
        _PANE,
        "pane.suspend",
        "ctrl+z",
        "app.suspend_process",
        "suspend to the shell",
        palette="Suspend",
    ),
    *WITHIN,
    Action(
        _APP,
        "quit",
        "ctrl+q",
        "quit",
        "quit; asks once while agents answer",
        foot="quit",
        palette="Quit",
    ),
    Action(_APP, "palette", "ctrl+p", "command_palette", "every command by name", foot="commands"),
    Action(_APP, "copy", "ctrl+c", "copy_or_clear", "copy what is selected, else clear the prompt"),
    *KEPT,
    *REPLAYING,
    *COMPARING,
    *PANEL,
    *ADDING,
    *OVER,
    *REQUEST,
    offer("halt", "app.halt", "Stop", "stop what is being answered, take back what waits"),
    offer("retry-failed", "app.retry_failed", "Retry failed", "ask the agents again that failed"),
    offer("save", "app.save", "Save answers", "write all answers to a Markdown file"),
    *exports(),
    offer(
        "copy-answers",
        "app.copy_answer",
        "Copy answer",
        "copy the focused agent's answer, or all answers",
    ),
    offer(
        "warnings",
        "app.warnings",
        "Show warnings",
        "what the config warns of, and where the log is",
    ),
    RELOAD,
    offer("events", "events", "Server events", "which servers went down or came back, and when"),
    offer("theme", "app.change_theme", "Theme", "choose the colours"),
)
"""All actions, in the order in which the help tells them."""


def acting_in(*scopes: Scope) -> tuple[Action, ...]:
    """The actions of these scopes, scope by scope."""
    return tuple(action for scope in scopes for action in ACTIONS if action.scope is scope)


def by_id(id: str) -> Action:
    """The action with this id.

    Raises:
        KeyError: there is none.
    """
    return _BY_ID[id]


_BY_ID = {action.id: action for action in ACTIONS}
