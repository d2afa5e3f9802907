"""How fast 2,000 kept sessions of 10 turns are listed and searched, with and without an index.

python -m bench.sessions [--sessions 2000 --turns 10]
"""

import argparse
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from bench.harness.corpus import write_corpus
from massgen_tui.store.hits import Found
from massgen_tui.store.index import SessionIndex


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="kept sessions")
    parser.add_argument("--sessions", type=int, default=2000)
    parser.add_argument("--turns", type=int, default=10)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "state" / "massgen-tui" / "sessions"
        cache = Path(place) / "cache" / "massgen-tui" / "index"
        folder.mkdir(parents=True)
        cache.mkdir(parents=True)
        write_corpus(folder, args.sessions, turns=args.turns)
        files = sum(path.stat().st_size for path in folder.iterdir())
        print(f"{args.sessions} sessions of {args.turns} turns, {files / 1e6:.0f} MB")
        measure(folder, cache)
        commands(Path(place))


def measure(folder: Path, cache: Path) -> None:
    """The index by itself."""
    index = SessionIndex(folder, cache)
    timed("first build", lambda: sum(1 for _ in index.sessions()))
    size = sum(path.stat().st_size for path in cache.iterdir())
    print(f"{'index':34} {size / 1e6:8.0f} MB")
    timed("list, warm", lambda: sum(1 for _ in index.sessions()))
    for query in ("needle17", "common", "c", "common unlike17", "ab"):
        timed(f"by words {query!r}", partial(by_words, index, query))
    for query in ("eedle17", "eedle1", "狐", "ä", "needle17 ", "a"):
        timed(f"look at every text {query!r}", partial(by_look, index, query))
    (gone, *_) = folder.iterdir()
    gone.unlink()
    timed("forget a session", partial(forget, index, gone))


def forget(index: SessionIndex, path: Path) -> int:
    """A session was removed."""
    index.forget(path)
    return 1


def by_words(index: SessionIndex, query: str) -> int:
    """A search by words."""
    return told(index.by_words(query))


def by_look(index: SessionIndex, query: str) -> int:
    """A look at every text."""
    return told(index.by_look(query))


def told(found: Found) -> int:
    """How many sessions a search found."""
    return len(found.hits) + found.more


def timed(name: str, work: Callable[[], int]) -> None:
    """Do it in a thread; print how long it took, and the longest time the others waited."""
    counts: list[int] = []
    thread = threading.Thread(target=lambda: counts.append(work()))
    worst, began = 0.0, time.perf_counter()
    thread.start()
    last = began
    while thread.is_alive():
        time.sleep(0.001)
        now = time.perf_counter()
        worst, last = max(worst, now - last), now
    took = time.perf_counter() - began
    print(f"{name:34} {took:8.3f} s  {counts[0]:6} found   others held {worst * 1000:5.1f} ms")


def commands(place: Path) -> None:
    """The screen, and the command line with its start."""
    env = os.environ | {"XDG_STATE_HOME": f"{place}/state", "XDG_CACHE_HOME": f"{place}/cache"}
    subprocess.run([sys.executable, "-m", "bench.harness.sessions_screen"], env=env, check=True)
    for words in ((), ("--json",), ("--search", "needle17"), ("--search", "eedle17")):
        began = time.perf_counter()
        command = [sys.executable, "-m", "massgen_tui", "sessions", *words]
        done = subprocess.run(command, env=env, capture_output=True, check=True)
        took = time.perf_counter() - began
        print(f"{'massgen-tui sessions ' + ' '.join(words):48} {took:6.2f} s  {len(done.stdout)} B")


if __name__ == "__main__":
    main()
