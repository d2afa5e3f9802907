"""The tags around thoughts in content, one table for all models, and how they are found in pieces.

Any closing tag ends a thought whatever opened it: models mix them (`<think>…</thinking>`,
anomalyco/opencode#36569). gpt-oss writes no pairs but messages: see `harmony`.
"""

import re

_WORDS = ("think", "thinking", "reasoning", "thought")
"""Qwen, DeepSeek, GLM and most: `think`; Gemini, EXAONE: `thought`. Prompts ask for either."""
PAIRS = {
    **{
        f"<{word}>": f"</{word}>"
        for named in _WORDS
        for word in (named, named.upper(), named.capitalize())
    },
    "[THINK]": "[/THINK]",  # Mistral
    "<seed:think>": "</seed:think>",  # Seed-OSS
    "<mm:think>": "</mm:think>",  # MiniMax
    "<|channel>thought": "<channel|>",  # Gemma 4
    "◁think▷": "◁/think▷",  # Kimi-VL
    "<|START_THINKING|>": "<|END_THINKING|>",  # Cohere
    "<|begin_of_thought|>": "<|end_of_thought|>",  # OpenThinker, Sky-T1
}
OPENERS = tuple(PAIRS)
CLOSERS = tuple(PAIRS.values())
SOLUTION, SOLUTION_END = "<|begin_of_solution|>", "<|end_of_solution|>"
"""Around the answer, behind `<|begin_of_thought|>`."""
BOX, BOX_END = "<|begin_of_box|>", "<|end_of_box|>"
"""Around the answer of GLM-4.1V, GLM-4.5V and their kin: no tags where they stand in its midst."""
TOOL_CALL = "<tool_call>"
"""Inside a thought it ends it; the call itself is content."""
MESSAGE = "<|start|>assistant"
CHANNEL = "<|channel|>"
"""What a message of gpt-oss begins with; the first of an answer has no `MESSAGE`."""
END, RETURN = "<|end|>", "<|return|>"
"""How gpt-oss ends a message, and its answer; servers leak them."""
ENDS = (END, RETURN, "<|im_end|>", "<|eot_id|>", "<|endoftext|>", "<end_of_turn>")
"""How models end their answers, Phi too, Qwen, Llama and Gemma: no text where nothing follows."""


def is_plain(text: str) -> bool:
    """Whether no tag can begin in a text."""
    return "<" not in text and "[" not in text and "◁" not in text


class Tags:
    """Finds any of some tags in text, and the start of one at its end."""

    def __init__(self, *tags: str) -> None:
        longest_first = sorted(tags, key=len, reverse=True)
        self.find = re.compile("|".join(map(re.escape, longest_first))).search
        self._tags = tags
        self.heads = frozenset(tag[0] for tag in tags)
        """The characters that they begin with."""
        self._heads = re.compile("[" + re.escape("".join(sorted(self.heads))) + "]")
        self._longest = max(map(len, tags)) - 1

    def cut(self, text: str) -> int:
        """Where a tag begins that `text` may end inside of; its length if there is none."""
        for head in self._heads.finditer(text, max(0, len(text) - self._longest)):
            if self.begun(text[head.start() :]):
                return head.start()
        return len(text)

    def begun(self, text: str) -> bool:
        """Whether a tag may begin with all of `text`."""
        return any(tag.startswith(text) for tag in self._tags)

    def leading(self, text: str) -> str:
        """The tag that `text` begins with, or nothing."""
        return next((tag for tag in self._tags if text.startswith(tag)), "")


IN_THOUGHT = Tags(*CLOSERS, TOOL_CALL)
IN_CONTENT = Tags(*OPENERS, *CLOSERS, SOLUTION_END, BOX_END, *ENDS, MESSAGE)
AT_START = Tags(*OPENERS, *CLOSERS, BOX, MESSAGE, CHANNEL)
OPENING = Tags(*OPENERS)
BEHIND = Tags(*CLOSERS, SOLUTION, BOX)
"""Those that go with the closing tag they follow."""
THOUGHTS = frozenset((*OPENERS, *CLOSERS))
