"""Scripted servers that take one way to say a vote each, and a model that always agrees."""

import json
from collections.abc import Mapping
from typing import Any

from tests.support.server import END, Recorded, Reply, ScriptedServer, chunk, head, sse, sse_events
from tests.support.server import delta as piece

WAYS = ("tools", "structured", "text")
REFUSED = {
    "error": {"message": "this is not taken here", "type": "invalid_request_error", "code": 400}
}


def voter(server: ScriptedServer, way: str, votes_for: str = "agent1.1") -> None:
    """Let the server answer in words, and vote in one way only; others are refused with 400."""
    server.route(
        "POST",
        "/v1/chat/completions",
        Reply(lambda request: _reply(request, way, votes_for)),
    )


def _reply(request: Recorded, way: str, votes_for: str) -> bytes:
    body = request.json
    voting = any(words in _last(body) for words in ("Names:", "All answers:"))
    if ("tools" in body and way != "tools") or ("response_format" in body and way == "text"):
        refused = json.dumps(REFUSED).encode()
        return (
            b"HTTP/1.1 400 Bad Request\r\ncontent-type: application/json\r\n"
            + f"content-length: {len(refused)}\r\n\r\n".encode()
            + refused
        )
    said = _vote(body, way, votes_for) if voting else _words(f"The answer of {way}.", body)
    return head() + b"".join(map(chunk, said)) + END


def _last(body: Mapping[str, Any]) -> str:
    return str(body["messages"][-1]["content"])


def _words(text: str, body: Mapping[str, Any]) -> list[bytes]:
    prompt = sum(len(str(one["content"])) for one in body["messages"]) // 4
    return list(sse_events((), [text], usage=(prompt, len(text) // 4)))


def _vote(body: Mapping[str, Any], way: str, name: str) -> list[bytes]:
    if "tools" in body:
        arguments = json.dumps({"answer_id": name, "reason": "it is right"})
        function = {"name": "vote", "arguments": arguments}
        call = {"index": 0, "id": "c", "type": "function", "function": function}
        return [
            sse(piece(role="assistant", content="")),
            sse(piece(tool_calls=[call])),
            sse(piece("tool_calls")),
            sse("[DONE]"),
        ]
    if "response_format" in body:
        told = {"action": "vote", "answer_id": name, "text": "it is right"}
        return _words(json.dumps(told), body)
    return _words(f"It is right.\nVOTE {name}", body)
