"""`massgen-tui sessions`: lists, searches, renames and removes what was kept."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from massgen_tui import paths
from massgen_tui.backends.events import ContentDelta, Finished, ReasoningDelta, UsageReported
from massgen_tui.cli.commands import run
from massgen_tui.cli.session_table import HEADS
from massgen_tui.store.find import session_id
from massgen_tui.store.reader import read_session
from tests.support.fakes import Step, config_of
from tests.support.kept import keep_session, open_session
from tests.support.schemas import schema

JOURNAL = Path(__file__).parents[1] / "data" / "sessions" / "massgen-tui-0.1.0.jsonl"
FIELDS = [
    *("id", "title", "at", "config", "prompt", "agents", "turns"),
    *("attempts", "tokens", "bytes", "end", "continues", "format"),
]
Cli = Callable[..., tuple[int, str, str]]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("COLUMNS", "120")
    return paths.sessions_dir()


@pytest.fixture
def cli(folder: Path, capsys: pytest.CaptureFixture[str]) -> Cli:
    def call(*words: str) -> tuple[int, str, str]:
        capsys.readouterr()
        code = run(["sessions", *words])
        out, err = capsys.readouterr()
        return code, out, err

    return call


def listed(cli: Cli, *words: str) -> list[dict[str, Any]]:
    code, out, err = cli("--json", *words)
    assert (code, err) == (0, "")
    told: dict[str, list[dict[str, Any]]] = json.loads(out)
    Draft202012Validator(schema("sessions")).validate(told)
    return told["sessions"]


def counted(*pieces: str) -> list[Step]:
    """An answer whose tokens the server counts."""
    usage = UsageReported(prompt=7, completion=41)
    return [ReasoningDelta("hm"), *map(ContentDelta, pieces), Finished("stop"), usage]


async def test_json_has_each_session_with_exactly_these_fields(folder: Path, cli: Cli) -> None:
    path = await keep_session(folder, "hello\nyou", "and?", answers=[counted("x"), counted("y")])
    (one,) = listed(cli)
    assert list(one) == FIELDS
    head = read_session(path).head
    assert one == {
        "id": head.id,
        "title": "test",
        "at": head.at.isoformat(),
        "config": "test",
        "prompt": "hello\nyou",
        "agents": ["a"],
        "turns": 2,
        "attempts": 2,
        "tokens": 82,
        "bytes": path.stat().st_size,
        "end": "quit",
        "continues": None,
        "format": 1,
    }


async def test_a_table_says_the_same_for_people(folder: Path, cli: Cli) -> None:
    path = await keep_session(folder, "tell\n\x1b[31mme", answers=[counted("x")])
    await keep_session(folder, "second", answers=["two pieces"])
    code, out, _ = cli()
    head, _second, first = out.splitlines()
    assert code == 0
    assert head.split() == " ".join(HEADS).split()
    assert first.split()[0] == session_id(path)
    assert "tell [31mme" in first
    assert first.split()[-6:-3] == ["1", "1", "41"]
    assert "~1" in _second, "the server counted nothing"
    assert first.endswith("done")


@pytest.mark.parametrize("columns", [40, 80, 200])
async def test_the_table_fits(
    columns: int, folder: Path, cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    await keep_session(folder, "狐の話をして。" * 40)
    _, out, _ = cli()
    (row,) = out.splitlines()[1:]
    wide = sum(2 if ord(one) > 0x2FFF else 1 for one in row)
    assert wide <= max(columns, 96)
    assert "狐" in row


async def test_the_newest_come_first_and_as_many_as_are_wanted(folder: Path, cli: Cli) -> None:
    for number in range(22):
        path = await keep_session(folder, f"number {number}")
        path.rename(folder / f"20261124-1010{number:02}-{session_id(path)}.jsonl")
    assert [one["prompt"] for one in listed(cli)][:2] == ["number 21", "number 20"]
    assert len(listed(cli)) == 22
    assert len(listed(cli, "--limit", "3")) == 3
    _, out, err = cli()
    assert len(out.splitlines()) == 21
    assert err == "… and 2 more: --limit shows them\n"


def test_without_any_session_it_says_so(cli: Cli, folder: Path) -> None:
    assert cli() == (0, "", f"No session is kept in {folder}.\n")
    assert listed(cli) == []
    assert cli("--search", "x")[2] == f"No session has 'x' in {folder}.\n"
    assert cli("--search", " ")[0] == 1


async def test_how_it_ended_is_told(folder: Path, cli: Cli) -> None:
    path, close = await open_session(folder, "x")
    assert [one["end"] for one in listed(cli)] == ["running"]
    close()
    assert [one["end"] for one in listed(cli)] == ["quit"]
    whole = path.read_text("utf-8").splitlines(keepends=True)
    path.write_text("".join(whole[:-1]) + whole[-1][:9], "utf-8")
    assert [one["end"] for one in listed(cli)] == ["killed"]
    path.write_text("".join(whole[:-1]) + whole[-1].replace("quit", "failed"), "utf-8")
    assert [one["end"] for one in listed(cli)] == ["failed"]


def test_a_session_of_version_0_1_is_listed_as_format_0(folder: Path, cli: Cli) -> None:
    (folder / "20261120-080000-test.jsonl").write_bytes(JOURNAL.read_bytes())
    (one,) = listed(cli)
    assert (one["format"], one["turns"], one["attempts"], one["tokens"]) == (0, 4, 9, 45)
    assert (one["prompt"], one["end"]) == ("Say something about foxes.", "quit")
    assert cli("rename", "last", "foxes")[0] == 0
    (again,) = listed(cli)
    assert (again["id"], again["title"], again["end"]) == (one["id"], "foxes", "quit")


SPLIT: list[Step] = [
    ReasoningDelta("they think in pie"),
    ReasoningDelta("ces, don't they"),
    ContentDelta("First line.\nA tokenizer "),
    ContentDelta("cuts wo"),
    ContentDelta("rds: `x->y = f(a,b)`.\n素早い茶色の狐が跳ぶ。\nLast."),
    Finished("stop"),
]


@pytest.mark.parametrize(
    ("query", "line"),
    [
        ("tokenizer cuts words", "turn 1 a answer: A tokenizer cuts words: `x->y"),
        ("CUTS WO", "A tokenizer cuts words"),
        ("okeniz", "A tokenizer cuts"),
        ("x->y = f(", "x->y = f(a,b)"),
        ("茶色の", "素早い茶色の狐が跳ぶ。"),
        ("狐", "素早い茶色の狐が跳ぶ。"),
        ("in pieces", "turn 1 a reasoning: they think in pieces"),
        ("what is it", "turn 1 prompt: Tell me what is it"),
        ("words tokenizer", "A tokenizer cuts words"),
    ],
)
async def test_search_finds_all_texts_and_shows_the_line(
    query: str, line: str, folder: Path, cli: Cli
) -> None:
    await keep_session(folder, "nothing", answers=["of that"])
    path = await keep_session(folder, "Tell me what is it", answers=[SPLIT])
    assert [one["id"] for one in listed(cli, "--search", query)] == [session_id(path)]
    code, out, _ = cli("--search", query)
    assert code == 0
    assert line in out.splitlines()[2]
    assert len(out.splitlines()) == 3


@pytest.mark.parametrize("query", ["tokenizer dogs", "wordses", "y->x", "狐狐"])
async def test_what_is_nowhere_is_not_found(query: str, folder: Path, cli: Cli) -> None:
    await keep_session(folder, "Tell me what is it", answers=[SPLIT])
    assert listed(cli, "--search", query) == []


async def test_a_long_line_is_cut_around_its_hit(folder: Path, cli: Cli) -> None:
    await keep_session(folder, "x " * 300 + "needle" + " y" * 300)
    _, out, _ = cli("--search", "needle")
    line = out.splitlines()[2]
    assert "needle" in line
    assert len(line) <= 120
    assert line.endswith("…")


async def test_a_session_gets_another_title(folder: Path, cli: Cli) -> None:
    path = await keep_session(folder, "hello")
    id = session_id(path)
    assert cli("rename", id[:3], "The \x1bfirst\n one") == (
        0,
        f"{id} is called 'The first one'\n",
        "",
    )
    (one,) = listed(cli)
    assert (one["title"], one["end"]) == ("The first one", "quit")
    kept = read_session(path)
    assert (kept.state.title, kept.end, kept.damage) == ("The first one", "quit", [])
    assert [one["id"] for one in listed(cli, "--search", "the first one")] == [id]
    assert "[The first one] hello" in cli()[1]
    assert cli("rename", id, " ")[0] == 1


async def test_a_title_stands_on_a_line_of_its_own_behind_a_cut_one(folder: Path, cli: Cli) -> None:
    path = await keep_session(folder, "hello")
    path.write_bytes(path.read_bytes()[:-9])
    assert cli("rename", "last", "x")[0] == 0
    (one,) = listed(cli)
    assert (one["title"], one["end"]) == ("x", "killed")


async def test_a_session_is_removed(folder: Path, cli: Cli) -> None:
    ids = [session_id(await keep_session(folder, f"number {number}")) for number in range(3)]
    code, out, err = cli("rm", ids[0], ids[1])
    assert (code, out) == (1, "")
    assert "nobody can be asked here: --yes" in err
    assert len(listed(cli)) == 3
    code, out, _ = cli("rm", "--yes", ids[0], ids[1], ids[0])
    assert (code, out) == (0, f"removed: {ids[0]}, {ids[1]}\n")
    assert [one["id"] for one in listed(cli)] == [ids[2]]


async def test_nothing_is_removed_where_one_is_unknown(folder: Path, cli: Cli) -> None:
    id = session_id(await keep_session(folder, "x"))
    code, _, err = cli("rm", "--yes", id, "nothere")
    assert code == 1
    assert "there is no session 'nothere'" in err
    assert id in err, "the candidates"
    assert len(listed(cli)) == 1


@pytest.mark.parametrize(("answer", "left"), [("y", 0), ("n", 1)])
async def test_on_a_terminal_it_asks(
    answer: str, left: int, folder: Path, cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def confirm(question: str, **_: object) -> bool:
        asked.append(question)
        return answer == "y"

    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("click.confirm", confirm)
    id = session_id(await keep_session(folder, "x"))
    code, _, err = cli("rm", "last")
    assert asked == [f"Remove this session for good: {id}?"]
    assert code == left
    assert ("nothing was changed" in err) == bool(left)
    assert len(listed(cli)) == left


@pytest.mark.parametrize("words", [("rm", "last", "--yes"), ("rename", "last", "x")])
async def test_a_running_one_is_changed_only_where_that_is_said(
    words: tuple[str, ...], folder: Path, cli: Cli
) -> None:
    path, close = await open_session(folder, "x", config=config_of("a", logging_enabled=True))
    code, _, err = cli(*words)
    assert code == 1
    assert f"{session_id(path)} is running: --running does it all the same" in err
    assert cli(*words, "--running")[0] == 0
    close()
    if words[0] == "rename":
        (one,) = listed(cli)
        assert (one["title"], one["end"]) == ("x", "quit"), "the writer goes on behind it"


def test_a_file_that_cannot_be_renamed_is_named_once(folder: Path, cli: Cli) -> None:
    path = folder / "20261124-101010-ab12cd34.jsonl"
    path.write_text('{"format": 9, "id": "ab12cd34", "at": "2026-11-24T10:10:10Z"}\n', "utf-8")
    code, _, told = cli("rename", "ab12cd34", "x")
    assert (code, told.count(str(path))) == (1, 1)
    assert "format 9" in told


@pytest.mark.parametrize(
    ("words", "code"), [((), 0), (("rm", "last"), 1), (("rename", "last", "x"), 1)]
)
def test_where_no_folder_can_be_made_no_session_is_kept(
    words: tuple[str, ...],
    code: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """As on a read-only file system: what cannot be made is not needed for reading."""
    (tmp_path / "file").write_text("in the way", "utf-8")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))
    assert run(["sessions", *words]) == code
    err = capsys.readouterr().err.lower()
    assert "no session is kept in" in err
    assert "traceback" not in err
