"""Servers that stand in for those of the documents, in a thread of their own."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from tests.support.probed import sglang, vllm
from tests.support.server import ScriptedServer, sse_chat

ANSWER = sse_chat(
    ["17 * 20 is 340."], ["391"], usage=(19, 43), model="Qwen/Qwen3-4B", field="reasoning"
)


@contextmanager
def stand_ins() -> Iterator[tuple[int, int]]:
    """A vLLM and an SGLang that answer every prompt; their ports."""
    ready: threading.Event = threading.Event()
    ports: list[int] = []
    loop = asyncio.new_event_loop()
    done = asyncio.Event()

    async def serve() -> None:
        async with ScriptedServer() as first, ScriptedServer() as second:
            vllm(first)
            sglang(second)
            for server in (first, second):
                server.route("POST", "/v1/chat/completions", *ANSWER)
                ports.append(server.port)
            ready.set()
            await done.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),), daemon=True)
    thread.start()
    assert ready.wait(10)
    try:
        yield ports[0], ports[1]
    finally:
        loop.call_soon_threadsafe(done.set)
        thread.join(10)
        loop.close()
