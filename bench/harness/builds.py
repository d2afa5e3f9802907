"""The build that ours is measured beside: a revision of this repository, unpacked under the cache.

The folder holds that revision's files without its `bench`, in whose place is a link to ours: one
and the same measurement is run on both builds. Python, and what the builds need, are ours too.
"""

import compileall
import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from bench.harness.process import ROOT, modules_of

BASE = "3e1d86a"
"""The build whose numbers are the table's second column."""


class Missing(Exception):
    """There is no such build here; says why."""


def cache_folder(env: Mapping[str, str] = os.environ) -> Path:
    """Where builds are kept: `$XDG_CACHE_HOME/massgen-tui-bench`, or below `~/.cache`."""
    return Path(env.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "massgen-tui-bench"


def unpacked(revision: str, *, root: Path = ROOT, cache: Path | None = None) -> Path:
    """The folder of a revision, made the first time; git itself notes nothing of it.

    Raises:
        Missing: there is no git, no repository, or no such revision in it.
    """
    git = shutil.which("git")
    if git is None:
        raise Missing("no git here")
    if not (root / ".git").exists():
        raise Missing("no git checkout here")
    asked = [git, "-C", str(root), "rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}"]
    found = subprocess.run(asked, capture_output=True, text=True, check=False)
    if found.returncode:
        raise Missing(f"{revision} is not in this checkout")
    commit = found.stdout.strip()
    # two checkouts share the cache, not the link to what measures
    name = f"{commit[:12]}-{zlib.crc32(str(root).encode()):08x}"
    place = (cache_folder() if cache is None else cache) / name
    if not place.exists():
        _unpack(git, root, commit, place)
    return place


def _unpack(git: str, root: Path, commit: str, place: Path) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=place.parent) as folder:
        new = Path(folder) / "new"
        packed = Path(folder) / "packed.tar"
        packing = [git, "-C", str(root), "archive", "--format=tar", f"--output={packed}", commit]
        packed_well = subprocess.run(packing, capture_output=True, text=True, check=False)
        if packed_well.returncode:
            raise Missing(f"git archive: {packed_well.stderr.strip()[:200]}")
        with tarfile.open(packed) as archive:
            archive.extractall(new, filter="data")
        shutil.rmtree(new / "bench", ignore_errors=True)
        (new / "bench").symlink_to(root / "bench", target_is_directory=True)
        new.rename(place)


@cache
def compiled(root: Path) -> None:
    """Let Python keep what it makes of a build's sources, as pip does when it installs them.

    A checkout has nothing compiled where PYTHONDONTWRITEBYTECODE is set: 0.2 s of each start, and
    20 MB of each process.
    """
    compileall.compile_dir(root / "massgen_tui", quiet=2)


def measured(root: Path | None, module: str, *arguments: object) -> dict[str, float]:
    """Run a module of ours on a build; gives the JSON object that is its last line.

    Raises:
        RuntimeError: it failed; with the last line that it said.
    """
    command = [sys.executable, "-m", module, *map(str, arguments)]
    done = subprocess.run(
        command,
        cwd=root or ROOT,
        env=os.environ | modules_of(root),
        capture_output=True,
        text=True,
        check=False,
    )
    said = (done.stdout if done.returncode == 0 else done.stderr).strip().splitlines() or [""]
    if done.returncode:
        raise RuntimeError(f"{module}: {said[-1]}")
    numbers: dict[str, float] = json.loads(said[-1])
    return numbers
