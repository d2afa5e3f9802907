"""Memory at the end of 10,000 prompts beside that at the end of 1,000, by `run --prompts`.

python -m bench.batch [--few 1000 --many 10000]
"""

import argparse
import asyncio
import json
import os
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
CHUNK = {"id": "x", "object": "chat.completion.chunk", "model": "m"}
WORDS = 40
"""Words of an answer, each in a chunk."""


def _answer() -> bytes:
    deltas: list[dict[str, object]] = [
        {"delta": {"content": f"word{n} "}, "index": 0} for n in range(WORDS)
    ]
    deltas.append({"delta": {}, "index": 0, "finish_reason": "stop"})
    lines = [f"data: {json.dumps(CHUNK | {'choices': [one]})}\n\n" for one in deltas]
    body = "".join([*lines, "data: [DONE]\n\n"]).encode()
    head = f"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-length: {len(body)}"
    return head.encode() + b"\r\n\r\n" + body


async def _serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    answer = _answer()
    try:
        while (head := await reader.readuntil(b"\r\n\r\n")).startswith(b"POST"):
            named = [line.split(b":") for line in head.lower().split(b"\r\n") if b":" in line]
            length = next(int(one[1]) for one in named if one[0] == b"content-length")
            await reader.readexactly(length)
            writer.write(answer)
    except (asyncio.IncompleteReadError, OSError):
        pass
    writer.close()


def _peak_of(pid: int) -> float:
    """Megabytes that a process took at the most so far; 0: it has ended."""
    text = Path(f"/proc/{pid}/status").read_text()
    lines = dict(line.split(":", 1) for line in text.splitlines())
    return float(lines.get("VmHWM", "0 kB").split()[0]) / 1000


async def _peak(folder: Path, port: int, count: int) -> tuple[float, float]:
    """Megabytes that the program took at the most, and seconds that it ran."""
    backend = {"type": "vllm", "model": "m", "base_url": f"http://127.0.0.1:{port}/v1"}
    agents = [{"id": id, "backend": backend} for id in ("a", "b")]
    (folder / "c.json").write_text(json.dumps({"agents": agents, "monitor": False}))
    prompts = (f"Tell me all that there is to know of the number {n}." for n in range(count))
    (folder / "p.txt").write_text("\n".join(prompts))
    command = [sys.executable, "-m", "massgen_tui", "run", "c.json", "--prompts", "p.txt"]
    began = time.monotonic()
    process = await asyncio.create_subprocess_exec(
        *command,
        cwd=folder,
        env=os.environ | {"XDG_STATE_HOME": str(folder / f"state{count}"), "PYTHONPATH": str(ROOT)},
        stdout=asyncio.subprocess.DEVNULL,
    )
    peak, ending = 0.0, asyncio.create_task(process.wait())
    while not (await asyncio.wait((ending,), timeout=0.1))[0]:
        peak = _peak_of(process.pid) or peak
    if process.returncode:
        raise SystemExit(f"run ended with {process.returncode}")
    return peak, time.monotonic() - began


async def _measure(few: int, many: int) -> None:
    async with await asyncio.start_server(_serve, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        with tempfile.TemporaryDirectory() as folder:
            small, short = await _peak(Path(folder), port, few)
            print(
                f"{few:6} prompts x 2 agents: {small:.0f} MB at the most, {short:.1f} s", flush=True
            )
            large, long = await _peak(Path(folder), port, many)
            print(f"{many:6} prompts x 2 agents: {large:.0f} MB at the most, {long:.1f} s")
            print(f"ratio {large / small:.2f}")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="memory of many prompts")
    parser.add_argument("--few", type=int, default=1000)
    parser.add_argument("--many", type=int, default=10_000)
    args = parser.parse_args()
    asyncio.run(_measure(args.few, args.many))


if __name__ == "__main__":
    main()
