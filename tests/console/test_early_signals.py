"""A signal that ends the program does so whatever the start is at, and whatever waits."""

import asyncio
import signal
import termios
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.support.terminal import Terminal

WITHIN = 5.0
"""Seconds: an end that is forced takes 1.8."""

BEGIN = """
import functools, os, signal, sys, threading, weakref

def told():
    os.kill(os.getpid(), signal.SIGTERM)

class Thing:
    pass

def lost():
    # Python lets no exception out of what is called as a thing goes
    thing = Thing()
    kept = weakref.ref(thing, lambda _: told())
    del thing

def before(owner, name, act=told):
    own = getattr(owner, name)
    @functools.wraps(own)
    def instead(*given, **named):
        act()
        return own(*given, **named)
    setattr(owner, name, instead)

def importing(name, act):
    class Finder:
        def find_spec(self, found, path=None, target=None):
            if found == name:
                sys.meta_path.remove(self)
                act()
    sys.meta_path.insert(0, Finder())
"""
END = """
from massgen_tui.cli import main
main()
"""
FIRST = "massgen_tui.console.running"
STAGES = {
    "an import": f"importing({FIRST!r}, told)",
    "an import, as something is let go": f"importing({FIRST!r}, lost)",
    "an import of another thread": "importing('massgen_tui.console.workspace', told)",
    "before the app is made": (
        "from massgen_tui.console import running; before(running, 'ConsoleApp', lost)"
    ),
    "before the app runs": "from massgen_tui.console.app import ConsoleApp as A; before(A, 'run')",
    "before the loop runs": "import asyncio; before(asyncio, 'run')",
    "before the terminal is drawn on": (
        "from massgen_tui.console.terminal.driver import ConsoleDriver as D;"
        "before(D, 'start_application_mode')"
    ),
    "as the first frame is made": (
        "from massgen_tui.console.app import ConsoleApp as A; before(A, 'get_default_screen')"
    ),
    "as the config is read": (
        "from massgen_tui.console.app import ConsoleApp as A; before(A, '_open')"
    ),
    "as the main screen comes": (
        "from massgen_tui.console.app import ConsoleApp as A; before(A, '_begin')"
    ),
    "while threads begin and end": (
        "import importlib; from massgen_tui.console import running\n"
        "def act():\n"
        "    lock = getattr(threading, '_shutdown_locks_lock', None)\n"
        "    if lock is None: return told()\n"
        "    with lock: told()\n"
        "from massgen_tui.console.app import ConsoleApp as A; before(A, 'run', act)"
    ),
}
"""What is done as it starts, by when it is."""


@pytest.mark.parametrize("stage", STAGES)
async def test_a_signal_ends_it_whatever_the_start_is_at(
    tmp_path: Path, config: Path, env: Mapping[str, str], stage: str
) -> None:
    command = ["-c", f"{BEGIN}\n{STAGES[stage]}\n{END}", str(config)]
    with Terminal(command, env=env, cwd=tmp_path) as terminal:
        ended = await asyncio.to_thread(terminal.ended, WITHIN)
        assert ended == 128 + signal.SIGTERM
        assert termios.tcgetattr(terminal.master) == terminal.modes
        assert "Traceback" not in terminal.text


@pytest.mark.parametrize("command", [[], ["watch", "CONFIG"], ["CONFIG"]], ids=str)
async def test_a_signal_ends_what_waits_at_once(
    tmp_path: Path, config: Path, env: Mapping[str, str], command: list[str]
) -> None:
    """Nothing is left to the end by force, which is 60 s away here."""
    script = (
        "from massgen_tui.console import contain; contain.SIGNAL_GRACE = 60.0\n"
        "from massgen_tui.cli import main; main()"
    )
    words = [str(config) if word == "CONFIG" else word for word in command]
    shown = "quit" if not words or words[0] == "watch" else "esc"
    with Terminal(["-c", script, *words], env=env, cwd=tmp_path) as terminal:
        await asyncio.to_thread(terminal.until, shown)
        terminal.signal(signal.SIGTERM)
        assert await asyncio.to_thread(terminal.ended) == 128 + signal.SIGTERM
        assert terminal.restored
