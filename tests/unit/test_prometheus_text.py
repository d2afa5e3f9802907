"""Our reading of single lines beside prometheus_client's, and what is remembered of them."""

import math
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families

from massgen_tui.monitor import metrics, series
from massgen_tui.monitor.page_lines import PageLines
from massgen_tui.monitor.prometheus_text import named_lines, samples
from massgen_tui.monitor.table import Table

DATA = Path(__file__).parent.parent / "data"
PAGES = sorted(
    page
    for pattern in ("wire/*/*metrics*", "monitor/*.txt", "wire/*/*/*metrics*")
    for page in DATA.glob(pattern)
    if page.suffix != ".json"
)
Read = list[tuple[str, Mapping[str, str], float | None]]


def ours(page: str, names: set[str]) -> Read:
    return [(one.name, one.labels, _told(one.value)) for one in samples(page, names)]


def theirs(line: str, name: str) -> Read:
    try:
        families = list(text_string_to_metric_families(line))
    except (ValueError, IndexError, KeyError):
        return [(name, {}, None)]
    return [(one.name, one.labels, _told(one.value)) for each in families for one in each.samples]


def _told(value: float) -> float | None:
    return None if math.isnan(value) else value


@pytest.mark.parametrize("page", PAGES, ids=lambda page: f"{page.parent.name}/{page.name}")
def test_every_line_of_every_kept_page_is_read_as_prometheus_client_reads_it(page: Path) -> None:
    text = page.read_text(errors="replace")
    lines = [line for line in text.split("\n") if line and not line.startswith("#")]
    for line in lines:
        name = line.partition("{")[0].split(" ")[0].split("\t")[0]
        if len(line) < 4096:
            assert ours(line, {name}) == theirs(line, name), line


@pytest.mark.parametrize(
    "line",
    [
        "x 1",
        "x{} 1",
        'x{a="b"} 1',
        'x{a="b",} 1',
        'x{a="b",c="d"} 1.5e3',
        'x{a="b" , c="d"} 2',
        'x {a="b"} 3',
        'x{a="}"} 4',
        'x{a="{",b=","} 4',
        'x{a="\\"quoted\\" \\\\ \\n"} 5',
        'x{a="b"} 6 1700000000000',
        "x 6 1700000000000",
        'x{a="b"} 7 # {trace_id="1 2"} 0.5',
        "x 7 # {} 0.5",
        'x{a="b"}\t8',
        "x\t8",
        'x{a="b"}  9',
        'x{a="b"} 9 ',
        'x{a="b"} 9\r',
        'x{a="b"} NaN',
        'x{a="b"} +Inf',
        'x{a="b"} -Inf',
        'x{a="b"} 1_000',
        'x{a="b"} many',
        'x{a="b"}',
        'x{a="b"} ',
        'x{a="b",a="c"} 1',
        'x{__name__="y"} 1',
        'x{__a="y"} 1',
        'x{a:b="y"} 1',
        "x{a=b} 1",
        'x{a="b} 1',
        'x{"a.b"="c"} 1',
        'x{a="é 漢"} 1',
        'x{a=" b "} 1',
        'x{,a="b"} 1',
        'x{a="b"} 1e400',
        'x{a="b"} 1234567890123456',
        'x{a="b"} 0x10',
        'x{a="b"}1',
        'x{ a="b" } 1',
    ],
)
def test_a_line_is_read_as_prometheus_client_reads_it(line: str) -> None:
    assert ours(line, {"x"}) == theirs(line, "x")
    assert ours(line, {"x"}) == theirs(line, "x"), "and a second time, when it is remembered"


def test_only_lines_of_wanted_names_are_looked_at() -> None:
    page = '# HELP x y\n# TYPE x gauge\nx 1\nxx 2\nx{a="b"} 3\nx_total 4\n x 5\nx\t6\ny 7\n{x} 8\n'
    assert [line for _, line in named_lines(page, {"x", "y"})] == [
        "x 1",
        'x{a="b"} 3',
        "x\t6",
        "y 7",
    ]


_SERIES = [
    *("x 1", "x 12", 'x{a="b"} 3', 'x{a="c"} 3', "x\t6", " x 5", "x", "xx 2", "x_total 4"),
    *("y 7", "y 70", "# HELP x y", "# TYPE x gauge", "{x} 8", "", "process_start_time_seconds 1.5"),
]


@given(
    first=st.lists(st.sampled_from(_SERIES), max_size=8),
    changes=st.lists(st.tuples(st.integers(0, 9), st.sampled_from([*_SERIES, None])), max_size=12),
    ends=st.sampled_from(["", "\n"]),
)
def test_a_page_that_changed_is_read_as_if_it_were_the_first(
    first: list[str], changes: list[tuple[int, str | None]], ends: str
) -> None:
    again = PageLines({"x", "y"})
    lines = ["process_start_time_seconds 0", *first]
    for place, line in [(0, lines[0]), *changes]:
        at = place % (len(lines) + 1)
        lines[at : at + (place % 3 > 0)] = [] if line is None else [line]
        page = "\n".join(lines) + ends
        assert list(again.named(page)) == list(named_lines(page, {"x", "y"}))


@pytest.mark.parametrize("lines", [100, 20_000], ids=["short", "long"])
def test_pages_of_any_length_and_of_many_processes_are_read(lines: int) -> None:
    again = PageLines({"x"})
    for round in range(2):
        for process in range(300 if lines == 100 else 2):
            page = f"x {round}\n" + "y 1234567\n" * lines + f"z{process} 1\n"
            assert list(again.named(page)) == [("x", f"x {round}")]


def test_of_a_page_that_is_nearly_the_same_only_what_changed_is_looked_at() -> None:
    class Names(set[str]):
        asked = 0

        def __contains__(self, name: object) -> bool:
            Names.asked += 1
            return super().__contains__(name)

    page = "process_start_time_seconds 1.5\nx 1\n" + 'y_bucket{le="1"} 2\n' * 500 + "z 9\n"
    again = PageLines(Names({"x", "z"}))
    assert list(again.named(page)) == [("x", "x 1"), ("z", "z 9")]
    Names.asked = 0
    assert list(again.named(page.replace("x 1", "x 22"))) == [("x", "x 22"), ("z", "z 9")]
    assert Names.asked <= 2
    longer = page.replace("z 9", "x 3\nz 9")
    assert list(again.named(longer)) == [("x", "x 1"), ("x", "x 3"), ("z", "z 9")]


@pytest.mark.parametrize("table", [series.VLLM, series.SGLANG, series.LLAMACPP])
def test_a_page_tells_what_it_says_and_not_what_was_remembered(table: Table) -> None:
    name = table["running"].names[0]
    for number in (1, 2, 2, 1):
        page = "".join(f'{name}{{engine="{engine}"}} {number}\n' for engine in range(2))
        assert metrics.read(page, table).running == 2 * number
    other = f'{name}{{engine="0"}} 1\n{name}{{engine="0",tp_rank="1"}} 1\n'
    assert metrics.read(other, table).running == 1


def test_what_is_remembered_of_one_table_is_no_other_s() -> None:
    page = 'vllm:num_requests_running{engine="0"} 3\n'
    assert metrics.read(page, series.VLLM).running == 3
    assert metrics.read(page, series.SGLANG).running is None


@pytest.mark.parametrize("spelled", ["vllm:{}", "vllm_{}", "ray_vllm_{}"])
def test_each_spelling_is_found_and_a_page_s_own_names_go_first(spelled: str) -> None:
    line = spelled.format("num_requests_running")
    assert metrics.read(f"{line} 4\n", series.VLLM).running == 4
    assert metrics.read(f"{line} 4\nvllm:num_requests_running 5\n", series.VLLM).running == 5


def test_speculation_is_part_of_what_is_remembered() -> None:
    page = "vllm:inter_token_latency_seconds_sum 2\n"
    page += "vllm:request_time_per_output_token_seconds_sum 3\n"
    assert metrics.read(page, series.VLLM).itl_sum == 2
    assert metrics.read(f"{page}vllm:spec_decode_num_drafts_total 1\n", series.VLLM).itl_sum == 3
