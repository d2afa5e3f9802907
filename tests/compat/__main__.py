"""Installs real gateways in a folder of their own and prints what we show of them beside what is.

    python -m tests.compat [NAME…]

Exits 1 when something is shown that is not so. The environments stay in the user's cache folder,
or in the folder that MASSGEN_TUI_COMPAT names.
"""

import contextlib
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
import venv
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from platformdirs import user_cache_path

from tests.compat.gateways import GATEWAYS, Gateway, Place, Situation
from tests.compat.worker import Worker

_STARTS, _NOTICES = 120.0, 60.0
"""Seconds in which a gateway must serve, and see that a worker went."""
_LINE = "{:<18} {:<15} {:<7} {}"


def main(names: Sequence[str]) -> int:
    """Try the gateways of these names, or all."""
    home = Path(os.environ.get("MASSGEN_TUI_COMPAT") or user_cache_path("massgen-tui") / "compat")
    print(_LINE.format("gateway", "situation", "", "what is shown, where it differs what is"))
    wrong = 0
    for gateway in GATEWAYS:
        if not names or gateway.name in names:
            wrong += _try(gateway, _installed(gateway, home))
    return 1 if wrong else 0


def _installed(gateway: Gateway, home: Path) -> Path:
    """The programs of an environment that holds the gateway; made where there is none yet."""
    folder = home / "".join(c if c.isalnum() or c in "=." else "-" for c in gateway.requirement)
    programs = folder / ("Scripts" if os.name == "nt" else "bin")
    stamp = folder / "installed"
    if not stamp.exists():
        print(f"installing {gateway.requirement} in {folder}", file=sys.stderr)
        venv.create(folder, clear=True, with_pip=True)
        pip = [str(programs / "python"), "-m", "pip", "install", "--quiet", gateway.requirement]
        subprocess.run(pip, check=True)
        stamp.touch()
    return programs


def _try(gateway: Gateway, programs: Path) -> int:
    """How many situations are shown as they are not."""
    workers = [Worker(gateway.engine, 2, 0, 0.25), Worker(gateway.engine, 5, 3, 0.9)]
    alive, wrong = list(workers), 0
    with tempfile.TemporaryDirectory() as name, _started(gateway, programs, workers, name) as root:
        for situation in gateway.situations:
            while len(alive) > situation.alive:
                alive.pop().stop()
            _notice(gateway, root, situation.alive)
            wrong += _tell(gateway, situation, _shown(root, situation.key, Path(name)))
    for worker in alive:
        worker.stop()
    prompts = sum(worker.prompts for worker in workers)
    if prompts:
        print(_LINE.format(gateway.name, "", "WRONG", f"our looks made {prompts} completions"))
    return wrong + bool(prompts)


@contextlib.contextmanager
def _started(
    gateway: Gateway, programs: Path, workers: Sequence[Worker], folder: str
) -> Iterator[str]:
    """The gateway's address while it runs."""
    place = Place(_free(), _free(), workers, Path(folder))
    program, *words = gateway.program(place)
    # what it keeps of itself goes with the folder
    env = os.environ | {"HOME": folder}
    with (Path(folder) / "log").open("wb") as log:
        process = subprocess.Popen(
            [str(programs / program), *words], cwd=folder, env=env, stdout=log, stderr=log
        )
        root = f"http://127.0.0.1:{place.port}"
        try:
            _until(_STARTS, lambda: _status(f"{root}/v1/models") not in (0, 503), gateway.name)
            yield root
        finally:
            process.kill()
            process.wait()


def _notice(gateway: Gateway, root: str, alive: int) -> None:
    """Return when the gateway counts so many healthy workers."""
    if not gateway.counts:
        return

    def counted() -> bool:
        status, told = _get(f"{root}/readiness")
        healthy = told.get("healthy_workers", 0) if status == 200 else 0
        return status in (200, 503) and healthy == alive

    _until(_NOTICES, counted, f"{gateway.name} with {alive} workers")


def _shown(root: str, key: str, folder: Path) -> Mapping[str, object]:
    """What `check --json` says of the server."""
    config = folder / "config.yaml"
    keyed = f", api_key: {key}" if key else ""
    config.write_text(
        f"agents:\n  - id: a\n    backend: {{type: chatcompletion, model: m, "
        f"base_url: '{root}/v1'{keyed}}}\n"
    )
    command = [sys.executable, "-m", "massgen_tui", "check", str(config), "--json"]
    done = subprocess.run(command, capture_output=True, check=True)
    server = json.loads(done.stdout)["files"][0]["servers"][0]
    assert isinstance(server, dict)
    return server


def _tell(gateway: Gateway, situation: Situation, shown: Mapping[str, object]) -> bool:
    """Print a row; whether it is wrong."""
    words = ", ".join(f"{key} {json.dumps(shown[key])}" for key in situation.right)
    differs = {key: right for key, right in situation.right.items() if shown[key] != right}
    verdict = "WRONG" if differs else "ok"
    print(_LINE.format(gateway.name, situation.name, verdict, words), flush=True)
    for key, right in differs.items():
        print(_LINE.format("", "", "", f"{key} is {json.dumps(right)}; reason: {shown['reason']}"))
    return bool(differs)


def _until(seconds: float, done: object, what: str) -> None:
    assert callable(done)
    end = time.monotonic() + seconds
    while not done():
        if time.monotonic() > end:
            raise SystemExit(f"waited {seconds:g} s in vain for {what}")
        time.sleep(0.3)


def _status(url: str) -> int:
    return _get(url)[0]


def _get(url: str) -> tuple[int, Mapping[str, object]]:
    """A status (0: none) and what was said, as an object."""
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            status, body = answer.status, answer.read()
    except urllib.error.HTTPError as error:
        status, body = error.code, error.read()
    except OSError:
        return 0, {}
    try:
        told = json.loads(body)
    except ValueError:
        told = None
    return status, told if isinstance(told, dict) else {}


def _free() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
    return port


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
