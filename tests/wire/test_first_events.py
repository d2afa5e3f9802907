"""What an answer begins with: lines of JSON in place of events, an error as its first event."""

import json

import pytest

from tests.support.asking import ask_at
from tests.support.server import END, ScriptedServer, chunk, delta, head


@pytest.mark.parametrize(
    "kind", ["application/x-ndjson", "application/jsonl", "application/json", "text/plain"]
)
async def test_an_answer_in_json_lines_is_read_as_it_comes(
    server: ScriptedServer, kind: str
) -> None:
    lines = (delta(content="he"), delta(content="llo"), delta(finish="stop"))
    server.answer(
        head(content_type=kind), *(chunk(json.dumps(line).encode() + b"\n") for line in lines), END
    )
    outcome = await ask_at(server.base_url)
    assert outcome.content == "hello"
    assert outcome.error is None
