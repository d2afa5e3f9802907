"""The table of goals: its rows, how they are laid out, kept, and gathered from the scripts."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench import table as bench_table
from bench.harness.layout import TAKES, Table, as_markdown, cells, for_terminal
from bench.harness.machine import Machine, cpu_name
from bench.harness.pairs import Plan
from bench.harness.process import ROOT
from bench.harness.rows import Row

STREAM = Row(
    what="CPU per chunk",
    of="the bare loop",
    goal=0.4,
    ours=[0.38, 0.42, 0.40],
    base=[0.50, 0.60, 0.50],
    note="100 us of 250",
)
FRESH = Row(what="memory", unit="MB", goal=1, goal_of_base=True, ours=[96.4], base=[94.2])
ALONE = Row(what="idle", unit="%", ours=[0.456])


def table_of(*rows: Row, quick: bool = False, missing: str = "") -> Table:
    return Table(
        machine="2 cores of a CPU",
        load=0.1,
        revision="3e1d86a",
        pairs=3,
        quick=quick,
        began="2026-11-29 12:00",
        missing=missing,
        rows=list(rows),
    )


@pytest.mark.parametrize(
    ("row", "told"),
    [
        (
            STREAM,
            (
                "CPU per chunk, of the bare loop",
                "0.40x (0.39-0.41)",
                "0.50x (0.50-0.55)",
                "0.76x (0.73-0.78)",
                "<= 0.4x",
                "yes",
                "yes",
            ),
        ),
        (FRESH, ("memory", "96.4 MB", "94.2 MB", "1.02x", "<= 1x of it", "NO", "yes")),
        (ALONE, ("idle", "0.46%", "-", "-", "-", "-", "-")),
        (
            Row(what="wait", unit="ms", goal=100, ours=[121.6], base=[99.0]),
            ("wait", "122 ms", "99.0 ms", "1.23x", "<= 100 ms", "NO", "NO"),
        ),
    ],
)
def test_the_cells_of_a_row(row: Row, told: tuple[str, ...]) -> None:
    assert cells(row) == told


def test_the_table_on_a_terminal() -> None:
    assert list(for_terminal(table_of(FRESH, ALONE))) == [
        "2 cores of a CPU; load before 0.10",
        "medians of up to 3 pairs in turns (quartiles); less is better",
        "",
        "what    this build  3e1d86a  ratio  goal         met  <= 1.05",
        "memory  96.4 MB     94.2 MB  1.02x  <= 1x of it  NO   yes",
        "idle    0.46%       -        -      -            -    -",
        "",
    ]


def test_a_quick_table_is_marked_and_says_why_a_build_is_missing() -> None:
    told = list(for_terminal(table_of(STREAM, quick=True, missing="no git here")))
    assert told[1].startswith("QUICK: one run a row")
    assert told[2] == "3e1d86a is not measured: no git here"
    assert told[-1] == "CPU per chunk: 100 us of 250"


def test_a_script_that_failed_is_told_under_the_table() -> None:
    table = table_of(ALONE)
    table.failed["burst"] = "TimeoutError: no END"
    assert (
        list(for_terminal(table))[-1] == "bench.burst did not come to its end: TimeoutError: no END"
    )


def test_the_table_as_markdown() -> None:
    assert list(as_markdown(table_of(FRESH))) == [
        "| what | this build | 3e1d86a | ratio | goal | met | <= 1.05 |",
        "| --- | --- | --- | --- | --- | --- | --- |",
        "| memory | 96.4 MB | 94.2 MB | 1.02x | <= 1x of it | NO | yes |",
    ]


def test_json_and_back() -> None:
    table = table_of(STREAM, FRESH, ALONE)
    text = table.as_json()
    assert list(as_markdown(Table.from_json(text))) == list(as_markdown(table))
    row = json.loads(text)["rows"][0]
    assert row["ours"] == [0.38, 0.42, 0.40]
    assert row["ratio"]["middle"] == pytest.approx(0.76)
    assert row["median"]["middle"] == pytest.approx(0.40)
    assert (row["met"], row["kept"]) == ("met", "met")


def test_rows_of_a_later_run_take_the_place_of_the_same_rows() -> None:
    again = Row(what="memory", unit="MB", ours=[90.0])
    merged = table_of(STREAM, FRESH).merged(table_of(again, ALONE))
    assert merged.rows == [STREAM, again, ALONE]


def test_a_script_gives_rows_once_it_has_the_function(tmp_path: Path) -> None:
    (tmp_path / "zebra.py").write_text("def rows(plan):\n    yield\n")
    (tmp_path / "start.py").write_text("import nothing_there\ndef rows(plan):\n    yield\n")
    (tmp_path / "stream.py").write_text("def rows(plan):\n    yield\n")
    (tmp_path / "peer.py").write_text("class Rows:\n    def rows(self):\n        yield\n")
    assert bench_table.scripts(tmp_path) == ["stream", "start", "zebra"]


def test_every_script_of_the_table_is_there() -> None:
    assert {"stream", "start", "burst", "memory", "prompts", "conversation", "exporters"} <= set(
        bench_table.scripts(ROOT / "bench")
    )


def test_a_script_that_fails_costs_only_its_own_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    class Script:
        @staticmethod
        def rows(plan: Plan) -> Iterator[Row]:
            yield ALONE
            raise TimeoutError("no 'END'; the screen:\n...")

    monkeypatch.setattr(bench_table, "import_module", lambda name: Script)
    table, said = table_of(), list[str]()
    bench_table.measure("burst", Plan(), table, said.append)
    assert table.rows == [ALONE]
    assert table.failed == {"burst": "TimeoutError: no 'END'; the screen:"}
    assert said == ["  idle", "  TimeoutError: no 'END'; the screen:"]


def test_the_readme_s_table_is_replaced_and_nothing_else(tmp_path: Path) -> None:
    readme = tmp_path / "README.md"
    text = f"# Head\n\n{bench_table.BEGIN}\nold\n{bench_table.END}\n\nrest\n"
    readme.write_text(text, encoding="utf-8")
    bench_table.fill(readme, "| new |")
    bench_table.fill(readme, "| newer |")
    assert readme.read_text(encoding="utf-8") == text.replace("old", "| newer |")


@pytest.mark.parametrize(
    ("cpuinfo", "name"),
    [
        ("processor\t: 0\nvendor_id\t: AuthenticAMD\nmodel name\t: AMD EPYC\n", "AMD EPYC"),
        ("model name\t: Intel(R) Xeon(R): a\n\nmodel name\t: b\n", "Intel(R) Xeon(R): a"),
        ("processor\t: 0\nBogoMIPS\t: 50.00\nFeatures\t: fp asimd\n", ""),
        ("", ""),
    ],
)
def test_the_name_of_the_processor(cpuinfo: str, name: str) -> None:
    assert cpu_name(cpuinfo) == name


@pytest.mark.parametrize(("load", "busy"), [(0.1, False), (0.4, False), (0.5, True)])
def test_a_machine_where_others_work_is_busy(load: float, busy: bool) -> None:
    machine = Machine(2, "a CPU", "3.11.7", "8.2.8", load)
    assert machine.busy is busy
    assert str(machine) == "2 cores of a CPU, Python 3.11.7, Textual 8.2.8"


def test_the_readme_has_a_place_for_the_table_and_names_every_script() -> None:
    readme = (ROOT / "bench" / "README.md").read_text(encoding="utf-8")
    before, begin, rest = readme.partition(f"\n{bench_table.BEGIN}\n")
    _, end, _ = rest.partition(f"{bench_table.END}\n")
    assert before
    assert begin
    assert end
    scripts = {path.stem for path in (ROOT / "bench").glob("*.py")}
    assert {name for name in scripts if f"`{name}`" not in readme} == set()


def test_what_each_script_took_is_told_beside_what_it_is_thought_to_take() -> None:
    table = table_of(ALONE)
    table.took = {"memory": 71.4, "mine": 5.0}
    again = Table.from_json(table.as_json())
    assert list(for_terminal(again))[-1] == "1:16 minutes: memory 1:11 (1:06 expected), mine 0:05"
    again.quick = True
    assert list(for_terminal(again))[-1] == "1:16 minutes: memory 1:11, mine 0:05"


def test_it_is_known_how_long_all_scripts_of_the_table_take() -> None:
    assert set(bench_table.scripts(ROOT / "bench")) == set(TAKES)
