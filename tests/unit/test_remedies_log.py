"""Whose log a hint names: nobody can look into that of a hosted API."""

import pytest

from massgen_tui.backends.events import BackendError, ErrorKind
from massgen_tui.backends.remedies import without_log
from massgen_tui.backends.stream_kinds import stream_error


@pytest.mark.parametrize("begun", [True, False])
def test_a_hint_without_the_log_is_a_sentence_still(begun: bool) -> None:
    error = stream_error({"message": "it broke"}, begun=begun)
    assert error.kind is ErrorKind.SERVER_ERROR
    kept = "what came is kept; " if begun else ""
    assert error.hint == f"{kept}send the prompt again, and look into the server's log if it stays"
    assert without_log(error.hint) == f"{kept}send the prompt again"


@pytest.mark.parametrize(
    ("hint", "left"),
    [
        (
            "see the server's log; rerun this agent to try again",
            "rerun this agent to try again",
        ),
        ("shorten the prompt", "shorten the prompt"),
    ],
)
def test_what_names_no_log_stays(hint: str, left: str) -> None:
    assert without_log(hint) == left


def test_an_overload_is_only_said_where_the_server_says_it() -> None:
    def hint(words: str) -> str:
        error: BackendError = stream_error({"message": words, "code": 503})
        return error.hint

    assert hint("the model is overloaded").startswith("the server is overloaded: wait")
    assert hint("too many requests in queue").startswith("the server is overloaded: wait")
    assert hint("Generation is paused.") == "wait a little, then send it again"
