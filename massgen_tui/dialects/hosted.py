"""Hosted chat-completions APIs: each with its own hosts, exactly, and its keys' variables."""

from types import MappingProxyType
from typing import Final

from massgen_tui.dialects.model import Continuing, Dialect, Echo, Structured, Thinking, words

_EFFORT = MappingProxyType({"reasoning.effort": "reasoning_effort"})
_OPENAI_STYLE = MappingProxyType({**_EFFORT, "text.verbosity": "verbosity"})

HOSTED: Final = (
    Dialect(
        name="openai",
        provider="OpenAI",
        base_url="https://api.openai.com/v1",
        hosts=("api.openai.com", "eu.api.openai.com", "us.api.openai.com"),
        elsewhere="chatcompletion",
        key_vars=("OPENAI_API_KEY",),
        thinking=Thinking.EFFORT,
        efforts=True,
        token_limit="max_completion_tokens",
        moved=_OPENAI_STYLE,
        finishes=True,
    ),
    Dialect(
        name="cerebras",
        provider="Cerebras",
        base_url="https://api.cerebras.ai/v1",
        hosts=("api.cerebras.ai",),
        key_vars=("CEREBRAS_API_KEY",),
        extras=words(
            """
            clear_thinking disable_reasoning min_completion_tokens min_tokens queue_threshold
            reasoning_format
            """
        ),
        thinking=Thinking.EFFORT,
        efforts=True,
        moved=_EFFORT,
        finishes=True,
    ),
    Dialect(
        name="zai",
        provider="Z.ai",
        aliases=("z.ai", "zhipu"),
        base_url="https://api.z.ai/api/paas/v4",
        hosts=("api.z.ai", "open.bigmodel.cn"),
        key_vars=("ZAI_API_KEY", "ZHIPUAI_API_KEY"),
        extras=words(
            """
            do_sample request_id sensitive_word_check thinking tool_stream user_id
            watermark_enabled
            """
        ),
        thinking=Thinking.TYPE,
        token_limit="max_tokens",
        echo=Echo.MUST,
        structured=Structured.OBJECT,
        tool_choices=frozenset({"auto"}),
        finishes=True,
    ),
    Dialect(
        name="deepseek",
        provider="DeepSeek",
        base_url="https://api.deepseek.com",
        hosts=("api.deepseek.com",),
        key_vars=("DEEPSEEK_API_KEY",),
        extras=words("thinking"),
        thinking=Thinking.TYPE,
        efforts=True,
        token_limit="max_tokens",
        echo=Echo.MAY,
        echo_with_calls=True,
        # api-docs.deepseek.com/guides/chat_prefix_completion
        continuing=Continuing(mark="prefix", only_at="/beta"),
        structured=Structured.OBJECT,
        moved=_EFFORT,
        finishes=True,
    ),
    Dialect(
        name="openrouter",
        provider="OpenRouter",
        base_url="https://openrouter.ai/api/v1",
        hosts=("openrouter.ai", "eu.openrouter.ai"),
        key_vars=("OPENROUTER_API_KEY",),
        extras=words(
            """
            include_reasoning min_p models plugins preset provider reasoning repetition_penalty
            route session_id structured_outputs top_a top_k trace transforms usage
            """
        ),
        thinking=Thinking.REASONING,
        efforts=True,
        effort_path="reasoning.effort",
        thinking_budget="reasoning.max_tokens",
        token_limit="max_tokens",
        echo=Echo.MAY,
        echo_field="reasoning",
        finishes=True,
    ),
    Dialect(
        name="groq",
        provider="Groq",
        base_url="https://api.groq.com/openai/v1",
        hosts=("api.groq.com",),
        key_vars=("GROQ_API_KEY",),
        extras=words(
            """
            citation_options compound_custom disable_tool_validation documents exclude_domains
            include_domains include_reasoning reasoning_format search_settings
            """
        ),
        # console.groq.com/docs/prefilling
        continuing=Continuing(),
        thinking=Thinking.EFFORT,
        efforts=True,
        moved=_EFFORT,
        finishes=True,
    ),
    Dialect(
        name="together",
        provider="Together",
        aliases=("togetherai", "together_ai"),
        base_url="https://api.together.xyz/v1",
        hosts=("api.together.xyz", "api.together.ai"),
        key_vars=("TOGETHER_API_KEY", "TOGETHERAI_API_KEY"),
        extras=words(
            """
            chat_template_kwargs compliance context_length_exceeded_behavior echo min_p reasoning
            repetition_penalty safety_model top_k
            """
        ),
        thinking=Thinking.REASONING,
        efforts=True,
        token_limit="max_tokens",
        finishes=True,
    ),
    Dialect(
        name="fireworks",
        provider="Fireworks",
        aliases=("fireworks_ai",),
        base_url="https://api.fireworks.ai/inference/v1",
        hosts=("api.fireworks.ai",),
        key_vars=("FIREWORKS_API_KEY",),
        extras=words(
            """
            context_length_exceeded_behavior echo echo_last ignore_eos min_p mirostat_lr
            mirostat_target perf_metrics_in_response prompt_cache_isolation_key
            prompt_truncate_len raw_output reasoning_history repetition_penalty return_token_ids
            sampling_mask speculation thinking top_k typical_p
            """
        ),
        thinking=Thinking.EFFORT,
        efforts=True,
        moved=_EFFORT,
        finishes=True,
    ),
    Dialect(
        name="moonshot",
        provider="Moonshot",
        aliases=("kimi", "moonshotai"),
        base_url="https://api.moonshot.ai/v1",
        hosts=("api.moonshot.ai", "api.moonshot.cn"),
        key_vars=("MOONSHOT_API_KEY", "MOONSHOTAI_API_KEY", "KIMI_API_KEY"),
        extras=words("thinking"),
        thinking=Thinking.TYPE,
        efforts=True,
        token_limit="max_tokens",
        echo=Echo.MUST,
        # platform.moonshot.ai: partial mode
        continuing=Continuing(mark="partial"),
        tool_choices=frozenset({"auto", "none"}),
        moved=_EFFORT,
        finishes=True,
    ),
    Dialect(
        name="qwen",
        provider="DashScope",
        aliases=("dashscope",),
        base_url="https://dashscope-intl.aliyuncs.com/compatible-mode/v1",
        hosts=(
            "dashscope-intl.aliyuncs.com",
            "dashscope.aliyuncs.com",
            "dashscope-us.aliyuncs.com",
        ),
        key_vars=("DASHSCOPE_API_KEY", "QWEN_API_KEY"),
        extras=words(
            """
            enable_search incremental_output repetition_penalty result_format search_options top_k
            translation_options vl_high_resolution_images
            """
        ),
        thinking=Thinking.TOP_LEVEL,
        thinking_budget="thinking_budget",
        # help.aliyun.com/en/model-studio/partial-mode
        continuing=Continuing(mark="partial"),
        token_limit="max_tokens",
        finishes=True,
    ),
    Dialect(
        name="nebius",
        provider="Nebius",
        base_url="https://api.studio.nebius.com/v1",
        hosts=("api.studio.nebius.com", "api.studio.nebius.ai", "api.tokenfactory.nebius.com"),
        key_vars=("NEBIUS_API_KEY",),
        extras=words(
            """
            ai_project_id chat_template_kwargs guided_choice guided_json guided_regex min_p
            repetition_penalty stop_token_ids top_k
            """
        ),
        thinking=Thinking.TEMPLATE,
        efforts=True,
        token_limit="max_tokens",
        moved=_EFFORT,
        finishes=True,
    ),
    Dialect(
        name="mistral",
        provider="Mistral",
        base_url="https://api.mistral.ai/v1",
        hosts=("api.mistral.ai", "codestral.mistral.ai"),
        key_vars=("MISTRAL_API_KEY",),
        extras=words("guardrails prompt_mode random_seed safe_prompt"),
        # docs.mistral.ai: `prefix` of an assistant's message
        continuing=Continuing(mark="prefix"),
        thinking=Thinking.EFFORT,
        efforts=True,
        token_limit="max_tokens",
        stream_options=False,
        moved=MappingProxyType({"seed": "random_seed", "reasoning.effort": "reasoning_effort"}),
        finishes=True,
    ),
    Dialect(
        name="grok",
        provider="xAI",
        aliases=("xai",),
        base_url="https://api.x.ai/v1",
        hosts=("api.x.ai", "eu-west-1.api.x.ai", "us-east-1.api.x.ai"),
        key_vars=("XAI_API_KEY", "GROK_API_KEY"),
        extras=words("deferred search_parameters"),
        thinking=Thinking.NONE,
        efforts=True,
        moved=_EFFORT,
        finishes=True,
    ),
    Dialect(
        name="poe",
        provider="Poe",
        base_url="https://api.poe.com/v1",
        hosts=("api.poe.com",),
        key_vars=("POE_API_KEY",),
        extras=words("thinking_budget"),
        thinking=Thinking.NONE,
        efforts=True,
        thinking_budget="thinking_budget",
        moved=_EFFORT,
    ),
    Dialect(
        name="nvidia_nim",
        provider="NVIDIA NIM",
        aliases=("nvidia", "nim"),
        base_url="https://integrate.api.nvidia.com/v1",
        hosts=("integrate.api.nvidia.com",),
        key_vars=("NVIDIA_API_KEY", "NGC_API_KEY"),
        extras=words(
            """
            chat_template_kwargs guided_json ignore_eos min_p min_thinking_tokens min_tokens
            max_thinking_tokens nvext reasoning_budget repetition_penalty top_k
            """
        ),
        thinking=Thinking.TEMPLATE,
        efforts=True,
        thinking_budget="reasoning_budget",
        token_limit="max_tokens",
        moved=_EFFORT,
        finishes=True,
    ),
    Dialect(
        name="perplexity",
        provider="Perplexity",
        base_url="https://api.perplexity.ai",
        hosts=("api.perplexity.ai",),
        key_vars=("PERPLEXITY_API_KEY", "PPLX_API_KEY"),
        extras=words(
            """
            disable_search enable_search_classifier language_preference return_images
            return_related_questions search_after_date_filter search_before_date_filter
            search_domain_filter search_mode search_recency_filter stream_mode top_k
            """
        ),
        efforts=True,
        token_limit="max_tokens",
        stream_options=False,
        moved=_EFFORT,
        finishes=True,
    ),
)
