"""Differences by words: both sides stay what they were, whatever stands in them."""

import random
from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from massgen_tui.compare.differences import (
    Differences,
    Stopped,
    differences,
)
from massgen_tui.compare.parting import parting_of
from massgen_tui.compare.words import words_of

TEXTS = st.text(st.sampled_from("ab \n\t.,語สวั\u0301\u200d🙂\x1c\u3000"), max_size=60)


def shown(found: Differences) -> str:
    """`same [one|two] same`."""
    return "".join(
        "".join(run.one) if run.same else f"[{''.join(run.one)}|{''.join(run.two)}]"
        for run in found.runs
    )


@given(st.text())
def test_words_joined_are_the_text(text: str) -> None:
    assert "".join(words_of(text)) == text


@given(st.one_of(TEXTS, st.text()), st.one_of(TEXTS, st.text()))
def test_both_sides_joined_are_the_texts(one: str, two: str) -> None:
    found = differences(one, two)
    assert "".join(word for run in found.runs for word in run.one) == one
    assert "".join(word for run in found.runs for word in run.two) == two
    assert found.identical == (one == two)
    kinds = [run.same for run in found.runs]
    assert all(a != b for a, b in pairwise(kinds))
    for run in found.runs:
        if run.same:
            assert [w.strip() for w in run.one] == [w.strip() for w in run.two]


@given(TEXTS, TEXTS)
def test_it_is_the_same_from_the_other_side(one: str, two: str) -> None:
    there, back = differences(one, two), differences(two, one)
    assert there.same_up_to == back.same_up_to
    assert there.words == back.words[::-1]


@pytest.mark.parametrize(
    ("one", "two", "expected"),
    [
        ("the cat sat", "the dog sat", "the[ cat| dog] sat"),
        ("b c", "a b c", "[|a]b c"),
        ("a b", "a b c", "a b[| c]"),
        ("東京は晴れです", "東京は雨です", "東京は[晴れ|雨]です"),
        ("你好,世界", "你好,世界人", "你好,世界[|人]"),
        ("สวัสดี", "สวัสดู", "สวัส[ดี|ดู]"),
        ("안녕 세계", "안녕 지구", "안녕[ 세계| 지구]"),
        ("if a:\n    b()\n", "if a:\n        b()\n", "if a:[\n    b()|\n        b()]\n"),
        ("x = 1\n", "x = 1", "x = 1[\n|]"),
        ("a  b", "a b", "a[  b| b]"),
        ("你好", "你 好", "你[好| 好]"),
        (" a", "a", "[ a|a]"),
        ("", "a", "[|a]"),
    ],
)
def test_differences_are_told_by_words(one: str, two: str, expected: str) -> None:
    assert shown(differences(one, two)) == expected


@pytest.mark.parametrize(
    ("one", "two", "headline", "first"),
    [
        ("", "", "both empty", None),
        ("a b", "a b", "identical (2 words)", None),
        ("a b c", "a b d", "same up to word 2 of 3 · 1 difference", 3),
        ("a b c", "a b", "same up to word 2 of 3 and 2 · 1 difference", 3),
        ("x b c d", "y b c e", "different from the first word, of 4 · 2 differences", 1),
        ("", "a b", "only one has it (2 words)", 1),
        ("今日は晴れ", "今日は雨", "same up to word 3 of 5 and 4 · 1 difference", 4),
    ],
)
def test_where_they_part_is_told_first(
    one: str, two: str, headline: str, first: int | None
) -> None:
    found = differences(one, two)
    assert found.headline == headline
    assert found.first_difference_word == first


def test_the_word_is_the_one_that_run_tells() -> None:
    texts = ["The sky is blue.", "The sky is red, so.", "空は青い", "空は赤い"]
    for one, two in [(texts[0], texts[1]), (texts[2], texts[3])]:
        parting = parting_of(one, two)
        assert parting is not None
        assert parting.word == differences(one, two).first_difference_word


def prose(seed: int, words: int, kinds: int = 3000) -> list[str]:
    dice = random.Random(seed)
    return [f"w{int(dice.paretovariate(0.6)) % kinds}" for _ in range(words)]


def edited(words: Sequence[str], every: int) -> list[str]:
    return ["other" if at % every == every - 1 else word for at, word in enumerate(words)]


def test_long_texts_differ_where_they_were_edited() -> None:
    words = prose(1, 20_000)
    found = differences(" ".join(words), " ".join(edited(words, 1000)))
    assert found.count == 20
    assert found.same_up_to == 999
    assert sum(len(run.one) for run in found.runs if not run.same) == 20


def test_the_work_of_long_texts_is_bounded() -> None:
    """Two answers of 20,000 words that have little in common, and one word over and over."""
    looks = 0

    def looked() -> bool:
        nonlocal looks
        looks += 1
        return False

    differences(" ".join(prose(1, 20_000)), " ".join(prose(2, 20_000)), stopped=looked)
    differences("a b " * 10_000, "b c a " * 7_000, stopped=looked)
    assert looks < 200_000


def test_progress_is_told_and_it_can_be_stopped() -> None:
    words = prose(1, 4000)
    one, two = " ".join(words), " ".join(edited(words, 100))
    told: list[float] = []
    differences(one, two, progress=told.append)
    assert told == sorted(told)
    assert told[-1] == 1.0
    with pytest.raises(Stopped):
        differences(one, two, stopped=lambda: True)
