"""A page of a served console, which draws nothing: it opens the address, asks and reads.

    python -m bench.harness.page ADDRESS WIDTH HEIGHT PROMPT

Prints `open` once the console draws, and then what was read whenever a line comes: messages and
bytes so far.
"""

import asyncio
import sys

import aiohttp


async def main(address: str, width: str, height: str, prompt: str) -> None:
    """Open it, type the prompt, and read for as long as there is something to read."""
    root = address.partition("/?")[0]
    jar = aiohttp.CookieJar(unsafe=True)
    messages = size = 0
    async with aiohttp.ClientSession(cookie_jar=jar) as http:
        async with http.get(address) as page:
            page.raise_for_status()
        where = f"{root}/ws?width={width}&height={height}"
        async with http.ws_connect(where, origin=root, max_msg_size=0) as socket:
            loop = asyncio.get_running_loop()

            def tell() -> None:
                if sys.stdin.readline():
                    print("read", messages, size, flush=True)

            loop.add_reader(sys.stdin, tell)
            await socket.send_json(["stdin", f"{prompt}\r"])
            async for message in socket:
                if message.type is aiohttp.WSMsgType.BINARY:
                    messages, size = messages + 1, size + len(message.data)
                    if messages == 1:
                        print("open", flush=True)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
