"""What is committed: no registry, no path of one machine, exact pins, links that lead to files."""

import ast
import re
import shutil
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
RECORDED = (".sse", ".svg", ".png", ".jsonl")
# Put together from parts, so that this file does not contain what it looks for.
REGISTRIES = ["pypi" + ".org", "python" + "hosted.org", "hugging" + "face.co/api", "index" + "-url"]
MACHINE_PATHS = [
    "/" + "work/",
    "/" + "root/",
    "/" + "opt/pypi",
    "/" + "home/runner",
    ".." + "/shared",
]


def committed() -> list[Path]:
    git = shutil.which("git")
    if git is None or not (ROOT / ".git").exists():
        pytest.skip("not a git checkout, or no git")
    listed = subprocess.run([git, "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True)
    names = listed.stdout.decode().split("\0")
    return [ROOT / name for name in names if name and (ROOT / name).is_file()]


def texts() -> Iterator[tuple[Path, str]]:
    for path in committed():
        if path.suffix not in RECORDED:
            yield path, path.read_text(encoding="utf-8", errors="replace")


@pytest.mark.parametrize("words", [REGISTRIES, MACHINE_PATHS], ids=["registries", "machine paths"])
def test_no_committed_file_names_a_place_of_one_machine(words: list[str]) -> None:
    found = [f"{path.relative_to(ROOT)}: {w}" for path, text in texts() for w in words if w in text]
    assert found == []


def pins() -> dict[str, str]:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    wanted = [line for line in lines if line and not line.startswith("#")]
    matches = [re.fullmatch(r"([A-Za-z0-9._-]+)==([A-Za-z0-9.]+)", line) for line in wanted]
    assert None not in matches, "every line is NAME==VERSION"
    return {normal(m[1]): m[2] for m in matches if m}


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def requirements() -> Iterator[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    yield from project["build-system"]["requires"]
    yield from project["project"]["dependencies"]
    for group in project["project"]["optional-dependencies"].values():
        yield from group
    for group in project["dependency-groups"].values():
        yield from (item for item in group if isinstance(item, str))


def test_everything_that_is_asked_for_is_pinned() -> None:
    pinned = pins()
    names = [
        re.split(r"[^A-Za-z0-9._-]", requirement, maxsplit=1)[0] for requirement in requirements()
    ]
    assert len(names) > 20
    assert [name for name in names if normal(name) not in pinned] == []


def test_exact_requirements_agree_with_the_pins() -> None:
    pinned = pins()
    exact = [m for r in requirements() if (m := re.match(r"([A-Za-z0-9._-]+)==([A-Za-z0-9.]+)", r))]
    assert exact
    assert {m[1]: m[2] for m in exact} == {m[1]: pinned[normal(m[1])] for m in exact}


def test_links_in_the_documents_lead_to_files() -> None:
    documents = [p for p in committed() if p.suffix == ".md" and "data" not in p.parts]
    broken = []
    for document in documents:
        text = re.sub(r"```.*?```", "", document.read_text(encoding="utf-8"), flags=re.DOTALL)
        for target in re.findall(r"\]\(([^)\s#]+)[^)]*\)", text):
            if not re.match(r"[a-z]+:", target) and not (document.parent / target).exists():
                broken.append(f"{document.relative_to(ROOT)}: {target}")
    assert documents
    assert broken == []


def test_what_holds_a_rule_is_there() -> None:
    """The tests and contracts that CONTRIBUTING.md names are those that there are."""
    page = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    rules = "\n".join(line for line in page.splitlines() if line.startswith("| "))
    tests = "\n".join(
        path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py")
    )
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = {contract["name"] for contract in project["tool"]["importlinter"]["contracts"]}
    named = re.findall(r"`([Tt]est\w+)`", rules)
    there = set(re.findall(r"^(?:async def |def )?([Tt]est\w+)(?:\(| = )", tests, re.MULTILINE))
    assert len(named) > 20
    assert [name for name in named if name not in there] == []
    assert set(re.findall(r'"([^"]+)"', rules)) <= contracts


def test_files_and_functions_stay_small() -> None:
    large = []
    for path in sorted((ROOT / "massgen_tui").rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        if text.count("\n") > 300:
            large.append(f"{path.relative_to(ROOT)}: {text.count(chr(10))} lines")
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = _lines(node) - (_lines(node.body[0]) if ast.get_docstring(node) else 0)
                if lines >= 40:
                    large.append(f"{path.relative_to(ROOT)}: {node.name}: {lines} lines")
    assert large == []


def _lines(node: ast.stmt) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def test_the_package_says_that_it_is_typed_and_licensed() -> None:
    assert (ROOT / "massgen_tui" / "py.typed").exists()
    licence = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert "Apache License" in licence
    assert "END OF TERMS AND CONDITIONS" in licence


def test_a_python_that_only_pretends_is_passed_over(tmp_path: Path) -> None:
    """Version managers leave names on PATH that print an error; the set-up must try, not trust."""
    shell = shutil.which("sh")
    if shell is None:
        pytest.skip("no sh on this machine")
    for name in ("python3.14", "python3.13", "python3.12", "python3.11", "python3", "python"):
        shim = tmp_path / name
        shim.write_text("#!/bin/sh\necho 'not installed' >&2\nexit 127\n", encoding="utf-8")
        shim.chmod(0o755)
    path = f"{tmp_path}:/usr/bin:/bin"
    made = subprocess.run(
        [shell, str(ROOT / ".ci" / "venv"), str(tmp_path / "venv")],
        cwd=ROOT, env={"PATH": path}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert made.returncode == 1
    assert "No Python >= 3.11" in made.stderr
    assert not (tmp_path / "venv").exists()
