"""The parent's side of the demo's server: starts the child, waits until it serves, ends it."""

import json
import os
import secrets
import subprocess
import sys
import tempfile
import threading
from dataclasses import asdict
from importlib.util import find_spec
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from massgen_tui.demo.errors import ModelUnavailable
from massgen_tui.demo.order import Order
from massgen_tui.demo.template import CHAT_TEMPLATE
from massgen_tui.descriptors import as_before

READY = 30.0
"""Seconds that loading may take; 0.6 to 3 were measured."""
FAREWELL = 5.0
"""Seconds that the child has to end by itself; 0.1 to 1.6 were measured."""
HERE = str(Path(__file__).resolve().parents[2])
"""Where the package lies."""
MEMORY = 500 * 1024 * 1024
"""Bytes that must be available; the child takes about 340 MB."""


class ModelServer:
    """llama.cpp's server in a child process, with a key of this run. Used with `with`."""

    def __init__(self, model: Path, alias: str, *, threads: int | None = None) -> None:
        """Prepare to serve the GGUF file `model` under the name `alias`; nothing is started yet."""
        self.base_url = ""
        """Its root, such as `http://127.0.0.1:40435`, once it serves."""
        self.key = "local-" + secrets.token_urlsafe(24)
        self._order = Order(
            model=str(model),
            alias=alias,
            key=self.key,
            template=CHAT_TEMPLATE,
            # More threads than free cores spin against each other, up to 30 times slower.
            threads=threads or max(1, (os.cpu_count() or 2) // 2),
        )
        self._process: subprocess.Popen[bytes] | None = None
        self._errors: IO[bytes] | None = None

    @property
    def pid(self) -> int | None:
        """The child's process id while there is one."""
        return self._process.pid if self._process is not None else None

    def __enter__(self) -> Self:
        """Start it and wait until it serves.

        Raises:
            ModelUnavailable: the engine is missing, does not run here, or died while loading.
        """
        check_machine()
        try:
            self._errors = tempfile.TemporaryFile()
            self._process = self._start(self._errors)
            self.base_url = self._wait_until_ready(self._process)
        except OSError as error:
            self.close()
            raise ModelUnavailable(f"the model's server could not be started: {error}") from error
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End it."""
        self.close()

    def close(self) -> None:
        """End the child: closing its input asks, and what does not listen is killed."""
        process, self._process = self._process, None
        if process is not None:
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    _close_quietly(pipe)
            try:
                process.wait(FAREWELL)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        if self._errors is not None:
            self._errors.close()
            self._errors = None

    def _start(self, errors: IO[bytes]) -> subprocess.Popen[bytes]:
        environment = {
            **os.environ,
            # Read when the library is loaded: threads that wait sleep instead of spinning.
            "OMP_WAIT_POLICY": "passive",
            # This very package, and nothing that lies in the working directory (-P).
            "PYTHONPATH": os.pathsep.join(filter(None, [HERE, os.environ.get("PYTHONPATH")])),
        }
        process = subprocess.Popen(
            as_before([sys.executable, "-P", "-m", "massgen_tui.demo.child"]),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, env=environment,
            start_new_session=os.name == "posix",
            creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
        )  # fmt: skip
        self._process = process
        if process.stdin is not None:
            process.stdin.write(json.dumps(asdict(self._order)).encode() + b"\n")
            process.stdin.flush()
        return process

    def _wait_until_ready(self, process: subprocess.Popen[bytes]) -> str:
        timer = threading.Timer(READY, process.kill)
        timer.start()
        try:
            line = process.stdout.readline() if process.stdout is not None else b""
        finally:
            timer.cancel()
        if not line:
            code = process.wait()
            raise ModelUnavailable(
                f"the model's server ended while loading ({_cause(code)}){self._tail()}"
            )
        said = json.loads(line)
        if said["event"] != "ready":
            raise ModelUnavailable(f"the model's server failed: {said['error']}{self._tail()}")
        return str(said["base_url"])

    def _tail(self) -> str:
        if self._errors is None:
            return ""
        size = self._errors.seek(0, os.SEEK_END)
        self._errors.seek(max(0, size - 2000))
        lines = self._errors.read().decode(errors="replace").strip().splitlines()[-4:]
        return ": " + " | ".join(line.strip() for line in lines) if lines else ""


def _close_quietly(pipe: IO[bytes]) -> None:
    try:
        pipe.close()
    except BrokenPipeError:
        return


def _cause(code: int) -> str:
    if code == -9:
        return "killed; out of memory, or it took too long"
    return f"signal {-code}" if code < 0 else f"exit code {code}"


def check_machine() -> None:
    """See whether a model could run here at all.

    Raises:
        ModelUnavailable: no engine, or no memory.
    """
    if find_spec("xllamacpp") is None:
        raise ModelUnavailable(
            "the engine is not installed: pip install 'massgen-tui[demo]' "
            "(there are wheels for Linux with glibc, macOS 13 and later, and Windows on x86-64)"
        )
    available = _available_memory()
    if available is not None and available < MEMORY:
        raise ModelUnavailable(
            f"not enough memory: {available >> 20} MiB are available, {MEMORY >> 20} are needed"
        )


def _available_memory() -> int | None:
    """Bytes, as Linux tells them; None elsewhere."""
    try:
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
    except OSError:
        return None
    told = (line.split() for line in lines)
    return next((int(words[1]) * 1024 for words in told if words[0] == "MemAvailable:"), None)
