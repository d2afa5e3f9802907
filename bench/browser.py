"""What the console costs on a page of a browser, its web server counted, beside it on a terminal.

Both run at the same time on equal streams of one server in a third process, 160x45. The page is a
client that draws nothing: what a browser costs is the browser's. CPU is that of all threads, from
before the first chunk until nothing more is drawn.

    python -m bench.browser [--seconds 12 --runs 3] [--agents 2 --rate 60]
"""

import argparse
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.harness.process import Child, Server, cpu, percentile, span
from bench.harness.terminal import SIZE, Console, Terminal, config_file, environment
from bench.harness.wire import END

CASES = ((2, 60), (4, 100))
"""Agents, and chunks a second of each."""


@dataclass(frozen=True, slots=True)
class Cost:
    """One run, in seconds of CPU."""

    terminal: float
    page: float
    """Of the console on the page."""
    server: float
    messages: int
    size: int
    """Bytes to the page."""

    @property
    def ratio(self) -> float:
        """The page's and its server's, in that of the terminal."""
        return (self.page + self.server) / self.terminal


class Served(Child):
    """`massgen-tui serve`, with files in a folder of its own."""

    def __init__(self, config: Path, folder: str) -> None:
        """Serve a config on a free port."""
        super().__init__("massgen_tui", "serve", config, "--port", 0, env=environment(folder))
        self.address = self.line()

    def console(self) -> int:
        """The process of its one console."""
        command = ["pgrep", "-P", str(self.pid)]
        found = subprocess.run(command, capture_output=True, text=True, check=True)
        return int(found.stdout.split()[0])


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="CPU of the console on a page")
    parser.add_argument("--seconds", type=float, default=12)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--agents", type=int)
    parser.add_argument("--rate", type=int, default=60)
    args = parser.parse_args()
    print("agents  chunks/s  terminal s  page s  server s              ratio  messages   KB/s")
    for agents, rate in [(args.agents, args.rate)] if args.agents else CASES:
        runs = [measure(agents, rate, args.seconds) for _ in range(args.runs)]
        terminal, page, server, messages, size = (
            percentile([float(getattr(run, name)) for run in runs], 0.5)
            for name in ("terminal", "page", "server", "messages", "size")
        )
        print(
            f"{agents:6}  {rate:8}  {terminal:10.2f}  {page:6.2f}  {server:8.2f}  "
            f"{span([run.ratio for run in runs]):>17}  {messages:8.0f}  "
            f"{size / args.seconds / 1000:5.0f}",
            flush=True,
        )


def measure(agents: int, rate: int, seconds: float) -> Cost:
    """Stream to both."""
    with Server() as server, _page(server.url, agents) as (served, page):
        console = served.console()
        with Console([server.url], agents) as terminal:
            server.joined(2 * agents)
            _settle(terminal, console)
            since = terminal.bytes
            before = cpu(terminal.pid), cpu(console), cpu(served.pid)
            server.play("mixed", int(seconds * rate), rate=rate)
            server.end()
            terminal.find(END, agents, since=since, limit=5)
            terminal.quiet(0.3)
            after = cpu(terminal.pid), cpu(console), cpu(served.pid)
        page.tell("")
        messages, size = map(int, page.until("read").split())
    costs = [end - begin for begin, end in zip(before, after, strict=True)]
    return Cost(costs[0], costs[1], costs[2], messages, size)


@contextmanager
def _page(url: str, agents: int) -> Iterator[tuple[Served, Child]]:
    """A served console that has been asked, and its page."""
    with tempfile.TemporaryDirectory() as folder:
        config = config_file(Path(folder), [url], agents)
        with (
            Served(config, folder) as served,
            Child("bench.harness.page", served.address, *SIZE, "go") as page,
        ):
            page.until("open")
            yield served, page


def _settle(terminal: Terminal, console: int) -> None:
    """Wait until neither has anything left to work off."""
    terminal.settle()
    while True:
        before = cpu(console)
        time.sleep(1)
        if cpu(console) - before < 0.25:
            return


if __name__ == "__main__":
    main()
