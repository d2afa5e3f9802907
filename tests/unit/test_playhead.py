"""The clock of what is played again."""

from massgen_tui.playhead import Playhead
from tests.support.fakes import FakeClock


def test_it_moves_as_fast_as_it_is_told_and_says_when_a_moment_comes() -> None:
    wall = FakeClock()
    head = Playhead(10.0, 30.0, speed=2.0, wall=wall)
    assert head.until(14.0) == 2.0
    wall.tick(1.5)
    assert head.until(14.0) == 0.5
    head.go(head.came())
    assert head.position == 13.0
    assert head.until(11.0) == -1.0


def test_it_stands_where_it_does_not_play_and_at_its_end() -> None:
    wall = FakeClock()
    head = Playhead(0.0, 5.0, playing=False, wall=wall)
    wall.tick(2.0)
    assert head.came() == 0.0
    head.playing = True
    wall.tick(9.0)
    head.go(head.came())
    assert head.position == 5.0


def test_time_that_passed_unseen_can_be_forgotten_and_speed_has_limits() -> None:
    wall = FakeClock()
    head = Playhead(0.0, 5.0, wall=wall)
    wall.tick(2.0)
    head.rest()
    assert head.came() == 0.0
    head.change_speed(1000)
    assert head.speed == 64.0
    head.change_speed(1e-6)
    assert head.speed == 0.125
