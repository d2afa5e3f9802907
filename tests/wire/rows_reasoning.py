"""Rows of thoughts in content: several blocks, mixed tags, two sources, gpt-oss's messages."""

from tests.support.decoding import chunk, say, stream
from tests.wire.rows import Row

_STOP = chunk({}, "stop")
_MESSAGE = "<|start|>assistant<|channel|>"


def _both(text: str, content: str) -> dict[str, object]:
    return chunk({"reasoning_content": text, "content": content})


def _thought(text: str) -> dict[str, object]:
    return chunk({"reasoning_content": text})


BLOCKS = [
    Row(
        "Qwen3.8: a second block behind text, tags in their own deltas (Minnow#957)",
        stream(
            *map(say, ("<think>", "A", "</think>", "\n\nHi.\n\n", "<think>", "B")),
            *map(say, ("</think>", "\n\nBye.")),
            _STOP,
        ),
        "AB",
        "Hi.\n\nBye.",
    ),
    Row(
        "GLM-4.6 without a parser: later blocks on lines of their own, in one delta",
        stream(say("<think>A</think>\n\nHi.\n\n<think>\nB\n</think>\n\nBye."), _STOP),
        "A\nB\n",
        "Hi.\n\nBye.",
    ),
    Row(
        "Kimi-VL: a later block in the middle of a line, its tags in deltas of their own",
        stream(*map(say, ("◁think▷A◁/think▷Hi.", "◁think▷", "B", "◁/think▷", "Bye.")), _STOP),
        "AB",
        "Hi.Bye.",
    ),
    Row(
        "a later block that never closes is text, and that is said",
        stream(*map(say, ("Hi.\n\n", "<think>", "\nB", " C.")), _STOP),
        content="Hi.\n\n<think>\nB C.",
        warnings=1,
    ),
    Row(
        "MiniMax-M3: another closing tag (opencode#36569)",
        stream(say("<think>Hm."), say("</thinking>"), say("\n\nHi"), _STOP),
        "Hm.",
        "Hi",
    ),
    Row(
        "Seed-OSS: the plain closing tag for its own",
        stream(say("<seed:think>Hm.</think>Hi"), _STOP),
        "Hm.",
        "Hi",
    ),
    Row(
        "MiniMax: the closing tag twice",
        stream(say("<mm:think>Hm.</mm:think>\n"), say("</mm:think>"), say("\n\nHi"), _STOP),
        "Hm.",
        "Hi",
    ),
    Row(
        "DeepSeek-V3.1: template and model both open the thought",
        stream(say("<think>\n<th"), say("ink>\nHm.</think>"), say("\n\nHi"), _STOP),
        "\nHm.",
        "Hi",
    ),
    Row(
        "OpenThinker: thought and solution (Alpaca#604)",
        stream(
            *map(say, ("<|begin_of_thought|>", "\n\nHm.\n\n", "<|end_of_thought|>\n\n")),
            *map(say, ("<|begin_of_", "solution|>Hi", "<|end_of_solution|>")),
            _STOP,
        ),
        "\n\nHm.\n\n",
        "Hi",
    ),
    Row(
        "Qwen3, thinking off by hand: an empty block is no thought",
        stream(say("<think>\n\n</think>\n\n"), say("Hi"), _STOP),
        content="Hi",
    ),
    Row(
        "transformers serve 5.23: blank reasoning is no thought",
        stream(_thought("\n\n"), say("Hi"), _STOP),
        content="Hi",
    ),
    Row(
        "blank reasoning before a thought belongs to it",
        stream(_thought("\n"), _thought("\n"), _thought("Hm."), say("Hi"), _STOP),
        "\n\nHm.",
        "Hi",
    ),
]

TWICE = [
    Row(
        "MiniMax-M3 behind a gateway: field and tags in step (oh-my-pi#2433)",
        stream(_both("So", "<think>\nSo"), _both(" hm.", " hm."), say("\n</think>\n\nHi"), _STOP),
        "So hm.",
        "Hi",
    ),
    Row(
        "the tags are ahead of the field",
        stream(
            say("<think>So"),
            _thought("So"),
            say(" hm."),
            _thought(" hm."),
            say("</think>Hi"),
            _STOP,
        ),
        "So hm.",
        "Hi",
    ),
    Row(
        "the field repeats the tags at the end",
        stream(say("<think>So"), say(" hm.</think>Hi"), _thought("So hm."), _STOP),
        "So hm.",
        "Hi",
    ),
    Row(
        "both in every block",
        stream(
            _both("A", "<think>A"),
            say("</think>\n\nHi.\n\n"),
            _both("B", "<think>B"),
            say("</think>\n\nBye."),
            _STOP,
        ),
        "AB",
        "Hi.\n\nBye.",
    ),
    Row(
        "two thoughts that begin alike are both given",
        stream(_thought("Plan A."), say("<think>Plan "), say("B.</think>Hi"), _STOP),
        "Plan A.Plan B.",
        "Hi",
    ),
    Row(
        "SGLang: the closing tag leaks behind the field (sglang#26873)",
        stream(_thought("Hm."), say("</think>"), say("\n\nHi"), _STOP),
        "Hm.",
        "Hi",
    ),
    Row(
        "TensorRT-LLM: it leaks in one delta with the answer (#19229)",
        stream(_thought("Hm."), say("\n</think>Hi"), _STOP),
        "Hm.",
        "Hi",
    ),
    Row(
        "it leaks behind a second thought in the field",
        stream(_thought("A"), say("Hi.\n\n"), _thought("B"), say("</think>\n\nBye."), _STOP),
        "AB",
        "Hi.\n\nBye.",
    ),
    Row(
        "the opening tag leaks before the field",
        stream(say("<think>"), _thought("Hm."), say("Hi"), _STOP),
        "Hm.",
        "Hi",
    ),
    Row(
        "Groq compound: tags inside the field",
        stream(_thought("<think>\nHm."), _thought(" So.\n</think>\n"), say("Hi"), _STOP),
        "\nHm. So.\n\n",
        "Hi",
    ),
    Row(
        "Gemini: thoughts marked and tagged",
        stream(
            *(
                chunk({"content": text, "extra_content": {"google": {"thought": True}}})
                for text in ("<thought>Hm.", " So.")
            ),
            say("</thought>Hi"),
            _STOP,
        ),
        "Hm. So.",
        "Hi",
    ),
]

HARMONY = [
    Row(
        "gpt-oss: a call on the commentary channel (TensorRT-LLM#9256)",
        stream(
            say("<|channel|>analysis<|message|>Hm.<|end|>"),
            say(_MESSAGE + "commentary to=functions.grep <|constrain|>json<|message|>"),
            say('{"a": '),
            say("1}<|call|>"),
            _STOP,
        ),
        "Hm.",
        tools=[(None, "grep", '{"a": 1}')],
    ),
    Row(
        "gpt-oss: the recipient in the role, a built-in tool",
        stream(
            say("<|start|>assistant to=python<|channel|>commentary<|message|>1+1<|call|>"), _STOP
        ),
        tools=[(None, "python", "1+1")],
    ),
    Row(
        "gpt-oss: preamble and answer are two messages (odysseus#4522)",
        stream(
            say("<|channel|>analysis<|message|>Hm.<|end|>" + _MESSAGE + "commentary<|message|>I"),
            say(" count.<|end|>"),
            say(_MESSAGE + "final<|message|>"),
            say("Seven.<|return|>"),
            _STOP,
        ),
        "Hm.",
        "I count.\n\nSeven.",
    ),
    Row(
        "gpt-oss: the reasoning in a field, the rest as it is",
        stream(_thought("Hm."), say(_MESSAGE + "final<|message|>Hi<|return|>"), _STOP),
        "Hm.",
        "Hi",
    ),
    Row(
        "gpt-oss: only the first header was taken off",
        stream(say("I count.<|end|>" + _MESSAGE + "final<|message|>Seven."), _STOP),
        content="I count.Seven.",
    ),
    Row(
        "gpt-oss: the last tag alone leaks",
        stream(say("Hi"), say("<|return|>"), _STOP),
        content="Hi",
    ),
    Row(
        "gpt-oss: an answer that quotes its own tags",
        stream(
            say('<|channel|>final<|message|>A message ends with `<|end|>` or "<|return|>".'), _STOP
        ),
        content='A message ends with `<|end|>` or "<|return|>".',
    ),
    Row(
        "gpt-oss: calls beside calls of the server's own",
        stream(
            say(_MESSAGE + "commentary to=functions.g<|message|>{}<|call|>"),
            chunk({"tool_calls": [{"index": 0, "id": "c", "function": {"name": "f"}}]}),
            _STOP,
        ),
        tools=[(None, "g", "{}"), ("c", "f", "")],
    ),
]

BOXES = [
    Row(
        "GLM-4.5V: the box around the answer is none of it (zai-org/GLM-V)",
        stream(
            _thought("Hm."), say("<|begin_of_box|>"), say("42"), say("<|end_of_box|>"), _STOP
        ),
        "Hm.",
        "42",
    ),
    Row(
        "GLM-4.1V without a parser: a box behind the thought, a newline after it, cut anywhere",
        stream(*map(say, ("<think>Hm.</think>\n<|begin_", "of_box|>4", "2<|end_of_", "box|>\n")),
               _STOP),
        "Hm.",
        "42\n",
    ),
    Row(
        "GLM-4.5V: a box of code",
        stream(say("<|begin_of_box|>```py\nx\n```<|end_of_box|>"), _STOP),
        content="```py\nx\n```",
    ),
    Row(
        "a box that the limit left open",
        stream(say("<|begin_of_box|>4"), chunk({}, "length")),
        content="4",
        finish="length",
    ),
    Row(
        "marks of a box in the midst of an answer are its text",
        stream(say("It is <|begin_of_box|>42<|end_of_box|>, or so. <|end_of_box|>"), _STOP),
        content="It is <|begin_of_box|>42<|end_of_box|>, or so. <|end_of_box|>",
    ),
    Row(
        "an end mark before the end of a boxed answer is text",
        stream(say("<|begin_of_box|>a <|end_of_box|> b<|end_of_box|>"), _STOP),
        content="a <|end_of_box|> b",
    ),
]  # fmt: skip

ROWS = [*BLOCKS, *BOXES, *TWICE, *HARMONY]
