"""Textual's private parts that we use, each with what is done by its public names instead.

They are used in the versions whose source was read (`READ`); in any other the public way is taken,
which lacks what each says. No other file uses or defines a name of Textual's that begins with `_`.
"""

from collections.abc import Callable, Container
from contextlib import AbstractContextManager
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Any

import textual
from textual import events
from textual.app import App
from textual.command import CommandPalette
from textual.drivers.linux_driver import LinuxDriver
from textual.message import Message
from textual.message_pump import MessagePump
from textual.notifications import Notifications
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import OptionList

from massgen_tui.console.replacing import put, through
from massgen_tui.console.terminal.key_names import typing_key

if TYPE_CHECKING:
    from textual.widgets import TextArea

    from massgen_tui.console.changed_lines import Changed, Parts

READ = ("8.2.8",)
"""The versions of Textual whose source was read."""


def is_read() -> bool:
    """Whether the Textual that is installed is of a version that was read."""
    # its folder is looked for, as to import what reads a package's version takes 10 ms of a start
    beside = Path(textual.__file__).parents[1]
    found = ((beside / f"textual-{version}.dist-info").is_dir() for version in READ)
    return any(found) or textual.__version__ in READ


try:
    from textual import _wrap
    from textual._callback import invoke
    from textual._compositor import ChopsUpdate
    from textual._context import active_app, active_message_pump
    from textual._keyboard_protocol import FUNCTIONAL_KEYS
    from textual._xterm_parser import SPECIAL_SEQUENCES, XTermParser
    from textual.widgets._toast import ToastHolder, ToastRack

    REPORTS: Container[str] = SPECIAL_SEQUENCES
    """What a terminal sends besides keys, and means one thing."""
    KEY_CODES: Container[str] = FUNCTIONAL_KEYS
    """Keys that type nothing, as the kitty protocol numbers them."""
    known = is_read()
    """Private parts are used. Looked at at each use, so that tests can take either way."""
except ImportError:
    REPORTS, KEY_CODES, known = (), (), False


def used() -> bool:
    """Whether private parts are used now."""
    return known


def styled_once(app: App[Any], screen: Screen[Any]) -> None:
    """Style a mode's new screen once, as it is mounted. The public way: it is styled twice more."""
    if known:
        screen._css_update_count = app._css_update_count


# Faults, which `contain` keeps from ending the app. The public way: they end it, and the values of
# all variables are printed.


def hear_faults(app: type[App[Any]], heard: Callable[[Any, Exception], None]) -> None:
    """Let `heard` take what an app's handlers, paints, timers, workers and callbacks raise."""
    put(app, "_handle_exception", heard)


def end_failed(app: App[Any], error: BaseException) -> None:
    """End the app with exit code 1, also where it takes no message any more."""
    if not known:
        app.exit(return_code=1)
        app.panic()  # ends it though its own loop of messages has broken
        return
    app._return_code = 1
    if app._exception is None:
        app._exception = error if isinstance(error, Exception) else Exception(*error.args)
        app._exception_event.set()
    app._close_messages_no_wait()


def goes_on(app: App[Any]) -> bool:
    """Whether the app can go on after a fault: no loop of its messages has broken."""
    return known and not app._closing


def running_app() -> App[Any] | None:
    """The app in whose turn we are; None by public names, which do not tell."""
    return active_app.get(None) if known else None


def running_pump() -> MessagePump | None:
    """What has a message being handled; None by public names, which do not tell."""
    return active_message_pump.get(None) if known else None


def guard_messages(guarded: Callable[[], AbstractContextManager[None]]) -> None:
    """Handle each message, and each callback that waits for its end, in a context of `guarded`."""

    async def dispatch(own: Callable[..., Any], pump: MessagePump, message: Message) -> None:
        with guarded():
            await own(pump, message)

    async def flush(_: object, pump: MessagePump) -> None:
        callbacks = pump._next_callbacks.copy()
        pump._next_callbacks.clear()
        for waiting in callbacks:
            with guarded(), pump.prevent(*waiting._prevent):
                await invoke(waiting.callback)

    through(MessagePump, "_dispatch_message", dispatch, used)
    through(MessagePump, "_flush_next_callbacks", flush, used)


# What the mouse selects, which `mended` keeps in one widget. The public way: Textual's selection.

Forward = Callable[[Screen[Any], events.Event], None]


def forward_through(better: Callable[[Forward, Screen[Any], events.Event], None]) -> None:
    """Let `better`, which is given Textual's way, hand a screen's events on."""
    through(Screen, "_forward_event", better, used)


def is_selecting(screen: Screen[Any]) -> bool:
    """Whether the mouse is held down over what it selects."""
    return known and screen._selecting


def selects_from(screen: Screen[Any]) -> Widget | None:
    """The widget in whose text the selection began, if one did."""
    state = screen._select_state if known else None
    return state.start.content_widget if state else None


def stop_selecting(screen: Screen[Any]) -> None:
    """Select nothing; by public names the mouse, while it is held, selects on."""
    if known:
        screen._selecting = False
    screen.clear_selection()


# Notices, of which `mended` shows the newest alone. The public way: each stays for its time.


def keep_notices(app: App[Any], kept: Notifications) -> None:
    """Let an app hold what it tells in `kept`, and show no other: Textual's own leaves them."""

    def refresh(own: Callable[[], None]) -> None:
        told = {ToastRack._toast_id(one) for one in kept}
        for screen in app.screen_stack if app._screen_stacks else ():
            for holder in screen.query(ToastHolder):
                if holder.id not in told:
                    holder.remove()
        own()

    if known:
        app._notifications = kept
        through(app, "_refresh_notifications", refresh, used)


def show_notices(app: App[Any]) -> None:
    """Show what is told now, where it has changed otherwise than by a new one."""
    if known:
        app._refresh_notifications()


async def drop_first_mode(app: App[Any], mode: str) -> None:
    """Remove the nameless mode in which an app began. By public names its screens stay."""
    for screen in reversed(app._screen_stacks.pop(mode, []) if known else []):
        await screen.remove()


def hear_palette(palette: type[CommandPalette], heard: Callable[[Any], bool]) -> None:
    """Let the palette's list take a key only where `heard` says so; else it may fail."""

    def act(own: Callable[..., None], one: CommandPalette, action: str) -> None:
        if heard(one):
            own(one, action)

    through(palette, "_action_command_list", act, used)


def choose_what_is_there() -> None:
    """Choose what was clicked in a list, unless it was made anew before the click came.

    What matches less than a moment ago is a shorter list (textual#3270).
    """

    async def click(own: Callable[..., Any], options: OptionList, event: events.Click) -> None:
        at = event.style.meta.get("option")
        if at is None or at < options.option_count:
            await own(options, event)

    through(OptionList, "_on_click", click, used)


# Frames, as `changed_lines` draws them. The public way: all widgets are asked for all their lines.


def draw_by(screen: Screen[Any], changed: "Changed") -> None:
    """Let `changed` draw what changed on a screen."""
    if not known:
        return
    compositor = screen._compositor

    def draw(whole: Callable[[], ChopsUpdate | None]) -> ChopsUpdate | None:
        said = changed(compositor._dirty_regions, compositor.visible_widgets)
        if said is None:
            return whole()
        compositor._dirty_regions.clear()
        update = ChopsUpdate([], [], [])
        put(update, "render_segments", said)
        return update

    through(compositor, "render_partial_update", draw, used)


def draw_now(screen: Screen[Any], parts: "Parts") -> bool:
    """Draw parts of a screen at once; False: it is not in front, or has more to do before."""
    app = screen.app
    if not known or app.is_inline or app._batch_count or app.screen is not screen:
        return False
    if screen._layout_required or screen._scroll_required or screen._repaint_required:
        return False
    screen._compositor._dirty_regions.update(parts)
    screen._compositor.update_widgets(screen._dirty_widgets)
    screen._compositor_refresh()
    return True


# Where texts are typed.


def steady_cursor(area: type[Any]) -> None:
    """Let the cursor of a `TextArea` stand on a line that is gone while something is undone.

    That fails by Textual's own (textual#6686).
    """

    def recompute(_: object, text: "TextArea") -> None:
        place = text.clamp_visitable(text.cursor_location)
        text._cursor_offset = text.wrapped_document.location_to_offset(place)

    through(area, "_recompute_cursor_offset", recompute, used)


def wrap_by(cells: Callable[[str], int]) -> None:
    """Wrap what is typed by the cells that `cells` counts; by public names as Rich counts them."""
    if known:
        put(_wrap, "cell_len", cells)


# The terminal. The public way: Textual's driver reads keys, and draws, as it does.


def draw_on(driver: LinuxDriver, file: TextIOWrapper) -> None:
    """Let a driver write to `file` instead of the standard error output."""
    if known:
        driver._file = file


def is_taken(driver: LinuxDriver) -> bool:
    """Whether the driver has taken the terminal, and was not stopped again at once."""
    return not known or driver._key_thread is not None


class Parser:
    """Textual's parser of what a terminal sends; by public names it knows no sequence."""

    def __init__(self) -> None:
        """Nothing was sent yet."""
        self._parser = XTermParser() if known else None

    def report(self, sequence: str) -> list[Message]:
        """The messages of a sequence that is no key."""
        return list(self._parser.feed(sequence)) if self._parser else []

    def keys(self, sequence: str, *, alt: bool) -> list[events.Key]:
        """The keys that send a sequence; by public names those that type one character."""
        if self._parser:
            return list(self._parser._sequence_to_key_events(sequence, alt=alt))
        return [] if alt else typing_key(sequence)
