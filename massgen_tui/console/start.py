"""`massgen-tui` alone: what one may begin with, on a screen that says what to open.

The first frame needs neither pydantic nor a client; what takes time is looked up behind it.
"""

import asyncio
import importlib
import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rich.text import Text
from textual import events, on
from textual.app import ComposeResult
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from massgen_tui import paths
from massgen_tui.console.beginning import Beginning
from massgen_tui.console.contain import exit_code
from massgen_tui.console.lifecycle import ForcedExit
from massgen_tui.terminal import Modes, on_signals
from massgen_tui.text import one_line

if TYPE_CHECKING:
    from massgen_tui.console.nearby import NearConfig, NearSession
    from massgen_tui.discover.found import Choice, Found

PORTS = (8000, 8001, 8002, 8003, 30000, 30001, 8080, 11434, 1234)
"""Where servers of prompts stand by default: vLLM, SGLang, llama.cpp, Ollama, LM Studio."""
_WIDEST = 110
_LONGEST_LOOK = 30
"""Seconds that a look at what does not answer may take."""
_LONGEST = 4096
"""Characters of an address or of a file's name."""


@dataclass(frozen=True, slots=True)
class Begun:
    """What is to be opened."""

    config: Path | None = None
    session: Path | None = None
    choices: tuple["Choice", ...] = ()
    demo: bool = False


class StartApp(Beginning):
    """A list of beginnings, and a line for an address."""

    CSS = """
    Screen { background: $background; }
    #hello { height: 1; padding: 0 1; color: $foreground; }
    OptionList { height: 1fr; border: none; background: $background; padding: 0 1; }
    Input { height: 1; border: none; background: $panel; padding: 0 1; }
    #keys { height: 1; background: $panel; color: $foreground; padding: 0 1; }
    ToastRack { margin-bottom: 2; }
    Toast { padding: 0 1; margin-top: 0; }
    """

    def __init__(self, folder: Path | None = None) -> None:
        """Look in a folder, by default the working directory."""
        super().__init__()
        self.begun: Begun | None = None
        self._folder = folder or Path.cwd()
        self._meant: dict[str, Begun] = {}
        self._looking = False
        self.filled = False
        """All that is nearby is in the list."""

    def compose(self) -> ComposeResult:
        """The list, the line and the keys."""
        hello = Text.assemble(("massgen-tui", "bold"), "  several agents side by side. ")
        yield Static(
            hello + Text("Begin with an address or a config.", "dim"),
            id="hello",
        )
        yield OptionList(*self._always(), id="beginnings", markup=False)
        line = Input(
            placeholder="an address (localhost:8000, http://host:port) or a config file",
            select_on_focus=False,
        )
        line.cursor_blink = False
        yield line
        yield Static(
            Text("enter open · type an address · tab line and list · f1 help · esc quit"), id="keys"
        )

    def on_mount(self) -> None:
        """Point at the first; look up the rest behind the first frame."""
        self.query_one(OptionList).highlighted = 0
        self.query_one(OptionList).focus()
        self.call_after_refresh(lambda: self.run_worker(self._fill(), group="fill"))

    def _always(self) -> list[Option]:
        ports = "ports 8000–8003, 30000–1, 8080, 11434, 1234"
        return [
            Option(_row("Look for servers on this host", ports), "look"),
            Option(_row("Demo", "two agents on a small real model on this machine"), "demo"),
        ]

    async def _fill(self) -> None:
        near = await asyncio.to_thread(importlib.import_module, "massgen_tui.console.nearby")
        kept = paths.sessions_dir()
        configs: list[NearConfig] = await asyncio.to_thread(near.configs, self._folder, kept)
        self._offer("Configs", [self._config(one) for one in configs])
        sessions: list[NearSession] = await asyncio.to_thread(near.sessions, kept)
        self._offer("Sessions that were kept", [self._session(one) for one in sessions])
        self.filled = True

    def _offer(self, title: str, options: Sequence[Option]) -> None:
        if options:
            listed = self.query_one(OptionList)
            listed.add_options([Option(Text(f"\n{title}", "bold"), disabled=True), *options])

    def _config(self, config: "NearConfig") -> Option:
        id = f"config {config.path}"
        self._meant[id] = Begun(config=self._folder / config.path)
        used = "  (used of late)" if config.recent else ""
        named = ", ".join(one_line(agent, 30) for agent in config.agents[:6])
        return Option(_row(f"{one_line(str(config.path), 70)}{used}", named), id)

    def _session(self, session: "NearSession") -> Option:
        id = f"session {session.path}"
        self._meant[id] = Begun(session=session.path)
        told = f"{session.id}  {session.when}  {one_line(session.title, 40)}"
        return Option(_row(told, one_line(session.prompt, 80)), id)

    @on(OptionList.OptionSelected)
    def _selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        id = event.option.id or ""
        if id == "look":
            self._look([f"localhost:{port}" for port in PORTS], scan=True)
        elif id == "demo":
            self._end(Begun(demo=True))
        elif id in self._meant:
            self._end(self._meant[id])

    @on(Input.Submitted)
    def _typed(self, event: Input.Submitted) -> None:
        event.stop()
        line = event.value.strip()
        if not line:
            return
        with suppress(OSError, RuntimeError):  # a name too long, or the home of nobody
            config = self._folder / Path(line).expanduser()
            if config.is_file():
                self._end(Begun(config=config))
                return
        self._look(line.split())

    def take(self, event: events.Key | events.Paste) -> bool:
        """Let what is typed or pasted on the list go to the line, and what comes behind it too."""
        lines = self.query(Input) if self.screen is self.screen_stack[0] else ()
        if not lines or self.focused is (line := lines[0]):
            return False
        if isinstance(event, events.Paste):
            typed = one_line(event.text, _LONGEST)
        else:
            typed = event.character or "" if event.is_printable else ""
        if not typed.strip():
            return False
        self.screen.set_focus(line)
        line.insert_text_at_cursor(typed)
        return True

    def _look(self, addresses: Sequence[str], *, scan: bool = False) -> None:
        if not self._looking:
            self._looking = True
            self.say("looking …", seconds=_LONGEST_LOOK)  # what was found takes its place
            self.run_worker(self._looked(addresses, scan=scan), group="look")

    async def _looked(self, addresses: Sequence[str], *, scan: bool) -> None:
        try:
            room = await asyncio.to_thread(importlib.import_module, "massgen_tui.discover.look")
            variables: dict[str, str] = {} if scan else await asyncio.to_thread(_variables)
            found: list[Found] = await room.look_at(addresses, variables)
        finally:
            self._looking = False
        if scan:
            found = [one for one in found if not one.problem.startswith("nothing answers")]
        if not found:
            self.say("no server answers on this host at these ports: type an address below")
            return
        screens = await asyncio.to_thread(
            importlib.import_module, "massgen_tui.console.screens.servers_found"
        )
        self.push_screen(screens.ServersFound(found, self.say), self._chosen)

    def _chosen(self, choices: "list[Choice] | None") -> None:
        if choices:
            self._end(Begun(choices=tuple(choices)))

    def _end(self, begun: Begun) -> None:
        self.begun = begun
        self.exit()


def _variables() -> dict[str, str]:
    gather = importlib.import_module("massgen_tui.config.variables").gather
    variables: dict[str, str] = gather(os.environ, [Path.cwd()])[0]
    return variables


def _row(told: str, beside: str) -> Text:
    row = Text(told)
    row.append(f"   {beside}", "dim")
    row.truncate(_WIDEST, overflow="ellipsis")
    return row


def choose(modes: Modes | None = None) -> tuple[Begun | None, int]:
    """Show the beginnings until one is chosen; what it is, and the exit code where none was."""
    app = StartApp()
    app.wear_own_theme()
    app.last_resort = ForcedExit(modes)
    with on_signals(app.end_by_signal):
        app.run()
        app.last_resort.disarm()
    return app.begun, exit_code(app)
