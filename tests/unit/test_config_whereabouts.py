"""What a file decides of its agents by itself: the loader agrees, or only the loader tells it."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from massgen_tui.backends.factory import make_backend
from massgen_tui.config.loader import load_config
from massgen_tui.config.outline import outline_of
from massgen_tui.config.whereabouts import Whereabouts, whereabouts

CONFIGS = sorted((Path(__file__).parents[2] / "configs").glob("*.yaml"))
KEY = {"OPENAI_API_KEY": "sk-1"}


def both(path: Path, env: Mapping[str, str]) -> list[tuple[Whereabouts | None, Whereabouts | None]]:
    """What the outline and what the loader tell of each agent; the loader's None: a problem."""
    outline = outline_of(path)
    assert outline is not None
    told = []
    for agent in load_config(path, env).agents:
        backend, system = make_backend(agent), agent.settings.system_message
        whole = Whereabouts(backend.model, backend.provider, backend.server, system)
        told.append(whole if agent.problem is None else None)
    return list(zip(whereabouts(outline, env), told, strict=True))


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: path.stem)
def test_it_agrees_with_the_loader_where_it_tells_anything(path: Path) -> None:
    for env in ({}, KEY):
        for early, whole in both(path, env):
            assert early in (None, whole)


@pytest.mark.parametrize(
    ("backend", "env"),
    [
        ("{type: vllm, model: org/big, base_url: 'http://127.0.0.1:8000/v1/'}", {}),
        ("{type: SGLang, model: org/big, base_url: gpu-box:30000}", {}),
        ("{type: llamacpp, model: 7}", {}),
        ("{type: vllm, model: m, base_url: '[::1]:8000', api_key: secret}", {}),
        ("{type: ollama, model: ' m ', base_url: }", {}),
        ("{type: vllm, model: m, base_url: 'http://h/v1'}", {"VLLM_API_KEY": "k"}),
        ("{type: openai, model: gpt}", KEY),
        ("{type: openai, model: gpt, api_key: sk-2}", {}),
        ("{type: openai, model: gpt, base_url: 'http://127.0.0.1:4000'}", {}),
        ("{type: chatcompletion, model: m, base_url: 'https://api.openai.com/v1'}", KEY),
    ],
)
def test_it_tells_of_servers_and_of_hosted_ones_with_a_key(
    tmp_path: Path, backend: str, env: Mapping[str, str]
) -> None:
    path = tmp_path / "one.yaml"
    more = "system_message: ' be short '\n  append_system_prompt: and kind"
    path.write_text(f"agent:\n  id: a\n  {more}\n  backend: {backend}\n", encoding="utf-8")
    [(early, whole)] = both(path, env)
    assert early is not None
    assert early == whole
    assert early.system == "be short\n\nand kind"


@pytest.mark.parametrize(
    ("backend", "env"),
    [
        ("{type: openai, model: gpt}", {}),
        ("{type: openai, model: gpt}", {"OPENAI_API_KEY": " "}),
        ("{type: openai, model: gpt}", {"OPENAI_API_KEY": "sk-schlüssel"}),
        ("{type: openai, model: gpt, base_url: 'http://api.openai.com/v1'}", KEY),
        ("{type: openai, model: gpt, base_url: 'https://api.openai.com:8443/v1'}", KEY),
        ("{type: vllm, model: '${M:-m}', base_url: 'http://127.0.0.1:9'}", {}),
        ("{type: vllm, model: m, base_url: '${URL:-http://127.0.0.1:9}'}", {}),
        ("{type: vllm, model: m, api_key: '***', base_url: 'http://127.0.0.1:9'}", {}),
        ("{type: vllm, model: m, extra_headers: {x-a: '${A}'}}", {}),
        ("{type: claude_code, model: m}", {}),
    ],
)
def test_what_a_variable_a_key_or_a_problem_decides_is_the_loaders_to_tell(
    tmp_path: Path, backend: str, env: Mapping[str, str]
) -> None:
    path = tmp_path / "one.yaml"
    path.write_text(f"agent: {{id: a, backend: {backend}}}\n", encoding="utf-8")
    [(early, _)] = both(path, env)
    assert early is None


@pytest.mark.parametrize(
    "backend",
    [
        "{type: vllm, model: [m]}",
        "{type: vllm, model: true}",
        "{type: vllm}",
        "{type: vllm, model: m, base_url: 'ftp://h'}",
        "{model: m}",
        "vllm",
    ],
)
def test_nothing_is_told_of_what_is_wrong(tmp_path: Path, backend: str) -> None:
    path = tmp_path / "one.yaml"
    path.write_text(f"agent: {{id: a, backend: {backend}}}\n", encoding="utf-8")
    outline = outline_of(path)
    assert outline is None or whereabouts(outline, {}) == [None]
