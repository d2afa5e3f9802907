"""The folder of another build: a revision unpacked under the cache, or why there is none."""

import shutil
import subprocess
from pathlib import Path

import pytest

from bench.harness.builds import Missing, cache_folder, measured, unpacked


def git(folder: Path, *arguments: str) -> str:
    found = shutil.which("git")
    if found is None:
        pytest.skip("no git here")
    who = ["-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"]
    done = subprocess.run(
        [found, "-C", str(folder), *who, *arguments], capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository with a package and a bench, both changed since their first commit."""
    root = tmp_path / "checkout"
    root.mkdir()
    git(root, "init", "-q")
    for say in ("old", "new"):
        for name in ("massgen_tui", "bench"):
            (root / name).mkdir(exist_ok=True)
            (root / name / "__init__.py").write_text("")
            (root / name / "said.py").write_text(f"SAID = '{say} {name}'\n")
        git(root, "add", "-A")
        git(root, "commit", "-q", "-m", say)
    return root


def test_a_revision_is_unpacked_with_our_bench_and_leaves_nothing_in_git(
    repository: Path, tmp_path: Path
) -> None:
    cache = tmp_path / "cache"
    before = git(repository, "status", "--porcelain", "--branch")
    place = unpacked("HEAD~1", root=repository, cache=cache)
    assert place.parent == cache
    assert (place / "massgen_tui" / "said.py").read_text() == "SAID = 'old massgen_tui'\n"
    assert (place / "bench" / "said.py").read_text() == "SAID = 'new bench'\n"
    assert git(repository, "worktree", "list").count("\n") == 0
    assert git(repository, "status", "--porcelain", "--branch") == before
    assert [path.name for path in cache.iterdir()] == [place.name]


def test_it_is_unpacked_once(repository: Path, tmp_path: Path) -> None:
    place = unpacked("HEAD~1", root=repository, cache=tmp_path / "cache")
    (place / "kept").touch()
    commit = git(repository, "rev-parse", "HEAD~1")
    assert unpacked(commit, root=repository, cache=tmp_path / "cache") == place
    assert (place / "kept").exists()
    assert unpacked("HEAD", root=repository, cache=tmp_path / "cache") != place


def test_python_takes_its_modules_from_there(repository: Path, tmp_path: Path) -> None:
    tells = "import json\nfrom massgen_tui.said import SAID\nprint(json.dumps({SAID: 1}))\n"
    (repository / "bench" / "tells.py").write_text(tells)
    place = unpacked("HEAD~1", root=repository, cache=tmp_path / "cache")
    assert measured(place, "bench.tells") == {"old massgen_tui": 1}
    assert measured(repository, "bench.tells") == {"new massgen_tui": 1}


def test_a_measurement_that_fails_says_why(repository: Path) -> None:
    (repository / "bench" / "fails.py").write_text("import massgen_tui.not_yet\n")
    with pytest.raises(RuntimeError, match=r"bench\.fails: ModuleNotFoundError: .*not_yet"):
        measured(repository, "bench.fails")


@pytest.mark.parametrize("revision", ["3e1d86a", "HEAD~9", "--help", "no such"])
def test_a_revision_that_is_not_there(repository: Path, tmp_path: Path, revision: str) -> None:
    with pytest.raises(Missing, match="is not in this checkout"):
        unpacked(revision, root=repository, cache=tmp_path / "cache")


def test_a_tarball_is_no_checkout(tmp_path: Path) -> None:
    with pytest.raises(Missing, match="no git checkout here"):
        unpacked("3e1d86a", root=tmp_path, cache=tmp_path / "cache")


def test_a_machine_without_git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Missing, match="no git here"):
        unpacked("3e1d86a", cache=tmp_path / "cache")


@pytest.mark.parametrize(
    ("env", "place"),
    [
        ({"XDG_CACHE_HOME": "/c"}, Path("/c/massgen-tui-bench")),
        ({"XDG_CACHE_HOME": ""}, Path.home() / ".cache" / "massgen-tui-bench"),
        ({}, Path.home() / ".cache" / "massgen-tui-bench"),
    ],
)
def test_where_builds_are_kept(env: dict[str, str], place: Path) -> None:
    assert cache_folder(env) == place
