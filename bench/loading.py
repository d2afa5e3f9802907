"""What reading kept sessions costs: one of 10,000 turns whole, and ten minutes as printed events.

The files are written here by the program's own encoder: 10,000 turns of short prompts and answers
with four agents in turns; and four agents that stream 100 pieces/s for ten minutes.

    python -m bench.loading [--turns 10000 --minutes 10]
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from bench.harness.process import ROOT, Child, own_mb
from massgen_tui.backends.events import ContentDelta, Finished, Opened, RequestSent, StreamEvent
from massgen_tui.session import events
from massgen_tui.session.events import SessionEvent, Streamed
from massgen_tui.session.redact import redactor_of
from massgen_tui.session.status import Status
from massgen_tui.store.encoder import Encoder
from massgen_tui.store.head import head_of
from massgen_tui.store.reader import read_session
from massgen_tui.store.schema import to_json
from tests.support.fakes import Backends, config_of

AGENTS = ("agent1", "agent2", "agent3", "agent4")
RATE = 100
"""Pieces a second of each agent."""
FLUSH = 0.25
"""Seconds between two writings."""
WORDS = "What a turn costs is what it adds, and not what stands there already. "

Happened = tuple[float, SessionEvent]


def main() -> None:
    """Measure and print; with a file, read it in this process."""
    parser = argparse.ArgumentParser(description="loading kept sessions")
    parser.add_argument("--turns", type=int, default=10_000)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--read", type=Path, help="read this file and print what that cost")
    args = parser.parse_args()
    if args.read is not None:
        load(args.read)
        return
    with tempfile.TemporaryDirectory() as folder:
        many = Path(folder) / "massgen-tui" / "sessions" / "20261101-120000-aaaaaaaa.jsonl"
        many.parent.mkdir(parents=True)
        write(many, "aaaaaaaa", turns(args.turns))
        with Child("bench.loading", "--read", many) as child:
            print(f"{args.turns} turns, {many.stat().st_size / 1e6:.1f} MB: {child.line()}")
        long = many.with_name("20261101-120000-bbbbbbbb.jsonl")
        write(long, "bbbbbbbb", streams(args.minutes * 60))
        print(f"{args.minutes} minutes as jsonl: {printed(Path(folder), 'bbbbbbbb')}")


def load(path: Path) -> None:
    """Read a file and print what it cost."""
    before, began = own_mb(), time.process_time()
    kept = read_session(path, keep_past=True)
    spent = time.process_time() - began
    count = sum(len(agent.past) + len(agent.turns) for agent in kept.state.agents.values())
    grown = own_mb() - before
    print(f"{count} answers in {spent:.2f} s, {own_mb():.0f} MB own, of it {grown:.0f} MB read")


def printed(folder: Path, id: str) -> str:
    """What `replay ID --speed 0 --format jsonl` took."""
    command = [sys.executable, "-m", "massgen_tui", "replay", id, "--speed", "0"]
    env = os.environ | {"XDG_STATE_HOME": str(folder)}
    began = time.monotonic()
    with subprocess.Popen(
        [*command, "--format", "jsonl"], cwd=ROOT, env=env, stdout=subprocess.PIPE
    ) as told:
        lines = sum(1 for _ in told.stdout or ())
    return f"{lines} lines in {time.monotonic() - began:.2f} s"


def write(path: Path, id: str, happened: Iterator[Happened]) -> None:
    """Write what happened as the program does."""
    config, backends = config_of(*AGENTS), Backends()
    profiles = {agent.id: backends(agent) for agent in config.agents}
    head = head_of(config, profiles, 0.01).model_copy(update={"id": id})
    encoder, flushed = Encoder(0.0, redactor_of(config)), 0.0
    with path.open("w", encoding="utf-8") as file:
        file.write(to_json(head.model_dump(mode="json", exclude_none=True), compact=True) + "\n")
        for at, event in happened:
            lines = encoder.take(at, event)
            if at - flushed >= FLUSH:
                lines += encoder.flush()
                flushed = at
            file.writelines(f"{line}\n" for line in lines)
        file.writelines(f"{line}\n" for line in encoder.flush(whole=True))


def turns(count: int) -> Iterator[Happened]:
    """So many turns of 20 pieces, each to one of the agents."""
    messages: dict[str, list[dict[str, str]]] = {id: [] for id in AGENTS}
    for turn in range(1, count + 1):
        agent, at, prompt = AGENTS[turn % 4], turn * 3.0, f"Prompt {turn}: why is that so?"
        said = [f"{word} " for word in f"Answer {turn}: {WORDS}{WORDS}".split()]
        if turn % 200 < 4:
            yield at - 1, events.Cleared((agent,))
            messages[agent] = []
        messages[agent].append({"role": "user", "content": prompt})
        yield at, events.Prompted(turn, prompt, (agent,))
        yield at, events.Queued(turn, agent, turn)
        yield from answered(turn, at, list(messages[agent]), said)
        messages[agent].append({"role": "assistant", "content": "".join(said)})


def answered(
    serial: int, at: float, messages: list[dict[str, str]], said: list[str]
) -> Iterator[Happened]:
    """An attempt from its beginning to its end."""
    body = {"model": "fake/model", "messages": messages, "stream": True}
    before: list[StreamEvent] = [RequestSent(body), Opened()]
    yield at, events.Begun(serial)
    for event in before:
        yield at, Streamed(serial, event)
    for number, piece in enumerate(said, start=1):
        yield at + number / RATE, Streamed(serial, ContentDelta(piece))
    yield at + 2, Streamed(serial, Finished("stop"))
    yield at + 2, events.Ended(serial, Status.DONE)


def streams(seconds: float) -> Iterator[Happened]:
    """All agents answer at once."""
    yield 0.0, events.Prompted(1, "go", AGENTS)
    for serial, agent in enumerate(AGENTS, start=1):
        yield 0.0, events.Queued(serial, agent, 1)
        yield 0.0, events.Begun(serial)
        yield 0.0, Streamed(serial, Opened())
    words = WORDS.split()
    for number in range(int(seconds * RATE)):
        for serial in range(1, len(AGENTS) + 1):
            piece = f"{words[number % len(words)]} "
            yield 0.1 + number / RATE, Streamed(serial, ContentDelta(piece))
    for serial in range(1, len(AGENTS) + 1):
        yield seconds + 1, Streamed(serial, Finished("stop"))
        yield seconds + 1, events.Ended(serial, Status.DONE)


if __name__ == "__main__":
    main()
