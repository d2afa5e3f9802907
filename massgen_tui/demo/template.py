"""How the demo's model is made to show both channels: a template and request parameters.

SmolLM2 does not reason. A chat template in Qwen3's style ends its generation prompt in `<think>`,
which makes llama.cpp's parser open the reasoning channel, and a budget closes it again. The tokens
are the model's own, written under that forced template: a demonstration of the channel, not
reasoning. Nothing is prefilled, since prefilled text would come back as if the model had written
it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

CHAT_TEMPLATE = """\
{%- for message in messages -%}
{{- '<|im_start|>' + message.role + '\\n' -}}
{%- if message.reasoning_content -%}
{{- '<think>\\n' + message.reasoning_content + '\\n</think>\\n\\n' -}}
{%- endif -%}
{{- message.content + '<|im_end|>\\n' -}}
{%- endfor -%}
{%- if add_generation_prompt -%}
{{- '<|im_start|>assistant\\n' -}}
{%- if enable_thinking -%}{{- '<think>\\n' -}}{%- endif -%}
{%- endif -%}
"""


@dataclass(frozen=True, slots=True)
class Manner:
    """How an agent asks."""

    parameters: Mapping[str, object]
    extra_body: Mapping[str, object] = field(default_factory=dict)
    """What is no known parameter of the server's kind."""


THINKING = Manner(
    {
        "enable_thinking": True,
        "max_tokens": 128,
        "temperature": 0.3,
        "repeat_penalty": 1.12,
        # Token 2 ends the answer. After the forced end of its thoughts the model often ends at
        # once: held off, 0 of 50 answers were empty. 0 and 1 would begin another document.
        "logit_bias": {"0": -100, "1": -100, "2": -7},
    },
    # After so many tokens the server closes the channel.
    {"reasoning_budget_tokens": 40},
)
PLAIN = Manner(
    {"enable_thinking": False, "max_tokens": 128, "temperature": 0.3, "repeat_penalty": 1.12}
)

SYSTEM_MESSAGE = "You are a helpful AI assistant named SmolLM, trained by Hugging Face"
"""What the model was trained with."""

QUESTION = "Explain in two sentences what machine learning is."
"""Asked when the demo opens, so that something streams before a key is pressed."""
