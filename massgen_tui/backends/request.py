"""From an agent's config and a conversation to the body of a request; pure."""

from collections.abc import Sequence

from massgen_tui.backends.base import ChatRequest
from massgen_tui.backends.events import Message
from massgen_tui.config.merge import copied, deep_merge
from massgen_tui.config.model import AgentConfig, Settings
from massgen_tui.config.routing import route
from massgen_tui.dialects import Dialect, Echo


def build_request(agent: AgentConfig, messages: Sequence[Message]) -> ChatRequest:
    """The request that asks this agent's server to continue a conversation.

    Several system messages become one at the front, as chat templates want it; the agent's own
    is used when there is none. `extra_body` is merged deeply and wins; but answers are streamed.
    """
    settings, dialect, routed = agent.settings, agent.endpoint.dialect, route(agent)
    body: dict[str, object] = {
        "model": settings.model,
        "messages": _messages(agent, messages, dialect),
        "stream": True,
    }
    if dialect.stream_options:
        body["stream_options"] = {"include_usage": True}
    body = deep_merge(body, routed.body)
    if settings.tools:
        body["tools"] = copied(settings.tools)
    if settings.tool_choice is not None:
        body["tool_choice"] = copied(settings.tool_choice)
    body = deep_merge(body, settings.extra_body)
    warnings = list(routed.warnings)
    if body["stream"] is not True:
        body["stream"] = True
        warnings.append("answers are always streamed: extra_body.stream left out")
    return ChatRequest(body, tuple(warnings))


def _messages(
    agent: AgentConfig, messages: Sequence[Message], dialect: Dialect
) -> list[dict[str, object]]:
    system = [message.content for message in messages if message.role == "system"]
    if not system:
        system = [agent.settings.system_message]
    merged = "\n\n".join(text for text in system if text)
    built: list[dict[str, object]] = [{"role": "system", "content": merged}] if merged else []
    echo = _echo(agent.settings, dialect)
    for message in messages:
        if message.role == "system":
            continue
        item: dict[str, object] = {"role": message.role, "content": message.content}
        if echo and message.role == "assistant" and message.reasoning:
            item[dialect.echo_field] = message.reasoning
        built.append(item)
    return built


def _echo(settings: Settings, dialect: Dialect) -> bool:
    if settings.echo_reasoning is None:
        return dialect.echo is Echo.MUST
    return settings.echo_reasoning and dialect.echo is not Echo.NEVER
