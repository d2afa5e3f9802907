"""The demo's server process: llama.cpp's own HTTP server on loopback, while its parent lives.

Run as `python -m massgen_tui.demo.child`. It reads one JSON line from standard input (the fields
of `Order`), writes one to standard output (`{"event": "ready", "base_url": …}` or
`{"event": "failed", "error": …}`), and ends when standard input closes, which it does however the
parent ends.

A process of its own, since llama.cpp writes to standard error from C++, a native crash must not
take the console down, and its server cannot be stopped while it answers.
"""

import faulthandler
import importlib
import json
import os
import signal
import sys
import threading
from pathlib import Path
from typing import Protocol

from massgen_tui.demo.order import Order

GRACE = 1.5
"""Seconds that the server has to stop by itself before the process is ended."""
TROUBLE = (ImportError, AttributeError, TypeError, ValueError, RuntimeError, OSError, MemoryError)
"""What a missing library, another release of the engine, or a file it cannot load raises."""


class Server(Protocol):
    """What is used of the engine's server, which has no types of its own."""

    listening_address: str


def main() -> None:
    """Serve until standard input closes or the process is told to end."""
    stop = threading.Event()
    order = Order(**json.loads(sys.stdin.readline()))
    threading.Thread(target=_wait_for_parent, args=(stop,), daemon=True).start()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the console's
    try:
        server = _serve(order)
    except TROUBLE as error:
        _say({"event": "failed", "error": f"{type(error).__name__}: {error}"})
        sys.exit(1)
    _say({"event": "ready", "base_url": server.listening_address})
    stop.wait()
    # The server's end waits for running answers and holds the GIL: this watchdog needs none.
    with Path(os.devnull).open("w") as nowhere:
        faulthandler.dump_traceback_later(GRACE, exit=True, file=nowhere)
        del server
        os._exit(0)


def _serve(order: Order) -> Server:
    engine = importlib.import_module("xllamacpp")
    parameters = engine.CommonParams()
    parameters.model.path = order.model
    parameters.model_alias = [order.alias]
    parameters.use_jinja = True
    parameters.chat_template = order.template
    # Upstream's defaults are no key and any origin.
    parameters.hostnames = ["127.0.0.1"]
    parameters.port = 0
    parameters.api_keys = [order.key]
    parameters.cors_origins = ""
    parameters.ui = False
    parameters.offline = True
    parameters.n_parallel = order.slots
    parameters.n_ctx = order.context
    parameters.kv_unified = True
    parameters.cache_ram_mib = 0  # its default lets the process grow without need
    parameters.n_gpu_layers = 0
    parameters.cpuparams.n_threads = order.threads
    parameters.cpuparams_batch.n_threads = order.threads
    parameters.endpoint_metrics = parameters.endpoint_slots = parameters.endpoint_props = True
    server: Server = engine.Server(parameters)
    return server


def _wait_for_parent(stop: threading.Event) -> None:
    sys.stdin.buffer.read()
    stop.set()
    # While it loads, the main thread is deep in C++ and does not look.
    last_resort = threading.Timer(2 * GRACE, os._exit, args=(1,))
    last_resort.daemon = True
    last_resort.start()


def _say(message: dict[str, str]) -> None:
    print(json.dumps(message), flush=True)


if __name__ == "__main__":
    main()
