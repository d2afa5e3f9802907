"""What mends a server that does not do as wanted: flags by its kind and its model's family."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from massgen_tui.check.ask.subject import Subject
from massgen_tui.dialects.servers import SERVERS

_NAMES: Final = MappingProxyType({dialect.provider: dialect.name for dialect in SERVERS})

_REASONING: Final[Mapping[str, str]] = MappingProxyType(
    {
        "llamacpp": "start llama-server with --jinja --reasoning-format deepseek",
        "ollama": "`ollama show MODEL` must list thinking among its capabilities",
        "lmstudio": "turn on “separate reasoning_content” in LM Studio's developer settings",
        "tensorrt_llm": "start it with --reasoning_parser and the name of its model's parser",
    }
)
_TOOLS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "llamacpp": "start llama-server with --jinja",
        "ollama": "`ollama show MODEL` must list tools among its capabilities",
        "tensorrt_llm": "start it with --tool_parser and the name of its model's parser",
    }
)
_LONG: Final[Mapping[str, str]] = MappingProxyType(
    {
        "sglang": "start it without --allow-auto-truncate",
        "llamacpp": "start llama-server without --context-shift",
        "ollama": "it cuts prompts silently: raise OLLAMA_CONTEXT_LENGTH",
        "lmstudio": "set the context overflow policy to “stop at limit”",
    }
)
_FORMS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "vllm": "see --structured-outputs-config (its backend must not be off for this model)",
        "sglang": "start it with --grammar-backend xgrammar (it may be none)",
    }
)


def _server(subject: Subject) -> str:
    """The name of the dialect of what answers, else of what the config says."""
    return _NAMES.get(subject.kind, subject.dialect.name)


def _parser(subject: Subject, flag: str, known: Mapping[str, str], before: str = "") -> str:
    name = known.get(_server(subject))
    words = f"{flag} {name}" if name else f"{flag} and the parser that its model card names"
    return f"start it with {before}{words}"


def reasoning(subject: Subject) -> str:
    """What brings reasoning apart from the answer."""
    server, family = _server(subject), subject.family
    if server in ("vllm", "sglang"):
        return _parser(subject, "--reasoning-parser", family.reasoning if family else {})
    return _REASONING.get(server, "the server, or what stands before it, has no reasoning parser")


def switch(subject: Subject) -> str:
    """What makes `enable_thinking: false` count."""
    path = subject.dialect.thinking.value
    return f"the server, its chat template or a gateway before it ignores {path}"


def tools(subject: Subject) -> str:
    """What brings tool calls apart from the answer."""
    server, family = _server(subject), subject.family
    known = family.tools if family else {}
    if server == "vllm":
        return _parser(subject, "--tool-call-parser", known, "--enable-auto-tool-choice ")
    if server == "sglang":
        return _parser(subject, "--tool-call-parser", known)
    return _TOOLS.get(server, "the server, or what stands before it, has no tool parser")


def forms(subject: Subject) -> str:
    """What holds answers to a schema."""
    return _FORMS.get(_server(subject), "the server, or a gateway before it, drops response_format")


def long_prompts(subject: Subject) -> str:
    """What makes a server refuse what it cannot read whole."""
    return _LONG.get(_server(subject), "it cuts prompts without a word: keep them short yourself")


USAGE = "a gateway may drop stream_options.include_usage: ask the engine behind it"
STOP = "the server, or a gateway before it, drops `stop`"
LENGTH = "the server, or a gateway before it, drops max_tokens, or says another finish_reason"
CHARACTERS = "the engine cuts characters between tokens: try its newest version"
ABORT = "a proxy before it may read on when its client goes: ask the engine itself"
