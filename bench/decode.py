"""What decoding one chunk costs, beside bare JSON parsing and the SDK's typed decoding.

`python bench/decode.py` prints microseconds of CPU per chunk, best of several rounds, over a
recorded stream that is repeated. No socket is involved; the SDK is given the same bytes by a
transport in memory.
"""

import json
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import httpx2
from openai import OpenAI

from massgen_tui.backends.decoder import StreamDecoder

DATA = Path(__file__).parent.parent / "tests" / "data" / "wire"
RECORDINGS = (
    "vllm-0.32.0/stream_story_think.sse",
    "sglang-0.5.23/stream_story_think.sse",
    "vllm-0.32.0-noparser-apikey/noparser_think.sse",
)
CHUNKS = 5_000
ROUNDS = 5
READ = 16 * 1024


def main() -> None:
    """Print the table."""
    for name in RECORDINGS:
        body, count = _stream(name)
        reads = [body[at : at + READ] for at in range(0, len(body), READ)]
        events = [event + b"\n\n" for event in body.split(b"\n\n") if event]
        rows = {
            "json.loads alone": partial(_bare_json, body),
            f"StreamDecoder, {READ // 1024} KB a read": partial(_ours, reads),
            "StreamDecoder, one event a read": partial(_ours, events),
            "openai SDK, typed stream": partial(_sdk, body),
        }
        seconds = {label: _best(work) / count for label, work in rows.items()}
        floor = seconds["json.loads alone"]
        print(f"{name}: {count} chunks, {len(body) // count} bytes each")
        for label, spent in seconds.items():
            print(f"  {label:<32} {spent * 1e6:7.2f} µs  {spent / floor:6.2f}x")


def _stream(name: str) -> tuple[bytes, int]:
    """The recording's chunks repeated up to `CHUNKS`, with one end."""
    events = (DATA / name).read_bytes().split(b"\n\n")
    chunks = [event for event in events if event.startswith(b"data: {")]
    many = [chunks[at % len(chunks)] for at in range(CHUNKS)]
    return b"\n\n".join([*many, b"data: [DONE]", b""]), CHUNKS


def _bare_json(body: bytes) -> None:
    for line in body.split(b"\n"):
        if line.startswith(b"data: {"):
            json.loads(line[6:])


def _ours(pieces: list[bytes]) -> None:
    decoder = StreamDecoder(merging=True)
    for piece in pieces:
        decoder.feed(piece)
    decoder.close()
    if not decoder.done or decoder.error is not None:
        raise RuntimeError("the stream did not decode to its end")


def _sdk(body: bytes) -> None:
    headers = {"content-type": "text/event-stream"}
    transport = httpx2.MockTransport(
        lambda request: httpx2.Response(200, headers=headers, content=body)
    )
    with (
        httpx2.Client(transport=transport) as http,
        OpenAI(api_key="EMPTY", base_url="http://bench.invalid/v1", http_client=http) as client,
    ):
        for _ in client.chat.completions.create(model="m", messages=[], stream=True):
            pass


def _best(work: Callable[[], None]) -> float:
    """CPU seconds of the fastest of `ROUNDS`."""
    times = []
    for _ in range(ROUNDS):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return min(times)


if __name__ == "__main__":
    main()
