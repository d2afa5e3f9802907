"""How long a server asks to wait, in every place of a body where one says it."""

import pytest

from massgen_tui.backends.errors.waits import wait_in


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("Please try again in 12s.", 12.0),
        ("Please try again in 7m36.48s. Visit us", 456.48),  # Groq
        ("Please try again in 350ms.", 0.35),  # OpenAI
        ("try again in 1h2m", 3720.0),
        ("Please retry in 38.9s.", 38.9),  # Gemini
        ("Please retry after 6 seconds.", 6.0),  # Azure
        ("Please wait 5 minutes", 300.0),
        ("try again later", None),
        ("the answer took 5 s", None),
        ("retry 3 times", None),
        ("", None),
    ],
)
def test_a_wait_in_the_words(text: str, seconds: float | None) -> None:
    assert wait_in(None, text) == seconds
    assert wait_in({"error": {"message": text}}) == seconds


@pytest.mark.parametrize(
    ("body", "seconds"),
    [
        ([{"error": {"details": [{"retryDelay": "2s"}]}}], 2.0),  # googleapis/python-genai#2114
        ({"error": {"details": [{"retryDelay": "1.5s"}]}}, 1.5),
        ({"retry_after": 3.25}, 3.25),
        ({"error": {"retryAfterMs": 1500}}, 1.5),
        ({"error": {"metadata": {"headers": {"Retry-After": "9"}}}}, 9.0),  # OpenRouter
        ({"retry_after": "4s", "message": "try again in 9s"}, 4.0),
        ({"retry_after": None}, None),
        ({"retry_after": True}, None),
        ({"retry_after": -1}, None),
        ({"retry": 5}, None),
        ("nothing", None),
    ],
)
def test_a_wait_in_a_field(body: object, seconds: float | None) -> None:
    assert wait_in(body) == seconds
