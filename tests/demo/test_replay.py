"""Recorded answers, played through the whole path from socket to printed answer."""

import io
import json

import pytest

from massgen_tui import demo_command
from massgen_tui.demo import replay
from massgen_tui.demo.recording import NO_MODEL, Recording, recording
from massgen_tui.demo.replay import ReplayServer, playlists
from massgen_tui.headless import Options, run


def at_once(made: Recording) -> Recording:
    """The same bytes without their pauses."""
    return Recording(made.name, made.question, tuple((0.0, piece) for _, piece in made.pieces))


def quick() -> dict[str, list[Recording]]:
    return {user: [at_once(made) for made in made_ones] for user, made_ones in playlists().items()}


def ask(prompt: str) -> list[dict[str, object]]:
    out = io.StringIO()
    with ReplayServer(quick()) as server:
        config = demo_command.replay_config(server, screen=False)
        assert run(config, Options(prompt, format="json"), out=out, err=io.StringIO()) == 0
    agents: list[dict[str, object]] = json.loads(out.getvalue())["agents"]
    return agents


def test_both_agents_answer_through_the_session() -> None:
    thinking, plain = ask(replay.FIBONACCI)
    assert str(thinking["reasoning"]).strip().startswith("The user wants a Fibonacci function")
    assert "def fib(n: int)" in str(thinking["content"])
    assert plain["reasoning"] == ""
    assert "def fib(n: int)" in str(plain["content"])
    assert [agent["status"] for agent in (thinking, plain)] == ["done", "done"]


@pytest.mark.parametrize(
    ("question", "words"),
    [(replay.STORY, "lighthouse"), (replay.SEASONS.upper(), "Moon"), ("anything else", "def fib")],
)
def test_a_known_question_gets_its_own_answer_and_any_other_the_next(
    question: str, words: str
) -> None:
    assert words in str(ask(question)[0]["content"])


def test_it_never_passes_for_a_model() -> None:
    assert {agent["model"] for agent in ask(replay.STORY)} == {NO_MODEL}
    for made in (made for made_ones in playlists().values() for made in made_ones):
        told = b"".join(piece for _, piece in made.pieces)
        assert b'"model"' in told
        assert b"Qwen" not in told
        assert b"smollm2-135m" not in told


def test_pieces_keep_the_pace_they_came_with() -> None:
    for made in (made for made_ones in playlists().values() for made in made_ones):
        times = [at for at, _ in made.pieces]
        assert times == sorted(times)
        assert 0 < times[0] < 3
        assert 1 < times[-1] < 20
        assert made.pieces[-1][1].endswith(b"data: [DONE]\n\n")


def test_there_is_no_recording_of_an_unknown_name() -> None:
    with pytest.raises(FileNotFoundError):
        recording("nothing", "?")


def test_its_key_is_no_word_of_what_is_shown() -> None:
    with ReplayServer({}) as server:
        key = server.key
    assert key not in NO_MODEL
    pieces = [piece for each in playlists().values() for one in each for _, piece in one.pieces]
    assert key.encode() not in b"".join(pieces)
