"""A server's own words are found in any shape of error body."""

import pytest

from massgen_tui.backends.errors.body import MAX_WORDS, error_status, error_words


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"error": {"message": "boom", "type": "x", "code": 400}}, "boom"),
        ({"error": "Unauthorized"}, "Unauthorized"),
        ({"object": "error", "message": "boom", "code": 400}, "boom"),
        ({"detail": "Not Found"}, "Not Found"),
        (
            {"detail": [{"loc": ["body"], "msg": "Field required"}, {"msg": "too long"}]},
            "Field required; too long",
        ),
        ({"object": "error", "message": {"detail": [{"msg": "Extra inputs"}]}}, "Extra inputs"),
        ({"error": {"code": 7, "why": "odd"}}, '{"code": 7, "why": "odd"}'),
        ("plain words\n", "plain words"),
        # LiteLLM 1.108.7 over vLLM
        (
            {
                "error": {
                    "message": "litellm.BadRequestError: Hosted_vllmException - "
                    '{"error": {"message": "max_tokens is too large", "code": 400}}'
                    "\n\nLiteLLM: model group 'e' failed with the error above."
                }
            },
            "litellm.BadRequestError: Hosted_vllmException - max_tokens is too large"
            "\n\nLiteLLM: model group 'e' failed with the error above.",
        ),
        # LiteLLM 1.4x: the flat shape of older vLLM, and Python's bytes
        (
            {"error": {"message": 'VLLMException - {"object":"error","message":"no such model"}'}},
            "VLLMException - no such model",
        ),
        (
            {"error": {"message": 'AnthropicException - b\'{"error":{"message":"busy"}}\'. Bye'}},
            "AnthropicException - busy. Bye",
        ),
        # what only looks like it stays as it is
        ({"error": {"message": 'expected {"a": 1} and {'}}, 'expected {"a": 1} and {'),
        ({"error": {"message": "\x1b[31mred"}}, "red"),
        ({"error": {"message": "up", "metadata": {"raw": "down"}}}, "up (down)"),
        ({}, ""),
        (None, ""),
        ([], ""),
    ],
)
def test_the_words_are_found(body: object, words: str) -> None:
    assert error_words(body) == words


def test_words_end_somewhere() -> None:
    assert len(error_words({"error": "x" * 100_000})) == MAX_WORDS + 1
    deep: dict[str, object] = {"error": "bottom"}
    for _ in range(5000):
        deep = {"error": deep}
    assert len(error_words(deep)) <= MAX_WORDS + 1
    assert error_words({"error": '{"error": ' * 3000}).startswith('{"error": ')


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"code": 500}, 500),
        ({"code": "429"}, 429),
        ({"status": 503}, 503),
        ({"error": {"code": 400}}, 400),
        ({"code": 200}, None),
        ({"code": "rate_limit"}, None),
        ({"code": True}, None),
        ("text", None),
    ],
)
def test_the_status_is_found(body: object, status: int | None) -> None:
    assert error_status(body) == status
