"""Another width: what is seen is wrapped at once; heights of turns long past are guessed first."""

import pytest

from massgen_tui.console.stream.blocks import STALE, Derived
from massgen_tui.console.stream.search import Search
from massgen_tui.console.stream.segment import Packed, Segment
from tests.console.test_stream_sought import conversation, found
from tests.support.panes import Page, shown


def fitted(page: Page) -> None:
    """Sweep until nothing is to be done, as the window stands."""
    for _ in range(100_000):
        seen = shown(page.scroll.window)
        more = page.document.sweep(1024)
        page.document.flush(3.0)
        page.document.settle_window()
        assert shown(page.scroll.window) == seen
        if not more:
            return
    raise AssertionError("it does not come to its end")


@pytest.mark.parametrize("width", [25, 50, 90])
@pytest.mark.parametrize("share", [0.0, 0.4, 1.0])
def test_heights_are_corrected_without_a_jump_of_what_is_seen(width: int, share: float) -> None:
    page = conversation(20)
    page.scroll.to(int(len(page.scroll.rows) * share))
    page.document.set_width(width, 3.0)
    assert STALE not in page.scroll.window
    fitted(page)
    fresh = Page(page.document.agent, width=width, height=12)
    whole = fresh.read()
    assert len(page.scroll.rows) == len(whole)
    assert page.scroll.rows.count(STALE) > len(whole) / 2, "turns long past were put away again"
    assert page.read() == whole


def test_a_width_and_back_guesses_nothing() -> None:
    page = conversation(20)
    past = page.document.views[:-2]
    sizes = [view.size for view in past]
    page.document.set_width(25, 3.0)
    assert all(view.guessed for view in past)
    page.document.set_width(60, 3.0)
    assert not any(view.guessed for view in past)
    assert [view.size for view in past] == sizes


def test_how_much_a_resize_makes_does_not_grow_with_the_conversation(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made: list[int] = []
    update = Derived.update

    def counted(block: Derived, now: float) -> int | None:
        made[-1] += 1
        return update(block, now)

    monkeypatch.setattr(Derived, "update", counted)
    for turns in (10, 60):
        made.append(0)
        page = conversation(turns)
        made[-1] = 0
        page.document.set_width(45, 3.0)
    assert made[0] == made[1] > 0


def test_a_search_of_another_width_waits_for_no_heights() -> None:
    page = conversation(20)
    page.document.set_width(45, 3.0)
    search = found(Search(page.document, "nowhere", 0), page)
    assert all(view.guessed for view in page.document.views[:-2])
    search.close()
    fitted(page)
    assert page.read() == Page(page.document.agent, width=45, height=12).read()


@pytest.mark.parametrize("width", [1, 7, 20, 40, 41, 200])
def test_guessed_rows_are_shared_among_all_that_have_some(width: int) -> None:
    text = b"a" * 400
    counts = [3, 0, 1, 1, 10, 1, 0]
    segments = [
        Segment.at(text, 50 * n, 50 * n + 50, count, None) for n, count in enumerate(counts)
    ]
    packed = Packed(text, segments, 40)
    assert packed.rewrap(width) is (width != 40)
    again = packed.unpack()
    assert sum(one.count for one in again) == packed.rows
    assert [one.count > 0 for one in again] == [count > 0 for count in counts]
