"""Families of models by their names, and the parsers that each server has for them.

Names of parsers as vLLM 0.33 and SGLang 0.5.23 know them. The first family that matches counts.
"""

import re
from collections.abc import Mapping
from dataclasses import field
from types import MappingProxyType
from typing import Final

from massgen_tui.data_class import dataclass

_NONE: Final[Mapping[str, str]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Family:
    """Models whose names match, and their parsers by the name of the dialect."""

    pattern: re.Pattern[str]
    switch: str = ""
    """What their chat template calls `enable_thinking`, where it is another word."""
    reasoning: Mapping[str, str] = field(default_factory=lambda: _NONE)
    tools: Mapping[str, str] = field(default_factory=lambda: _NONE)

    @property
    def begins_inside(self) -> bool:
        """Their chat template opens the thinking, so that no answer has an opening tag.

        Where thinking is off the template closes it too, and the answer has no tag at all.
        """
        return self.pattern.pattern in _BEGIN_INSIDE


def _family(
    pattern: str,
    reasoning: tuple[str, str] | None,
    tools: tuple[str, str] | None,
    switch: str = "",
) -> Family:
    matcher = re.compile(pattern, re.IGNORECASE)
    return Family(matcher, switch, _by_server(reasoning), _by_server(tools))


def _by_server(pair: tuple[str, str] | None) -> Mapping[str, str]:
    named = zip(("vllm", "sglang"), pair or ("", ""), strict=True)
    return MappingProxyType({server: parser for server, parser in named if parser})


_QWEN_TOOLS = ("hermes", "qwen25")

FAMILIES: Final = (
    _family(r"deepseek-?r1", ("deepseek_r1", "deepseek-r1"), ("deepseek_v3", "deepseekv3")),
    _family(
        r"deepseek-?v4\.1",
        ("deepseek_v41", "deepseek-v41"),
        ("deepseek_v41", "deepseekv41"),
        "thinking",
    ),
    _family(
        r"deepseek-?v4", ("deepseek_v4", "deepseek-v4"), ("deepseek_v4", "deepseekv4"), "thinking"
    ),
    _family(
        r"deepseek-?v3\.2",
        ("deepseek_v3", "deepseek-v3"),
        ("deepseek_v32", "deepseekv32"),
        "thinking",
    ),
    _family(
        r"deepseek-?v3\.1",
        ("deepseek_v3", "deepseek-v3"),
        ("deepseek_v31", "deepseekv31"),
        "thinking",
    ),
    _family(r"deepseek-?v3", None, ("deepseek_v3", "deepseekv3")),
    _family(r"qwq", ("deepseek_r1", "deepseek-r1"), _QWEN_TOOLS),
    _family(r"qwen3-?coder", None, ("qwen3_coder", "qwen3_coder")),
    _family(r"qwen3\.\d", ("qwen3", "qwen3"), ("qwen3_coder", "qwen3_coder")),
    _family(r"qwen3.*instruct", None, _QWEN_TOOLS),
    _family(r"qwen3.*thinking", ("qwen3", "qwen3-thinking"), _QWEN_TOOLS),
    _family(r"qwen3", ("qwen3", "qwen3"), _QWEN_TOOLS),
    _family(r"qwen", None, _QWEN_TOOLS),
    _family(r"glm-?5", ("glm45", "glm45"), ("glm47", "glm47")),
    _family(r"glm-?4\.7", ("glm45", "glm45"), ("glm47", "glm47")),
    _family(r"glm-?4\.[5-9]", ("glm45", "glm45"), ("glm45", "glm")),
    _family(r"gpt-?oss", ("openai_gptoss", "gpt-oss"), ("openai", "gpt-oss")),
    _family(r"kimi-?k3", ("kimi_k3", "kimi_k3"), ("kimi_k3", "kimi_k3")),
    _family(r"kimi-?k2", ("kimi_k2", "kimi_k2"), ("kimi_k2", "kimi_k2")),
    _family(r"minimax-?m3", ("minimax_m3", "minimax-m3"), ("minimax_m3", "minimax-m3")),
    _family(r"minimax-?m2", ("minimax_m2", "minimax"), ("minimax_m2", "minimax-m2")),
    _family(r"llama-?4", None, ("llama4_pythonic", "pythonic")),
    _family(r"llama-?3", None, ("llama3_json", "llama3")),
    _family(r"gemma-?4", ("gemma4", "gemma4"), ("gemma4", "gemma4")),
    _family(r"step-?3[.p]5", ("step3p5", "step3p5"), ("step3p5", "step3p5")),
    _family(r"step-?3", ("step3", "step3"), ("step3", "step3")),
    _family(
        r"nemotron-?(v?3|nano-?3|3-nano)",
        ("nemotron_v3", "nemotron_3"),
        ("qwen3_coder", "qwen3_coder"),
    ),
    _family(r"seed-?oss", ("seed_oss", ""), ("seed_oss", "")),
    _family(r"hunyuan-?a13b", ("hunyuan_a13b", "hunyuan"), ("hunyuan_a13b", "hunyuan")),
    _family(r"ernie-?4[._]5", ("ernie45", ""), ("ernie45", "")),
    _family(r"mimo", ("mimo", "mimo"), ("mimo", "mimo")),
    _family(r"ling-?3", ("ling3", "ling3"), ("ling3", "ling3")),
    _family(r"olmo-?3", ("olmo3", ""), ("olmo3", "")),
    _family(r"granite-?4", None, ("granite4", "")),
    _family(r"granite-?3", ("granite", ""), ("granite", ""), "thinking"),
    _family(r"magistral|ministral.*reasoning", ("mistral", "mistral"), ("mistral", "mistral")),
    _family(r"mistral|ministral|devstral", None, ("mistral", "mistral")),
)

_BEGIN_INSIDE = frozenset(
    {
        r"deepseek-?r1",
        r"qwq",
        r"qwen3\.\d",
        r"qwen3.*thinking",
        r"glm-?5",
        r"glm-?4\.7",
        r"minimax-?m2",
    }
)


def family_of(model: str) -> Family | None:
    """The family that a model's name tells, or None."""
    name = model.rpartition("/")[2]
    return next((family for family in FAMILIES if family.pattern.search(name)), None)
