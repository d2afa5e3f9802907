"""From an agent's config and a call to the body of a request; pure."""

from collections.abc import Mapping, Sequence

from massgen_tui.backends.base import ChatRequest
from massgen_tui.backends.call import Call, Message, ResponseFormat, ToolCall
from massgen_tui.backends.events import BackendError, ErrorKind
from massgen_tui.config.merge import copied, deep_merge
from massgen_tui.config.model import AgentConfig, Settings
from massgen_tui.config.routing import route
from massgen_tui.dialects import Continuing, Dialect, Echo, Structured


def build_request(agent: AgentConfig, call: Call) -> ChatRequest:
    """The request that asks this agent's server what a call says.

    Several system messages become one at the front, as chat templates want it; the agent's own
    is used when there is none. `extra_body` is merged deeply and wins; but whether an answer is
    streamed the call says.

    Raises:
        BackendError: of kind `config`, when the call changes what is no setting.
    """
    agent = _patched(agent, call)
    settings, dialect, routed = agent.settings, agent.endpoint.dialect, route(agent)
    body: dict[str, object] = {
        "model": settings.model,
        "messages": _messages(settings, call, dialect),
        "stream": call.streamed,
    }
    if dialect.stream_options and call.streamed:
        body["stream_options"] = {"include_usage": True}
    body = deep_merge(body, routed.body)
    warnings = list(routed.warnings)
    body |= _tools(settings, call, dialect, warnings)
    if call.response_format is not None:
        body["response_format"] = _form(call.response_format, dialect, warnings)
    body = deep_merge(body, settings.extra_body)
    if call.continuing is not None:
        body = deep_merge(body, call.continuing.body)
    if body["stream"] is not call.streamed:
        body["stream"] = call.streamed
        warnings.append("answers are always streamed: extra_body.stream left out")
    if not call.streamed:
        body.pop("stream_options", None)  # which vLLM refuses without a stream
    return ChatRequest(body, tuple(warnings), call.as_sent)


def _patched(agent: AgentConfig, call: Call) -> AgentConfig:
    if not call.settings:
        return agent
    try:
        settings = agent.settings.patched(call.settings)
    except ValueError as error:
        words = f"these settings cannot be asked for: {error}"
        raise BackendError(ErrorKind.CONFIG, words, agent.id) from None
    return agent.model_copy(update={"settings": settings})


def _tools(
    settings: Settings, call: Call, dialect: Dialect, warnings: list[str]
) -> dict[str, object]:
    """The call's tools and choice, or else the agent's."""
    told: dict[str, object] = {}
    tools: Sequence[object] = settings.tools if call.tools is None else call.tools
    if tools:
        told["tools"] = copied(tools)
    choice = settings.tool_choice if call.tool_choice is None else call.tool_choice
    if call.tools is not None and not tools:
        choice = None  # which servers refuse where there is nothing to choose from
    if call.tool_choice is not None and choice is not None:
        word = choice if isinstance(choice, str) else "function"
        if word not in dialect.tool_choices:
            warnings.append(f"{dialect.provider} takes no tool_choice {word}: left out")
            choice = None
    if choice is not None:
        told["tool_choice"] = copied(choice)
    return told


def _form(wanted: ResponseFormat, dialect: Dialect, warnings: list[str]) -> dict[str, object]:
    if wanted.schema is None:
        return {"type": "json_object"}
    if dialect.structured is Structured.OBJECT:
        warnings.append(f"{dialect.provider} takes no JSON Schema: asked for any JSON object")
        return {"type": "json_object"}
    named = {"name": wanted.name, "schema": copied(wanted.schema), "strict": wanted.strict}
    return {"type": "json_schema", "json_schema": named}


def _messages(settings: Settings, call: Call, dialect: Dialect) -> list[dict[str, object]]:
    messages = call.messages
    system = [message.content for message in messages if message.role == "system"]
    if not system:
        system = [settings.system_message]
    merged = "\n\n".join(text for text in system if text)
    built: list[dict[str, object]] = [{"role": "system", "content": merged}] if merged else []
    for message in messages:
        if message.role == "tool":
            built += (
                {"role": "tool", "tool_call_id": result.call, "content": result.text}
                for result in message.results
            )
        elif message.role != "system":
            built.append(_message(message, settings, dialect))
    if call.continuing is not None:
        built[-1] |= _open_ended(messages[-1], call.continuing, dialect)
    return built


def _open_ended(message: Message, continuing: Continuing, dialect: Dialect) -> Mapping[str, object]:
    """What an answer that is gone on with has beside: its thoughts, where they can be told."""
    told: dict[str, object] = {continuing.mark: True} if continuing.mark else {}
    if message.reasoning and dialect.echo is not Echo.NEVER:
        told[dialect.echo_field] = message.reasoning
    return told


def _message(message: Message, settings: Settings, dialect: Dialect) -> dict[str, object]:
    item: dict[str, object] = {"role": message.role, "content": message.content}
    calls = message.calls
    if calls and not message.content and dialect.hosted:
        item["content"] = None  # some chat templates say "None": vllm-project/vllm#54337
    if message.role == "assistant" and message.reasoning and _echo(settings, dialect, bool(calls)):
        item[dialect.echo_field] = message.reasoning
    if calls:
        item["tool_calls"] = [_call(call) for call in calls]
    return item


def _call(call: ToolCall) -> Mapping[str, object]:
    function = {"name": call.name, "arguments": call.arguments}
    return {"id": call.id, "type": "function", "function": function}


def _echo(settings: Settings, dialect: Dialect, calls: bool) -> bool:
    if settings.echo_reasoning is None:
        return dialect.echo is Echo.MUST or (calls and dialect.echo_with_calls)
    return settings.echo_reasoning and dialect.echo is not Echo.NEVER
