"""`run --prompts` at concurrency 64, beside a loop of the shape of `vllm bench serve`'s and aiperf.

Ours and the loop ask one server at the same time, for equal streams; CPU per chunk is from when all
streams are open until all of it is read. aiperf reads what came in other processes, some of it when
all is over: its CPU is that of all of them from when all streams are open until they have ended,
less that of a second run with shorter answers. So neither its start nor its end count.

    python -m bench.prompts [--streams 64 --seconds 8 --runs 3] [--aiperf PATH]

`PATH` is the command `aiperf` of a virtual environment of its own (`pip install aiperf==0.13.0`);
without it that column is left out. The table of goals takes the one that `which` finds, for the
first rate only.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from bench.harness.pairs import Plan
from bench.harness.process import ROOT, Child, Server, cpu, modules_of, percentile, span
from bench.harness.rows import Row
from bench.harness.terminal import config_file

STREAMS, SECONDS = 64, 8.0
RATES = (20.0, 50.0, 0.0)
"""Chunks a second of each stream; 0: as fast as they are taken."""
SHORTER = 5
"""How much longer answers are than those by which aiperf's end is taken off."""
PEER_SECONDS = 24.0
"""Of aiperf's answers, at least: of shorter ones its end is most."""
UNPACED = 500
"""Chunks of each stream where nothing paces them."""
_PATIENCE, _RESTING = 100, 0.005
"""Looks at the clients until they rest, and CPU seconds between two that are taken for rest."""


@dataclass(frozen=True, slots=True)
class Cost:
    """Microseconds of CPU per chunk."""

    ours: float
    loop: float
    aiperf: float | None


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="many prompts at once")
    parser.add_argument("--streams", type=int, default=STREAMS)
    parser.add_argument("--seconds", type=float, default=SECONDS)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--rate", type=float, action="append")
    parser.add_argument("--aiperf", type=Path)
    args = parser.parse_args()
    print("chunks/s  ours us/chunk  loop us/chunk  of the loop        aiperf us/chunk  of aiperf")
    for rate in args.rate or RATES:
        count = int(args.seconds * rate) or UNPACED
        costs = [measure(args.streams, rate, count, args.aiperf) for _ in range(args.runs)]
        _print(rate, costs)


def _print(rate: float, costs: list[Cost]) -> None:
    ours, loop = (
        statistics.median([getattr(cost, name) for cost in costs]) for name in ("ours", "loop")
    )
    peers = [(cost.ours, cost.aiperf) for cost in costs if cost.aiperf is not None]
    aiperf = statistics.median([peer for _, peer in peers]) if peers else float("nan")
    of_aiperf = span([own / peer for own, peer in peers]) if peers else "-"
    of_loop = span([cost.ours / cost.loop for cost in costs])
    print(
        f"{rate or 'unpaced':>8}  {ours:13.1f}  {loop:13.1f}  {of_loop:>17}  "
        f"{aiperf:15.1f}  {of_aiperf}",
        flush=True,
    )


def rows(plan: Plan) -> Iterator[Row]:
    """What a chunk costs, of the loop beside it, and of aiperf."""
    found = shutil.which("aiperf") if plan.peers else None
    for rate in RATES:
        peer = Path(found) if found and rate == RATES[0] else None
        count = int(plan.size(rate * SECONDS or UNPACED))
        runs = plan.turns(partial(measure, STREAMS, rate, count, peer))
        costs = [
            f"{percentile([run.ours for run in some], 0.5):.0f} us of "
            f"{percentile([run.loop for run in some], 0.5):.0f}"
            for some in (runs.ours, runs.base)
            if some
        ]
        what = (
            f"`run --prompts` at {STREAMS}, CPU per chunk, {f'{rate:g}/s' if rate else 'unpaced'}"
        )
        yield Row(
            what=what,
            of="an aiohttp loop",
            goal=0.8,
            ours=[run.ours / run.loop for run in runs.ours],
            base=[run.ours / run.loop for run in runs.base],
            note="; before: ".join(costs) + (f"; before: {runs.missing}" if runs.missing else ""),
        )
        if peer:
            yield Row(
                what=what,
                of="aiperf",
                goal=0.5,
                ours=[run.ours / run.aiperf for run in runs.ours if run.aiperf],
                base=[run.ours / run.aiperf for run in runs.base if run.aiperf],
            )


def measure(
    streams: int, rate: float, count: int, aiperf: Path | None, root: Path | None = None
) -> Cost:
    """Stream `count` chunks to each of so many streams of all clients."""
    with (
        tempfile.TemporaryDirectory() as folder,
        Server() as server,
        Child("bench.harness.serving", server.url, streams) as loop,
    ):
        ours = _ours(Path(folder), server.url, streams, root)
        server.joined(2 * streams)
        pids = [ours.pid, loop.pid]
        before = [cpu(pid) for pid in pids]
        server.play("content", count, rate=rate)
        _settle(pids)
        after = [cpu(pid) for pid in pids]
        server.end()
        loop.until("read")
        if ours.wait(120):
            raise SystemExit(f"run ended with status {ours.returncode}")
    own, bare = ((b - a) / (streams * count) * 1e6 for a, b in zip(before, after, strict=True))
    return Cost(own, bare, _aiperf_cost(aiperf, streams, rate, count) if aiperf else None)


def _aiperf_cost(program: Path, streams: int, rate: float, count: int) -> float:
    """Microseconds per chunk, by what longer answers cost more."""
    count = max(count, int(PEER_SECONDS * rate), SHORTER)
    short = count // SHORTER
    less, more = (_aiperf_whole(program, streams, rate, each) for each in (short, count))
    return (more - less) / (streams * (count - short)) * 1e6


def _aiperf_whole(program: Path, streams: int, rate: float, count: int) -> float:
    """CPU seconds of all its processes, from when all streams are open on."""
    with tempfile.TemporaryDirectory() as folder, Server() as server:
        process = _aiperf(program, Path(folder), server.url, streams)
        server.joined(streams)
        before = _family(process.pid)
        server.play("content", count, rate=rate)
        server.end()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if status:
            raise SystemExit(f"aiperf ended with status {process.returncode}")
        return usage.ru_utime + usage.ru_stime - before


def _family(pid: int) -> float:
    """CPU seconds of a process and of all that came of it, ended ones among them."""
    total = 0.0
    for task in Path(f"/proc/{pid}/task").iterdir():
        children = (task / "children").read_text(encoding="ascii").split()
        total += sum(_family(int(child)) for child in children)
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return total + sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


def _ours(folder: Path, url: str, streams: int, root: Path | None) -> subprocess.Popen[bytes]:
    """Our process, of a build that knows `run --prompts`.

    Raises:
        RuntimeError: that build does not.
    """
    config = config_file(folder, [url], 1)
    prompts = folder / "prompts.txt"
    prompts.write_text("\n".join(f"Tell me of the number {n}." for n in range(streams)))
    run = [sys.executable, "-m", "massgen_tui", "run"]
    cwd = root or ROOT
    env = os.environ | modules_of(root) | {"XDG_STATE_HOME": str(folder)}
    offered = subprocess.run([*run, "--help"], cwd=cwd, env=env, capture_output=True, check=False)
    if b"--prompts" not in offered.stdout:
        raise RuntimeError("it has no `run --prompts`")
    return subprocess.Popen(
        [*run, str(config), "--prompts", str(prompts), "--concurrency", str(streams)],
        cwd=cwd,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=env,
    )


def _aiperf(program: Path, folder: Path, url: str, streams: int) -> subprocess.Popen[bytes]:
    wanted = {
        "--model": "bench",
        "--url": url,
        "--endpoint-type": "chat",
        "--concurrency": streams,
        "--request-count": streams,
        "--synthetic-input-tokens-mean": 10,
        "--output-artifact-dir": folder / "aiperf",
        "--tokenizer": _tokenizer(folder / "tokenizer"),
        "--ui": "none",
    }
    told = [str(word) for pair in wanted.items() for word in pair]
    return subprocess.Popen(
        [program, "profile", *told, "--streaming"],
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def _tokenizer(folder: Path) -> Path:
    """A tokenizer of a few words: aiperf would fetch one to make its prompts."""
    folder.mkdir()
    words = ["[UNK]", "tell", "me", "all", "that", "there", "is", "to", "know", "of", "the"]
    model = {
        "type": "WordLevel",
        "vocab": {w: n for n, w in enumerate(words)},
        "unk_token": "[UNK]",
    }
    nothing = dict.fromkeys(("truncation", "padding", "normalizer", "post_processor", "decoder"))
    split = {"pre_tokenizer": {"type": "Whitespace"}, "added_tokens": [], "model": model}
    (folder / "tokenizer.json").write_text(json.dumps({"version": "1.0", **nothing, **split}))
    kind = {"tokenizer_class": "PreTrainedTokenizerFast", "unk_token": "[UNK]"}
    special = {"bos_token": "[UNK]", "eos_token": "[UNK]"}
    (folder / "tokenizer_config.json").write_text(json.dumps(kind | special))
    return folder


def _settle(pids: list[int]) -> None:
    """Wait until they have read all that came."""
    for _ in range(_PATIENCE):
        before = sum(map(cpu, pids))
        time.sleep(0.2)
        if sum(map(cpu, pids)) - before < _RESTING:
            return


if __name__ == "__main__":
    main()
