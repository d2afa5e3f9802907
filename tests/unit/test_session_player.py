"""A kept session played again: by its own times, faster, in steps, back and forth."""

from collections.abc import Sequence

from massgen_tui.backends.events import ContentDelta
from massgen_tui.session import events
from massgen_tui.session.agent import Agent, KeptProfile
from massgen_tui.session.events import Entry, SessionEvent
from massgen_tui.session.player import Player, pauses
from massgen_tui.session.state import SessionState
from massgen_tui.session.status import Status
from tests.support.fakes import FakeClock, config_of

STORY: Sequence[tuple[float, SessionEvent]] = (
    (10.0, events.Prompted(1, "hi", ("a",))),
    (10.0, events.Queued(1, "a", 1)),
    (10.0, events.Begun(1)),
    (12.0, events.Streamed(1, ContentDelta("one "))),
    (14.0, events.Streamed(1, ContentDelta("two"))),
    (16.0, events.Ended(1, Status.DONE)),
)


class Scene:
    """A player on a clock that is moved by hand."""

    def __init__(
        self, speed: float = 1.0, story: Sequence[tuple[float, SessionEvent]] = STORY
    ) -> None:
        self.wall = FakeClock()
        (config,) = config_of("a").agents
        self.state = SessionState([Agent(config, KeptProfile())])
        entries = [Entry(seq, at, event) for seq, (at, event) in enumerate(story)]
        self.heard: list[int] = []
        self.player = Player(entries, self.state, speed=speed, wall=self.wall)
        self.player.listen(lambda entry: self.heard.append(entry.seq))
        self.player.advance()

    def wait(self, seconds: float) -> None:
        self.wall.tick(seconds)
        self.player.advance()

    @property
    def said(self) -> str:
        turns = self.state.agents["a"].turns
        return str(turns[0].attempts[0].content) if turns else "nothing"


def test_it_has_the_times_that_it_had() -> None:
    scene = Scene()
    assert (scene.said, scene.player.clock()) == ("", 10.0)
    scene.wait(1.9)
    assert scene.said == ""
    scene.wait(0.1)
    assert scene.said == "one "
    scene.wait(2.0)
    assert scene.said == "one two"
    scene.wait(100.0)
    assert not scene.player.playing
    assert (scene.player.clock(), scene.heard) == (16.0, [0, 1, 2, 3, 4, 5])


def test_it_is_as_fast_as_wanted_and_pauses() -> None:
    scene = Scene(speed=4.0)
    scene.wait(0.5)
    assert scene.said == "one "
    scene.player.pause()
    scene.wait(60.0)
    assert scene.said == "one "
    scene.player.pause()
    scene.player.faster(0.25)
    scene.wait(1.9)
    assert scene.said == "one "
    scene.wait(0.1)
    assert scene.said == "one two"
    for _ in range(20):
        scene.player.faster(2.0)
    assert scene.player.speed == 64.0


def test_steps_go_from_event_to_event_in_both_directions() -> None:
    scene = Scene()
    places = []
    for _ in range(4):
        scene.player.step(1)
        places.append((scene.player.position, scene.said))
    assert places == [(12.0, "one "), (14.0, "one two"), (16.0, "one two"), (16.0, "one two")]
    assert not scene.player.playing
    back = []
    for _ in range(4):
        scene.player.step(-1)
        back.append((round(scene.player.position, 3), scene.said))
    assert back == [(14.0, "one two"), (12.0, "one "), (10.0, ""), (10.0, "nothing")]


def test_seeking_back_and_forth_gives_what_was_there_then() -> None:
    scene = Scene()
    scene.player.seek(15.0)
    assert scene.said == "one two"
    scene.player.seek(13.0)
    assert scene.said == "one "
    scene.player.seek(99.0)
    assert scene.player.position == 16.0
    revision = scene.state.agents["a"].revision
    scene.player.seek(0.0)
    assert scene.said == "nothing"
    assert scene.state.agents["a"].revision > revision, "what is drawn is drawn anew"


def test_at_the_end_it_plays_from_the_beginning_again() -> None:
    scene = Scene()
    scene.wait(50.0)
    scene.player.pause()
    scene.player.advance()
    assert scene.player.playing
    assert scene.said == ""


def test_nothing_to_play_is_no_trouble() -> None:
    (config,) = config_of("a").agents
    player = Player([], SessionState([Agent(config, KeptProfile())]))
    for move in (player.advance, player.pause, lambda: player.step(1), lambda: player.seek(3)):
        move()
    assert player.position == 0.0


TWO_TURNS: Sequence[tuple[float, SessionEvent]] = (
    *STORY,
    (17.0, events.Sampled()),
    (616.0, events.Prompted(2, "and then?", ("a",))),
    (616.0, events.Queued(2, "a", 2)),
    (616.0, events.Begun(2)),
    (640.0, events.Streamed(2, ContentDelta("after a long thought"))),
    (641.0, events.Ended(2, Status.DONE)),
)


def test_a_pause_in_which_nobody_answers_is_cut_and_a_long_thought_is_not() -> None:
    scene = Scene(story=TWO_TURNS)
    scene.wait(6.0)
    assert (scene.player.position, scene.player.skips) == (16.0, True)
    scene.wait(2.9)
    assert len(scene.state.agents["a"].turns) == 1
    scene.wait(0.2)
    assert len(scene.state.agents["a"].turns) == 2
    assert (scene.player.position, scene.player.skips) == (616.0, False)
    scene.wait(20.0)
    assert scene.player.position == 636.0


def test_a_cut_pause_is_as_long_at_any_speed() -> None:
    scene = Scene(speed=4.0, story=TWO_TURNS)
    scene.wait(1.5)
    scene.wait(2.9)
    assert len(scene.state.agents["a"].turns) == 1
    scene.wait(0.2)
    assert len(scene.state.agents["a"].turns) == 2


def test_it_goes_from_prompt_to_prompt_and_on_playing() -> None:
    player = Scene(story=TWO_TURNS).player
    places = []
    for by in (1, -1, -1, 1, 1):
        places.append((player.position, player.playing))
        player.skip(by)
    assert places == [(10.0, True), (616.0, True), (10.0, True), (10.0, True), (616.0, True)]
    assert (player.position, player.playing) == (641.0, False), "there is no more"


def test_samples_do_not_shorten_a_pause_and_a_wait_for_a_server_is_none() -> None:
    story: Sequence[tuple[float, SessionEvent]] = (
        (0.0, events.Prompted(1, "hi", ("a",))),
        (0.0, events.Queued(1, "a", 1)),
        (0.0, events.Deferred(1)),
        (90.0, events.Withdrawn(1)),
        (95.0, events.Sampled()),
        (100.0, events.Sampled()),
        (190.0, events.Renamed("late")),
    )
    entries = [Entry(seq, at, event) for seq, (at, event) in enumerate(story)]
    assert pauses(entries, [entry.at for entry in entries]) == [(90.0, 190.0)]
