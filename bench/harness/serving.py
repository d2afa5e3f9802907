"""The client loop of serving benchmarks such as `vllm bench serve`, a process of its own.

    python -m bench.harness.serving URL STREAMS

One aiohttp session, all streams at once, `iter_any`; what came is split where a blank line ends an
event, what is left is tried as whole JSON, each event is read by `json.loads`, and the time to the
first token and between tokens are kept (vllm/benchmarks/lib/endpoint_request_func.py, November
2026). Prints `read N` when all streams have ended, then waits to be ended.
"""

import asyncio
import codecs
import json
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

import aiohttp

_PREFIX = "data: "


class Splitter:
    """Bytes to the events that they complete."""

    def __init__(self) -> None:
        """Begin a stream."""
        self._rest = ""
        self._decoder = codecs.getincrementaldecoder("utf-8")()

    def feed(self, data: bytes) -> Iterator[str]:
        """The events; one without a blank line behind it too, if it is whole."""
        self._rest += self._decoder.decode(data)
        while "\n\n" in self._rest:
            event, self._rest = self._rest.split("\n\n", 1)
            if event := event.strip():
                yield event
        if self._rest.startswith(_PREFIX) and _is_whole(self._rest.removeprefix(_PREFIX).strip()):
            event, self._rest = self._rest.strip(), ""
            yield event


def _is_whole(text: str) -> bool:
    if text == "[DONE]":
        return True
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


@dataclass
class Answer:
    """What is kept of one answer."""

    ttft: float = 0.0
    gaps: list[float] = field(default_factory=list)
    text: str = ""
    chunks: int = 0
    tokens: int | None = None


async def ask(session: aiohttp.ClientSession, url: str) -> Answer:
    """Stream one answer."""
    answer, splitter = Answer(), Splitter()
    content = [{"type": "text", "text": "go"}]
    body = {
        "model": "bench",
        "messages": [{"role": "user", "content": content}],
        "stream": True,
        "stream_options": {"include_usage": True},
    }
    last = began = time.perf_counter()
    async with session.post(f"{url}/v1/chat/completions", json=body) as response:
        async for piece in response.content.iter_any():
            if not (data := piece.strip()):
                continue
            for event in splitter.feed(data):
                told = event.removeprefix(_PREFIX)
                if event.startswith(":") or told == "[DONE]":
                    continue
                now = time.perf_counter()
                value = json.loads(told)
                answer.chunks += 1
                if choices := value.get("choices"):
                    if answer.ttft:
                        answer.gaps.append(now - last)
                    else:
                        answer.ttft = now - began
                    answer.text += choices[0]["delta"].get("content") or ""
                    last = now
                elif usage := value.get("usage"):
                    answer.tokens = usage.get("completion_tokens")
    return answer


async def main() -> None:
    """Read all streams, say so, wait."""
    url, streams = sys.argv[1], int(sys.argv[2])
    connector = aiohttp.TCPConnector(limit=streams, limit_per_host=streams)
    timeout = aiohttp.ClientTimeout(total=6 * 60 * 60)
    async with aiohttp.ClientSession(connector=connector, timeout=timeout) as session:
        answers = await asyncio.gather(*(ask(session, url) for _ in range(streams)))
    print("read", sum(answer.chunks for answer in answers), flush=True)
    await asyncio.to_thread(sys.stdin.readline)


if __name__ == "__main__":
    asyncio.run(main())
