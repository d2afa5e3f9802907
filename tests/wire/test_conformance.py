"""Every server, version and case decodes to what it means, in one piece and byte by byte."""

import pytest

from tests.support.decoding import Decoded, decode
from tests.wire import (
    rows_choices,
    rows_ends,
    rows_errors,
    rows_faults,
    rows_framing,
    rows_hosted,
    rows_local,
    rows_own_shapes,
    rows_reasoning,
    rows_sglang,
    rows_tools,
    rows_vllm,
)
from tests.wire.rows import Row

TABLES = (
    rows_vllm,
    rows_sglang,
    rows_local,
    rows_own_shapes,
    rows_hosted,
    rows_choices,
    rows_tools,
    rows_errors,
    rows_faults,
    rows_ends,
    rows_framing,
    rows_reasoning,
)
ROWS: list[Row] = [row for table in TABLES for row in table.ROWS]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_a_stream_means_what_its_server_meant(row: Row) -> None:
    check(decode(row.body), row)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_it_means_the_same_when_it_comes_byte_by_byte(row: Row) -> None:
    check(decode(row.body[at : at + 1] for at in range(len(row.body))), row)


def test_no_row_stands_twice() -> None:
    names = [row.name for row in ROWS]
    assert len(set(names)) == len(names)


def check(answer: Decoded, row: Row) -> None:
    assert answer.reasoning == row.reasoning
    assert answer.content == row.content
    assert answer.tools == row.tools
    assert answer.finish == row.finish
    assert answer.usage == row.usage
    assert answer.model == row.model
    assert answer.done == row.done
    assert len(answer.warnings) == row.warnings
    assert answer.unsaid == (row.done and row.finish is None and row.error is None)
    assert answer.unshown == row.unshown
    if row.error is None:
        assert answer.error is None
    else:
        assert answer.error is not None
        assert answer.error.message == row.error
        assert answer.error.kind == row.kind
        assert answer.error.status == row.status
        assert answer.error.hint
        assert row.hint in answer.error.hint
