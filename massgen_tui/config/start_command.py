"""The command that starts an agent's server, to be copied by a person. Never holds a key."""

import shlex
from collections.abc import Mapping

from massgen_tui.config.address import port_of
from massgen_tui.config.merge import deep_merge, look_up
from massgen_tui.config.model import AgentConfig
from massgen_tui.config.routing import route
from massgen_tui.dialects import Dialect
from massgen_tui.dialects.families import family_of

_WITH_PARSERS = frozenset({"vllm", "sglang"})
_SWITCHES = (
    "chat_template_kwargs.enable_thinking",
    "chat_template_kwargs.thinking",
    "enable_thinking",
    "separate_reasoning",
)


def start_command(agent: AgentConfig) -> str:
    """The command for the server of this agent; empty for a hosted API.

    Run on the host that the agent's address names: whoever shows it for another machine says so.
    """
    endpoint, settings = agent.endpoint, agent.settings
    return command_for(
        endpoint.dialect,
        settings.model,
        port_of(endpoint.base_url),
        thinking=asks_for_thinking(agent) is True,
        tools=bool(settings.tools) or bool(settings.extra_body.get("tools")),
    )


def command_for(
    dialect: Dialect, model: str, port: int, *, thinking: bool = False, tools: bool = False
) -> str:
    """The command that starts a server of this dialect; empty when nobody can start one.

    Args:
        dialect: the kind of server.
        model: the model's name, quoted for a shell.
        port: where it listens.
        thinking: add the reasoning parser of the model's family, where it is known.
        tools: add the tool parser likewise.
    """
    words = [word.format(model=model, port=port) for word in dialect.start_command]
    family = family_of(model)
    if words and thinking and family and (parser := family.reasoning.get(dialect.name)):
        words += ["--reasoning-parser", parser]
    if words and tools and family and (parser := family.tools.get(dialect.name)):
        words += [*dialect.tool_flags, "--tool-call-parser", parser]
    return " ".join(shlex.quote(_printable(word)) for word in words)


def missing_parsers(
    dialect: Dialect, model: str, *, thinking: bool = False, tools: bool = False
) -> str:
    """Which parsers the command lacks, as a sentence: a guessed one would spoil the answers."""
    if dialect.name not in _WITH_PARSERS:
        return ""
    family = family_of(model)
    lacking = [
        flag
        for wanted, flag, known in (
            (thinking, "--reasoning-parser", family and family.reasoning),
            (tools, "--tool-call-parser", family and family.tools),
        )
        if wanted and not (known and known.get(dialect.name))
    ]
    if not lacking:
        return ""
    flags = " or ".join(lacking)
    return f"no {flags} is known here for {_printable(model)}: its model card names it"


def asks_for_thinking(agent: AgentConfig) -> bool | None:
    """Whether the config turns reasoning on or off; None when it leaves it to the model."""
    body = deep_merge(route(agent).body, agent.settings.extra_body)
    for path in _SWITCHES:
        value = look_up(body, path)
        if isinstance(value, bool):
            return value
    effort = look_up(body, "reasoning_effort")
    thinking = look_up(body, "thinking")
    if isinstance(thinking, Mapping):
        return thinking.get("type") == "enabled"
    return None if effort is None else effort != "none"


def _printable(word: str) -> str:
    """A word without what could act on a terminal it is pasted into."""
    return "".join(char for char in word if char.isprintable())
