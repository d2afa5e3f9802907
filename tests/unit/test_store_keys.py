"""A key that comes in pieces, between which the file is written, is in none of its lines."""

from collections.abc import Callable
from pathlib import Path

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

from massgen_tui.backends.events import (
    ContentDelta,
    Heartbeat,
    ReasoningDelta,
    RequestSent,
    StreamEvent,
    ToolCallDelta,
    UsageReported,
)
from massgen_tui.session.agent import KeptProfile
from massgen_tui.session.attempt import Attempt
from massgen_tui.session.events import Begun, Ended, Prompted, Queued, Streamed
from massgen_tui.session.redact import Redactor
from massgen_tui.session.status import Status
from massgen_tui.store.encoder import Encoder
from massgen_tui.store.head import head_of
from massgen_tui.store.reader import read_session
from massgen_tui.store.schema import to_json
from tests.support.fakes import config_of

KEYS = ("sk-aab-aabb", "ключ-0123", "aaaaaa-b")
REDACT = Redactor(KEYS)
PIECES = st.lists(
    st.sampled_from((*KEYS, "a", "aa", "s", "sk-", "-", "aab", "ключ", " ")), max_size=8
)
BETWEEN = st.sampled_from((None, Heartbeat(), UsageReported(1, 1)))
KINDS: dict[str, Callable[[str], StreamEvent]] = {
    "content": ContentDelta,
    "reasoning": ReasoningDelta,
}


def kept(folder: Path, stream: list[StreamEvent]) -> tuple[Attempt, str]:
    """What is read of a file that is written after each event of a stream, and its lines."""
    config = config_of("a")
    encoder = Encoder(0.0, REDACT)
    lines = [to_json(head_of(config, {"a": KeptProfile()}, 0.01).model_dump(mode="json"))]
    for event in (Prompted(1, "?", ("a",)), Queued(1, "a", 1), Begun(1)):
        lines += encoder.take(1.0, event)
    for place, one in enumerate(stream):
        lines += encoder.take(2.0 + place, Streamed(1, one))
        lines += encoder.flush()
    lines += encoder.take(99.0, Ended(1, Status.DONE))
    path = folder / "20261123-120000-ab12cd34.jsonl"
    path.write_text("\n".join(lines) + "\n", "utf-8")
    session = read_session(path)
    assert session.damage == []
    return session.state.attempt(1), path.read_text("utf-8")


@settings(deadline=None)
@given(pieces=PIECES, cuts=st.lists(st.integers(1, 4), max_size=40), between=BETWEEN)
@pytest.mark.parametrize("what", KINDS)
def test_a_key_in_pieces_is_masked_as_a_whole_one(
    tmp_path_factory: pytest.TempPathFactory,
    what: str,
    pieces: list[str],
    cuts: list[int],
    between: StreamEvent | None,
) -> None:
    text = "".join(pieces)
    stream: list[StreamEvent] = [RequestSent({"messages": []})]
    rest = text
    for cut in [*cuts, len(text)]:
        if rest:
            stream.append(KINDS[what](rest[:cut]))
            rest = rest[cut:]
            stream += [between] if between is not None else []
    attempt, lines = kept(tmp_path_factory.mktemp("kept"), stream)
    assert str(getattr(attempt, what)) == REDACT(text)
    assert not [key for key in KEYS if key in lines]


@pytest.mark.parametrize("key", KEYS)
def test_a_key_letter_by_letter_is_in_no_line(tmp_path: Path, key: str) -> None:
    stream: list[StreamEvent] = [RequestSent({"messages": []})]
    stream += [ContentDelta(letter) for letter in f"it is {key}."]
    stream += [ToolCallDelta(0, "i", "f")]
    stream += [ToolCallDelta(0, arguments=letter) for letter in f'{{"key": "{key}"}}']
    attempt, lines = kept(tmp_path, stream)
    assert str(attempt.content) == "it is [key]."
    [call] = attempt.tool_calls
    assert (call.name, call.arguments) == ("f", '{"key": "[key]"}')
    assert key[2:5] not in lines


def test_what_only_begins_like_a_key_is_written_when_nothing_more_comes(tmp_path: Path) -> None:
    encoder = Encoder(0.0, REDACT)
    assert encoder.take(1.0, Streamed(1, ContentDelta("it is sk-aa"))) == []
    [line] = encoder.flush()
    assert '"it is "' in line
    assert encoder.flush() == []
    [line] = encoder.flush(whole=True)
    assert '"sk-aa"' in line
