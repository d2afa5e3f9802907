"""A `content-encoding` that nobody asked for: right, wrong or unknown, it costs one request."""

import gzip
import json
import zlib

import pytest

from massgen_tui.backends.chat_completions import ChatCompletionsBackend
from massgen_tui.backends.unpack import PackedError, Unpacker
from tests.support.asking import Outcome, agent_at, ask, ask_at, no_wait
from tests.support.server import END, ScriptedServer, chunk, head, sse_events, whole

EVENTS = sse_events(["thinks"], ["half an ", "answer"])
BODY = b"".join(EVENTS)
ZSTD = b"\x28\xb5\x2f\xfd\x04\x58" + b"x" * 60
BROTLI = b"\x0b\x1f\x80" + b"x" * 60


async def asked(server: ScriptedServer) -> tuple[Outcome, int]:
    """Ask a server that may be asked three times; gives how often it was."""
    backend = ChatCompletionsBackend(agent_at(server.base_url, retries=2), sleep=no_wait([]))
    outcome = await ask(backend)
    await backend.aclose()
    return outcome, len(server.requests)


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "zstd", "x-gzip"])
@pytest.mark.parametrize("size", [1, 4000])
async def test_text_under_a_stale_label_is_shown_and_told(
    server: ScriptedServer, coding: str, size: int
) -> None:
    pieces = [BODY[at : at + size] for at in range(0, len(BODY), size)]
    server.answer(head(content_encoding=coding), *map(chunk, pieces), END)
    outcome, requests = await asked(server)
    assert (outcome.reasoning, outcome.content) == ("thinks", "half an answer")
    assert outcome.failure.kind == "malformed"
    assert coding in outcome.failure.message
    assert requests == 1


@pytest.mark.parametrize(
    ("coding", "body"),
    [("zstd", ZSTD), ("br", BROTLI), ("lz4", BROTLI), ("gzip", b"\x1f\x8b\x08\0" + b"x" * 60)],
)
async def test_what_cannot_be_unpacked_is_one_request_and_a_sentence(
    server: ScriptedServer, coding: str, body: bytes
) -> None:
    server.answer(head(content_encoding=coding), chunk(body), END)
    outcome, requests = await asked(server)
    assert outcome.failure.kind == "malformed"
    assert coding in outcome.failure.message
    assert "compression" in outcome.failure.hint
    assert requests == 1


async def test_an_error_under_a_stale_label_is_read(server: ScriptedServer) -> None:
    body = json.dumps({"error": {"message": "no such thing"}}).encode()
    server.answer(whole(400, body, content_encoding="gzip"))
    assert "no such thing" in (await ask_at(server.base_url)).failure.message


@pytest.mark.parametrize("size", [1, 7, 4000])
@pytest.mark.parametrize("form", ["gzip", "zlib", "raw", "members"])
def test_what_is_packed_is_unpacked_however_it_is_cut(form: str, size: int) -> None:
    raw = zlib.compressobj(wbits=-15)
    packed = {
        "gzip": gzip.compress(BODY),
        "zlib": zlib.compress(BODY),
        "raw": raw.compress(BODY) + raw.flush(),
        "members": b"".join(map(gzip.compress, EVENTS)),
    }[form]
    unpacker = Unpacker("gzip" if form in ("gzip", "members") else "deflate")
    pieces = [packed[at : at + size] for at in range(0, len(packed), size)]
    assert b"".join(map(unpacker.feed, pieces)) + unpacker.close() == BODY
    assert not unpacker.stale


def test_one_read_unpacks_to_no_more_than_can_be_held() -> None:
    with pytest.raises(PackedError):
        Unpacker("gzip").feed(gzip.compress(bytes(40 * 1024 * 1024)))
