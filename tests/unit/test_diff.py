"""Two kept runs, compared: on files that sessions wrote, and by lines made by hand."""

import json
import tracemalloc
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from jsonschema import Draft202012Validator

from massgen_tui import paths
from massgen_tui.backends.events import ContentDelta, Finished, ReasoningDelta, UsageReported
from massgen_tui.cli.commands import group
from massgen_tui.diff.answers import Place, answer_of, texts_on_disk
from massgen_tui.diff.comparing import Diff, Measured, compare
from massgen_tui.diff.joining import pairs_of
from massgen_tui.diff.json_form import as_json
from massgen_tui.diff.markdown import as_markdown
from massgen_tui.diff.reading import Asked, read_run
from massgen_tui.diff.text_form import as_text
from massgen_tui.stats import Spread
from massgen_tui.store.reader import read_session
from tests.support.every_line import every_line
from tests.support.fakes import Step, answer, failure
from tests.support.kept import Script, keep_session
from tests.support.schemas import schema

DATA = Path(__file__).parents[1] / "data" / "sessions"
NOWHERE = Place(0, 0)
SCHEMA = Draft202012Validator(schema("diff"))
HEAD: dict[str, Any] = {
    "format": 1,
    "id": "aaaaaaaa",
    "version": "0.2.0",
    "at": "2026-11-29T09:00:00Z",
    "resolution_s": 0.01,
    "title": "two",
    "agents": [],
}


def agent(id: str, model: str = "m", **more: object) -> dict[str, Any]:
    server = "http://localhost:8000"
    return {"id": id, "provider": "vLLM", "server": server, "model": model, "settings": {}} | more


def lines_of(
    prompts: Sequence[tuple[str, dict[str, str]]],
    *,
    at: float = 0.0,
    ttft: float = 0.25,
    ids: bool = True,
) -> list[dict[str, Any]]:
    """Prompts, each with what the agents answer to it; empty: it failed."""
    told: list[dict[str, Any]] = []
    serial = 0
    for turn, (text, answers) in enumerate(prompts, 1):
        named = {"id": f"p{turn}"} if ids else {}
        prompt = {"t": at, "e": "prompt", "turn": turn, "text": text, "agents": [*answers]}
        told.append(prompt | named)
        for id, said in answers.items():
            serial += 1
            told.append({"t": at, "e": "queued", "a": serial, "agent": id, "turn": turn})
            if said:
                told.append({"t": at + 9, "a": serial, "c": said, "d": [[0, len(said)]]})
                told.append({"t": at + 9, "e": "finished", "a": serial, "reason": "stop"})
            error = {"kind": "unreachable", "message": "connection refused"}
            times = {"sent": 0.0, "asked": 0.0, "first_token": ttft, "end": 1.0, "pieces": 1}
            status: dict[str, Any] = (
                {"status": "done", "times": times} if said else {"status": "failed", "error": error}
            )
            told.append({"t": at + 10, "e": "ended", "a": serial} | status)
    return told


def written(
    folder: Path, name: str, told: Sequence[dict[str, Any]], *agents: dict[str, Any], **head: object
) -> Path:
    path = folder / f"{name}.jsonl"
    first = HEAD | {"agents": list(agents or [agent("a")]), "id": name * 8} | head
    path.write_text("".join(json.dumps(line) + "\n" for line in (first, *told)), "utf-8")
    return path


def compared(a: Path, b: Path) -> tuple[Diff, dict[str, Any]]:
    diff = compare(a, b)
    told = json.loads(json.dumps(as_json(diff)))
    SCHEMA.validate(told)
    assert as_text(diff)
    assert as_markdown(diff)
    return diff, told


REAL = sorted(path.name for path in DATA.glob("*.jsonl"))


@pytest.mark.parametrize("name", [*REAL, "every line"])
def test_reading_for_a_comparison_agrees_with_the_fold(tmp_path: Path, name: str) -> None:
    path = DATA / name
    if name == "every line":
        path = tmp_path / "x.jsonl"
        path.write_text("\n".join(every_line()) + "\n", "utf-8")
    state = read_session(path, keep_past=True).state
    with texts_on_disk() as texts:
        run = read_run(path, texts)
        read = {
            asked: [(replace(one, text=NOWHERE), texts.get(one.text)) for one in answers]
            for asked, answers in run.answers.items()
        }
        folded: dict[Asked, list[Any]] = {}
        turns = [turn.serial for one in state.everyone for turn in (*one.past, *one.turns)]
        numbers = {serial: at for at, serial in enumerate(sorted({*turns}), 1)}
        for one in state.everyone:
            for turn in (*one.past, *one.turns):
                key = Asked(f"turn {numbers[turn.serial]}", one.id)
                for attempt in turn.attempts:
                    if attempt.status.ended:
                        answered = answer_of(attempt, texts)
                        told = replace(answered, text=NOWHERE), texts.get(answered.text)
                        folded.setdefault(key, []).append(told)
    assert {key: sorted(map(repr, of)) for key, of in read.items()} == {
        key: sorted(map(repr, of)) for key, of in folded.items()
    }
    assert run.damage == 0
    assert read


def script(*pieces: str, thought: str = "", usage: tuple[int, int] = (7, 9)) -> list[Step]:
    first: list[Step] = [ReasoningDelta(thought)] if thought else []
    return [*first, *map(ContentDelta, pieces), Finished("stop"), UsageReported(*usage)]


async def two(
    folder: Path, first: Sequence[str | Script], second: Sequence[str | Script]
) -> tuple[Path, Path]:
    prompts = [f"question {at}" for at in range(len(first))]
    files = []
    for name, answers in (("a", first), ("b", second)):
        (folder / name).mkdir()
        files.append(await keep_session(folder / name, *prompts, answers=answers))
    return files[0], files[1]


async def test_sessions_that_were_written_are_compared(tmp_path: Path) -> None:
    cut = failure(message="the server went away")
    first: list[str | Script] = [
        script("One two ", "three."),
        answer("same"),
        answer("fine"),
        [cut],
    ]
    second: list[str | Script] = [
        script("One two", " four.", usage=(7, 12)),
        answer("same"),
        [cut],
        answer("fine"),
    ]
    diff, told = compared(*await two(tmp_path, first, second))
    (pair,) = told["agents"]
    assert (pair["a"], pair["joined_by"]) == ("a", "agent")
    assert pair["prompts"] == {"both": 4, "only_a": 0, "only_b": 0, "other_text": 0}
    assert pair["answers"] == {"same": 1, "differ": 1}
    (parted,) = pair["differences"]
    assert (parted["prompt_id"], parted["first_difference_word"]) == ("turn 1", 3)
    assert (parted["a"], parted["b"]) == ("three.", "four.")
    assert (pair["failures"]["a"], pair["failures"]["b"], pair["failures"]["gone"]) == (1, 1, 1)
    (new,) = pair["failures"]["new"]
    assert (new["prompt_id"], new["failed"], new["ending"]) == ("turn 3", True, "interrupted")
    assert "went away" in new["message"]
    assert pair["numbers"]["tokens"]["a"] == {"n": 1, "p10": 9, "p50": 9, "p90": 9}
    assert pair["numbers"]["tokens"]["delta_percent"] == pytest.approx(33.3)
    assert told["setup"] == []
    assert diff.failed_anew
    assert "word 3: A “three.”  B “four.”" in as_text(diff)
    assert "| `turn 3` | `interrupted` | `the server went away` |" in as_markdown(diff)


async def test_a_session_is_the_same_as_itself(tmp_path: Path) -> None:
    path = await keep_session(tmp_path, "x", "y", answers=["one", "two"])
    diff, told = compared(path, path)
    assert told["agents"][0]["answers"] == {"same": 2, "differ": 0}
    assert not diff.failed_anew
    assert "nothing that is known of the set-up differs" in as_text(diff)


def test_prompts_are_joined_by_their_ids_whatever_their_order(tmp_path: Path) -> None:
    first = lines_of([("x", {"a": "one"}), ("y", {"a": "two"})])
    second = lines_of([("y", {"a": "two"}), ("x", {"a": "one"})])
    for line in second:
        if line.get("e") == "prompt":
            line["id"] = {"p1": "p2", "p2": "p1"}[line["id"]]
    _, told = compared(written(tmp_path, "a", first), written(tmp_path, "b", second))
    assert told["agents"][0]["answers"] == {"same": 2, "differ": 0}


def test_another_text_under_a_known_name_is_not_compared(tmp_path: Path) -> None:
    first = lines_of([("x", {"a": "one"}), ("y", {"a": "two"})], ids=False)
    second = lines_of([("z", {"a": "uno"}), ("y", {"a": "two"})], ids=False)
    _, told = compared(written(tmp_path, "a", first), written(tmp_path, "b", second))
    assert told["agents"][0]["prompts"]["other_text"] == 1
    assert told["agents"][0]["answers"] == {"same": 1, "differ": 0}
    assert told["agents"][0]["numbers"]["ttft_s"]["a"]["n"] == 1


@pytest.mark.parametrize(
    ("left", "right", "pairs"),
    [
        ([("a", "m"), ("b", "n")], [("b", "n"), ("a", "m")], [("a", "a"), ("b", "b")]),
        # the same models under other names
        ([("a", "m"), ("b", "n")], [("x", "n"), ("y", "m")], [("a", "y"), ("b", "x")]),
        # two quantisations: one agent each is left
        ([("a", "m"), ("b", "m-fp16")], [("a", "m"), ("c", "m-int4")], [("a", "a"), ("b", "c")]),
        # of one model twice nobody can tell which is meant
        ([("a", "m"), ("b", "m")], [("x", "m"), ("y", "m")], []),
        ([("a", "m")], [("x", "n"), ("y", "o")], []),
        ([("a", "")], [("x", "")], [("a", "x")]),
    ],
)
def test_agents_are_joined_by_id_then_model_then_as_the_last(
    tmp_path: Path,
    left: list[tuple[str, str]],
    right: list[tuple[str, str]],
    pairs: list[tuple[str, str]],
) -> None:
    files = [
        written(tmp_path, name, [], *(agent(*one) for one in agents))
        for name, agents in (("a", left), ("b", right))
    ]
    with texts_on_disk() as texts:
        runs = [read_run(path, texts) for path in files]
    assert [(pair.a, pair.b) for pair in pairs_of(*runs)] == pairs


def test_the_setup_is_compared_as_far_as_files_tell(tmp_path: Path) -> None:
    def sampled(version: str, parser: str) -> dict[str, Any]:
        server = {"id": "http://localhost:8000", "state": "up", "kind": "SGLang"}
        more = {"version": version, "reasoning_parser": parser}
        return {"t": 1, "e": "sampled", "servers": [server | more]}

    def backend(**more: object) -> dict[str, Any]:
        model = {"type": "sglang", "base_url": "http://localhost:8000/v1", "model": "m"}
        return {"id": "a", "backend": model | more}

    first = written(
        tmp_path, "a", [sampled("0.5.22", ""), sampled("0.5.23", "")],
        agent("a", settings=backend(temperature=0, extra_body={"x": {"y": 1}})),
    )  # fmt: skip
    second = written(
        tmp_path, "b", [sampled("0.5.24", "qwen3")],
        agent("a", "m-int4", settings=backend(temperature=0.5)),
        version="0.3.0",
    )  # fmt: skip
    _, told = compared(first, second)
    assert {(one["of"], one["what"]): (one["a"], one["b"]) for one in told["setup"]} == {
        ("session", "massgen-tui"): ("0.2.0", "0.3.0"),
        ("a", "server version"): ("0.5.23", "0.5.24"),
        ("a", "reasoning parser"): ("none", "qwen3"),
        ("a", "model"): ("m", "m-int4"),
        ("a", "temperature"): ("0", "0.5"),
        ("a", "extra_body.x.y"): ("1", None),
    }


@pytest.mark.parametrize(
    ("salts", "told"),
    [
        ([None, None], None),
        (["1", "2"], ("no", "yes")),
        ([None, "2"], ("no", "1 of 2 answers")),
        (["", ""], None),  # the server refused it: asked again without
    ],
)
def test_answers_that_were_asked_cold_are_another_setup(
    tmp_path: Path, salts: list[str | None], told: tuple[str, str] | None
) -> None:
    warm = lines_of([("x", {"a": "one"}), ("y", {"a": "two"})])
    cold: list[dict[str, Any]] = []
    for line in warm:
        cold.append(line)
        salt = salts[line["a"] - 1] if line.get("e") == "queued" else None
        if salt is not None:
            cold[-1] = line | {"cold": "yes"}
            body = {"model": "m", "messages": []} | ({"cache_salt": salt} if salt else {})
            cold.append({"t": 1, "e": "request", "a": line["a"], "p": body})
    diff, found = compared(written(tmp_path, "a", warm), written(tmp_path, "b", cold))
    assert [(one["what"], (one["a"], one["b"])) for one in found["setup"]] == (
        [("cold", told)] if told else []
    )
    assert ("cold" in as_text(diff)) is (told is not None)


def test_what_one_file_does_not_tell_is_no_difference(tmp_path: Path) -> None:
    server = {"id": "http://localhost:8000", "state": "up", "kind": "vLLM", "version": "0.33.0"}
    known = written(tmp_path, "a", [{"t": 1, "e": "sampled", "servers": [server]}])
    diff, told = compared(known, written(tmp_path, "b", []))
    assert told["setup"] == []
    (one,) = told["a"]["servers"]
    assert (one["kind"], one["version"], told["b"]["servers"]) == ("vLLM", "0.33.0", [])
    assert "http://localhost:8000 vLLM 0.33.0" in as_text(diff)
    assert "`http://localhost:8000 vLLM 0.33.0`" in as_markdown(diff)
    assert "not known" in as_text(diff)


def test_all_attempts_count_for_the_numbers_and_the_last_for_the_words(tmp_path: Path) -> None:
    first = lines_of([("x", {"a": "one"})])
    again = [line | {"a": 2} for line in lines_of([("x", {"a": "two"})], ttft=0.75) if "a" in line]
    second = lines_of([("x", {"a": "two"})])
    diff, told = compared(written(tmp_path, "a", [*first, *again]), written(tmp_path, "b", second))
    assert told["agents"][0]["answers"] == {"same": 1, "differ": 0}
    assert told["agents"][0]["numbers"]["ttft_s"]["a"]["n"] == 2
    front = {"t": 99, "e": "front", "turn": 1, "agent": "a", "a": 1}
    brought = written(tmp_path, "c", [*first, *again, front])
    assert compared(brought, written(tmp_path, "b", second))[1]["agents"][0]["answers"] == {
        "same": 0,
        "differ": 1,
    }
    assert not diff.failed_anew


def test_repeated_prompts_are_compared_one_by_one(tmp_path: Path) -> None:
    def repeated(*said: str) -> list[dict[str, Any]]:
        told: list[dict[str, Any]] = []
        for at, text in enumerate(said, 1):
            one = lines_of([("x", {"a": text})])
            told += one[:1] if at == 1 else []
            more = {"repeat": at} if at > 1 else {}
            told += [
                line | {"a": at} | (more if line.get("e") == "queued" else {}) for line in one[1:]
            ]
        return told

    first = written(tmp_path, "a", repeated("one", "two", "three", "more"))
    second = written(tmp_path, "b", repeated("one", "two!", ""))
    diff, told = compared(first, second)
    (pair,) = told["agents"]
    assert pair["answers"] == {"same": 1, "differ": 1}
    assert [one["repeat"] for one in pair["differences"]] == [2]
    assert [one["repeat"] for one in pair["failures"]["new"]] == [3]
    assert (pair["numbers"]["ttft_s"]["a"]["n"], pair["numbers"]["ttft_s"]["b"]["n"]) == (4, 2)
    assert "p1 #2  word 1" in as_text(diff)


def test_of_a_conversation_its_digest_names_what_is_asked(tmp_path: Path) -> None:
    first, second = lines_of([("go on", {"a": "one"})]), lines_of([("go on", {"a": "one"})])
    first[0]["digest"], second[0]["digest"] = "1", "2"
    _, told = compared(written(tmp_path, "a", first), written(tmp_path, "b", second))
    assert told["agents"][0]["prompts"]["other_text"] == 1


@pytest.mark.parametrize(
    ("a", "b", "apart"),
    [
        (Spread(9, 1, 2, 3), Spread(9, 4, 5, 6), True),
        (Spread(9, 1, 2, 3), Spread(9, 2, 2.5, 3), False),
        # the one's median in the other's spread is enough
        (Spread(9, 1, 2, 9), Spread(9, 4, 5, 6), False),
        (Spread(2, 1, 2, 3), Spread(9, 4, 5, 6), None),
        (None, Spread(9, 4, 5, 6), None),
    ],
)
def test_medians_are_apart_outside_each_others_spread(
    a: Spread | None, b: Spread, apart: bool | None
) -> None:
    assert Measured("ttft_s", a, b).apart is apart


def test_what_was_said_acts_on_nothing(tmp_path: Path) -> None:
    evil = "\x1b[2J`|<img src=x> @all #1 [x](http://evil) \u202e"
    first = lines_of([(evil, {"a": "fine"}), (evil, {"a": "fine"})])
    second = lines_of([(evil, {"a": evil}), (evil, {"a": ""})])
    second[0]["id"] = first[0]["id"] = evil
    diff, _ = compared(
        written(tmp_path, "a", first, title=evil), written(tmp_path, "b", second, title=evil)
    )
    text, markdown = as_text(diff), as_markdown(diff)
    for told in (text, markdown):
        assert "\x1b" not in told
        assert "\u202e" not in told
    outside = "".join(part for at, part in enumerate(markdown.split("`")) if not at % 2)
    assert "<img" not in outside.replace("\\<", "")
    assert " @all" not in outside
    assert "[x](" not in outside
    table = [line for line in markdown.splitlines() if line.startswith("| `")]
    assert {line.replace("\\|", "").count("|") for line in table} == {5, 4}


def test_damage_is_counted_and_the_rest_is_compared(tmp_path: Path) -> None:
    path = written(tmp_path, "a", lines_of([("x", {"a": "one"})]))
    with path.open("a") as file:
        file.write('{"t": 1, "e": "ended", "a": 77}\n{"t": "x", "e": "queued"}\n[1]\n{"t":')
    _, told = compared(path, path)
    assert told["a"]["damaged_lines"] == 4
    assert told["agents"][0]["answers"]["same"] == 1


def test_thousands_of_answers_are_not_held_in_memory(tmp_path: Path) -> None:
    said = "word " * 2000
    prompts = [(f"question {at}", {"a": f"{said}{at}"}) for at in range(1000)]
    path = written(tmp_path, "a", lines_of(prompts))
    del prompts
    assert path.stat().st_size > 10_000_000
    tracemalloc.start()
    try:
        diff = compare(path, path)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert diff.pairs[0].same == 1000
    assert peak < 4_000_000


@pytest.fixture
def kept_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(paths, "state_dir", lambda: tmp_path)
    folder = tmp_path / "sessions"
    folder.mkdir()
    fine = lines_of([("x", {"a": "one"})])
    gone = lines_of([("x", {"a": ""})])
    for at, (name, told) in enumerate({"a": fine, "b": fine, "c": gone, "d": []}.items()):
        path = written(tmp_path, name, told)
        path.rename(folder / f"20261129-09000{at}-{name * 8}.jsonl")
    return folder


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["aaaa", "bbbbbbbb"], 0),
        (["a", "c"], 2),
        (["c", "a"], 0),
        (["a", "last"], 3),
    ],
)
@pytest.mark.parametrize("shape", ["text", "json", "md"])
def test_exit_codes_tell_of_new_failures_alone(
    kept_runs: Path, words: list[str], code: int, shape: str
) -> None:
    result = CliRunner().invoke(group, ["diff", *words, "--format", shape], standalone_mode=False)
    assert result.return_value == code
    assert result.stdout
    if shape == "json":
        SCHEMA.validate(json.loads(result.stdout))


def test_files_are_taken_for_ids_and_what_is_unknown_is_told(kept_runs: Path) -> None:
    (first, second, *_) = sorted(kept_runs.iterdir())
    assert (
        CliRunner()
        .invoke(group, ["diff", str(first), str(second)], standalone_mode=False)
        .exit_code
        == 0
    )
    unknown = CliRunner().invoke(group, ["diff", "zzzz", "a"])
    assert unknown.exit_code == 1
    assert "there is no session 'zzzz'" in unknown.stderr
    stranger = kept_runs / "stranger.jsonl"
    stranger.write_text('{"hello": 1}\n')
    assert CliRunner().invoke(group, ["diff", str(stranger), "a"]).exit_code == 1


def test_runs_of_two_agents_are_told_agent_by_agent(tmp_path: Path) -> None:
    told = lines_of([("x", {"a": "one", "b": "two"})])
    path = written(tmp_path, "a", told, agent("a"), agent("b"))
    _, found = compared(path, path)
    assert [(one["a"], one["answers"]["same"]) for one in found["agents"]] == [("a", 1), ("b", 1)]
