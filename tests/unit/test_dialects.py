"""The table of dialects: whole, free of contradictions, and found by name and by host."""

import pytest

from massgen_tui.dialects import (
    BY_HOST,
    DIALECTS,
    GENERIC,
    Dialect,
    Thinking,
    by_host,
    by_name,
    resolve,
)
from massgen_tui.dialects.families import family_of
from massgen_tui.dialects.model import words
from massgen_tui.dialects.parameters import NOT_SPOKEN, OPENAI, TOKEN_LIMITS

names = pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)


@names
def test_each_row_is_consistent(dialect: Dialect) -> None:
    assert dialect.provider
    assert dialect.token_limit in {"", *TOKEN_LIMITS}
    assert not dialect.extras & dialect.refused
    assert not dialect.extras & OPENAI
    assert dialect.thinking is not Thinking.EFFORT or dialect.efforts
    if dialect.hosted:
        assert dialect.key_vars
        assert dialect.base_url.startswith("https://")
        assert by_host(dialect.base_url) is dialect
        assert dialect.default_key is None
        assert not dialect.open
    else:
        assert dialect.default_key == "EMPTY"


@names
def test_each_row_is_found_by_its_names(dialect: Dialect) -> None:
    for name in (dialect.name, dialect.name.upper(), *dialect.aliases):
        assert by_name(name) is dialect
    assert dialect.name not in NOT_SPOKEN


def test_no_name_or_host_stands_for_two() -> None:
    known = [word for dialect in DIALECTS for word in (dialect.name, *dialect.aliases)]
    hosts = [host for dialect in DIALECTS for host in dialect.hosts]
    assert len(known) == len(set(known))
    assert len(hosts) == len(set(hosts)) == len(BY_HOST)


SPOKEN = """
    openai grok lmstudio zai cerebras groq openrouter together fireworks moonshot nebius poe qwen
    nvidia_nim deepseek mistral ollama llamacpp vllm sglang chatcompletion
"""


@pytest.mark.parametrize("kind", sorted(words(SPOKEN)))
def test_massgens_types_that_are_chat_completions_are_spoken(kind: str) -> None:
    assert by_name(kind) is not None


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("https://api.cerebras.ai/v1", "cerebras"),
        ("https://api.z.ai/api/paas/v4", "zai"),
        ("https://open.bigmodel.cn/api/paas/v4", "zai"),
        ("https://api.openai.com/v1", "openai"),
        ("https://openrouter.ai/api/v1", "openrouter"),
        ("https://api.groq.com/openai/v1", "groq"),
        ("https://api.moonshot.cn/v1", "moonshot"),
        ("https://dashscope.aliyuncs.com/compatible-mode/v1", "qwen"),
        ("https://api.x.ai/v1", "grok"),
        ("http://localhost:8000/v1", "chatcompletion"),
        ("https://api.z.ai.evil.example/v1", "chatcompletion"),
        ("https://evil-api.z.ai/v1", "chatcompletion"),
        ("https://xapi.openai.com/v1", "chatcompletion"),
    ],
)
def test_chatcompletion_is_found_by_the_exact_host(address: str, name: str) -> None:
    dialect = resolve("chatcompletion", address)
    assert dialect is not None
    assert dialect.name == name


def test_openai_elsewhere_is_any_server_and_others_keep_their_dialect() -> None:
    assert resolve("openai", "http://localhost:8000/v1") is GENERIC
    assert resolve("openai", "https://api.groq.com/openai/v1") is by_name("groq")
    assert resolve("zai", "https://gateway.example/v1") is by_name("zai")
    assert resolve("vllm", "https://api.openai.com/v1") is by_name("vllm")
    assert resolve("gemini", "https://x/v1") is None


@pytest.mark.parametrize(
    ("model", "vllm", "sglang"),
    [
        ("Qwen/Qwen3-4B", "qwen3", "qwen3"),
        ("Qwen/Qwen3-235B-A22B-Thinking-2507", "qwen3", "qwen3-thinking"),
        ("Qwen/Qwen3-4B-Instruct-2507", None, None),
        ("Qwen/Qwen3-Coder-30B-A3B-Instruct", None, None),
        ("deepseek-ai/DeepSeek-R1-Distill-Qwen-7B", "deepseek_r1", "deepseek-r1"),
        ("deepseek-ai/DeepSeek-V3.1", "deepseek_v3", "deepseek-v3"),
        ("zai-org/GLM-4.5-Air", "glm45", "glm45"),
        ("openai/gpt-oss-120b", "openai_gptoss", "gpt-oss"),
        ("meta-llama/Llama-3.1-8B-Instruct", None, None),
    ],
)
def test_families_know_their_reasoning_parsers(
    model: str, vllm: str | None, sglang: str | None
) -> None:
    family = family_of(model)
    assert family is not None
    assert (family.reasoning.get("vllm"), family.reasoning.get("sglang")) == (vllm, sglang)


def test_a_model_of_no_known_family_has_none() -> None:
    assert family_of("acme/roadrunner-1b") is None
