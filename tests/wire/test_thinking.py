"""Inline reasoning: which tags count, which are text, and that no character is lost at a cut."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.decoding import Decoded, chunk, decode, say, stream

PAIRS = [
    ("<think>", "</think>"),
    ("<thinking>", "</thinking>"),
    ("<reasoning>", "</reasoning>"),
    ("<thought>", "</thought>"),
    ("<THINK>", "</THINK>"),
    ("<Thinking>", "</Thinking>"),
    ("<REASONING>", "</REASONING>"),
    ("[THINK]", "[/THINK]"),
    ("<seed:think>", "</seed:think>"),
    ("<mm:think>", "</mm:think>"),
    ("<|channel>thought", "<channel|>"),
    ("◁think▷", "◁/think▷"),
    ("<|START_THINKING|>", "<|END_THINKING|>"),
    ("<|channel|>analysis<|message|>", "<|end|>"),
]
BARE = PAIRS[:-1]
HARMONY = "<|channel|>analysis<|message|>Hm.<|end|><|start|>assistant<|channel|>final<|message|>Hi"


def split(*pieces: str) -> Decoded:
    """What a server without a parser means that says these pieces."""
    return decode(stream(*map(say, pieces), chunk({}, "stop")))


def parts(text: str) -> tuple[str, str]:
    answer = split(text)
    return answer.reasoning, answer.content


@pytest.mark.parametrize(("opening", "closing"), PAIRS)
def test_a_pair_at_the_start_is_reasoning_wherever_it_is_cut(opening: str, closing: str) -> None:
    text = f"\n {opening}Hm < [ ◁ </{closing}\n\nHi {opening} and {closing}"
    want = ("Hm < [ ◁ </", f"Hi {opening} and {closing}")
    assert parts(text) == want
    for at in range(len(text)):
        answer = split(text[:at], text[at:])
        assert (answer.reasoning, answer.content) == want, text[:at]
    answer = split(*text)
    assert (answer.reasoning, answer.content) == want


@pytest.mark.parametrize(("opening", "closing"), BARE)
def test_a_closing_tag_alone_moves_what_came_before(opening: str, closing: str) -> None:
    answer = split("H", "m.\n", closing, "\n\nHi ", closing, f"{opening}x{closing}")
    assert answer.reasoning == "Hm.\n"
    assert answer.content == f"Hi {closing}{opening}x{closing}"
    assert answer.moved == 1


def test_nothing_moves_when_nothing_was_shown_yet() -> None:
    answer = split("Hm.\n</think>\n\nHi")
    assert (answer.reasoning, answer.content, answer.moved) == ("Hm.\n", "Hi", 0)


def test_a_closing_tag_at_the_very_start_only_goes_away() -> None:
    answer = split("\n</think>\n\n", "Hi")
    assert (answer.reasoning, answer.content, answer.moved) == ("", "Hi", 0)


def test_an_opening_tag_behind_text_is_text() -> None:
    assert parts("Write <think>like this.") == ("", "Write <think>like this.")
    answer = split("Use `<think>` first.")
    assert (answer.reasoning, answer.content) == ("", "Use `<think>` first.")


def test_a_closing_tag_of_another_pair_closes_and_a_further_one_is_text() -> None:
    assert parts("<think>a</thinking>\n\nb") == ("a", "b")
    assert parts("<think>a</thinking>b</think>c") == ("a", "b</think>c")


def test_an_unclosed_tag_ends_with_the_stream() -> None:
    assert parts("<think>Hm. </thi") == ("Hm. </thi", "")


def test_a_partial_tag_at_the_end_is_text() -> None:
    assert parts("<thin") == ("", "<thin")
    assert parts("Hi </thi") == ("", "Hi </thi")


def test_text_that_only_looks_like_a_tag_is_kept() -> None:
    assert parts("<thinner> is <b>bold</b>") == ("", "<thinner> is <b>bold</b>")


def test_white_space_alone_is_kept() -> None:
    assert parts("  \n") == ("", "  \n")
    answer = split(*" " * 10_000)
    assert answer.content == " " * 10_000


def test_only_one_blank_line_goes_with_the_closing_tag() -> None:
    assert parts("<think>a</think>\n\n\n\nHi") == ("a", "\n\nHi")
    assert parts("<think>a</think>\nHi") == ("a", "\nHi")
    assert parts("<think>a</think>\n") == ("a", "\n")


def test_a_second_block_behind_the_first_is_text() -> None:
    assert parts("<think>a</think><think>b</think>c") == ("a", "<think>b</think>c")


def test_a_tool_call_ends_the_thinking() -> None:
    assert parts("<think>a<tool_call>{}</tool_call>") == ("a", "<tool_call>{}</tool_call>")


@pytest.mark.parametrize("value", [None, ""])
def test_an_empty_reasoning_field_does_not_count(value: str | None) -> None:
    pieces = ("Hm.", "</think>", "Hi")
    empty = [chunk({"reasoning_content": value, "content": piece}) for piece in pieces]
    answer = decode(stream(*empty, chunk({}, "stop")))
    assert (answer.reasoning, answer.content) == ("Hm.", "Hi")


def test_behind_a_reasoning_field_tags_are_read_too() -> None:
    thought = chunk({"reasoning": "Hm."})
    answer = decode(stream(thought, say("<think>a</think>"), say("b</think>"), chunk({}, "stop")))
    assert (answer.reasoning, answer.content) == ("Hm.a", "b</think>")


def test_a_reasoning_field_in_the_middle_of_a_tag_loses_nothing() -> None:
    thought = chunk({"reasoning": "Hm."})
    answer = decode(stream(say("\n"), thought, say("Hi </thi"), thought, say("nk>"), done=True))
    assert (answer.reasoning, answer.content) == ("Hm.Hm.", "\nHi </think>")
    answer = decode(stream(say("<think>a</th"), thought, say("b"), done=True))
    assert (answer.reasoning, answer.content) == ("a</thHm.", "b")


def test_a_closing_tag_moves_only_within_its_limit() -> None:
    near, far = "x" * 65_535 + "\n", "x" * 65_536 + "\n"
    assert parts(near + "</think>\n\nHi") == (near, "Hi")
    assert parts(far + "</think>\n\nHi") == ("", far + "</think>\n\nHi")
    answer = split(near[:-5], near[-5:], "</think>", "Hi")
    assert (answer.reasoning, answer.content, answer.moved) == (near, "Hi", 1)
    answer = split(far[:-5], far[-5:], "</think>", "Hi")
    assert (answer.reasoning, answer.content, answer.moved) == ("", far + "</think>Hi", 0)


def test_harmony_headers_go_with_the_thinking() -> None:
    for at in range(len(HARMONY)):
        answer = split(HARMONY[:at], HARMONY[at:])
        assert (answer.reasoning, answer.content) == ("Hm.", "Hi"), at
    assert parts("<|channel|>final<|message|>Hi") == ("", "Hi")
    again = "<|start|>assistant<|channel|>analysis<|message|>More.<|end|>Hi"
    assert parts("<|channel|>analysis<|message|>Hm.<|end|>" + again) == ("Hm.More.", "Hi")


TEXTS = st.lists(
    st.sampled_from([tag for pair in PAIRS for tag in pair])
    | st.sampled_from(["\n", "\n\n", " ", "<", "</", "Hm", "<tool_call>", "<|start|>assistant"])
    | st.text(max_size=5),
    max_size=12,
).map("".join)


@given(TEXTS)
@settings(deadline=None)
def test_how_content_is_cut_never_matters(text: str) -> None:
    whole = parts(text)
    answer = split(*text)
    assert (answer.reasoning, answer.content) == whole


@given(TEXTS)
@settings(deadline=None)
def test_characters_are_only_lost_with_tags(text: str) -> None:
    reasoning, content = parts(text)
    if not any(tag in text for pair in PAIRS for tag in pair) and "<|message|>" not in text:
        # white space before a header of gpt-oss is no part of its message, even if none comes
        lost = text[: len(text) - len(text.lstrip())] if "<|start|>" in text else ""
        assert len(text) - len(lost) <= len(reasoning) + len(content) <= len(text)


@pytest.mark.parametrize(
    "mark",
    [
        "<|end|>",
        "<|im_end|>",
        "<|eot_id|>",
        "<end_of_turn>",
        "<|im_end|><|endoftext|>",
        "<|end|>\n",
    ],
)
def test_a_mark_of_the_end_goes_where_nothing_follows_it(mark: str) -> None:
    text = f"Hello{mark}"
    want = "Hello\n" if mark.endswith("\n") else "Hello"
    for at in range(len(text)):
        assert split(text[:at], text[at:]).content == want, text[:at]
    assert split(*text).content == want
    assert split(f"<think>Hm.</think>{text}").content == want


@pytest.mark.parametrize(
    "text",
    [
        "A turn ends with <|im_end|>, so.",
        "It ends with <|im_end|>",
        "`<|eot_id|>`",
        "```\n<|end|>",
        "a <|end|> b",
        "x<|im_en",
    ],
)
def test_a_mark_of_the_end_is_text_elsewhere(text: str) -> None:
    assert split(text).content == text
    assert split(*text).content == text
