"""A monkey at the terminal: random keys, clicks, drags, pastes and resizes, the same for a seed."""

import asyncio
import random
from collections import deque
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass, field

from textual import events
from textual.binding import Binding
from textual.drivers.headless_driver import HeadlessDriver
from textual.geometry import Size
from textual.widgets import TextArea

from massgen_tui.backends.base import Backend, ChatRequest
from massgen_tui.backends.events import (
    BackendError,
    ContentDelta,
    ErrorKind,
    Finished,
    Heartbeat,
    Opened,
    ReasoningDelta,
    RequestSent,
    Started,
    StreamEvent,
    ToolCallDelta,
    UsageReported,
    Warned,
)
from massgen_tui.config.model import AgentConfig
from massgen_tui.console.action_table import ACTIONS
from massgen_tui.console.ordered_keys import OrderedKeys
from tests.support.fakes import FakeBackend

LEAST, MOST = (20, 5), (220, 60)
"""Sizes of a terminal, columns and rows."""
STUCK = 20
"""Seconds after which what was done is taken never to arrive."""
TOLD = 40
"""Of so many last events is told when something fails."""

_BOUND = tuple(name.strip() for action in ACTIONS if action.keys for name in action.keys.split(","))
_EDITING = (binding.key for binding in TextArea.BINDINGS if isinstance(binding, Binding))
_NAMED = sorted(
    {
        *(name for keys in _EDITING for name in keys.split(",")),
        *("tab", "shift+tab", "enter", "escape", "insert", "ctrl+home", "ctrl+end", "shift+end"),
        *("ctrl+c", "f3", "f9", "f12", "ctrl+f19", "alt+x"),
    }
)
_TYPED = "abcdehijkmnqrswyz0123456789 @/?[]GgNn.,:`*#-_(){}|<>éß你👩\u200d💻\u200f\u00a0\u3000"
_PASTES = (
    "one line",
    "two\r\nlines\r",
    "a\ttab and \x1b[31mred\x1b[0m and \x07",
    "@a to one agent",
    "日本語 👍🏽 e\u0301 שלום",
    "long " * 200,
    "",
    "\n" * 30,
)
PIECES = (
    "Some **text** with `code` and a [link](https://example.com). ",
    "\n\n```python\ndef f(x):\n\treturn x\n",
    "```\n\n",
    "\n\n| a | b |\n|---|---|\n| 1 | 日本 |\n\n",
    "\n- item\n  - inner\n> quote\n",
    "# Head\n\n1. one\n2. two\n",
    "</think>",
    "word " * 60,
    "x" * 300,
    "👩\u200d💻❤\ufe0f\u200f",
    "\n",
    "$$\\int$$ <b>&amp;</b> \\",
)


class Beat:
    """Lets streams go on, one step each."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def tick(self) -> None:
        """One step."""
        self._event.set()
        self._event = asyncio.Event()

    async def wait(self) -> None:
        """Wait for the next step."""
        await self._event.wait()


@dataclass
class WildBackend(FakeBackend):
    """Answers by chance: streams, thinks, calls, fails before and in the midst, or hangs."""

    beat: Beat = field(default_factory=Beat)
    chance: random.Random = field(default_factory=random.Random)

    async def stream(self, request: ChatRequest) -> AsyncGenerator[StreamEvent, None]:
        """Play something."""
        chance = self.chance
        yield RequestSent(request.body)
        await self.beat.wait()
        if chance.random() < 0.3:
            raise self._error()
        yield Opened()
        yield Started("served")
        for _ in range(chance.randrange(60)):
            await self.beat.wait()
            yield self._piece()
            if chance.random() < 0.01:
                raise self._error()
        while chance.random() < 0.9:
            await self.beat.wait()
        yield UsageReported(prompt=9, completion=chance.randrange(500))
        yield Finished(chance.choice(("stop", "length", "content_filter", "tool_calls")))

    def _piece(self) -> StreamEvent:
        chance, text = self.chance, self.chance.choice(PIECES)
        kind = chance.random()
        if kind < 0.25:
            return ReasoningDelta(text)
        if kind < 0.3:
            return ToolCallDelta(chance.randrange(2), "id", "tool", '{"a": [1, "b"')
        if kind < 0.33:
            return Warned(text)
        return ContentDelta(text) if kind < 0.97 else Heartbeat()

    def _error(self) -> BackendError:
        kind = self.chance.choice([one for one in ErrorKind if one is not ErrorKind.CONFIG])
        return BackendError(kind, "no\nsuch thing " * 5, agent=self.agent, hint="try `that`")


class WildBackends:
    """Those of a session."""

    def __init__(self, seed: int) -> None:
        self.beat = Beat()
        self._seed = seed

    def __call__(self, agent: AgentConfig) -> Backend:
        """Make one."""
        chance = random.Random(f"{self._seed} {agent.id}")
        return WildBackend(agent.id, beat=self.beat, chance=chance)


class Monkey:
    """Sits at an app."""

    def __init__(
        self, app: OrderedKeys, seed: int, *, each: Callable[[random.Random], None]
    ) -> None:
        """`each` is done before every event: it moves clocks, streams and servers."""
        self.chance = random.Random(seed)
        self.done: deque[str] = deque(maxlen=TOLD)
        """The last events, in words."""
        self._app = app
        assert app._task is not None
        self._ended = app._task
        self._each = each
        self._acts: tuple[tuple[float, Callable[[], None]], ...] = (
            (30, self._type),
            (18, self._press_bound),
            (12, self._press_named),
            (6, self._click),
            (5, self._drag),
            (6, self._wheel),
            (4, self._move),
            (2, self._paste),
            (1.5, self._resize),
            (0.5, self._blur),
        )
        self.harmless: tuple[Callable[[], None], ...] = (
            self._click,
            self._drag,
            self._wheel,
            self._move,
            self._show,
            self._show,
        )
        """What changes nothing of a draft."""

    async def act(self, count: int, *, harmless: bool = False) -> None:
        """Do so many things."""
        weights = [weight for weight, _ in self._acts]
        acts = [act for _, act in self._acts]
        for number in range(count):
            self._each(self.chance)
            if harmless:
                self.chance.choice(self.harmless)()
            else:
                self.chance.choices(acts, weights)[0]()
            if self.chance.random() < 0.12 or number % 20 == 19:
                await self.settle()
            self._app._chained_clicks = self.chance.randrange(3)

    async def settle(self) -> None:
        """Wait until what was done has arrived, keys behind others too."""
        rises = True
        while rises:
            arrived: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
            # in the app's own turn, when it is not in the midst of those that waited
            if not self._app.call_later(lambda it=arrived: it.set_result(self._app.waits)):
                break
            async with asyncio.timeout(STUCK):
                await asyncio.wait((arrived, self._ended), return_when=asyncio.FIRST_COMPLETED)
            assert not self._ended.done(), "it has ended"
            rises = arrived.result()
        for _ in range(3):
            await asyncio.sleep(0)

    def press(self, key: str, character: str | None = None) -> None:
        """Press a key."""
        self.done.append(f"key {key}")
        self._app.post_message(events.Key(key, character))

    def _type(self) -> None:
        character = self.chance.choice(_TYPED)
        name = {"/": "slash", "?": "question_mark", " ": "space", "@": "at"}.get(character)
        self.press(name or character, character)

    def _press_bound(self) -> None:
        name = self.chance.choice(_BOUND)
        self.press(name, name if len(name) == 1 else None)

    def _press_named(self) -> None:
        self.press(self.chance.choice(_NAMED))

    def _show(self) -> None:
        self.press(self.chance.choice(("f1", "f2", "f4", "ctrl+t", "ctrl+o", "ctrl+p", "f12")))

    def _mouse(self, kind: type[events.MouseEvent], x: int, y: int) -> None:
        self.done.append(f"{kind.__name__} {x},{y}")
        moved = self.chance.randrange(-2, 3)
        button = 0 if kind is events.MouseMove else 1
        self._app.post_message(kind(None, x, y, moved, moved, button, False, False, False))

    def _place(self) -> tuple[int, int]:
        width, height = self._app.size
        return self.chance.randrange(width), self.chance.randrange(height)

    def _click(self) -> None:
        place = self._place()
        for _ in range(self.chance.choice((1, 1, 2, 3))):
            self._mouse(events.MouseDown, *place)
            self._mouse(events.MouseUp, *place)

    def _drag(self) -> None:
        self._mouse(events.MouseDown, *self._place())
        for _ in range(self.chance.randrange(4)):
            self._mouse(events.MouseMove, *self._place())
        if self.chance.random() < 0.8:
            self._mouse(events.MouseUp, *self._place())

    def _wheel(self) -> None:
        kind = self.chance.choice((events.MouseScrollUp, events.MouseScrollDown))
        self._mouse(kind, *self._place())

    def _move(self) -> None:
        self._mouse(events.MouseMove, *self._place())

    def _paste(self) -> None:
        text = self.chance.choice(_PASTES)
        self.done.append(f"paste {text[:20]!r}")
        self._app.post_message(events.Paste(text))

    def _resize(self) -> None:
        widths, heights = zip(LEAST, MOST, strict=True)
        self.resize(self.chance.randint(*widths), self.chance.randint(*heights))

    def resize(self, width: int, height: int) -> None:
        """Give the terminal another size."""
        self.done.append(f"resize {width}x{height}")
        size = Size(width, height)
        if isinstance(self._app._driver, HeadlessDriver):
            self._app._driver._size = size
        self._app.post_message(events.Resize(size, size))

    def _blur(self) -> None:
        self.done.append("blur and focus")
        self._app.post_message(events.AppBlur())
        self._app.post_message(events.AppFocus())
