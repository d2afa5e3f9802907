"""Rows of how an answer ends: finish reasons of every API, and what stands where text should."""

from tests.support.decoding import chunk, event, say, stream
from tests.wire.rows import Row, usage

_STOP = chunk({}, "stop")
_COUNTS = {"prompt_tokens": 10, "completion_tokens": 5}


def _fails(source: str, finish: str, meaning: str, kind: str) -> Row:
    """An end that is a failure; usage and `[DONE]` behind it are read all the same."""
    return Row(
        f"{source}: finish {finish}",
        stream(say("Half"), chunk({}, finish), {"choices": [], "usage": _COUNTS}),
        content="Half",
        finish=finish,
        usage=usage(),
        error=f"the server ended the answer with “{finish}”: {meaning}",
        kind=kind,
        hint="send the prompt again",
    )


_TOOL = "the model wrote what the server cannot read"
_LOST = "the connection to the model was lost"
FAILING = [
    _fails("Z.ai (genkit-ai/genkit#6259)", "network_error", _LOST, "interrupted"),
    _fails("OpenRouter, Bifrost (maximhq/bifrost#5425)", "error", "it failed there",
           "server_error"),
    _fails("LMDeploy 0.10", "ABORT", "it was aborted there", "interrupted"),
    _fails("TensorRT-LLM 1.x", "cancelled", "it was aborted there", "interrupted"),
    _fails("TensorRT-LLM 1.x (2)", "timeout", "the server's own time limit ran out",
           "interrupted"),
    _fails("Ollama 0.12", "unload", "the model was unloaded", "interrupted"),
    _fails("LM Studio", "modelUnloaded", "the model was unloaded", "interrupted"),
    _fails("Gemini (googleapis/python-genai#1836)", "MALFORMED_FUNCTION_CALL", _TOOL,
           "server_error"),
    _fails("Gemini's OpenAI address", "function_call_filter: MALFORMED_FUNCTION_CALL", _TOOL,
           "server_error"),
    _fails("LiteLLM over Gemini (BerriAI/litellm#22138)", "malformed_response", _TOOL,
           "server_error"),
    _fails("Vertex, long form", "FINISH_REASON_UNEXPECTED_TOOL_CALL", _TOOL, "server_error"),
]  # fmt: skip
NATIVE = Row(
    "OpenRouter: stop, but the model's own word is a failure",
    stream(say("Half"), chunk({}, "stop", native_finish_reason="MALFORMED_FUNCTION_CALL")),
    content="Half",
    finish="stop",
    error=f"the server ended the answer with “MALFORMED_FUNCTION_CALL”: {_TOOL}",
)
WORDS = [
    Row(f"finish {word} is an end as it should be", stream(say("Hi"), chunk({}, word)),
        content="Hi", finish=word)
    for word in ("STOP", "FINISH_REASON_STOP", "end_turn", "COMPLETE", "eos_token", "stop_sequence",
                 "MAX_TOKENS", "model_length", "SAFETY", "content_filter: PROHIBITED_CONTENT")
]  # fmt: skip
UNSAID = [
    Row("DashScope's own API: the finish null in every chunk is none",
        stream(chunk({"content": "Hi"}, "null"), chunk({}, "null")), content="Hi", finish=None),
    Row("Ollama before 0.1.38: an empty finish is none (ollama/ollama#4357)",
        stream(chunk({"content": "Hi"}, "")), content="Hi", finish=None),
    Row("llama-cpp-python 0.3.36: cut by another request", stream(chunk({"role": "assistant"})),
        finish=None),
]  # fmt: skip
_IMAGE = {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw0KGgo="}}
UNSHOWN = [
    Row("OpenRouter: only an image (danny-avila/LibreChat#9514)",
        stream(chunk({"content": "", "images": [_IMAGE]}), _STOP), unshown=["an image"]),
    Row("an image among the parts of the content, and words",
        stream(chunk({"content": [{"type": "text", "text": "Hi"}, _IMAGE]}),
               chunk({"images": [_IMAGE]}), _STOP), content="Hi", unshown=["an image"]),
    Row("OpenAI: only sound",
        stream(chunk({"audio": {"id": "a", "data": "UklGRg=="}}), _STOP), unshown=["a sound"]),
    Row("images: null is none", stream(chunk({"content": "Hi", "images": None}), _STOP),
        content="Hi"),
]  # fmt: skip
_WHOLE = {
    "object": "chat.completion",
    "model": "m",
    "choices": [
        {
            "index": 0,
            "message": {"role": "assistant", "content": "OK", "reasoning_content": "Say OK."},
            "finish_reason": "stop",
        }
    ],
    "usage": _COUNTS,
}
WHOLE = [
    Row("a whole completion as one event (decolua/9router#3492)", stream(_WHOLE), "Say OK.", "OK",
        usage=usage()),
    Row("a whole completion without data:", stream(event(_WHOLE)[6:]), "Say OK.", "OK",
        usage=usage()),
    Row("a whole completion after a role and pings",
        stream(chunk({"role": "assistant"}), b": ping\n\n", _WHOLE, done=False), "Say OK.", "OK",
        usage=usage(), done=False),
]  # fmt: skip
OBJECT = Row(
    "SGLang's own form of a finish, as an object",
    stream(say("Half"), {"choices": [{"delta": {}, "finish_reason": {"type": "abort"}}]}),
    content="Half",
    finish="abort",
    error="the server ended the answer with “abort”: it was aborted there",
    kind="interrupted",
)
CONTROL = Row(
    "a finish that acts on the terminal",
    stream(say("Half"), chunk({}, "\x1b[2J: ABORT")),
    content="Half",
    finish="\x1b[2J: ABORT",
    error="the server ended the answer with “[2J: ABORT”: it was aborted there",
    kind="interrupted",
)
ROWS = [OBJECT, CONTROL, *FAILING, NATIVE, *WORDS, *UNSAID, *UNSHOWN, *WHOLE]
