"""Answers that tell of think tags keep them, and a thought that tells of them keeps its end."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from massgen_tui.backends.place import Place
from massgen_tui.backends.tags import CLOSERS, OPENERS, THOUGHTS
from massgen_tui.backends.thinking import MOST_TAGS
from tests.support.decoding import Decoded, chunk, decode, say, stream

TAG = re.compile("(" + "|".join(map(re.escape, sorted(THOUGHTS, key=len, reverse=True))) + ")")
CUTTING = """\
To remove the reasoning of a model from its text, cut everything between the two tags:

```python
clean = re.sub(r"<think>.*?</think>", "", text, flags=re.S)
```

The flag `re.S` lets the dot match newlines.
"""
QUOTED = [
    CUTTING,
    "Cut all between `<think>` and `</think>`:\n\nthen trim.",
    'Set "stop": ["</think>"] in the body.\n\nThen ask again.',
    "- `<think>`\n- `</think>`\n",
    "Write\n\n~~~\n<think>\nx\n</think>\n~~~\n\nin the prompt.",
    "> ```\n> </think>\n> ```\n\nis what it sends.",
    "It said “</think>” and „</thinking>“ and 「◁/think▷」 there.",
    "gpt-oss writes `<|start|>assistant<|channel|>final<|message|>` and `<|return|>` there.",
]
TOLD = [
    *QUOTED,
    "Use <think> and </think> around it. Then go on.",
    "1. <think>: opens\n2. </think>: closes\n",
    "Indent it:\n\n    <think>\n    x\n    </think>\n\nThat is all.",
    "The **<think>** tag opens, the *</think>* tag closes.",
    "| tag | does |\n| --- | --- |\n| <think> | opens |\n| </think> | closes |\n",
    "See (<think>), [</think>], x=<think> and a,</think>.",
    "Prompts may hold [THINK] and [/THINK], or <seed:think>, as words.",
]


def split(*pieces: str, model: str = "m", finish: str = "stop") -> Decoded:
    body = [chunk({"content": piece}, model=model) for piece in pieces]
    return decode(stream(*body, chunk({}, finish, model=model)))


def tokens(text: str) -> list[str]:
    """As servers cut: a tag is a delta of its own, and so is nearly every word."""
    parts = TAG.split(text)
    return [
        piece
        for part in parts
        for piece in ([part] if TAG.fullmatch(part) else re.findall(r"\s?\S+|\s", part))
    ]


@pytest.mark.parametrize("text", TOLD)
def test_an_answer_that_tells_of_tags_is_whole(text: str) -> None:
    for pieces in ([text], list(text), tokens(text)):
        answer = split(*pieces)
        assert (answer.reasoning, answer.content) == ("", text)
        assert answer.warnings == []


@pytest.mark.parametrize("text", TOLD)
def test_it_is_whole_behind_a_thought_too(text: str) -> None:
    for pieces in (
        ["<think>Hm.</think>\n\n" + text],
        ["<think>", "Hm.", "</think>", *tokens(text)],
    ):
        answer = split(*pieces)
        assert (answer.reasoning, answer.content) == ("Hm.", text)


@pytest.mark.parametrize("text", QUOTED)
def test_a_thought_that_tells_of_quoted_tags_goes_on_behind_them(text: str) -> None:
    for cut in (list, tokens):
        answer = split(*cut(f"<think>{text}\nSo.</think>Here: </think> it is."))
        assert answer.reasoning == f"{text}\nSo."
        assert answer.content == "Here: </think> it is."


def test_a_closing_tag_alone_that_cannot_end_a_thought_is_text_and_said() -> None:
    for text in ("The tag </think> ends it.\n\nMore.", "It ends in </think>\n\nMore."):
        for pieces in ([text], tokens(text)):
            answer = split(*pieces)
            assert (answer.reasoning, answer.content) == ("", text)
            assert len(answer.warnings) == 1
            assert "closing" in answer.warnings[0]


@pytest.mark.parametrize(
    "model",
    [
        "deepseek-ai/DeepSeek-R1-Distill-Qwen-7B",
        "Qwen/Qwen3-4B-Thinking-2507",
        "QwQ-32B",
        "qwen3.5",
    ],
)
def test_a_model_that_begins_inside_its_thought_ends_it_anywhere(model: str) -> None:
    for pieces in (["Cut `</think>`, so.</think>Hi"], list("Cut `</think>`, so.</think>Hi")):
        answer = split(*pieces, model=model)
        assert (answer.reasoning, answer.content) == ("Cut `</think>`, so.", "Hi")
        assert answer.warnings == []


def test_such_a_model_may_tell_of_tags_in_its_thought_and_end_it_on_a_line() -> None:
    thought = "He means <think> and </think> here.\n"
    for pieces in ([thought + "</think>\n\nHi"], tokens(thought + "</think>\n\nHi")):
        answer = split(*pieces, model="deepseek-r1")
        assert (answer.reasoning, answer.content) == (thought, "Hi")


@pytest.mark.parametrize(
    "thought",
    ['a 5" pipe', "don't", "the '90s", "an odd ` tick", 'it says "no', "an open (“quotation"],
)
def test_a_mark_that_is_not_answered_on_its_line_hides_no_end(thought: str) -> None:
    for pieces in ([f"<think>{thought}</think>\n\nHi"], list(f"<think>{thought}</think>\n\nHi")):
        answer = split(*pieces)
        assert (answer.reasoning, answer.content) == (thought, "Hi")


@pytest.mark.parametrize("finish", ["stop", "STOP", "eos_token"])
def test_an_open_fence_in_a_thought_does_not_swallow_the_answer(finish: str) -> None:
    thought = "Try\n```\ncode\n"
    for pieces in ([thought + "</think>\n\nHi"], list(thought + "</think>\n\nHi")):
        answer = split("<think>", *pieces, finish=finish)
        assert (answer.reasoning, answer.content) == (thought, "Hi")
        assert len(answer.warnings) == 1


def test_a_thought_that_was_cut_off_stays_one() -> None:
    text = "Try\n```\n</think>\n```\nand"
    answer = split("<think>" + text, finish="length")
    assert (answer.reasoning, answer.content, answer.warnings) == (text, "", [])


def test_a_warning_is_given_once() -> None:
    answer = split("a </think> b </think> c", " d </think> e")
    assert len(answer.warnings) == 1


@pytest.mark.parametrize("tag", ["</think>", "`</think>`", "<think>", "<|end|>", "'[/THINK]"])
@pytest.mark.parametrize("begin", ["", "Hi ", "<think>", "<|channel|>final<|message|>"])
def test_tags_without_end_are_text_and_looked_at_only_so_often(begin: str, tag: str) -> None:
    looks = 0
    catch_up = Place.catch_up

    def counted(self: Place) -> str:
        nonlocal looks
        looks += 1
        return catch_up(self)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Place, "catch_up", counted)
        answer = split(begin + tag * 50_000 + "end")
    assert looks < 3 * MOST_TAGS
    assert (answer.reasoning + answer.content).endswith("end")
    assert answer.error is None


# Each word once, so that what was kept can be told; each tag as often as chance will have it.
WORDS = [f"w{at}" for at in range(8)]
PIECES = st.lists(
    st.sampled_from([*OPENERS[:3], *CLOSERS[:3], "[THINK]", "[/THINK]", "◁think▷", "◁/think▷"])
    | st.sampled_from(["\n", "\n\n", " ", ". ", "`", '"', "\n```\n", "<", "word"])
    | st.sampled_from(["<tool_call>", "<|end|>", "<|return|>", "<|start|>assistant<|channel|>"]),
    max_size=14,
)


def numbered(pieces: list[str]) -> str:
    """Every `word` of its own."""
    return "".join(f"w{at}" if piece == "word" else piece for at, piece in enumerate(pieces))


@given(PIECES.map(numbered), st.data())
@settings(deadline=None, max_examples=300)
def test_how_deltas_are_cut_never_matters_but_for_tags_alone_in_one(
    text: str, data: st.DataObject
) -> None:
    whole = split(text)
    at = sorted(data.draw(st.sets(st.integers(0, len(text)), max_size=6)))
    pieces = [text[a:b] for a, b in zip([0, *at], [*at, len(text)], strict=True)]
    alone = any(piece.strip() in THOUGHTS for piece in (*pieces, text))
    answer = split(*(piece for piece in pieces if piece))
    if not alone:
        assert (answer.reasoning, answer.content) == (whole.reasoning, whole.content)
        assert answer.warnings == whole.warnings


@given(PIECES.map(numbered), st.booleans())
@settings(deadline=None, max_examples=300)
def test_no_word_is_lost_or_told_twice(text: str, token_by_token: bool) -> None:
    answer = split(*tokens(text)) if token_by_token else split(text)
    words = sorted(re.findall(r"w\d+", text))
    kept = re.findall(r"w\d+", answer.reasoning), re.findall(r"w\d+", answer.content)
    assert sorted([*kept[0], *kept[1]]) == words
    for part in kept:
        assert part == [word for word in re.findall(r"w\d+", text) if word in part]


@given(PIECES.map(numbered), PIECES.map(numbered))
@settings(deadline=None)
def test_a_field_beside_tags_loses_no_word(field: str, text: str) -> None:
    field = TAG.sub("", field)
    pieces = [chunk({"reasoning": piece}) for piece in re.findall(r"\s?\S+|\s", field)]
    answer = decode(stream(*pieces, say(text), say("end"), chunk({}, "stop")))
    said = answer.reasoning + answer.content
    for word in re.findall(r"w\d+", field + text):
        assert word in said
