"""The package as a user gets it: built, installed where no checkout is near, and run."""

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.support.stand_ins import stand_ins

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.timeout(300)


def run(*command: str | Path, cwd: Path, **more: str) -> str:
    """What it prints; it must end well."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    pinned = str(ROOT / "constraints.txt")
    env = (
        kept | {"PIP_CONSTRAINT": pinned, "PIP_BUILD_CONSTRAINT": pinned, "PYTHONUTF8": "1"} | more
    )
    done = subprocess.run(
        [str(word) for word in command],
        cwd=cwd,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=240,
        check=False,
    )
    said = done.stdout.decode("utf-8", "replace")
    assert done.returncode == 0, said
    return said


def environment(folder: Path) -> Path:
    """A virtual environment; its folder of programs."""
    run(sys.executable, "-m", "venv", folder, cwd=folder.parent)
    return folder / "bin"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with sdist and wheel, of what is committed or is about to be."""
    git = shutil.which("git")
    if git is None or not (ROOT / ".git").exists():
        pytest.skip("not a git checkout, or no git")
    folder = tmp_path_factory.mktemp("package")
    names = run(git, "ls-files", "-co", "--exclude-standard", cwd=ROOT).splitlines()
    for name in names:
        if (ROOT / name).is_file():
            (folder / "source" / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / "source" / name)
    programs = environment(folder / "builder")
    run(programs / "python", "-m", "pip", "install", "-q", "hatchling", cwd=folder)
    run(
        programs / "python",
        "-m",
        "hatchling",
        "build",
        "-d",
        folder / "dist",
        cwd=folder / "source",
    )
    return folder / "dist"


def only(folder: Path, pattern: str) -> Path:
    [found] = folder.glob(pattern)
    return found


def test_the_sdist_makes_the_same_wheel(built: Path, tmp_path: Path) -> None:
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check", "wheel", "-q", "--no-deps")
    run(*pip, "-w", tmp_path, only(built, "*.tar.gz"), cwd=tmp_path)
    made, shipped = only(tmp_path, "*.whl"), only(built, "*.whl")
    assert zipfile.ZipFile(made).namelist() == zipfile.ZipFile(shipped).namelist()


def test_the_wheel_works_where_no_checkout_is_near(built: Path, tmp_path: Path) -> None:
    programs = environment(tmp_path / "venv")
    run(programs / "python", "-m", "pip", "install", "-q", only(built, "*.whl"), cwd=tmp_path)
    ours, empty = programs / "massgen-tui", tmp_path / "empty"
    empty.mkdir()
    state = {"XDG_STATE_HOME": str(tmp_path / "s"), "XDG_CACHE_HOME": str(tmp_path / "c")}
    version = only(built, "*.whl").name.split("-")[1]
    assert run(ours, "--version", cwd=empty).strip().endswith(version)
    with stand_ins() as (first, _):
        config = tmp_path / "agents.yaml"
        config.write_text(
            "agents:\n  - id: one\n    backend: {type: vllm, model: Qwen/Qwen3-4B, "
            f"base_url: 'http://127.0.0.1:{first}/v1'}}\n"
        )
        assert "one" in run(ours, "check", config, cwd=empty, **state)
    said = run(ours, "demo", "--replay", cwd=empty, **state)
    assert said.strip()
    run("bash", "-o", "pipefail", "-c", f"{ours} completion bash | bash -n", cwd=empty, **state)
    assert list(empty.iterdir()) == []
