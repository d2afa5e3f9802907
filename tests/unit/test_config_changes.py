"""What a config that was read anew changes, in words and in agents."""

from pathlib import Path

import pytest

from massgen_tui.config.changes import Changes, changes
from massgen_tui.config.loader import load_config
from massgen_tui.config.model import AgentConfig, Config

BEFORE = """\
agents:
  - id: a
    backend: {type: vllm, model: m, temperature: 0.3}
  - id: b
    backend: {type: sglang, model: n, base_url: "http://box:30000"}
"""
A, B = BEFORE.split("agents:\n")[1].split("  - id: b")
B = f"  - id: b{B}"


def read(tmp_path: Path, text: str) -> Config:
    """A config of this text."""
    path = tmp_path / "c.yaml"
    path.write_text(text)
    return load_config(path, {})


def between(
    tmp_path: Path, after: str, now: list[AgentConfig] | None = None, before: str = BEFORE
) -> Changes:
    """What the second text changes in the first; the agents are as the first says."""
    old = read(tmp_path, before)
    agents = list(old.agents) if now is None else now
    return changes(old, read(tmp_path, after), {agent.id: agent for agent in agents})


def two(a: str = A, b: str = B, more: str = "") -> str:
    """The config with other agents, or more behind them."""
    return f"agents:\n{a}{b}{more}"


TOLD: dict[str, tuple[str, list[str]]] = {
    "nothing": (two(), []),
    "a comment": (two(more="# nothing\n"), []),
    "the same otherwise written": (two(A.replace("0.3", "3.0e-1")), []),
    "a parameter": (two(A.replace("0.3", "1")), ["a: temperature 0.3 → 1.0"]),
    "a parameter more": (two(A.replace("0.3", "0.3, top_k: 5")), ["a: top_k unset → 5"]),
    "a parameter less": (two(A.replace(", temperature: 0.3", "")), ["a: temperature 0.3 → unset"]),
    "the model": (two(A.replace("model: m", "model: k")), ["a: model m → k"]),
    "the system message": (
        two(A.replace("    backend", "    system_message: short\n    backend")),
        ["a: system_message unset → short"],
    ),
    "an agent more": (
        two(more="  - id: c\n    backend: {type: vllm, model: k}\n"),
        ["c comes: k at http://localhost:8000/v1"],
    ),
    "an agent that cannot be asked": (
        two(more="  - id: c\n    backend: {type: openai, model: gpt-4o}\n"),
        ["c comes: gpt-4o at https://api.openai.com/v1, which cannot be asked: "],
    ),
    "an agent less": (two(b=""), ["b goes, with its conversation"]),
    "another name": (
        two(B.replace("id: b", "id: c"), A),
        ["c comes: n at http://box:30000/v1", "b goes, with its conversation"],
    ),
    "the order": (two(B, A), []),
    "an address": (
        two(b=B.replace("box", "other")),
        ["b: base_url http://box:30000/v1 → http://other:30000/v1"],
    ),
    "a key": (
        two(b=B.replace("type:", "api_key: s3cret-of-mine, type:")),
        ["b: api_key unset → ***"],
    ),
    "a variable without a value": (
        two(b=B.replace("model: n", 'model: "${NO}"')),
        ["b: "],
    ),
    "the looks": (
        two(more="ui: {theme: nord, bell: true, keymap: {rerun: f6}, layout: columns}\n"),
        [
            *("bell off → on", "keys: other ones", "layout by default → columns"),
            "theme by default → nord",
        ],
    ),
    "what counts later": (
        two(
            more="monitor: off\nui: {logging_enabled: false}\ngpus: [{dcgm: 'http://h:9400/metrics'}]\n"
        ),
        ["from the next start on: logging_enabled, GPUs that are looked at, monitor"],
    ),
    "servers": (two(more="servers: ['http://h:8000']\n"), ["servers that are looked at"]),
    "agreeing": (two(more="orchestrator: {voting_sensitivity: strict}\n"), ["how agents agree"]),
}


@pytest.mark.parametrize(("after", "told"), TOLD.values(), ids=TOLD)
def test_what_changes_is_told(tmp_path: Path, after: str, told: list[str]) -> None:
    found = between(tmp_path, after)
    assert len(found.told) == len(told)
    for line, begin in zip(found.told, told, strict=True):
        assert line.startswith(begin)
    assert found.any == bool(told)
    assert "s3cret" not in str(found.told)


def test_what_was_changed_here_stays_where_the_file_says_as_before(tmp_path: Path) -> None:
    a, b = read(tmp_path, BEFORE).agents
    here = a.model_copy(update={"settings": a.settings.patched({"temperature": 0.9})})
    found = between(tmp_path, two(b=B.replace("model: n", "model: k")), [here, b])
    assert [agent.id for agent in found.changed] == ["b"]
    assert found.told == ("b: model n → k",)


def test_what_was_changed_here_and_in_the_file_is_told(tmp_path: Path) -> None:
    a, b = read(tmp_path, BEFORE).agents
    here = a.model_copy(update={"settings": a.settings.patched({"temperature": 0.9})})
    found = between(tmp_path, two(A.replace("0.3", "1")), [here, b])
    assert found.told == (
        "a: temperature 0.9 → 1.0",
        "a was changed here (temperature 0.3 → 0.9): the file's takes its place",
    )


def test_the_file_may_come_to_what_was_changed_here(tmp_path: Path) -> None:
    a, b = read(tmp_path, BEFORE).agents
    here = a.model_copy(update={"settings": a.settings.patched({"temperature": 0.9})})
    assert not between(tmp_path, two(A.replace("0.3", "0.9")), [here, b]).any


def test_agents_that_came_here_stay_and_those_that_went_stay_away(tmp_path: Path) -> None:
    a, _ = read(tmp_path, BEFORE).agents
    clone = a.model_copy(update={"id": "a-2"})
    assert not between(tmp_path, BEFORE + "# saved\n", [a, clone]).any


def test_one_that_went_here_comes_back_where_the_file_changes_it(tmp_path: Path) -> None:
    a, _ = read(tmp_path, BEFORE).agents
    found = between(tmp_path, two(b=B.replace("model: n", "model: k")), [a])
    assert found.told == ("b comes: k at http://box:30000/v1",)


def test_those_that_went_here_come_back_where_the_file_has_nobody_else(tmp_path: Path) -> None:
    # b goes, and without a nobody would be there
    _, b = read(tmp_path, BEFORE).agents
    found = between(tmp_path, two(b=""), now=[b])
    assert ([one.id for one in found.added], found.removed) == (["a"], ("b",))
    assert found.told[0].startswith("a comes: m")
    here = b.model_copy(update={"id": "b-2"})
    found = between(tmp_path, two(b=""), now=[b, here])
    assert (found.added, found.removed) == ((), ("b",))


def test_one_of_the_same_name_that_came_here_is_replaced_and_told(tmp_path: Path) -> None:
    a, b = read(tmp_path, BEFORE).agents
    clone = a.model_copy(update={"id": "c"})
    after = two(more="  - id: c\n    backend: {type: vllm, model: k}\n")
    found = between(tmp_path, after, [a, b, clone])
    assert found.told[1] == "c was added here: the file's takes its place"
    assert [agent.id for agent in found.changed] == ["c"]
