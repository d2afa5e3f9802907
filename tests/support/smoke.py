"""A scripted engine that answers the probes of `check --ask`, rightly or in ways that were seen."""

import json
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from tests.support.server import (
    END,
    Recorded,
    Reply,
    ScriptedServer,
    chunk,
    delta,
    head,
    sse,
    whole,
)

CONTEXT = 400
SEA = "The sea is wide and restless, and its colours follow the sky above all day long."
THOUGHT = "The user asks for words. I should give some."
CALL = {"name": "get_weather", "arguments": '{"city": "Paris"}'}
INLINE = "<tool_call>\n" + json.dumps({"name": "get_weather", "arguments": {"city": "Paris"}})
CALLED: dict[str, Any] = {"content": "", "calls": [CALL], "finish": "tool_calls"}
CALLS: dict[str, dict[str, Any]] = {
    "parsed": CALLED,
    "broken": CALLED | {"calls": [CALL | {"arguments": '{"city": Paris'}]},
    "nameless": CALLED | {"calls": [CALL | {"name": ""}]},
    "said stop": CALLED | {"finish": "stop"},
    "both": CALLED | {"content": INLINE},
    "text": {"content": INLINE},
}
NO_PARSER = '"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set'
TOO_LONG = "This model's maximum context length is 400 tokens. However, your prompt has more."


@dataclass(frozen=True)
class Ways:
    """How the engine behaves; as it stands: as wanted."""

    owner: str = "vllm"
    thinks: bool = True
    """It thinks where it is not told otherwise."""
    parses_thoughts: bool = True
    opens_thoughts: bool = True
    """The answer begins with the opening tag, where no parser takes it away."""
    refuses_switch: bool = False
    """It takes no `enable_thinking`."""
    repeats_thoughts: bool = False
    """They stand in the answer too."""
    heeds_switch: bool = True
    tools: str = "parsed"
    """`parsed`, `text`, `both`, `refused`, `words` (but where a call is required), `never`,
    `broken`, `nameless`, `said stop`."""
    tools_whole: str = ""
    """Likewise in answers that are not streamed; empty: the same."""
    streams_all: bool = False
    """Whatever is asked."""
    heeds_stop: bool = True
    keeps_stop: bool = False
    heeds_limit: bool = True
    says_length: bool = True
    usage: str = "right"
    """`right`, `zeros`, `none`, `streamed none`, `total`, `reasoning`, `prompt`, `chunks`."""
    whole_text: str = SEA
    heeds_form: bool = True
    fences_form: bool = False
    copy: str = "🌊 日本語 🙂"
    too_long: str = "refused"
    """`refused`, `cut`, `500`, `empty`, `event` (400 in a stream), `causeless` (500 in one)."""
    frees: bool = True
    """A request whose client went is no more running."""
    tells_running: bool = True
    others: int = 0
    """Requests of other people."""
    lasts: int | None = None
    """How many requests it answers before it falls silent."""
    refuses: tuple[int, str] | None = None
    """How it answers everything."""


@dataclass
class Engine:
    """What it was asked, and what it says."""

    ways: Ways
    open: list[Recorded] = field(default_factory=list)
    bodies: list[dict[str, Any]] = field(default_factory=list)

    def serve(self, server: ScriptedServer) -> None:
        """Let a server be it."""
        models = [{"id": "Qwen/Qwen3-4B", "owned_by": self.ways.owner, "max_model_len": CONTEXT}]
        server.route("GET", "/v1/models", whole(200, {"object": "list", "data": models}))
        if self.ways.owner != "vllm":
            server.route("POST", "/v1/chat/completions", Reply(self.answer))
            return
        server.route("GET", "/version", whole(200, {"version": "0.33.0"}))
        server.route("GET", "/health", whole(200, b""))
        if self.ways.tells_running:
            server.route("GET", "/metrics", Reply(self._metrics))
        server.route("POST", "/v1/chat/completions", Reply(self.answer))

    def _metrics(self, _: Recorded) -> bytes:
        running = [one for one in self.open if not (self.ways.frees and one.closed.is_set())]
        count = len(running) + self.ways.others
        text = (
            "# TYPE vllm:num_requests_running gauge\n"
            f'vllm:num_requests_running{{model_name="m"}} {count}\n'
            "# TYPE vllm:num_requests_waiting gauge\n"
            'vllm:num_requests_waiting{model_name="m"} 0\n'
        )
        return whole(200, text.encode(), "text/plain")

    def answer(self, asked: Recorded) -> bytes:
        body, ways = asked.json, self.ways
        self.bodies.append(body)
        prompt = body["messages"][-1]["content"]
        if ways.lasts is not None and len(self.bodies) > ways.lasts:
            return head()
        if ways.refuses is not None:
            status, words = ways.refuses
            return whole(status, {"error": {"message": words, "code": status}})
        template = body.get("chat_template_kwargs", {})
        if ways.refuses_switch and template.get("enable_thinking") is False:
            return whole(400, {"error": {"message": "thinking cannot be disabled", "code": 400}})
        if len(prompt) > CONTEXT and ways.too_long != "cut":
            return self._too_long()
        if prompt.startswith("Count"):
            self.open.append(asked)
            return head() + chunk(sse(delta(content="one ")))
        if body.get("tools") and self._tools(body) == "refused":
            return whole(400, {"error": {"message": NO_PARSER, "code": 400}})
        said = self._said(body, prompt)
        streamed = body["stream"] or ways.streams_all
        return self._streamed(said) if streamed else self._whole(said)

    def _too_long(self) -> bytes:
        error = {"error": {"message": TOO_LONG, "type": "BadRequestError", "code": 400}}
        match self.ways.too_long:
            case "500":
                return whole(500, {"error": f"VLLMValidationError : {TOO_LONG}"})
            case "empty":
                return head() + END
            case "event":
                return head() + chunk(sse(error) + sse("[DONE]")) + END
            case "causeless":
                error = {"error": {"message": "Internal server error", "code": 500}}
                return head() + chunk(sse(error) + sse("[DONE]")) + END
        return whole(400, error)

    def _tools(self, body: dict[str, Any]) -> str:
        ways = self.ways
        wanted = ways.tools if body["stream"] else ways.tools_whole or ways.tools
        forced = body.get("tool_choice") not in (None, "auto")
        return "parsed" if wanted == "words" and forced else wanted

    def _said(self, body: dict[str, Any], prompt: str) -> dict[str, Any]:
        ways = self.ways
        template = body.get("chat_template_kwargs", {})
        off = template.get("enable_thinking") is False and ways.heeds_switch
        message: dict[str, Any] = {"content": self._text(body, prompt), "finish": "stop"}
        if body.get("tools"):
            message |= CALLS.get(self._tools(body), {})
        stop = body.get("stop")
        if stop and ways.heeds_stop:
            kept = message["content"].partition(stop[0])
            message["content"] = kept[0] + (kept[1] if ways.keeps_stop else "")
        if ways.thinks and not off:
            if ways.parses_thoughts:
                message["reasoning"] = THOUGHT
                if ways.repeats_thoughts:
                    message["content"] = f"{THOUGHT} {message['content']}"
            else:
                opener = "<think>\n" if ways.opens_thoughts else ""
                message["content"] = f"{opener}{THOUGHT}\n</think>\n\n{message['content']}"
        return self._limited(message, body["max_tokens"])

    def _text(self, body: dict[str, Any], prompt: str) -> str:
        ways = self.ways
        if "response_format" in body and ways.heeds_form:
            text = '{"verdict": "yes"}'
            return f"```json\n{text}\n```" if ways.fences_form else text
        if prompt.startswith("Repeat"):
            return ways.copy
        return SEA if body["stream"] else ways.whole_text

    def _limited(self, message: dict[str, Any], limit: int) -> dict[str, Any]:
        words = message["content"].split(" ")
        if self.ways.heeds_limit and len(words) > limit:
            message["content"] = " ".join(words[:limit])
            message["finish"] = "length" if self.ways.says_length else "stop"
        return message

    def _usage(self, said: dict[str, Any], *, streamed: bool) -> dict[str, Any] | None:
        tokens = len(said["content"].split(" "))
        usage = {"prompt_tokens": 12, "completion_tokens": tokens, "total_tokens": 12 + tokens}
        match self.ways.usage:
            case "zeros":
                return dict.fromkeys(usage, 0)
            case "none":
                return None
            case "streamed none":
                return None if streamed else usage
            case "total":
                return usage | {"total_tokens": 1}
            case "reasoning":
                return usage | {"completion_tokens_details": {"reasoning_tokens": 900}}
            case "chunks":
                few = 3 if streamed else tokens
                return usage | {"completion_tokens": few, "total_tokens": 12 + few}
            case "prompt":
                more = 0 if streamed else 4
                return usage | {"prompt_tokens": 12 + more, "total_tokens": 12 + more + tokens}
        return usage

    def _whole(self, said: dict[str, Any]) -> bytes:
        message: dict[str, Any] = {"role": "assistant", "content": said["content"]}
        if "reasoning" in said:
            message["reasoning"] = said["reasoning"]
        if "calls" in said:
            message["tool_calls"] = [
                {"id": "c", "type": "function", "function": call} for call in said["calls"]
            ]
        choice = {"index": 0, "message": message, "finish_reason": said["finish"]}
        answer: dict[str, Any] = {"object": "chat.completion", "model": "m", "choices": [choice]}
        if (usage := self._usage(said, streamed=False)) is not None:
            answer["usage"] = usage
        return whole(200, answer)

    def _streamed(self, said: dict[str, Any]) -> bytes:
        events: list[dict[str, Any]] = [delta(role="assistant", content="")]
        events += [delta(reasoning=text) for text in _pieces(said.get("reasoning", ""))]
        events += [delta(content=text) for text in _pieces(said["content"])]
        for call in said.get("calls", ()):
            named = {"index": 0, "id": "c", "type": "function", "function": call}
            events.append(delta(tool_calls=[named]))
        events.append(delta(said["finish"]))
        if (usage := self._usage(said, streamed=True)) is not None:
            events.append({"object": "chat.completion.chunk", "choices": [], "usage": usage})
        body = b"".join(map(sse, (*events, "[DONE]")))
        return head() + chunk(body) + END


def _pieces(text: str) -> list[str]:
    """The text in halves of its words, so that a tag or a call is cut in two."""
    places = sorted({0, len(text) // 3, len(text) // 2, len(text)})
    return [text[begin:end] for begin, end in pairwise(places)]


RIGHT = Ways()
