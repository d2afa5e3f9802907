"""The console, which tells what lives in it when it gets SIGUSR1.

    python -m bench.harness.inside CONFIG PROMPT

Appends a line to the file named by `BENCH_INSIDE`: a JSON object with the number of asyncio tasks,
of threads, of file descriptors, of objects that the garbage collector knows, and the memory in MB,
after a full collection.
"""

import asyncio
import gc
import json
import os
import signal
import threading
from pathlib import Path
from types import FrameType

from bench.harness.process import descriptors, rss
from massgen_tui.cli import main

WHERE = "BENCH_INSIDE"


def tell(number: int, frame: FrameType | None) -> None:
    """Write down what there is."""
    gc.collect()
    try:
        tasks = len(asyncio.all_tasks())
    except RuntimeError:
        tasks = 0
    counts = {
        "tasks": tasks,
        "threads": threading.active_count(),
        "fds": descriptors(os.getpid()),
        "objects": len(gc.get_objects()),
        "mb": rss(os.getpid()),
    }
    with Path(os.environ[WHERE]).open("a", encoding="ascii") as file:
        file.write(json.dumps(counts) + "\n")


if __name__ == "__main__":
    signal.signal(signal.SIGUSR1, tell)
    main()
