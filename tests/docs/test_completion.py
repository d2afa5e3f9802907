"""What the shell completes: driven through the script that the shells run."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

CONFIG = """
agents:
  - {id: qwen1, backend: {type: vllm, model: m}}
  - {id: qwen2, backend: {type: vllm, model: m}}
  - {id: other, backend: {type: vllm, model: m}}
"""
KEPT = Path(__file__).parents[1] / "data" / "sessions"
OURS = str(Path(sys.executable).parent)


def environment(folder: Path) -> dict[str, str]:
    own = {"PATH": f"{OURS}{os.pathsep}{os.environ['PATH']}", "HOME": str(folder)}
    return own | {"XDG_STATE_HOME": str(folder / "state"), "PYTHONUTF8": "1"}


def offered(folder: Path, line: str) -> list[str]:
    """What is offered for the last word of a line."""
    words = line.split(" ")
    env = environment(folder) | {
        "COMP_WORDS": line,
        "COMP_CWORD": str(len(words) - 1),
        "_MASSGEN_TUI_COMPLETE": "bash_complete",
    }
    done = subprocess.run(
        ["massgen-tui"], cwd=folder, env=env, capture_output=True, text=True, timeout=30, check=True
    )
    assert done.stderr == ""
    return [one.partition(",")[2] for one in done.stdout.splitlines() if one]


@pytest.fixture
def place(tmp_path: Path) -> Path:
    (tmp_path / "agents.yaml").write_text(CONFIG, "utf-8")
    kept = tmp_path / "state" / "massgen-tui" / "sessions"
    kept.mkdir(parents=True)
    (kept / "20261129-090000-k3v9x2ma.jsonl").write_text('{"format": 1, "id": "k3v9x2ma"}\n')
    (kept / "broken.jsonl").write_text("{")
    return tmp_path


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("massgen-tui res", ["resume", "res"]),
        ("massgen-tui run agents.yaml --agent qw", ["qwen1", "qwen2"]),
        ("massgen-tui run ~/agents.yaml --agent qw", ["qwen1", "qwen2"]),
        ("massgen-tui run ~nobody-here/agents.yaml --agent qw", []),
        ("massgen-tui run nowhere.yaml --agent qw", []),
        ("massgen-tui run agents.yaml hi --for", ["--format"]),
        ("massgen-tui resume k", ["k3v9x2ma"]),
        ("massgen-tui export ", ["last", "k3v9x2ma"]),
        ("massgen-tui sessions r", ["rename", "rm"]),
        ("massgen-tui export last --to h", ["html"]),
        ("massgen-tui check ag", ["ag"]),
    ],
)
def test_words_are_completed(line: str, wanted: list[str], place: Path) -> None:
    assert offered(place, line) == wanted


def test_zsh_shows_what_a_session_is_called(place: Path) -> None:
    kept = place / "state" / "massgen-tui" / "sessions"
    for file in KEPT.glob("*.jsonl"):
        shutil.copy(file, kept)
    env = environment(place) | {"_MASSGEN_TUI_COMPLETE": "zsh_complete", "COMP_CWORD": "2"}

    def told() -> str:
        line = env | {"COMP_WORDS": "massgen-tui export "}
        done = subprocess.run(
            ["massgen-tui"], env=line, capture_output=True, text=True, timeout=30, check=True
        )
        assert done.stderr == ""
        return done.stdout

    for first in ("Name a prime, and say why it is one.", "Say something about foxes."):
        assert first in told()
    subprocess.run(
        ["massgen-tui", "sessions", "rename", "k3v9x2ma", "primes\tand why"],
        env=environment(place),
        timeout=30,
        check=True,
    )
    assert "2026-11-29 09:00 primes and why\n" in told()


def test_nothing_kept_offers_nothing_and_says_nothing(tmp_path: Path) -> None:
    assert offered(tmp_path, "massgen-tui replay k") == []


def script(shell: str, folder: Path) -> str:
    done = subprocess.run(
        ["massgen-tui", "completion", shell],
        env=environment(folder),
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )
    assert done.stderr == ""
    return done.stdout


def test_bash_takes_the_script_and_completes_by_it(place: Path) -> None:
    bash = shutil.which("bash")
    if bash is None:
        pytest.skip("no bash")
    asks = """
COMP_WORDS=(massgen-tui run agents.yaml --agent o); COMP_CWORD=4
_massgen_tui_completion massgen-tui; echo "${COMPREPLY[@]}"
"""
    done = subprocess.run(
        [bash, "--norc", "-c", script("bash", place) + asks],
        cwd=place,
        env=environment(place),
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )
    assert done.stdout.split() == ["other"]


def test_zsh_takes_the_script(place: Path) -> None:
    text = script("zsh", place)
    assert text.startswith("#compdef massgen-tui")
    zsh = shutil.which("zsh")
    if zsh is None:
        pytest.skip("no zsh here: the script was made, and not read")
    subprocess.run([zsh, "-n"], input=text, text=True, timeout=30, check=True)
