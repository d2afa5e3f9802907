"""What docs/export.md shows is what is written."""

import csv
import io
import json
import re
from dataclasses import replace
from pathlib import Path

from massgen_tui.backends.events import ContentDelta, Finished, ReasoningDelta, UsageReported
from massgen_tui.export.csv_form import COLUMNS
from massgen_tui.export.document import Document, document_of
from massgen_tui.export.forms import written
from massgen_tui.session.agent import Agent, KeptProfile, Turn
from tests.support.attempts import attempt_of, told
from tests.support.fakes import config_of

DOCS = Path("docs/export.md").read_text("utf-8")


def shown(language: str) -> str:
    """The example in this language."""
    match = re.search(rf"```{language}\n(.*?)```", DOCS, flags=re.DOTALL)
    assert match is not None
    return match[1]


def example() -> Document:
    """One prompt, one answer."""
    profile = KeptProfile("vLLM", "http://localhost:8000", "", "Qwen/Qwen3-4B")
    answer = attempt_of(
        ReasoningDelta("17 * 20 is 340 …"),
        ContentDelta("391"),
        UsageReported(19, 163, 43),
        Finished("stop"),
    )
    answer.request = {"model": "Qwen/Qwen3-4B", "messages": [], "temperature": 0.7}
    turns = [Turn(1, "What is 17 * 23?", [answer])]
    agent = Agent(config_of("qwen1").agents[0], profile, turns, served_by="vLLM 0.33.0")
    session = replace(told("two_qwen"), zero=0.0, version="0.2.0")
    return document_of([agent], session)


def test_the_markdown_is_what_is_written() -> None:
    assert shown("markdown") == written(example(), "md", str)


def test_the_json_is_what_is_written() -> None:
    assert json.loads(shown("json")) == json.loads(written(example(), "json", str))


def test_the_table_of_columns_is_what_is_written() -> None:
    columns = DOCS.partition("## CSV")[2]
    told_of = re.findall(r"^\| ((?:`\w+`(?:, )?)+) \|", columns, flags=re.MULTILINE)
    names = [name for row in told_of for name in re.findall(r"`(\w+)`", row)]
    assert names == list(COLUMNS)
    [head, _] = csv.reader(io.StringIO(written(example(), "csv", str)))
    assert head == names
