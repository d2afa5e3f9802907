"""Recorded streams played through the whole console, and its last screen written row by row."""

import asyncio
import random
import re
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import groupby, pairwise
from pathlib import Path

from rich.segment import Segment
from rich.style import Style

from massgen_tui.backends.base import Backend, ChatRequest
from massgen_tui.backends.decoder import StreamDecoder
from massgen_tui.backends.events import Opened, RequestSent, StreamEvent
from massgen_tui.config.model import AgentConfig
from tests.support.console import Stage, staged
from tests.support.decoding import RECORDED
from tests.support.fakes import Backends, FakeBackend, config_of, failure
from tests.support.mirror import drawn_whole

Cells = tuple[tuple[str, str], ...]
"""A row: each character with its look."""
Cut = Callable[[bytes], Sequence[bytes]]
"""How the bytes of a stream arrive."""
_LOOKS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789αβγδεζηθικλμνξπρστυφχψω"
_ATTRIBUTES = ("bold", "dim", "italic", "underline", "strike", "reverse", "blink")
_PLAIN = Style()


@dataclass(frozen=True)
class Scene:
    """What is asked, and what each agent's server sends: a stream for each turn."""

    name: str
    turns: Sequence[Sequence[str]]

    @property
    def agents(self) -> list[str]:
        """Names of the agents."""
        return [f"a{number}" for number in range(1, len(self.turns[0]) + 1)]


def recorded(name: str) -> bytes:
    """The bytes of a recorded stream."""
    return (RECORDED / f"{name}.sse").read_bytes()


def by_event(body: bytes) -> list[bytes]:
    """Each event by itself, as servers send them."""
    return re.findall(rb".*?(?:\r?\n\r?\n|\Z)", body, re.DOTALL)[:-1]


def by_byte(body: bytes) -> list[bytes]:
    """Byte by byte."""
    return [body[at : at + 1] for at in range(len(body))]


def at_once(body: bytes) -> list[bytes]:
    """By one read."""
    return [body]


def at_random(seed: int) -> Cut:
    """Cut anywhere, a read of 1 to 2,000 bytes."""
    chance = random.Random(seed)

    def cut(body: bytes) -> list[bytes]:
        marks, at = [0], 0
        while at < len(body):
            at += chance.choice((1, 7, 60, 400, 2000))
            marks.append(min(at, len(body)))
        return [body[a:b] for a, b in pairwise(marks)]

    return cut


@dataclass
class WireBackend(FakeBackend):
    """Decodes what it is sent."""

    sent: asyncio.Queue[bytes | None] = field(default_factory=asyncio.Queue)

    async def stream(self, request: ChatRequest) -> AsyncGenerator[StreamEvent, None]:
        """Give what the bytes say, until there are no more."""
        yield RequestSent(request.body)
        yield Opened()
        decoder = StreamDecoder()
        while (piece := await self.sent.get()) is not None:
            for one in decoder.feed(piece):
                yield one
            self.sent.task_done()
        for one in decoder.close():
            yield one
        self.sent.task_done()
        if decoder.error is not None:
            raise decoder.error
        if not decoder.done:
            raise failure()


class Wires(Backends):
    """The backends of a scene."""

    def __call__(self, agent: AgentConfig) -> Backend:
        """Make one."""
        backend = self.by_agent[agent.id] = WireBackend(agent.id)
        return backend

    def wire(self, id: str) -> WireBackend:
        """What an agent is sent."""
        backend = self.by_agent[id]
        assert isinstance(backend, WireBackend)
        return backend


@dataclass
class Play:
    """A scene that is played."""

    scene: Scene
    stage: Stage
    wires: Wires
    cut: Cut = by_event
    every: int = 32
    """Reads of each agent between two frames."""
    tick: float = 0.02
    """Seconds between two reads."""

    async def turn(self, number: int, prompt: str = "") -> AsyncIterator[float]:
        """Ask and let the answers come; gives after each frame how much of them has come."""
        streams = self.scene.turns[number]
        await self.stage.ask(prompt or f"prompt {number + 1}")
        for _ in range(50):
            if all(self.wires.by_agent[id].calls[number:] for id in self.scene.agents):
                break
            await self.stage.pilot.pause()
        self.stage.clock.tick(0.25)
        reads = [self.cut(recorded(name)) for name in streams]
        longest = max(map(len, reads))
        for at in range(longest):
            wires = []
            for id, pieces in zip(self.scene.agents, reads, strict=True):
                if at < len(pieces):
                    wires.append(self.wires.wire(id))
                    wires[-1].sent.put_nowait(pieces[at])
                    if at + 1 == len(pieces):
                        wires[-1].sent.put_nowait(None)
            self.stage.clock.tick(self.tick)
            for wire in wires:
                await wire.sent.join()
            if at % self.every == 0:
                self.stage.app.paint()
                await self.stage.pilot.pause()
                yield at / longest
        await self.stage.settle()
        yield 1.0

    async def whole(self) -> None:
        """Play all of it."""
        for number in range(len(self.scene.turns)):
            async for _ in self.turn(number):
                pass


@asynccontextmanager
async def playing(
    scene: Scene,
    size: tuple[int, int],
    *,
    cut: Cut = by_event,
    every: int = 32,
    tick: float = 0.02,
) -> AsyncIterator[Play]:
    """A console in which a scene can be played."""
    wires = Wires()
    async with staged(config_of(*scene.agents), size=size, backends=wires) as stage:
        yield Play(scene, stage, wires, cut, every, tick)


def look_of(style: Style | None) -> str:
    """What a style looks like: the colours, and how the letters are."""
    style = style or _PLAIN
    colours = [
        (colour.get_truecolor().hex if colour.triplet or colour.number is not None else colour.name)
        if colour is not None
        else "-"
        for colour in (style.color, style.bgcolor)
    ]
    return " ".join([*colours, *(name for name in _ATTRIBUTES if getattr(style, name))])


def cells_of(segments: Sequence[Segment]) -> Cells:
    """The characters of a row with their looks, however it is put together."""
    return tuple((one, look_of(style)) for text, style, _ in segments for one in text)


def screen_of(stage: Stage) -> list[Cells]:
    """What stands on the screen."""
    return [cells_of(row) for row in drawn_whole(stage.app)]


def written(screens: Mapping[str, Sequence[Cells]]) -> str:
    """Screens as a file: of each row what it says, then a letter for the look of each character."""
    names: dict[str, str] = {}
    lines = []
    for title, rows in screens.items():
        lines.append(f"== {title}")
        for row in rows:
            lines.append("|" + "".join(one for one, _ in row) + "|")
            looks = [names.setdefault(look, _LOOKS[len(names)]) for _, look in row]
            runs = [(letter, len([*run])) for letter, run in groupby(looks)]
            lines.append("".join(f"{letter}{size}" for letter, size in runs))
    legend = [f"{letter} {look}" for look, letter in names.items()]
    return "\n".join([*legend, *lines, ""])


def read(path: Path) -> dict[str, list[Cells]]:
    """Screens that `written` wrote."""
    lines = path.read_text(encoding="utf-8").split("\n")[:-1]
    first = next(at for at, line in enumerate(lines) if line.startswith("== "))
    looks = {line[0]: line[2:] for line in lines[:first]}
    screens: dict[str, list[Cells]] = {}
    rest = iter(lines[first:])
    for line in rest:
        if line.startswith("== "):
            rows = screens[line[3:]] = []
            continue
        runs = re.findall(r"(\D)(\d+)", next(rest))
        styles = [looks[letter] for letter, size in runs for _ in range(int(size))]
        rows.append(tuple(zip(line[1:-1], styles, strict=True)))
    return screens


def told(row: Cells) -> str:
    """A row as a failure shows it: its text, and the looks with the text that has them."""
    runs = [(look, "".join(one for one, _ in run)) for look, run in groupby(row, lambda c: c[1])]
    return (
        "|"
        + "".join(one for one, _ in row)
        + "|\n"
        + "".join(f"      {text!r}: {look}\n" for look, text in runs)
    )


def differences(where: str, was: Sequence[Cells], now: Sequence[Cells]) -> list[str]:
    """The rows that differ, with both."""
    found = []
    if len(was) != len(now):
        found.append(f"{where}: {len(was)} rows before, {len(now)} now")
    for number, (old, new) in enumerate(zip(was, now, strict=False)):
        if old != new:
            found.append(f"{where}, row {number}:\n  was {told(old)}  is  {told(new)}")
    return found
