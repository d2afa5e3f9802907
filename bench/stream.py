"""What the console costs per streamed chunk, beside the bare typed loop that prints nothing.

Both run at the same time on equal streams of one server in a third process: the real console on a
pseudo-terminal of 160x45, and `async for chunk in client.chat.completions.create(stream=True)`. CPU
is that of all threads of each process, taken from /proc between the first chunk and the end.

    python bench/stream.py [--seconds 6] [--agents 4 --rate 100]
"""

import argparse
import asyncio
import contextlib
import fcntl
import json
import os
import pty
import struct
import subprocess
import sys
import tempfile
import termios
import threading
import time
from collections.abc import Iterator
from pathlib import Path

REASONING = "Okay, let me think about what the user wants to know here, step by step.\n"
MARKDOWN = (
    "## A heading\n\nSome **bold** words and `code` in a paragraph that is long enough to wrap, "
    "with [a link](http://example.org) in it.\n\n- one item\n- another item with more words\n\n"
    "```python\ndef add(a, b):\n    return a + b\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n"
)


HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"


def main() -> None:
    """Measure, or be one of the processes that are measured."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=6)
    parser.add_argument("--agents", type=int)
    parser.add_argument("--rate", type=int, default=100, help="chunks a second and stream")
    parser.add_argument("--profile", help="where py-spy (on the path) writes what the console did")
    parser.add_argument("--serve", nargs=3, metavar=("STREAMS", "RATE", "CHUNKS"), type=int)
    parser.add_argument("--loop", nargs=2, metavar=("URL", "STREAMS"))
    args = parser.parse_args()
    if args.serve:
        asyncio.run(serve(*args.serve))
    elif args.loop:
        asyncio.run(loop(args.loop[0], int(args.loop[1])))
    else:
        cases = [(args.agents, args.rate)] if args.agents else [(4, 100), (16, 50)]
        print("agents  chunks/s  console us/chunk  loop us/chunk   ratio  tty B/chunk  end ms")
        for agents, rate in cases:
            print(measure(agents, rate, args.seconds, args.profile), flush=True)


def measure(agents: int, rate: int, seconds: float, profile: str | None) -> str:
    """One line of the table."""
    chunks = int(seconds * rate)
    me = [sys.executable, __file__]
    serving = [*me, "--serve", str(2 * agents), str(rate), str(chunks)]
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        server = stack.enter_context(process(serving))
        url = f"http://127.0.0.1:{next_line(server)}"
        bare = stack.enter_context(process([*me, "--loop", url, str(agents)]))
        terminal = stack.enter_context(Terminal(folder, url, agents))
        expect(server, "start")
        if profile:
            spy = [
                "py-spy",
                "record",
                "-d",
                str(int(seconds)),
                "-r",
                "400",
                "-o",
                profile,
            ]
            stack.enter_context(process([*spy, "-f", "raw", "-p", str(terminal.pid)]))
        before = cpu(terminal.pid), cpu(bare.pid), terminal.bytes
        expect(server, "end")
        ended = time.monotonic()
        end = terminal.wait_for("ENDMARK", agents, 5) - ended
        time.sleep(max(0.0, 0.5 - end))
        after = cpu(terminal.pid), cpu(bare.pid), terminal.bytes
    total = agents * chunks
    console, loop_cpu = ((after[n] - before[n]) / total * 1e6 for n in (0, 1))
    tty = (after[2] - before[2]) / total
    return (
        f"{agents:6}  {rate:8}  {console:16.0f}  {loop_cpu:13.0f}  {console / loop_cpu:6.2f}"
        f"  {tty:11.0f}  {end * 1000:6.0f}"
    )


@contextlib.contextmanager
def process(command: list[str]) -> Iterator[subprocess.Popen[str]]:
    """A process that does not outlive the measurement."""
    child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        yield child
    finally:
        child.terminate()
        child.wait()


def next_line(child: subprocess.Popen[str]) -> str:
    """The next line that a process prints."""
    if child.stdout is None:
        raise RuntimeError("no output to read")
    return child.stdout.readline().strip()


def expect(child: subprocess.Popen[str], line: str) -> None:
    """Wait until a process prints `line`."""
    while (said := next_line(child)) != line:
        if child.poll() is not None:
            raise RuntimeError(f"ended before {line!r}: {said}")


def cpu(pid: int) -> float:
    """CPU seconds of all threads of a process."""
    total = 0
    for task in Path(f"/proc/{pid}/task").iterdir():
        with contextlib.suppress(OSError):
            total += int((task / "schedstat").read_text().split()[0])
    return total / 1e9


class Terminal:
    """The console on a pseudo-terminal whose output is read at once and counted."""

    def __init__(self, folder: str, url: str, agents: int) -> None:
        """Run it with `agents` agents on the server at `url`, files in `folder`."""
        config = Path(folder) / "bench.yaml"
        backend = {"type": "vllm", "model": "bench", "base_url": f"{url}/v1"}
        entries = [{"id": f"agent{n}", "backend": backend} for n in range(1, agents + 1)]
        config.write_text(json.dumps({"agents": entries}))
        self.bytes = 0
        self._said = bytearray()
        self.pid, self._fd = pty.fork()
        if self.pid == 0:
            home = {"XDG_STATE_HOME": folder, "XDG_CONFIG_HOME": folder, "XDG_CACHE_HOME": folder}
            env = {**os.environ, **home, "TERM": "xterm-256color", "COLORTERM": "truecolor"}
            for name in ("LINES", "COLUMNS", "NO_COLOR"):
                env.pop(name, None)
            command = [sys.executable, "-m", "massgen_tui", str(config), "go"]
            os.chdir(Path(__file__).parent.parent)
            os.execve(sys.executable, command, env)
        fcntl.ioctl(self._fd, termios.TIOCSWINSZ, struct.pack("HHHH", 45, 160, 0, 0))
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        with contextlib.suppress(OSError):
            while data := os.read(self._fd, 1 << 16):
                self.bytes += len(data)
                self._said += data

    def wait_for(self, text: str, times: int, limit: float) -> float:
        """Wait until `text` was drawn that often; gives when, in monotonic seconds."""
        until = time.monotonic() + limit
        while self._said.count(text.encode()) < times and time.monotonic() < until:
            time.sleep(0.005)
        return time.monotonic()

    def __enter__(self) -> "Terminal":
        return self

    def __exit__(self, *exc: object) -> None:
        os.write(self._fd, b"\x11")
        with contextlib.suppress(ChildProcessError, ProcessLookupError):
            until = time.monotonic() + 5
            while os.waitpid(self.pid, os.WNOHANG)[0] == 0:
                if time.monotonic() > until:
                    os.kill(self.pid, 9)
                time.sleep(0.02)


async def loop(url: str, streams: int) -> None:
    """The bare typed loop: reads everything, prints nothing."""
    from openai import AsyncOpenAI

    client = AsyncOpenAI(base_url=f"{url}/v1", api_key="EMPTY", max_retries=0)

    async def read() -> int:
        count = 0
        stream = await client.chat.completions.create(
            model="bench", messages=[{"role": "user", "content": "go"}], stream=True
        )
        async for _ in stream:
            count += 1
        return count

    await asyncio.gather(*(read() for _ in range(streams)))
    await asyncio.sleep(60)


async def serve(streams: int, rate: int, chunks: int) -> None:
    """Stream to `streams` clients, all beginning at the same time."""
    waiting: list[asyncio.StreamWriter] = []
    full = asyncio.Event()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            try:
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
            except (asyncio.IncompleteReadError, ConnectionError):
                return
            length = 0
            for line in head.lower().split("\r\n"):
                if line.startswith("content-length:"):
                    length = int(line.split(":")[1])
            await reader.readexactly(length)
            if head.startswith("POST"):
                break
            writer.write(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
        writer.write(HEAD)
        await writer.drain()
        waiting.append(writer)
        if len(waiting) == streams:
            full.set()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await full.wait()
    await asyncio.sleep(1.5)
    print("start", flush=True)
    began = time.monotonic()
    for number in range(chunks):
        piece = chunk(number, chunks)
        for writer in waiting:
            writer.write(piece)
        await asyncio.sleep(max(0.0, began + (number + 1) / rate - time.monotonic()))
    for writer in waiting:
        writer.write(
            wire(" ENDMARK", "content", "stop") + framed(b"data: [DONE]\n\n") + b"0\r\n\r\n"
        )
    print("end", flush=True)
    await asyncio.sleep(60)


def chunk(number: int, chunks: int) -> bytes:
    """The bytes of one event."""
    key, text = ("reasoning", REASONING) if number < chunks * 0.3 else ("content", MARKDOWN)
    words = text.split(" ")
    return wire(words[number % len(words)] + " ", key)


def wire(text: str, key: str, finish: str | None = None) -> bytes:
    """One event as a vLLM sends it."""
    choice = {"index": 0, "delta": {key: text}, "logprobs": None, "finish_reason": finish}
    event = {
        "id": "chatcmpl-0123456789abcdef",
        "object": "chat.completion.chunk",
        "created": 1_790_000_000,
        "model": "bench",
        "choices": [choice],
    }
    return framed(f"data: {json.dumps(event)}\n\n".encode())


def framed(data: bytes) -> bytes:
    """One chunk of a chunked body."""
    return b"%x\r\n%s\r\n" % (len(data), data)


if __name__ == "__main__":
    main()
