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


SENTENCES = r"""root ::= thought "</think>" [\n]* sentence (" " sentence){0,2}
thought ::= ([^<] | "<" [^/] | "</" [^t] | "</t" [^h] | "</th" [^i])*
sentence ::= [A-Z] [^.!?<#\n]{4,200} [.!?]"""
"""What the thinking agent may write, in llama.cpp's grammar notation: thoughts, their end, then one
to three plain sentences. After the forced end of its thoughts the bare model ends at once or never:
held to this, 0 of 40 answers were empty, cut off, or had a stray `</think>` in them. llama.cpp
holds the thoughts to the grammar too, and fails where it cannot take the tag that the budget
forces."""

THINKING = Manner(
    {"enable_thinking": True, "max_tokens": 256, "temperature": 0.3, "repeat_penalty": 1.12},
    # After so many tokens the server closes the channel.
    {"reasoning_budget_tokens": 40, "grammar": SENTENCES},
)
PLAIN = Manner(
    {"enable_thinking": False, "max_tokens": 256, "temperature": 0.3, "repeat_penalty": 1.12}
)

SYSTEM_MESSAGE = "You are a helpful AI assistant named SmolLM, trained by Hugging Face"
"""What the model was trained with."""

QUESTION = "Explain in two sentences what machine learning is."
"""Asked when the demo opens, so that something streams before a key is pressed."""
