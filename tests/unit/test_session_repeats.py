"""Several answers to one prompt: how many are alike, where they part, warm and cold."""

import pytest

from massgen_tui.backends.events import ContentDelta, Finished, UsageReported
from massgen_tui.session.attempt import Attempt
from massgen_tui.session.repeats import repeats_of
from massgen_tui.session.status import Status
from tests.support.attempts import attempt_of


def said(text: str, cached: int | None = None, finish: str = "stop") -> Attempt:
    usage = UsageReported(prompt=10, completion=5, cached=cached)
    return attempt_of(ContentDelta(text), Finished(finish), usage)


@pytest.mark.parametrize(
    ("texts", "line"),
    [
        (["a b"] * 5, "5 of 5 identical"),
        (["a b c", "a b c", "a x c"], "2 of 3 identical to the first, others part at word 2"),
        (["a b c", "a b d", "a b c", "x"], "2 of 4 identical to the first, others part at word 1"),
        (["a b", "a c", "a d"], "1 of 3 identical to the first, others part at word 2"),
        (["日本語", "日本人", "日本語"], "2 of 3 identical to the first, others part at word 3"),
        (
            ["x = 1", "x  = 1", "x = 1"],
            "2 of 3 identical to the first, others differ in white space",
        ),
    ],
)
def test_how_many_are_alike(texts: list[str], line: str) -> None:
    assert repeats_of([said(text) for text in texts]).alike == line


def test_what_is_not_whole_is_counted_and_not_compared() -> None:
    attempts = [
        said("a b"),
        said("a b"),
        said("a", finish="length"),
        attempt_of(ContentDelta("x"), status=Status.CANCELLED),
        attempt_of(status=Status.FAILED),
    ]
    found = repeats_of(attempts)
    assert (found.asked, found.whole) == (5, 2)
    assert found.alike == "2 of 2 identical, 3 not whole"
    assert {one.spread.n for one in found.numbers} == {2}


def test_nothing_whole_has_no_numbers() -> None:
    found = repeats_of([attempt_of(status=Status.FAILED)])
    assert found.alike == "none of 1 came whole"
    assert found.numbers == ()
    assert repeats_of([]).identical == 0


def test_warm_and_cold_stand_apart() -> None:
    attempts = [said("a", cached=0), said("a", cached=8), said("a", cached=4), said("a")]
    ttft = [one for one in repeats_of(attempts).numbers if one.name == "TTFT"]
    assert [(one.of, one.spread.n) for one in ttft] == [("cold", 1), ("warm", 2), ("", 1)]
    assert repeats_of(attempts).line.startswith("4 of 4 identical · TTFT cold 1.00 s (1.00–1.00)")


def test_no_word_judges() -> None:
    found = repeats_of([said("a b"), said("a c"), said("a d")])
    assert not {"regression", "worse", "wrong", "fail"} & set(found.line.split())
