"""Every command that the documents show is typed as it stands there, at servers that answer.

What is not ours (`OTHERS`) is only read by the shell: it installs, starts servers, goes elsewhere.
"""

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from massgen_tui.cli.group import COMMANDS
from tests.support.documented import Command, commands, files, pages
from tests.support.stand_ins import stand_ins
from tests.support.terminal import Terminal

pytestmark = pytest.mark.timeout(300)
ROOT = Path(__file__).parents[2]
OTHERS = {"make", "pip", "pipx", "uvx", "git", "vllm", "python", "ssh", "tmux", "screen", "docker"}
CONFIG = "configs/two_qwen_vllm_sglang.yaml"
STANDS_FOR = {
    "CONFIG": CONFIG,
    "ID": "last",
    "BEFORE": "last",
    "AFTER": "last",
    "TEXT": "answer",
    "diff A B": "diff last last",
    "demo": "demo --replay",
    "rm": "rm --yes",
    "serve": "serve --port 0",
}
"""Words of the documents → what is typed: the demo's model would be fetched."""
WATCHED = frozenset({"open", "watch", "demo", "resume", "replay"})
"""Commands that open a screen, unless they are told to print."""
SERVES = "massgen-tui serve"
"""How commands begin that go on until they are interrupted, once they have printed a line."""
PRINTS = frozenset({"--once", "--format", "--print", "--help"})
MAY_FIND_FAULT = re.compile(r"--ask|--strict")
"""Commands that judge the servers, which here are scripted ones: they may exit with 1 or 2."""
FILES = {
    "PROMPT.md": "What is 17 * 23?",
    "prompt.txt": "What is 17 * 23?",
    "prompt": "What is 17 * 23?",
    "prompts.txt": "What is 17 * 23?\nName the seasons.\n",
    "prompts.jsonl": '{"id": "sum", "prompt": "What is 17 * 23?", "expect": "391"}\n',
}


@pytest.fixture(scope="module")
def ports() -> Iterator[tuple[int, int]]:
    with stand_ins() as both:
        yield both


@pytest.fixture
def place(tmp_path: Path, ports: tuple[int, int], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the files that the documents name, and the configs at our servers."""
    for name, text in FILES.items():
        (tmp_path / name).write_text(text, "utf-8")
    shutil.copytree(ROOT / "configs", tmp_path / "configs")
    for config in (tmp_path / "configs").glob("*.yaml"):
        config.write_text(at_ours(config.read_text("utf-8"), ports), "utf-8")
    return tmp_path


def at_ours(text: str, ports: tuple[int, int]) -> str:
    """The same at the scripted servers; the other ports of the documents are theirs too."""
    text = re.sub(r"localhost:(8000|8001|4000)\b", f"127.0.0.1:{ports[0]}", text)
    return re.sub(r"localhost:(30000|30001)\b", f"127.0.0.1:{ports[1]}", text)


def environment(folder: Path) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
    own = str(Path(sys.executable).parent)
    kept["PATH"] = f"{own}{os.pathsep}{kept.get('PATH', '')}"
    state = {name: str(folder / name) for name in ("XDG_STATE_HOME", "XDG_CACHE_HOME")}
    return kept | state | {"HOME": str(folder), "TERM": "xterm-256color", "PYTHONUTF8": "1"}


def typed(command: Command, ports: tuple[int, int]) -> str:
    text = at_ours(command.text, ports)
    for word, meant in STANDS_FOR.items():
        text = re.sub(rf"(?<![\w./-]){word}(?![\w./-])", meant, text)
    return text.replace("--replay --replay", "--replay")


def on_a_screen(words: list[str]) -> bool:
    if words[0] != "massgen-tui" or {"|", ">", "<", ">>"} & set(words):
        return False
    first = next((word for word in words[1:] if word in COMMANDS), "open")
    return first in WATCHED and not PRINTS & set(words)


def shown(words: list[str], folder: Path, env: Mapping[str, str]) -> int:
    """Open the screen, see that it draws, and leave."""
    with Terminal(["-m", "massgen_tui", *words[1:]], env=env, cwd=folder) as terminal:
        terminal.until("quit")
        terminal.write("\x11")
        for _ in range(40):
            if terminal.process.poll() is not None:
                break
            terminal.read(0.25)
            if "answering" in terminal.text or "Quit" in terminal.text:
                terminal.write("\x11")
        return terminal.ended()


def printed(text: str, folder: Path, env: Mapping[str, str]) -> tuple[int, str]:
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", text],
        cwd=folder,
        env=dict(env),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=50,
        check=False,
    )
    return done.returncode, done.stdout.decode("utf-8", "replace")


def served(text: str, folder: Path, env: Mapping[str, str]) -> tuple[int, str]:
    """Wait for the address, and interrupt it."""
    with subprocess.Popen(
        ["bash", "-c", f"exec {text}"],
        cwd=folder,
        env=dict(env),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    ) as process:
        assert process.stdout is not None
        line = process.stdout.readline().decode()
        process.send_signal(signal.SIGINT)
        said = line + process.stdout.read().decode()
        code = process.wait(20)
    return (0 if code == 130 and "/?token=" in line else code), said


@pytest.mark.parametrize("page", pages(), ids=str)
def test_what_the_page_shows_can_be_typed(page: Path, place: Path, ports: tuple[int, int]) -> None:
    env = environment(place)
    if "-o agents.yaml" not in page.read_text("utf-8"):
        (place / "agents.yaml").write_text((place / CONFIG).read_text("utf-8"), "utf-8")
    for name, text in files(page).items():
        (place / name).write_text(at_ours(text, ports), "utf-8")
    for command in commands(page):
        words = command.words
        if words[0] in OTHERS:
            code, said = printed(f"set -n; {command.text}", place, env)
            assert code == 0, f"{command.at}: {said}"
            continue
        assert "massgen-tui" in words, f"{command.at}: {command.text} is neither ours nor known"
        text = typed(command, ports)
        if "massgen-tui resume" in text:  # of many prompts there is nothing to go on with
            printed(f'massgen-tui run {CONFIG} "an answer"', place, env)
        if not any((place / "XDG_STATE_HOME/massgen-tui/sessions").glob("*.jsonl")):
            printed(f'massgen-tui run {CONFIG} "an answer"', place, env)
        if on_a_screen(words):
            code, said = shown(Command(text, "").words, place, env), ""
        elif text.startswith(SERVES):
            code, said = served(text, place, env)
        else:
            code, said = printed(text, place, env)
        allowed = {0, 1, 2} if MAY_FIND_FAULT.search(text) else {0}
        assert code in allowed, f"{command.at}: {text} → {code}\n{said}"
        assert "Traceback" not in said, f"{command.at}: {said}"
