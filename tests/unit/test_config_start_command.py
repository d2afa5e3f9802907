"""The commands that start servers, to be copied by a person."""

import shlex
from pathlib import Path

import pytest

from massgen_tui.config.loader import load_config
from massgen_tui.config.start_command import (
    asks_for_thinking,
    command_for,
    missing_parsers,
    start_command,
)
from massgen_tui.dialects import BY_NAME, DIALECTS, Dialect
from tests.support.configs import agent_with

CONFIGS = Path(__file__).parents[2] / "configs"
TOOLS = "tools: [{type: function, function: {name: f}}]"


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_the_guides_commands() -> None:
    first, second = load_config(CONFIGS / "two_qwen_vllm_sglang.yaml", {}).agents
    assert start_command(first) == (
        "python -m vllm.entrypoints.openai.api_server --model Qwen/Qwen3-4B --port 8000"
        " --reasoning-parser qwen3"
    )
    assert start_command(second) == (
        "python -m sglang.launch_server --model-path Qwen/Qwen3-4B --port 30000"
        " --reasoning-parser qwen3"
    )


@pytest.mark.parametrize(
    ("backend", "command"),
    [
        (
            "type: vllm, model: m, base_url: 'http://h:8001'",
            "python -m vllm.entrypoints.openai.api_server --model m --port 8001",
        ),
        (
            f"type: vllm, model: Qwen/Qwen3-4B, {TOOLS}",
            "python -m vllm.entrypoints.openai.api_server --model Qwen/Qwen3-4B --port 8000"
            " --enable-auto-tool-choice --tool-call-parser hermes",
        ),
        (
            f"type: sglang, model: Qwen/Qwen3-4B, enable_thinking: true, {TOOLS}",
            "python -m sglang.launch_server --model-path Qwen/Qwen3-4B --port 30000"
            " --reasoning-parser qwen3 --tool-call-parser qwen25",
        ),
        (
            "type: vllm, model: zai-org/GLM-4.5, enable_thinking: true",
            "python -m vllm.entrypoints.openai.api_server --model zai-org/GLM-4.5 --port 8000"
            " --reasoning-parser glm45",
        ),
        (
            "type: vllm, model: acme/one, enable_thinking: true",
            "python -m vllm.entrypoints.openai.api_server --model acme/one --port 8000",
        ),
        (
            "type: vllm, model: Qwen/Qwen3-4B, enable_thinking: false",
            "python -m vllm.entrypoints.openai.api_server --model Qwen/Qwen3-4B --port 8000",
        ),
        ("type: cerebras, model: m, api_key: k", ""),
        ("type: chatcompletion, model: m, base_url: 'http://h:1'", ""),
        ("type: gemini, model: m", ""),
    ],
)
def test_commands(tmp_path: Path, backend: str, command: str) -> None:
    assert start_command(agent_with(tmp_path, backend)) == command


@pytest.mark.parametrize(
    ("model", "vllm", "sglang"),
    [
        ("DeepSeek-V4.1", "deepseek_v41 deepseek_v41", "deepseek-v41 deepseekv41"),
        ("DeepSeek-V4-Flash", "deepseek_v4 deepseek_v4", "deepseek-v4 deepseekv4"),
        ("moonshotai/Kimi-K3", "kimi_k3 kimi_k3", "kimi_k3 kimi_k3"),
        ("MiniMaxAI/MiniMax-M3", "minimax_m3 minimax_m3", "minimax-m3 minimax-m3"),
        ("google/gemma-4-31B-it", "gemma4 gemma4", "gemma4 gemma4"),
        ("stepfun-ai/Step-3.5-Flash", "step3p5 step3p5", "step3p5 step3p5"),
        ("NVIDIA-Nemotron-3-Nano-30B", "nemotron_v3 qwen3_coder", "nemotron_3 qwen3_coder"),
        ("Seed-OSS-36B-Instruct", "seed_oss seed_oss", "- -"),
        ("Hunyuan-A13B-Instruct", "hunyuan_a13b hunyuan_a13b", "hunyuan hunyuan"),
        ("ERNIE-4.5-21B-A3B-Thinking", "ernie45 ernie45", "- -"),
        ("XiaomiMiMo/MiMo-V2-Flash", "mimo mimo", "mimo mimo"),
        ("zai-org/GLM-5", "glm45 glm47", "glm45 glm47"),
        ("allenai/Olmo-3-32B-Think", "olmo3 olmo3", "- -"),
        ("mistralai/Magistral-Small-2509", "mistral mistral", "mistral mistral"),
        ("meta-llama/Llama-4-Scout", "- llama4_pythonic", "- pythonic"),
        ("acme/one", "- -", "- -"),
    ],
)
def test_the_parsers_of_a_family(model: str, vllm: str, sglang: str) -> None:
    flags = ("--reasoning-parser", "--tool-call-parser")
    for name, parsers in (("vllm", vllm), ("sglang", sglang)):
        command = command_for(BY_NAME[name], model, 1, thinking=True, tools=True)
        lacking = missing_parsers(BY_NAME[name], model, thinking=True, tools=True)
        for flag, parser in zip(flags, parsers.split(), strict=True):
            known = parser != "-"
            assert (f"{flag} {parser}" in command) == known
            assert (flag in command) == known, "nothing is guessed"
            assert (flag in lacking) == (not known)


def test_no_parser_is_missed_that_nobody_asked_for() -> None:
    assert missing_parsers(BY_NAME["vllm"], "acme/one") == ""
    assert missing_parsers(BY_NAME["ollama"], "acme/one", thinking=True, tools=True) == ""


@pytest.mark.parametrize("dialect", [d for d in DIALECTS if d.start_command], ids=lambda d: d.name)
def test_a_model_s_name_stays_one_word_of_the_shell(dialect: Dialect) -> None:
    name = "a b'; rm -rf {port} $HOME `x`"
    words = shlex.split(command_for(dialect, name, 1))
    assert ("{model}" in dialect.start_command) == (name in words)


def test_a_model_s_name_cannot_act_on_the_terminal() -> None:
    command = command_for(BY_NAME["vllm"], "m\x1b[2J\nrm\u202e", 1)
    assert command.isprintable()


def test_no_command_holds_a_key(tmp_path: Path) -> None:
    agent = agent_with(tmp_path, "type: vllm, model: m, api_key: hidden")
    assert "hidden" not in start_command(agent)


@pytest.mark.parametrize(
    ("written", "asked"),
    [
        ("temperature: 1", None),
        ("enable_thinking: true", True),
        ("enable_thinking: false", False),
        ("chat_template_kwargs: {thinking: true}", True),
        ("extra_body: {chat_template_kwargs: {enable_thinking: false}}", False),
        ("separate_reasoning: true", True),
        ("reasoning_effort: none", False),
        ("reasoning_effort: high", True),
    ],
)
def test_thinking_is_seen_wherever_it_is_written(
    tmp_path: Path, written: str, asked: bool | None
) -> None:
    agent = agent_with(tmp_path, f"type: sglang, model: m, {written}")
    assert asks_for_thinking(agent) is asked
