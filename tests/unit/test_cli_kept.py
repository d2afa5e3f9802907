"""`resume`, `replay`, `export` and `run --no-save`, as the command line has them."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from massgen_tui import paths
from massgen_tui.cli.group import Commands
from massgen_tui.session.session import Session
from massgen_tui.store.reader import read_session
from massgen_tui.store.recording import keep
from massgen_tui.store.schema import agent_record
from tests.support.fakes import Backends, FakeClock, answer, config_of


@pytest.fixture
async def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A kept session of two turns."""
    monkeypatch.setattr(paths, "sessions_dir", lambda: tmp_path)
    monkeypatch.setattr(paths, "state_dir", lambda: tmp_path)
    config, clock = config_of("a", "b", logging_enabled=True), FakeClock()
    backends = Backends(a=[answer("one", "two")], b=[answer("drei")])
    session = Session(config, backend_for=backends, clock=clock, health=None)
    with keep(session, warn=pytest.fail) as log:
        for prompt in ("first?", "second?"):
            session.ask(prompt)
            await session.wait()
            clock.tick(2.0)
        await session.aclose()
    assert log is not None
    assert log.path is not None
    return log.path


def call(*words: str) -> Result:
    return CliRunner().invoke(Commands(), list(words), catch_exceptions=False)


def test_events_are_printed_as_run_prints_them(path: Path) -> None:
    result = call("replay", "last", "--speed", "0", "--format", "jsonl")
    assert result.exit_code == 0
    told = [json.loads(line) for line in result.stdout.splitlines()]
    assert [one["prompt"] for one in told if one["event"] == "prompt"] == ["first?", "second?"]
    said = [one for one in told if one["event"] == "content" and one["agent"] == "a"]
    assert "".join(one["text"] for one in said if one["turn"] == 1) == "onetwo"
    assert [one["t"] for one in told] == sorted(one["t"] for one in told)
    assert told[-1]["event"] == "finished"


def test_a_session_is_written_down_in_every_form(path: Path, tmp_path: Path) -> None:
    short = json.loads(path.read_text().splitlines()[0])["id"][:5]
    for form in ("md", "html", "json", "csv"):
        result = call("export", short, "--to", form)
        assert result.exit_code == 0
        assert "second?" in result.stdout
    kept = read_session(path)
    told = json.loads(call("export", "last", "--to", "json").stdout)
    theirs = told["turns"][0]["agents"][0]
    agent = kept.state.agents["a"]
    ours = agent_record(agent, agent.turns[0].attempts[0])
    assert {key: theirs[key] for key in ours} == json.loads(json.dumps(ours))
    file = tmp_path / "out.md"
    written = call("export", "last", "--to", "md", "-o", str(file))
    assert written.exit_code == 0
    assert (written.stdout, written.stderr) == ("", f"{file} is written\n")
    assert "onetwo" in file.read_text()
    again = call("export", "last", "--to", "md", "-o", str(file))
    assert again.exit_code == 1
    assert "is there already" in again.stderr
    one = call("export", "last", "--to", "md", "--turn", "2", "--agent", "b").stdout
    assert "second?" in one
    assert "drei" not in one


@pytest.mark.parametrize(
    ("name", "begins"),
    [
        ("page.html", "<!"),
        ("page.HTM", "<!"),
        ("a.md", "# "),
        ("a.json", "{"),
        ("a.csv", "session"),
    ],
)
def test_the_form_is_that_of_the_files_name(
    path: Path, tmp_path: Path, name: str, begins: str
) -> None:
    assert call("export", "last", "-o", str(tmp_path / name)).exit_code == 0
    assert (tmp_path / name).read_text().startswith(begins)
    told = tmp_path / f"told {name}"
    assert call("export", "last", "--to", "md", "-o", str(told)).exit_code == 0
    assert told.read_text().startswith("# ")


@pytest.mark.parametrize("words", [(), ("-o", "page"), ("-o", "page.pdf"), ("-o", ".html")])
def test_a_name_that_says_no_form_is_refused(path: Path, words: tuple[str, ...]) -> None:
    result = call("export", "last", *words)
    assert result.exit_code == 2
    assert "name the form: --to md|html|json|csv" in result.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("export", "nosuch", "--to", "md"), "there is no session 'nosuch'"),
        (("export", "last", "--to", "md", "--turn", "9"), "9"),
        (("export", "last", "--to", "md", "--agent", "zoe"), "zoe"),
        (("replay", "nosuch"), "there is no session 'nosuch'"),
        (("resume", "nosuch"), "there is no session 'nosuch'"),
        (("replay", "last"), "--speed 0 --format jsonl"),
        (("resume", "last"), "massgen-tui export last --to md"),
    ],
)
def test_what_cannot_be_done_is_said(path: Path, words: tuple[str, ...], said: str) -> None:
    result = call(*words)
    assert result.exit_code == 1
    assert said in result.stderr


def test_speed_0_and_jsonl_belong_together(path: Path) -> None:
    for words in (("--speed", "0"), ("--format", "jsonl")):
        assert call("replay", "last", *words).exit_code == 2


def test_a_reader_that_goes_away_ends_it_as_it_ends_run(path: Path) -> None:
    program = [sys.executable, "-m", "massgen_tui", "replay", str(path)]
    told = subprocess.Popen(
        [*program, "--speed", "0", "--format", "jsonl"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    assert told.stdout is not None
    told.stdout.close()
    assert told.wait(30) == 141
    assert told.stderr is not None
    assert told.stderr.read() == b""
    told.stderr.close()
