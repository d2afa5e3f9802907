"""Bare clients that print nothing of what they read, each a process of its own.

    python -m bench.harness.loops sdk|httpx2 URL STREAMS

`sdk` is the typed loop `async for chunk in client.chat.completions.create(stream=True)`; `httpx2`
iterates lines and decodes their JSON. Prints `read N SECONDS` when all streams have ended: the
chunks read and the time from the first of them; then waits to be ended, so that its cost can be
read.
"""

import asyncio
import json
import sys
import time
from collections.abc import AsyncIterator, Callable

Chunks = Callable[[str], AsyncIterator[object]]


def sdk() -> Chunks:
    """The openai client as it comes."""
    from openai import AsyncOpenAI

    clients: dict[str, AsyncOpenAI] = {}

    async def chunks(url: str) -> AsyncIterator[object]:
        client = clients.setdefault(
            url, AsyncOpenAI(base_url=f"{url}/v1", api_key="EMPTY", max_retries=0)
        )
        stream = await client.chat.completions.create(
            model="bench", messages=[{"role": "user", "content": "go"}], stream=True
        )
        async for chunk in stream:
            yield chunk

    return chunks


def lines() -> Chunks:
    """httpx2, line by line."""
    import httpx2

    async def chunks(url: str) -> AsyncIterator[object]:
        body = {"model": "bench", "messages": [], "stream": True}
        async with (
            httpx2.AsyncClient(timeout=60) as client,
            client.stream("POST", f"{url}/v1/chat/completions", json=body) as response,
        ):
            async for line in response.aiter_lines():
                if line.startswith("data: {"):
                    yield json.loads(line[6:])

    return chunks


async def main() -> None:
    """Read all streams, say so, wait."""
    client, url, streams = sys.argv[1], sys.argv[2], int(sys.argv[3])
    chunks = {"sdk": sdk, "httpx2": lines}[client]()
    first: list[float] = []

    async def read() -> int:
        count = 0
        async for _ in chunks(url):
            if not first:
                first.append(time.monotonic())
            count += 1
        return count

    total = sum(await asyncio.gather(*(read() for _ in range(streams))))
    print("read", total, time.monotonic() - first[0], flush=True)
    await asyncio.to_thread(sys.stdin.readline)


if __name__ == "__main__":
    asyncio.run(main())
