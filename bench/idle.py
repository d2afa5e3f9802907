"""What an idle console costs, as a share of one core, and how soon it shows what a look learned.

The servers answer as vLLM 0.32 did on loopback, with a page of 57 kB of which what a process tells
of itself changes from look to look; the GPUs are those of a library that plays NVML. From a look to
the screen: from the answer that first told of so many running requests to the terminal's bytes.

    python -m bench.idle [--seconds 20] [--shows 20] [--against FOLDER]

FOLDER holds another build, which is measured in the same turns.
"""

import argparse
import asyncio
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from bench.harness.pairs import Plan
from bench.harness.process import ROOT, Child, cpu, percentile
from bench.harness.rows import Row
from bench.harness.terminal import Terminal, config_file

STUB = ROOT / "tests" / "support" / "nvml_stub.c"
_WIRE = ROOT / "tests" / "data" / "wire" / "vllm-0.32.0"
_PAGE = (_WIRE / "get_metrics_idle.txt").read_bytes()
_MODEL = "Qwen/Qwen3-4B"
_RUNS = b"vllm:num_requests_running{engine="
_LATELY = b"process_cpu_seconds_total "
_REST = {
    "/health": b"",
    "/version": (_WIRE / "get_version.json").read_bytes(),
    "/v1/models": (_WIRE / "get_v1_models.json").read_bytes(),
}
BEGUN = 6.0
"""Seconds after which a console is idle."""


@dataclass(frozen=True, slots=True)
class Idle:
    """What an idle console cost."""

    share: float
    """Of a core, in percent."""
    main: float
    """Of it in the main thread."""
    bytes: float
    """A second, to the terminal."""
    servers: int
    """On the screen."""
    gpus: int


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="an idle console")
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--shows", type=int, default=20)
    parser.add_argument("--against", type=Path, help="the folder of another build")
    arguments = parser.parse_args()
    for root in filter(None, (ROOT, arguments.against)):
        print(root.name if root != ROOT else "this build")
        for servers in (4, 64):
            found = idle(root, servers, arguments.seconds)
            print(
                f"  idle with {servers} servers and 8 GPUs: {found.share:.2f} % of a core "
                f"({found.main:.2f} % in the main thread), {found.bytes:.0f} bytes/s to the "
                f"terminal ({found.servers} servers, {found.gpus} GPUs on the screen)"
            )
        late = shown(root, arguments.shows)
        p50, p95, worst = (percentile(late, share) for share in (0.5, 0.95, 1))
        print(f"  a look on the screen: p50 {p50:.0f} ms, p95 {p95:.0f} ms, worst {worst:.0f} ms")


def rows(plan: Plan) -> Iterator[Row]:
    """Idle with 4 and with 64 servers; from a look to the screen."""
    for servers, goal in ((4, 0.45), (64, 4.0)):
        runs = plan.turns(partial(idle, servers=servers, seconds=max(plan.size(10), 5)))
        yield Row(
            what=f"idle, {servers} servers and 8 GPUs",
            unit="%",
            of="a core",
            goal=goal,
            ours=[run.share for run in runs.ours],
            base=[run.share for run in runs.base],
        )
    late = plan.turns(lambda root: shown(root, round(max(plan.size(10), 3))), most=3)
    yield Row(
        what="what a look learned on the screen, p95",
        unit="ms",
        goal=50,
        ours=[percentile(run, 0.95) for run in late.ours],
        base=[percentile(run, 0.95) for run in late.base],
    )


def idle(root: Path, servers: int, seconds: float) -> Idle:
    """What a console costs that shows so many servers."""
    with _watching(root, servers) as (_, console):
        time.sleep(BEGUN)
        before, drawing, wrote = cpu(console.pid), cpu(console.pid, main_only=True), console.bytes
        time.sleep(seconds)
        spent = cpu(console.pid) - before
        drawing = cpu(console.pid, main_only=True) - drawing
        wrote = console.bytes - wrote
        seen = console.screen()
    return Idle(
        share=spent / seconds * 100,
        main=drawing / seconds * 100,
        bytes=wrote / seconds,
        servers=seen.count("vLLM 0.32"),
        gpus=seen.count("°"),
    )


def shown(root: Path, times: int) -> list[float]:
    """Milliseconds from answers to the screen."""
    late = []
    with _watching(root, 4) as (servers, console):
        time.sleep(BEGUN)
        for number in range(101, 101 + times):
            since = console.bytes
            servers.tell(f"{number % 4} {number}")
            answered = float(servers.until(f"told {number} "))
            late.append((console.find(f"run {number}", since=since) - answered) * 1000)
    return late


@contextmanager
def _watching(root: Path, servers: int) -> Iterator[tuple[Child, Terminal]]:
    """The servers, and a console of a build that shows them."""
    with tempfile.TemporaryDirectory() as folder, Child("bench.idle", "--serve", servers) as there:
        urls = [f"http://127.0.0.1:{port}" for port in there.line().split()]
        config = config_file(Path(folder), urls, servers)
        config.write_text(config.read_text().replace('"bench"', f'"{_MODEL}"'))
        env = eight_gpus(Path(folder))
        with Terminal(["-m", "massgen_tui", str(config)], env=env, root=root) as console:
            console.find("sk all agents")
            yield there, console


def eight_gpus(folder: Path) -> Mapping[str, str]:
    """The variables under which NVML finds eight GPUs; empty without a C compiler."""
    compiler = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
    if compiler is None:
        return {}
    library = folder / "libnvidia-ml.so.1"
    subprocess.run([compiler, "-shared", "-fPIC", "-o", str(library), str(STUB)], check=True)
    return {"LD_LIBRARY_PATH": str(folder), "NVML_STUB_PLAYS": "eight"}


@dataclass
class Server:
    """One of the servers."""

    running: int = 0
    untold: bool = False
    asked: int = 0
    page: list[bytes] = field(default_factory=lambda: _PAGE.split(b"\n"))

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection until it closes."""
        try:
            while True:
                path = (await reader.readuntil(b"\r\n\r\n")).split(b" ", 2)[1].decode()
                body = self._metrics() if path == "/metrics" else _REST.get(path)
                status = b"404 Not Found" if body is None else b"200 OK"
                body = body or b""
                head = b"HTTP/1.1 %s\r\ncontent-length: %d\r\n\r\n" % (status, len(body))
                writer.write(head + body)
                if path == "/metrics" and self.untold:
                    self.untold = False
                    print(f"told {self.running} {time.monotonic()}", flush=True)
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    def _metrics(self) -> bytes:
        self.asked += 1
        lines = list(self.page)
        for at, line in enumerate(lines):
            if line.startswith(_RUNS):
                lines[at] = line.rpartition(b" ")[0] + b" %d.0" % self.running
            elif line.startswith(_LATELY):
                lines[at] = _LATELY + b"%.2f" % (11.73 + self.asked / 100)
        return b"\n".join(lines)


async def serve(many: int) -> None:
    """Serve until the input ends; a line of it is a server's place, and how many requests run."""
    servers = [Server() for _ in range(many)]
    listening = [await asyncio.start_server(one.answer, "127.0.0.1", 0) for one in servers]
    print(*(one.sockets[0].getsockname()[1] for one in listening), flush=True)
    while line := await asyncio.to_thread(sys.stdin.readline):
        place, running = map(int, line.split())
        servers[place].running, servers[place].untold = running, True


if __name__ == "__main__":
    if sys.argv[1:2] == ["--serve"]:
        asyncio.run(serve(int(sys.argv[2])))
    else:
        main()
