"""What a config file may say, as pydantic models: types of known keys, and the JSON Schema."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from massgen_tui.config.model import Exporters, RequestOptions


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


class Sampling(_File):
    """Parameters whose type is the same on every server; others go as they are written."""

    temperature: float | None = Field(default=None, ge=0, description="0 is greedy.")
    top_p: float | None = Field(default=None, ge=0, le=1)
    top_k: int | None = Field(default=None, ge=-1, description="vLLM, SGLang, llama.cpp.")
    min_p: float | None = Field(default=None, ge=0, le=1)
    repetition_penalty: float | None = Field(default=None, gt=0)
    presence_penalty: float | None = None
    frequency_penalty: float | None = None
    max_tokens: int | None = Field(default=None, ge=1, description="The most tokens of one answer.")
    max_completion_tokens: int | None = Field(default=None, ge=1)
    seed: int | None = None
    n: int | None = Field(default=None, ge=1, description="Only the first answer is shown.")
    stop: str | list[str] | None = None
    logprobs: bool | None = None
    top_logprobs: int | None = Field(default=None, ge=0)
    parallel_tool_calls: bool | None = None
    stream_options: dict[str, Any] | None = None
    chat_template_kwargs: dict[str, Any] | None = Field(
        default=None, description="For the chat template, such as enable_thinking: true."
    )
    enable_thinking: bool | None = Field(
        default=None, description="Put where the server wants it; a warning where it has no switch."
    )
    thinking_budget: int | None = Field(default=None, ge=0, description="Tokens of thought.")
    separate_reasoning: bool | None = Field(default=None, description="SGLang only.")


_Value = str | float | bool | None


class Extras(_File):
    """What is asked beside the API and with it; `config.read_extras` reads these."""

    extra_headers: dict[str, _Value] | None = Field(
        default=None, description="Sent with prompts and looks at this server; ${VAR} for secrets."
    )
    extra_query: dict[str, _Value] | None = Field(
        default=None, description="Parameters behind every address of this server."
    )
    metrics_url: str | list[str] | None = Field(
        default=None,
        description="Prometheus pages with its engine's series, where its own address has none.",
    )


class BackendOptions(RequestOptions, Exporters):
    """What every backend takes besides its type, model, address and key."""


class Server(Extras, Exporters):
    """A server to look at that no agent uses."""

    base_url: str
    type: str = "chatcompletion"
    api_key: str = ""
