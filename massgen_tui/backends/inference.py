"""The inference servers that people run themselves: vLLM and SGLang."""

from typing import Final

from massgen_tui.backends.chat_completions import ChatCompletionsBackend

TYPES: Final = frozenset({"vllm", "sglang"})
"""The config's `type:` words that are served here."""


class InferenceBackend(ChatCompletionsBackend):
    """A vLLM or SGLang server: chat completions with extras, told apart by the dialect's data.

    `provider` is `vLLM` or `SGLang`.
    """
